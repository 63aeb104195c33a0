package manager

import (
	"time"

	"networkmngr/internal/api"
	"networkmngr/internal/fleet"
	"networkmngr/internal/httpserver"
	"networkmngr/internal/launch"
)

// overview answers GET /.
type overview struct {
	api.Overview
	httpserver.Listing
}

// newNode tells of a node as it is now.
func newNode(c node) api.NodeState {
	form := api.NodeState{
		NodeInfo: c.entry(), Name: c.Name(), Port: c.Port(), Machine: c.Machine(), PID: c.ready().PID, State: string(c.State()),
	}
	for _, life := range c.Lives() {
		form.Lives = append(form.Lives, newLife(life))
	}
	if form.State == api.Running && c.Silent() {
		form.State = api.Silent
	}
	if form.State == api.Exited {
		form.Exit = form.Lives[len(form.Lives)-1].Exit
		if at := c.RestartAt(); !at.IsZero() {
			form.RestartsAt = &at
		}
	}
	return form
}

// newNames tells what members go by that were taken out, and why they were, but for
// those that this run left out.
func newNames(members []*fleet.Member) []api.RemovedNode {
	names := []api.RemovedNode{}
	for _, m := range members {
		if why := m.Out(); why != fleet.Spare {
			names = append(names, api.RemovedNode{Name: m.Name(), Port: m.Port(), Reason: string(why)})
		}
	}
	return names
}

func newLife(life *fleet.Life) api.Life {
	form := api.Life{Boot: life.Boot, PID: life.Node().Ready().PID, StartedAt: life.Started}
	if exit, at, ended := life.End(); ended {
		form.Exit = newExit(exit, at)
	}
	return form
}

// newNodes tells of nodes as they are now.
func newNodes(nodes []node) []api.NodeState {
	forms := make([]api.NodeState, len(nodes))
	for i, c := range nodes {
		forms[i] = newNode(c)
	}
	return forms
}

func newExit(exit launch.Exit, at time.Time) *api.Exit {
	form := api.Exit{Code: exit.Code, Forced: exit.Forced, Time: at, Message: exit.String()}
	if exit.Signal != 0 {
		form.Signal = new(signalName(exit.Signal))
	}
	return &form
}

func newStoppedNode(c node) api.StoppedNode {
	exit, at, _ := c.Life().End()
	return api.StoppedNode{Node: c.address(), ID: c.ready().ID, PID: c.ready().PID, Exit: newExit(exit, at)}
}
