package protocol

import "networkmngr/internal/types"

// Entry is what a node tells others of itself, and a registry of them.
type Entry struct {
	ID      types.NodeID `json:"id"`
	Address string       `json:"address"` // HTTP, host:port
	P2P     []string     `json:"p2p"`     // multiaddrs that end in /p2p/<peer id>
}

const (
	maxAddressLen = 256 // bytes, of an HTTP address or a multiaddr
	maxAddresses  = 16  // multiaddrs of one entry
)

// Valid reports whether an entry is small enough to be passed on. Whether its
// addresses lead anywhere only dialling shows.
func (e *Entry) Valid() bool {
	if len(e.Address) > maxAddressLen || len(e.P2P) == 0 || len(e.P2P) > maxAddresses {
		return false
	}
	for _, address := range e.P2P {
		if address == "" || len(address) > maxAddressLen {
			return false
		}
	}
	return true
}
