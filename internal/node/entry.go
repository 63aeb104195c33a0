package node

import (
	"time"

	"networkmngr/internal/core"
	"networkmngr/internal/types"
)

// Entry is what a registry knows of a node: who it is and where it answers.
type Entry = core.Entry

// fit leaves out the last addresses of a machine that has more of them than
// others take.
func fit(self Entry) Entry {
	for len(self.P2P) > 1 && !self.Valid() {
		self.P2P = self.P2P[:len(self.P2P)-1]
	}
	return self
}

// Peer is a node that this one is connected to. Height and Tip are what it
// said last of its chain.
type Peer struct {
	Entry
	Outbound bool // this node dialled
	Height   uint64
	Tip      types.Hash
	Since    time.Time // when the connection came about
}
