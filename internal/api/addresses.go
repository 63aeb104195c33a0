package api

import (
	"time"

	"networkmngr/internal/types"
)

// Addresses answers GET /addresses: what others have told a node of, in the tables by which
// it chooses whom to dial.
type Addresses struct {
	New     int            `json:"new"`     // places that are taken in the table of what was told
	Tried   int            `json:"tried"`   // and in that of who has answered
	Count   int            `json:"count"`   // places that fit what is asked for
	Groups  []AddressShare `json:"groups"`  // of these, the largest first, at most 50
	Sources []AddressShare `json:"sources"` // of these, by who told of them first
	Places  []AddressPlace `json:"places"`  // tried first, by bucket and slot
}

// AddressShare is how many places a group has, or what a source has told of.
type AddressShare struct {
	Name  string  `json:"name"` // group, or the id of a source that is of none; empty for the exempt
	New   int     `json:"new"`
	Tried int     `json:"tried"`
	Share float64 `json:"share"` // of the places that fit, from 0 to 1
}

// AddressPlace is one place in a table. An address has up to eight in the table of new ones.
type AddressPlace struct {
	ID          types.NodeID `json:"id"`
	Address     string       `json:"address"` // that is dialled, host:port
	Table       string       `json:"table"`   // "new" or "tried"
	Bucket      int          `json:"bucket"`
	Slot        int          `json:"slot"`         // in the bucket
	Group       string       `json:"group"`        // empty if it is exempt
	Source      types.NodeID `json:"source"`       // node that told of it first
	SourceGroup string       `json:"source_group"` // empty if that is exempt
	Attempts    int          `json:"attempts"`     // in vain since it last answered
	LastTry     *time.Time   `json:"last_try"`     // null for never
	LastSuccess *time.Time   `json:"last_success"` // null for never
}
