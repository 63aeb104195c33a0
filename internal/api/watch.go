package api

import (
	"encoding/json"
	"fmt"
	"time"

	"networkmngr/internal/types"
)

// EventPage answers GET /events when it is asked for a part of the stream.
type EventPage struct {
	Stream string            `json:"stream"` // id; offsets of another one mean nothing here
	Next   uint64            `json:"next"`   // from= of the next page
	Events []json.RawMessage `json:"events"` // each an event
}

// JSONParts implements httpserver.InParts: a page of the most events has megabytes of JSON. They are
// one part: many small ones would be sent a few kilobytes at a time.
func (p EventPage) JSONParts() ([][]byte, error) {
	size := 0
	for _, event := range p.Events {
		size += len(event) + len(",")
	}
	text := fmt.Appendf(make([]byte, 0, size+100), `{"stream":%q,"next":%d,"events":[`, p.Stream, p.Next)
	for i, event := range p.Events {
		if i > 0 {
			text = append(text, ',')
		}
		text = append(text, event...)
	}
	return [][]byte{append(text, "]}\n"...)}, nil
}

// StateManager is what GET /state of a manager tells of the manager.
type StateManager struct {
	URL       string    `json:"url"`
	PID       int       `json:"pid"`
	StartedAt time.Time `json:"started_at"` // before any node was
	Software  string    `json:"software"`   // name and version
	Lab       string    `json:"lab"`        // that the network is
	// TokenRequired says that what changes something must carry the network's token.
	TokenRequired bool `json:"token_required"`
	// KeyPin is that of the key of the certificate that the manager shows, as curl's
	// --pinnedpubkey takes it; absent where it shows none.
	KeyPin string `json:"key_pin,omitempty"`
}

// Logs answers GET /logs.
type Logs struct {
	Entries []LogEntry `json:"entries"` // by time, the newest last
	More    bool       `json:"more"`    // there may be older ones
	Before  string     `json:"before"`  // ?before= of those; empty if there are none

	Skipped []LogSkipped `json:"skipped,omitempty"` // files that were not read
}

// LogSkipped is a file that has a log's name and cannot be read as one.
type LogSkipped struct {
	File string `json:"file"` // in the log folder
	Why  string `json:"why"`
}

// LogManager is the Node of a LogEntry that the manager has written.
const LogManager = "manager"

// LogEntry is one record of a log.
type LogEntry struct {
	Time    time.Time                  `json:"time"`
	Level   string                     `json:"level"`   // trace, debug, info, warn or error
	Logger  string                     `json:"logger"`  // the part that has written it, such as "node-5000.http"
	Node    string                     `json:"node"`    // name, or LogManager
	Message string                     `json:"message"` // of a log in text, with its values
	Values  map[string]json.RawMessage `json:"values"`  // of a log in JSON, by key; else empty
	File    string                     `json:"file"`    // in the log folder
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
