package api

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
// POST / and GET /nodes, which lists them.
type Place struct {
	IPAddress string `json:"ip_address"` // or a name
	Port      uint16 `json:"port"`
}

// PeerAdded answers POST /addPeer.
type PeerAdded struct {
	Registered
	Status bool `json:"status"` // true
}
