package node

import "networkmngr/internal/core"

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

// Peer is a node that this one is connected to.
type Peer = core.Peer
