package types

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// NodeInfo is what a node tells others of itself: who it is, and where it
// answers.
type NodeInfo struct {
	ID      NodeID   `json:"id"`
	Address string   `json:"address"` // HTTP, host:port
	P2P     []string `json:"p2p"`     // multiaddrs that end in /p2p/<peer id>
}

// What a NodeInfo may hold.
const (
	MaxAddressLen = 256 // bytes, of an HTTP address or a multiaddr
	MaxP2P        = 16  // multiaddrs of one node
)

// Valid reports whether n is small enough to be passed on, and of printable text, which a
// file in JSON holds and a terminal shows as it is. Whether its addresses lead anywhere
// only dialling shows.
func (n NodeInfo) Valid() bool {
	if !isAddressText(n.Address) || len(n.P2P) == 0 || len(n.P2P) > MaxP2P {
		return false
	}
	return !slices.ContainsFunc(n.P2P, func(address string) bool { return address == "" || !isAddressText(address) })
}

func isAddressText(address string) bool {
	return len(address) <= MaxAddressLen && utf8.ValidString(address) &&
		!strings.ContainsFunc(address, func(r rune) bool { return !unicode.IsPrint(r) })
}

// Equal reports whether both say the same.
func (n NodeInfo) Equal(other NodeInfo) bool {
	return n.ID == other.ID && n.Address == other.Address && slices.Equal(n.P2P, other.P2P)
}
