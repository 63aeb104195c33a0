package api

import (
	"time"

	"networkmngr/internal/types"
)

// The states of a node.
const (
	Running    = "running"
	Paused     = "paused" // stands still, and answers nothing
	Exited     = "exited"
	Restarting = "restarting"    // ends, or has ended, to start again
	Silent     = "not answering" // its process runs, and gives no sign of life
)

// What a request to mine may ask for.
const (
	MaxRounds = 10_000    // of all nodes
	MaxPause  = time.Hour // between two nodes
)

// Overview is what GET / of a manager answers, but for its routes.
type Overview struct {
	Message  string `json:"message"`
	Software string `json:"software"`
	Nodes    int    `json:"nodes"`
	Running  int    `json:"running"` // of them
	Run      Run    `json:"run"`
}

// Run is a manager's, from its start to its end: no two on a machine are alike. A
// record of the run has both, too.
type Run struct {
	PID       int       `json:"pid"`
	StartedAt time.Time `json:"started_at"` // before any node was
}

// Nodes answers GET /nodes.
type Nodes struct {
	Count   int         `json:"count"`
	Running int         `json:"running"`          // of them, and answer
	Lab     string      `json:"lab"`              // that the network is
	Behind  string      `json:"behind,omitempty"` // the machine's time, of the lab, such as "96h0m0s"; empty where it is not
	Restart string      `json:"restart"`          // policy: "never", "on-failure" or "always"
	Nodes   []NodeState `json:"nodes"`            // by name
	// Removed are those that were taken out, the last 1000, and may come back: see
	// NodeChoice. Those that a run with fewer nodes leaves out may, too, and are not here.
	Removed []RemovedNode `json:"removed"`
}

// RemovedNode is a node that was taken out.
type RemovedNode struct {
	Name   string `json:"name"`
	Port   int    `json:"port"`
	Reason string `json:"reason"` // WasRemoved or HasLeft
}

// Why a node is none of the network's any more.
const (
	WasRemoved = "removed" // by DELETE /nodes/:node, now or in an earlier run; later ones begin without it, too
	HasLeft    = "left"    // it was told to end, itself; the next run begins with it
)

// NodeChoice is the body of POST /nodes: which node is to come back, by its name or its
// port; neither for a new one.
type NodeChoice struct {
	Name *string `json:"name,omitempty"`
	Port *int    `json:"port,omitempty"`
}

// NodeState is one of the network's nodes.
type NodeState struct {
	types.NodeInfo
	Name string `json:"name"` // n0, n1, …; no other node of the run has or had it
	Port int    `json:"port"`
	// Machine is the URL of the manager that starts it; absent where that is the one that
	// answers.
	Machine string `json:"machine,omitempty"`
	PID     int    `json:"pid"`
	State   string `json:"state"` // Running, Paused, Exited, Restarting or Silent
	Exit    *Exit  `json:"exit"`  // null unless Exited
	// RestartsAt is when it starts again by itself, absent unless Exited.
	RestartsAt *time.Time `json:"restarts_at,omitempty"`
	Lives      []Life     `json:"lives"` // the first one first
}

// Life is a node from a start to an end.
type Life struct {
	Boot      int       `json:"boot"` // 1, 2, …
	PID       int       `json:"pid"`
	StartedAt time.Time `json:"started_at"` // when it was ready
	Exit      *Exit     `json:"exit"`       // null while it lasts
}

// Exit is how a process ended.
type Exit struct {
	Code    int       `json:"code"`   // -1 if a signal ended it
	Signal  *string   `json:"signal"` // "SIGKILL"; null if it ended by itself
	Forced  bool      `json:"forced"` // killed as it did not end in time
	Time    time.Time `json:"time"`
	Message string    `json:"message"`
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
	// EndedBefore says that it had, before /shutdown/all was to end it.
	EndedBefore bool `json:"ended_before,omitempty"`
}

// Acted answers what is done to one node: POST /nodes/:node/kill, restart, pause and
// resume.
type Acted = Added

// Added answers POST /nodes.
type Added struct {
	Message string    `json:"message"`
	Node    NodeState `json:"node"`
}

// Removed answers DELETE /nodes/:node.
type Removed struct {
	Message string `json:"message"`
	StoppedNode
}

// MiningReport answers /start/mining and /stop/mining. Of a session without an
// end, Results are the last ones only. Where nodes mined by themselves and do so no more,
// there are none.
type MiningReport struct {
	Message string         `json:"message"`
	Sent    int            `json:"sent"`   // requests to mine
	Mined   int            `json:"mined"`  // of them answered with a block
	Height  uint64         `json:"height"` // of the highest tip
	Results []MiningResult `json:"results"`
	Tips    []NodeTip      `json:"tips,omitempty"` // of every running node, if they differ
	Plan    *MiningPlan    `json:"plan,omitempty"` // that was stopped, as it is now
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

// MaxReorgDepth bounds ReorgOrder.Depth.
const MaxReorgDepth = 900

// ReorgOrder is the body of POST /network/reorg.
type ReorgOrder struct {
	Depth int    `json:"depth"`          // blocks that are to leave the main chain
	Node  string `json:"node,omitempty"` // name or port of the one that mines; the first that answers if it is empty
}

// Reorg answers POST /network/reorg: what it took, and what came of it.
type Reorg struct {
	Message string        `json:"message"`
	Node    string        `json:"node"`  // name of the one that mined
	Depth   int           `json:"depth"` // that was asked for
	Fork    Tip           `json:"fork"`  // the block that was mined on
	Blocks  []MinedBlock  `json:"blocks"`
	Hashes  uint64        `json:"hashes"`  // that were tried
	Seconds float64       `json:"seconds"` // until the last block was mined
	Reorgs  []ReorgOfNode `json:"reorgs"`  // that nodes have made since it was asked for
}

// MinedBlock is one that was mined aside.
type MinedBlock struct {
	Tip
	Seconds float64 `json:"seconds"` // of search; 0 where it is not known
	Hashes  uint64  `json:"hashes"`  // tried; 0 where it is not known
}

// ReorgOfNode is a reorg of one node.
type ReorgOfNode struct {
	Node     string `json:"node"`     // name
	Depth    int    `json:"depth"`    // blocks that left its main chain
	Returned int    `json:"returned"` // transfers of these that wait again
}

// The events of a POST /network/reorg that is followed, besides DoneEvent with the Reorg,
// or FailedEvent, which comes last.
const (
	BlockEvent  = "block"  // a MinedBlock
	FailedEvent = "failed" // an ErrorForm
)

// NodeTip is the last block of a node's chain, or why it is not known.
type NodeTip struct {
	Node  string      `json:"node"`
	Index *uint64     `json:"index"`
	Hash  *types.Hash `json:"hash"`
	Error *string     `json:"error"`
}

// The codes of refusals of what names no node, no manager that has joined, or more blocks than a
// reorg may undo or a chain has.
const (
	UnknownNode    = "unknown-node"
	UnknownMachine = "unknown-machine"
	TooDeep        = "too-deep"
)

// The names of the events of a mining session.
const (
	ResultEvent = "result" // a MiningResult
	DoneEvent   = "done"   // the MiningReport, last
)

// The modes of mining.
const (
	Turns = "turns" // one node after the other
	Race  = "race"  // all nodes at once
)
