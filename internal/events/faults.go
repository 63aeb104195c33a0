package events

import (
	"encoding/json"
	"time"
)

// Why the faults of a network's links changed.
const (
	FaultsAsked   = "asked"   // somebody wanted it
	FaultsOver    = "over"    // the time that they were set for has passed
	FaultsResumed = "resumed" // they go on as they were, after a rest of the network, or at another time of its clock
)

type (
	// FaultsChanged: what is asked of the links between the nodes is another thing now. The
	// event has all of it, not the difference.
	FaultsChanged struct {
		Generation uint64 `json:"generation"`
		Why        string `json:"why"`  // FaultsAsked, FaultsOver or FaultsResumed
		Done       string `json:"done"` // in words: what has changed
		Faults
	}
	// Faults are those of a network's links.
	Faults struct {
		// Desired is what somebody has asked for, as PUT /network/faults takes it.
		Desired    json.RawMessage `json:"desired"`
		Partitions []Partition     `json:"partitions"` // that come of it, with the nodes that there are
		Cut        int             `json:"cut"`        // directed pairs of nodes that are cut
		Shaped     int             `json:"shaped"`     // that are slow or lossy
		Pending    []string        `json:"pending"`    // nodes that do not have them yet
	}
	// Partition is nodes that are cut off from each other.
	Partition struct {
		Name   string     `json:"name"`
		Groups [][]string `json:"groups"` // names of nodes
		How    string     `json:"how"`    // "silent" or "reset"
		Oneway bool       `json:"oneway"` // only what a group sends to those behind it
		Until  time.Time  `json:"until,omitzero"`
	}
)

func (FaultsChanged) Type() Type { return "faults-changed" }

// None reports whether nothing is cut, slow or lossy.
func (f Faults) None() bool { return f.Cut == 0 && f.Shaped == 0 }
