package node

import (
	"networkmngr/internal/core"
	"networkmngr/internal/types"
)

// fit leaves out the last addresses of a machine that has more of them than
// others take.
func fit(self types.NodeInfo) types.NodeInfo {
	for len(self.P2P) > 1 && !self.Valid() {
		self.P2P = self.P2P[:len(self.P2P)-1]
	}
	return self
}

// Peer is a node that this one is connected to.
type Peer = core.Peer
