package node

import (
	"time"

	"networkmngr/internal/types"
)

// Entry is what a registry knows of a node: who it is and where it answers.
type Entry struct {
	ID      types.NodeID `json:"id"`
	Address string       `json:"address"` // of its HTTP server, host:port
	P2P     []string     `json:"p2p"`     // multiaddrs that end in /p2p/ and the peer id
}

// Peer is a node that this one is connected to. Height and Tip are what it
// said last of its chain.
type Peer struct {
	Entry
	Outbound bool       `json:"outbound"` // this node dialled
	Height   uint64     `json:"height"`
	Tip      types.Hash `json:"tip"`
	Since    time.Time  `json:"since"` // when the connection came about
}
