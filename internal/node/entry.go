package node

import (
	"time"

	"networkmngr/internal/protocol"
	"networkmngr/internal/types"
)

// Entry is what a registry knows of a node: who it is and where it answers.
type Entry = protocol.Entry

// Peer is a node that this one is connected to. Height and Tip are what it
// said last of its chain.
type Peer struct {
	Entry
	Outbound bool       `json:"outbound"` // this node dialled
	Height   uint64     `json:"height"`
	Tip      types.Hash `json:"tip"`
	Since    time.Time  `json:"since"` // when the connection came about
}
