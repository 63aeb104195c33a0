package api

import (
	"fmt"
	"net"
	"strconv"

	"networkmngr/internal/types"
)

// The answers to requests by the names that tutorials have for them, with the
// fields that their readers look at beside ours.

// Created answers POST /create-transaction and /transactions/new.
type Created struct {
	Submitted
	BlockIndex uint64 `json:"block_index"` // of the block that comes next
}

// NodeRegistered answers POST /register-node.
type NodeRegistered struct {
	Registered
	NodeCount int      `json:"node_count"` // of Nodes
	Nodes     []string `json:"nodes"`      // addresses of the other nodes that are known or sought, in order
}

// Place is where a node answers, in the form in which nodes introduce themselves by
// POST / and GET /nodes, which lists them. What a lister knows beside stands with it: who
// is there, and where peers connect to it.
type Place struct {
	IPAddress string       `json:"ip_address"` // or a name
	Port      uint16       `json:"port"`
	ID        types.NodeID `json:"id,omitzero"`
	Address   string       `json:"address,omitempty"` // the same place, as host:port
	P2P       []string     `json:"p2p,omitempty"`     // multiaddrs
}

// PlaceOf is where a node answers; false if its address is none.
func PlaceOf(n types.NodeInfo) (Place, bool) {
	host, text, err := net.SplitHostPort(n.Address)
	port, bad := strconv.ParseUint(text, 10, 16)
	return Place{IPAddress: host, Port: uint16(port), ID: n.ID, Address: n.Address, P2P: n.P2P}, err == nil && bad == nil
}

// HostPort is where the node answers, host:port: by ip_address and port, or by address
// if these are left out. The error says what is wrong with it.
func (p Place) HostPort() (string, error) {
	if p.IPAddress == "" && p.Port == 0 {
		return ParseAddress(p.Address)
	}
	address, err := ParseAddress(net.JoinHostPort(p.IPAddress, strconv.Itoa(int(p.Port))))
	if err == nil && p.Address != "" && p.Address != address {
		err = fmt.Errorf("address is %q beside ip_address %q and port %d, want one of the two", p.Address, p.IPAddress, p.Port)
	}
	return address, err
}

// Info is the node as a registry has it; false if only its address is known.
func (p Place) Info() (types.NodeInfo, bool) {
	info := types.NodeInfo{ID: p.ID, Address: p.Address, P2P: p.P2P}
	return info, p.ID != types.NodeID{} && info.Valid()
}

// PeerAdded answers POST /addPeer.
type PeerAdded struct {
	Registered
	Status bool `json:"status"` // true
}
