// Package state is what a network is like after the events of a stream: the stream,
// folded. It is pure.
package state

import (
	"time"

	"networkmngr/internal/events"
	"networkmngr/internal/types"
)

// State is a network, or one node, as it is after the event at Offset. Who goes on
// with the next event of the Stream misses nothing.
type State struct {
	Stream  string     `json:"stream"`
	Offset  uint64     `json:"offset"`
	Network string     `json:"network"` // name
	Genesis types.Hash `json:"genesis"`
	// Parameters are null while they are not known.
	Parameters *events.Parameters `json:"parameters"`
	// Clock is how the nodes' wall clocks go; nil where they are the machine's.
	Clock *events.ClockChanged `json:"clock,omitempty"`
	Nodes []Node               `json:"nodes"` // by name
	// Machines are the managers that start nodes on other machines, in the order in which
	// they came; absent without any.
	Machines []Machine `json:"machines,omitempty"`
	Blocks   []Block   `json:"blocks"`  // the last ones that came to a main chain, the newest last
	Session  *Session  `json:"session"` // of mining, that is under way; null for none
	Faults   *Faults   `json:"faults"`  // of links; null while nobody has asked for any
}

// The states of a node.
const (
	Running = "running"
	Paused  = "paused"
	Silent  = "silent" // runs, but does not answer
	Down    = "down"
)

// Node is one node.
type Node struct {
	Name    string           `json:"name"` // empty for a node that speaks for itself
	ID      types.NodeID     `json:"id"`
	Account types.Address    `json:"account"` // that it mines for
	PID     int              `json:"pid"`
	Address string           `json:"address"`           // of its HTTP server
	Machine string           `json:"machine,omitempty"` // URL of the manager that starts it; empty for the network's first one
	State   string           `json:"state"`             // Running, Paused, Silent or Down
	Since   time.Time        `json:"since"`             // of State
	Tip     *events.BlockRef `json:"tip"`               // null while it is not known
	Work    string           `json:"work"`              // of the chain up to Tip: expected hashes, decimal
	Peers   []Link           `json:"peers"`
	Mempool Mempool          `json:"mempool"`
	Mining  *Mining          `json:"mining"` // null while it does not mine by itself
	// Strategy is the name of what it mines by, "honest" where nothing else is known, and
	// Withheld how many blocks of it no peer was told of.
	Strategy string `json:"strategy"`
	Withheld int    `json:"withheld"`
	// TooNew is the last block that the node has not taken as it is from the future; nil once
	// its chain is as high.
	TooNew *events.BlockTooNew `json:"too_new,omitempty"`
}

// Machine is a manager that starts nodes of the network on another machine.
type Machine struct {
	URL   string    `json:"url"`
	State string    `json:"state"` // as in events.MachineChanged
	Since time.Time `json:"since"`
	Error string    `json:"error,omitempty"` // why it is silent
}

// Link is a node's link to a peer.
type Link struct {
	Peer     types.NodeID `json:"peer"`
	Outbound bool         `json:"outbound"` // the node dialled
	Since    time.Time    `json:"since"`
}

// Mempool counts what waits at a node.
type Mempool struct {
	Transactions int `json:"transactions"`
	Bytes        int `json:"bytes"`
	Parked       int `json:"parked"`
}

// Mining is how a node mines.
type Mining struct {
	Mode     string  `json:"mode"`
	Strategy string  `json:"strategy,omitempty"`
	Solver   string  `json:"solver,omitempty"`
	Hashrate float64 `json:"hashrate,omitempty"` // hashes a second that are wanted; 0 for all that there are
}

// Session is a mining session of the whole network.
type Session struct {
	Mode   string `json:"mode"`
	Rounds int    `json:"rounds"` // 0 for one without an end
	Sent   int    `json:"sent"`
	Mined  int    `json:"mined"`
}

// Faults are what is asked of a network's links.
type Faults struct {
	Generation uint64    `json:"generation"`
	Since      time.Time `json:"since"`
	events.Faults
}

// Block is the head of a block.
type Block struct {
	events.BlockRef
	Previous types.Hash `json:"previous_hash"`
	// Time is when a node first had it on its main chain, and Node that node. Where a
	// node speaks for itself, it is the header's.
	Time time.Time `json:"time"`
	Node string    `json:"node,omitempty"`
	// Miner and Transactions, with the coinbase, are those of blocks that the stream
	// told of.
	Miner        *types.Address `json:"miner,omitempty"`
	Transactions int            `json:"transactions,omitempty"`
	Size         int            `json:"size,omitempty"`      // bytes, of those too
	Timestamp    uint32         `json:"timestamp,omitempty"` // of the header, Unix seconds
	Bits         string         `json:"bits,omitempty"`      // of the header, 8 hex digits: the compact target
}
