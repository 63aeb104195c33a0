package api

import (
	"time"

	"networkmngr/internal/links"
	"networkmngr/internal/times"
	"networkmngr/internal/types"
)

// LinkFaults answers GET and PUT /faults, and is the body of the latter: what is wrong,
// on purpose, with what a node sends to others. A PUT replaces all of it.
type LinkFaults struct {
	Generation uint64       `json:"generation"` // which of their states it is, as who sets them counts
	Seed       uint64       `json:"seed"`       // of all that is random
	Links      []PeerFaults `json:"links"`
	Others     links.Link   `json:"others,omitzero"` // of all peers that are not in Links
}

// PeerFaults are those of the link to one peer.
type PeerFaults struct {
	Peer types.NodeID `json:"peer"`
	links.Link
}

// NodeLinks answers GET /links.
type NodeLinks struct {
	Generation uint64     `json:"generation"` // of the faults
	Links      []NodeLink `json:"links"`      // one for each peer, by its id
}

// NodeLink is what is asked of a link, in the direction of the peer, and what it achieves.
// Of one of which nothing is asked, nothing is measured.
type NodeLink struct {
	Peer     types.NodeID   `json:"peer"`
	Outbound bool           `json:"outbound"` // the node that answers dialled
	Asked    links.Link     `json:"asked"`
	Since    *time.Time     `json:"since"`     // when that was asked; null where nothing is
	Queued   int            `json:"queued"`    // bytes that wait to be sent
	InFlight int            `json:"in_flight"` // bytes that have left, and not arrived
	Frames   uint64         `json:"frames"`    // that have arrived since then
	Dropped  uint64         `json:"dropped"`   // frames
	Delay    *AchievedDelay `json:"delay"`     // null if no frame has arrived since then
	// Bandwidth is that of the last frames which had to wait for the line; null if none had
	// to.
	Bandwidth *links.Rate `json:"bandwidth"`
}

// AchievedDelay is how long the last frames were under way, at most 256 of them, one way
// and without their time in the queue.
type AchievedDelay struct {
	Frames int            `json:"frames"` // that these figures are of
	Mean   times.Duration `json:"mean"`
	P50    times.Duration `json:"p50"`
	P95    times.Duration `json:"p95"`
	P99    times.Duration `json:"p99"`
	Max    times.Duration `json:"max"`
}
