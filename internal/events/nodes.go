package events

import (
	"strings"

	"networkmngr/internal/types"
)

// Why a node went down.
const (
	Asked   = "asked"   // somebody had it stop
	Told    = "told"    // somebody told the node itself to
	Crash   = "crash"   // nobody had
	Fault   = "fault"   // somebody killed it, as an experiment
	Restart = "restart" // it starts again in a moment
	Gone    = "gone"    // its manager ended without a word, and so did it
)

// The states of a machine.
const (
	MachineJoined  = "joined"
	MachineSilent  = "silent"  // does not answer: it is gone, or cut off
	MachineLeft    = "left"    // it has ended in order, and its nodes with it
	MachineRemoved = "removed" // somebody took it out of the network
)

// What the manager tells of its nodes and of the network as a whole.
type (
	// NodeUp: a process of the node is ready. It comes once for each start.
	NodeUp struct {
		ID      types.NodeID  `json:"id"`
		Account types.Address `json:"account"` // that it mines for
		PID     int           `json:"pid"`
		Address string        `json:"address"`           // of its HTTP server, host:port
		Machine string        `json:"machine,omitempty"` // URL of the manager that starts it, if it has joined the one that tells
		Seconds float64       `json:"seconds"`           // that the start took
	}
	// NodeDown: the process has ended.
	NodeDown struct {
		PID     int     `json:"pid"`
		Address string  `json:"address"`        // of its HTTP server, host:port
		Clean   bool    `json:"clean"`          // it ended in order
		Why     string  `json:"why"`            // Asked, Told, Crash, Fault, Restart or Gone
		Left    bool    `json:"left"`           // it is no longer of the network
		Exit    int     `json:"exit"`           // code, or -1 if a signal ended it
		Signal  string  `json:"signal"`         // such as "SIGKILL", or empty
		Forced  bool    `json:"forced"`         // killed as it did not end in time
		Message string  `json:"message"`        // the end in words
		Seconds float64 `json:"seconds"`        // since NodeUp
		Last    string  `json:"last,omitempty"` // what it last wrote, if it crashed
		// RestartsIn is in how many seconds it starts again by itself; 0 if it does not.
		RestartsIn float64 `json:"restarts_in,omitempty"`
	}
	// NodePaused: the process is stopped, but not ended, on purpose.
	NodePaused struct{}
	// NodeResumed: it goes on.
	NodeResumed struct{}
	// NodeSilent: the process runs, but does not answer the manager.
	NodeSilent struct {
		Error string `json:"error"`
	}
	// NodeAnswering: it answers again.
	NodeAnswering struct {
		Seconds float64 `json:"seconds"` // that it was silent
	}
	// Parameters are those settings of a network that what happens in it depends on.
	Parameters struct {
		BlockTime uint32       `json:"block_time"`    // ideal seconds between blocks
		HalfLife  uint32       `json:"half_life"`     // of the difficulty, seconds
		Reward    types.Amount `json:"block_reward"`  // of a block, without fees
		FloorBits string       `json:"floor_bits"`    // the easiest target, compact, 8 hex digits
		Coins     types.Amount `json:"genesis_coins"` // sum of the starting balances
		Time      uint32       `json:"genesis_time"`  // Unix seconds
	}
	// NetworkUp: the manager serves, and every node has been told of the others.
	NetworkUp struct {
		Software   string      `json:"software"`
		URL        string      `json:"url"` // of the manager
		PID        int         `json:"pid"`
		Nodes      int         `json:"nodes"`
		Network    string      `json:"network"` // name
		Genesis    types.Hash  `json:"genesis"`
		Resumed    bool        `json:"resumed"` // in a data folder that held it
		Seconds    float64     `json:"seconds"` // that the start took
		Parameters *Parameters `json:"parameters,omitempty"`
	}
	// NetworkDown: the manager leaves, and no node runs any more.
	NetworkDown struct {
		Clean bool   `json:"clean"`          // every node ended as it should
		Kept  string `json:"kept,omitempty"` // temporary data folder that stays, as one did not
	}
	// MachineChanged: a manager that starts nodes of the network on another machine has come,
	// or fares otherwise than before.
	MachineChanged struct {
		URL    string   `json:"url"`             // that it goes by
		Before string   `json:"before"`          // State before, or "joining"
		State  string   `json:"state"`           // MachineJoined, MachineSilent, MachineLeft or MachineRemoved
		Error  string   `json:"error,omitempty"` // why it is silent
		Nodes  []string `json:"nodes"`           // names of those that it starts
	}
	// NetworkStarting: so many nodes are through a part of the start.
	NetworkStarting struct {
		Doing string `json:"doing"` // in words
		Done  int    `json:"done"`
		Nodes int    `json:"nodes"` // of so many
	}
	// Notice: something for a person to know that no other event says.
	Notice struct {
		Text string `json:"text"`
	}
	// NetworkPaused: all nodes stand still, and so does the lab's time.
	NetworkPaused struct{}
	// NetworkResumed: they go on, as if no time had passed.
	NetworkResumed struct {
		Seconds float64 `json:"seconds"` // that they stood still
	}
	// ClockChanged: the nodes' wall clocks go so from now on. What blocks say of the
	// time is by these clocks, and what events say by the machine's.
	ClockChanged struct {
		Behind string                  `json:"behind"` // the machine's time, of the lab, such as "96h0m0s"
		All    ClockSetting            `json:"all"`    // of each node
		Nodes  map[string]ClockSetting `json:"nodes"`  // of those that have one of their own, by name
	}
	// ClockSetting is how a clock goes.
	ClockSetting struct {
		Offset string `json:"offset"` // ahead of the lab's time, such as "1m30s"
		Drift  string `json:"drift"`  // by which it runs fast, such as "0.01%"
	}
	// NetworkChanged: the nodes have become another network.
	NetworkChanged struct {
		Network    string      `json:"network"` // name
		Genesis    types.Hash  `json:"genesis"`
		Parameters *Parameters `json:"parameters,omitempty"`
	}
)

// String says it in a sentence for people.
func (c MachineChanged) String() string {
	manager, nodes := "the manager at "+c.URL, strings.Join(c.Nodes, ", ")
	switch {
	case c.State == MachineSilent:
		return manager + " does not answer: it is gone, or cut off"
	case c.State == MachineLeft:
		return manager + " has ended, and with it " + nodes
	case c.State == MachineRemoved:
		return manager + " was taken out of the network, and with it " + nodes
	case c.Before == MachineSilent:
		return manager + " answers again"
	}
	return manager + " has joined the network, with " + nodes
}

// Why there is a gap.
const (
	Expired        = "expired"         // the events are no longer kept
	AnotherNetwork = "another-network" // the reader's offset is of another stream
	Lost           = "lost"            // a node had dropped them before the manager read them
)

// What a stream tells of itself.
type (
	// Gap: events from First to Last are missing: offsets of this stream, or with
	// the Node of the event that node's Seq. A Gap of AnotherNetwork has neither:
	// what the reader knows is of no use any more.
	Gap struct {
		First  uint64 `json:"first"`
		Last   uint64 `json:"last"`
		Reason string `json:"reason"` // Expired, AnotherNetwork or Lost
	}
	// Bookmark: nothing that the reader asked for came before this offset.
	Bookmark struct{}
)

func (NodeUp) Type() Type          { return "node-up" }
func (NodeDown) Type() Type        { return "node-down" }
func (NodePaused) Type() Type      { return "node-paused" }
func (NodeResumed) Type() Type     { return "node-resumed" }
func (NodeSilent) Type() Type      { return "node-silent" }
func (NodeAnswering) Type() Type   { return "node-answering" }
func (NetworkUp) Type() Type       { return "network-up" }
func (NetworkDown) Type() Type     { return "network-down" }
func (MachineChanged) Type() Type  { return "machine-changed" }
func (NetworkStarting) Type() Type { return "network-starting" }
func (Notice) Type() Type          { return "notice" }
func (NetworkChanged) Type() Type  { return "network-changed" }
func (NetworkPaused) Type() Type   { return "network-paused" }
func (NetworkResumed) Type() Type  { return "network-resumed" }
func (ClockChanged) Type() Type    { return "clock-changed" }
func (Gap) Type() Type             { return "gap" }
func (Bookmark) Type() Type        { return "bookmark" }
