package api

import (
	"encoding/json"

	"networkmngr/internal/types"
)

// EventPage answers GET /events when it is asked for a part of the stream.
type EventPage struct {
	Stream string            `json:"stream"` // id; offsets of another one mean nothing here
	Next   uint64            `json:"next"`   // from= of the next page
	Events []json.RawMessage `json:"events"` // each an event
}

// TipsNow answers GET /tip of the manager.
type TipsNow struct {
	Agree bool         `json:"agree"` // every tip is known and the same
	Tips  []NodeTipNow `json:"tips"`  // of the running nodes
}

// NodeTipNow is the last block of a node's chain, as far as it is known.
type NodeTipNow struct {
	Node      string      `json:"node"` // name
	Index     *uint64     `json:"index"`
	Hash      *types.Hash `json:"hash"`
	TotalWork string      `json:"total_work"` // expected hashes, decimal; empty while it is not known
}
