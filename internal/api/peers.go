package api

import (
	"time"

	"networkmngr/internal/links"
	"networkmngr/internal/types"
)

// Peers answers GET /peers.
type Peers struct {
	Count int    `json:"count"` // of all
	Peers []Peer `json:"peers"`
}

// Peer is a node that the one that answers is connected to. Height and Tip are
// what it said last of its chain.
type Peer struct {
	types.NodeInfo
	Outbound bool       `json:"outbound"` // the one that answers dialled
	Height   uint64     `json:"height"`
	Tip      types.Hash `json:"tip"`
	Since    time.Time  `json:"since"` // when the connection came about

	Type   string `json:"type"`   // how the link came about: "inbound", "outbound", "extra", "manual" or "feeler"
	Remote string `json:"remote"` // multiaddr that the link leads to, or comes from; empty if it has just ended
	Group  string `json:"group"`  // that counts as one party with it; empty for none
	// Kept is why an inbound link would not have to make room for another one now: "group",
	// "ping", "transfer", "block" or "age"; and why one that the node seeks is made again:
	// "anchor" after a restart, "registry" as somebody trusted has named the peer. Empty for
	// others.
	Kept    string      `json:"kept"`
	Latency *Latency    `json:"latency"` // null while the peer has answered no ping
	Shown   *ShownTip   `json:"shown"`   // the header with the most work that it has shown; null for none
	Faults  *links.Link `json:"faults"`  // of what is sent to it; null for none
	// Who sends the other one new blocks unasked, in compact form: the peer, as it is one of
	// those that were the fastest, or this node, as the peer wants that.
	SendsBlocks bool `json:"sends_blocks"`
	WantsBlocks bool `json:"wants_blocks"`

	Sent     Traffic `json:"sent"`
	Received Traffic `json:"received"`
}

// Traffic is what went over a link one way since it began.
type Traffic struct {
	Flow
	Kinds map[string]Flow `json:"kinds"` // by kind of message; those that came are in it
}

// Flow is a number of frames.
type Flow struct {
	Frames int64 `json:"frames"`
	Bytes  int64 `json:"bytes"` // with their prefixes
}

// Latency is how long a peer took to answer pings, in seconds.
type Latency struct {
	Last   float64 `json:"last"`
	Lowest float64 `json:"lowest"`
}

// ShownTip is the end of the branch that a peer has shown the headers of.
type ShownTip struct {
	Tip
	TotalWork string `json:"total_work"` // expected hashes, decimal
}

// Disconnected answers DELETE /peers and DELETE /peers/:id.
type Disconnected struct {
	Message      string         `json:"message"`
	Disconnected []types.NodeID `json:"disconnected"`
	Until        time.Time      `json:"until"` // no link with any of them before
}

// NetworkPeers answers GET /network/peers of the manager: who is linked with whom.
type NetworkPeers struct {
	Nodes   []NodePeers `json:"nodes"`   // that answer, by name
	Unknown []string    `json:"unknown"` // names of nodes that run and do not answer
}

// NodePeers is a node with its links.
type NodePeers struct {
	Node  string       `json:"node"` // name
	ID    types.NodeID `json:"id"`
	Peers []PeerLink   `json:"peers"`
	More  int          `json:"more"` // peers that are not listed
}

// PeerLink is a node's link with a peer, as the node tells of it.
type PeerLink struct {
	Node     *string      `json:"node"` // the peer's name; null if it is none of this network
	ID       types.NodeID `json:"id"`
	Address  string       `json:"address"` // of its HTTP server
	Outbound bool         `json:"outbound"`
	Type     string       `json:"type"`
	Since    time.Time    `json:"since"`
	Remote   string       `json:"remote"`
	Group    string       `json:"group"`
	Kept     string       `json:"kept"`
	Latency  *Latency     `json:"latency"`
	Height   uint64       `json:"height"`
	Sent     int64        `json:"sent"`     // bytes
	Received int64        `json:"received"` // bytes
}
