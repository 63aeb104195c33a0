package manager

import (
	"time"

	"networkmngr/internal/api"
	"networkmngr/internal/httpserver"
	"networkmngr/internal/launch"
)

// overview answers GET /.
type overview struct {
	Message  string `json:"message"`
	Software string `json:"software"`
	Nodes    int    `json:"nodes"`
	Running  int    `json:"running"` // of them
	httpserver.Listing
}

// newNode tells of a node as it is now.
func newNode(c *child) api.NodeState {
	form := api.NodeState{NodeInfo: c.entry, Port: c.port, PID: c.pid, State: api.Running}
	switch {
	case c.restarting.Load():
		form.State = api.Restarting
	case !c.running():
		form.State, form.Exit = api.Exited, newExit(c.exit, c.endedAt)
	}
	return form
}

// newNodes tells of nodes as they are now.
func newNodes(children []*child) []api.NodeState {
	nodes := make([]api.NodeState, len(children))
	for i, c := range children {
		nodes[i] = newNode(c)
	}
	return nodes
}

func newExit(exit launch.Exit, at time.Time) *api.Exit {
	form := api.Exit{Code: exit.Code, Forced: exit.Forced, Time: at, Message: exit.String()}
	if exit.Signal != 0 {
		form.Signal = new(signalName(exit.Signal))
	}
	return &form
}

func newStoppedNode(c *child) api.StoppedNode {
	return api.StoppedNode{Node: c.entry.Address, ID: c.entry.ID, PID: c.pid, Exit: newExit(c.exit, c.endedAt)}
}
