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

// PeerAdded answers POST /addPeer.
type PeerAdded struct {
	Registered
	Status bool `json:"status"` // true
}
