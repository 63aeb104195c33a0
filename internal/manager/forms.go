package manager

import (
	"syscall"
	"time"

	"golang.org/x/sys/unix"

	"networkmngr/internal/launch"
	"networkmngr/internal/node"
	"networkmngr/internal/types"
)

// overview answers GET /.
type overview struct {
	Message  string   `json:"message"`
	Software string   `json:"software"`
	Nodes    int      `json:"nodes"`
	Running  int      `json:"running"` // of them
	Routes   []string `json:"routes"`  // "GET /nodes"
}

// nodeList answers GET /nodes.
type nodeList struct {
	Count   int        `json:"count"`
	Running int        `json:"running"` // of them
	Nodes   []nodeForm `json:"nodes"`   // by port
}

// nodeForm is one of the network's nodes.
type nodeForm struct {
	node.Entry
	Port  int       `json:"port"`
	PID   int       `json:"pid"`
	State string    `json:"state"` // "running" or "exited"
	Exit  *exitForm `json:"exit"`  // null while it runs
}

// exitForm is how a process ended.
type exitForm struct {
	Code    int       `json:"code"`   // -1 if a signal ended it
	Signal  *string   `json:"signal"` // "SIGKILL"; null if it ended by itself
	Forced  bool      `json:"forced"` // killed as it did not end in time
	Time    time.Time `json:"time"`
	Message string    `json:"message"`
}

func newExitForm(exit launch.Exit, at time.Time) *exitForm {
	form := exitForm{Code: exit.Code, Forced: exit.Forced, Time: at, Message: exit.String()}
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

// stopped answers /shutdown/all.
type stopped struct {
	Message string        `json:"message"`
	Nodes   []stoppedNode `json:"nodes"`
}

// stoppedNode is a node that has ended, now or before.
type stoppedNode struct {
	Node string       `json:"node"` // its address
	ID   types.NodeID `json:"id"`
	PID  int          `json:"pid"`
	Exit *exitForm    `json:"exit"`
}

// miningReport answers /start/mining and /stop/mining. Of a session without an
// end, Results are the last ones only.
type miningReport struct {
	Message string         `json:"message"`
	Sent    int            `json:"sent"`   // requests to mine
	Mined   int            `json:"mined"`  // of them answered with a block
	Height  uint64         `json:"height"` // of the highest tip
	Results []miningResult `json:"results"`
	Tips    []nodeTip      `json:"tips,omitempty"` // of every running node, if they differ
}

// miningResult is what one request to mine came to: a block or an error.
type miningResult struct {
	Node    string      `json:"node"`  // its address
	Index   *uint64     `json:"index"` // of the block
	Hash    *types.Hash `json:"hash"`
	Seconds float64     `json:"seconds"`
	Error   *string     `json:"error"`
}

// nodeTip is the last block of a node's chain, or why it is not known.
type nodeTip struct {
	Node  string      `json:"node"`
	Index *uint64     `json:"index"`
	Hash  *types.Hash `json:"hash"`
	Error *string     `json:"error"`
}
