package manager

import (
	"syscall"
	"time"

	"golang.org/x/sys/unix"

	"networkmngr/internal/httpserver"
	"networkmngr/internal/launch"
	"networkmngr/internal/node"
	"networkmngr/internal/types"
)

// overview answers GET /.
type overview struct {
	Message  string `json:"message"`
	Software string `json:"software"`
	Nodes    int    `json:"nodes"`
	Running  int    `json:"running"` // of them
	httpserver.Listing
}

// The states of a node.
const (
	Running    = "running"
	Exited     = "exited"
	Restarting = "restarting" // ends, or has ended, to start again
)

// Nodes answers GET /nodes.
type Nodes struct {
	Count   int    `json:"count"`
	Running int    `json:"running"` // of them
	Nodes   []Node `json:"nodes"`   // by port
}

// Node is one of the network's nodes.
type Node struct {
	node.Entry
	Port  int    `json:"port"`
	PID   int    `json:"pid"`
	State string `json:"state"` // Running, Exited or Restarting
	Exit  *Exit  `json:"exit"`  // null unless Exited
}

// newNode tells of a node as it is now.
func newNode(c *child) Node {
	form := Node{Entry: c.entry, Port: c.port, PID: c.pid, State: Running}
	switch {
	case c.restarting.Load():
		form.State = Restarting
	case !c.running():
		form.State, form.Exit = Exited, newExit(c.exit, c.endedAt)
	}
	return form
}

// newNodes tells of nodes as they are now.
func newNodes(children []*child) []Node {
	nodes := make([]Node, len(children))
	for i, c := range children {
		nodes[i] = newNode(c)
	}
	return nodes
}

// Exit is how a process ended.
type Exit struct {
	Code    int       `json:"code"`   // -1 if a signal ended it
	Signal  *string   `json:"signal"` // "SIGKILL"; null if it ended by itself
	Forced  bool      `json:"forced"` // killed as it did not end in time
	Time    time.Time `json:"time"`
	Message string    `json:"message"`
}

func newExit(exit launch.Exit, at time.Time) *Exit {
	form := Exit{Code: exit.Code, Forced: exit.Forced, Time: at, Message: exit.String()}
	if exit.Signal != 0 {
		form.Signal = new(signalName(exit.Signal))
	}
	return &form
}

func signalName(signal syscall.Signal) string {
	if name := unix.SignalName(signal); name != "" {
		return name
	}
	return signal.String()
}

// Stopped answers /shutdown/all.
type Stopped struct {
	Message string        `json:"message"`
	Nodes   []StoppedNode `json:"nodes"`
}

// StoppedNode is a node that has ended, now or before.
type StoppedNode struct {
	Node string       `json:"node"` // its address
	ID   types.NodeID `json:"id"`
	PID  int          `json:"pid"`
	Exit *Exit        `json:"exit"`
}

func newStoppedNode(c *child) StoppedNode {
	return StoppedNode{Node: c.entry.Address, ID: c.entry.ID, PID: c.pid, Exit: newExit(c.exit, c.endedAt)}
}

// Added answers POST /nodes.
type Added struct {
	Message string `json:"message"`
	Node    Node   `json:"node"`
}

// Removed answers DELETE /nodes/:port.
type Removed struct {
	Message string `json:"message"`
	StoppedNode
}

// MiningReport answers /start/mining and /stop/mining. Of a session without an
// end, Results are the last ones only.
type MiningReport struct {
	Message string         `json:"message"`
	Sent    int            `json:"sent"`   // requests to mine
	Mined   int            `json:"mined"`  // of them answered with a block
	Height  uint64         `json:"height"` // of the highest tip
	Results []MiningResult `json:"results"`
	Tips    []Tip          `json:"tips,omitempty"` // of every running node, if they differ
}

// MiningResult is what one request to mine came to: a block, an error, or a
// block and what went wrong after it.
type MiningResult struct {
	Node    string      `json:"node"`  // its address
	Index   *uint64     `json:"index"` // of the block
	Hash    *types.Hash `json:"hash"`
	Seconds float64     `json:"seconds"`
	Error   *string     `json:"error"`
}

// Tip is the last block of a node's chain, or why it is not known.
type Tip struct {
	Node  string      `json:"node"`
	Index *uint64     `json:"index"`
	Hash  *types.Hash `json:"hash"`
	Error *string     `json:"error"`
}
