package node

import (
	"maps"
	"sync"

	"networkmngr/internal/transport"
)

// Faults are what is wrong, on purpose, with what the node sends to others.
type Faults struct {
	Generation uint64 // which of their states it is, as who sets them counts
	transport.Faults
}

// faulty has the faults of a node. They act below the core: nothing of them is recorded,
// as what the core is told of its peers is.
type faulty struct {
	mu         sync.Mutex // guards generation, and that no two set faults at once
	generation uint64
}

// SetFaults has these replace what there was, at once. All links must be valid.
func (n *Node) SetFaults(f Faults) {
	n.faulty.mu.Lock()
	defer n.faulty.mu.Unlock()
	f.Rows = maps.Clone(f.Rows)
	n.transport.SetFaults(f.Faults)
	if f.Generation != n.faulty.generation {
		n.log.Info("faults set", "generation", f.Generation, "rows", len(f.Rows), "others", !f.Others.IsZero())
	}
	n.faulty.generation = f.Generation
}

// Faults are those that are set.
func (n *Node) Faults() Faults {
	n.faulty.mu.Lock()
	defer n.faulty.mu.Unlock()
	return Faults{Generation: n.faulty.generation, Faults: n.transport.Faults()}
}

// Links tells what is asked of each link to a peer, and what it achieves.
func (n *Node) Links() []transport.LinkStatus { return n.transport.Links() }
