package core

import (
	"fmt"

	"networkmngr/internal/chain"
	"networkmngr/internal/events"
	"networkmngr/internal/protocol"
	"networkmngr/internal/types"
)

// decide has it written what somebody decides about a block. The zero hash is no block's, and
// stands for no decision in a write.
func (m *Machine) decide(id types.Hash, w write) {
	if id.IsZero() {
		m.owed = append(m.owed, Answer{Number: w.number, Err: fmt.Errorf("%w: block %s", chain.ErrNotFound, id)})
		return
	}
	m.write(w)
}

// decided has the engine go by what was decided about blocks by hand, tells of it, and
// tells who decided.
func (m *Machine) decided(done *write, w Written) {
	m.engage(protocol.Decided{})
	for _, id := range w.Change.Update.Invalidated {
		if h, known := m.view.Header(id); known {
			m.tell(events.BlockInvalidated{BlockRef: refOf(h.Ref)})
		}
	}
	for _, id := range w.Change.Update.Reconsidered {
		if h, known := m.view.Header(id); known {
			m.tell(events.BlockReconsidered{BlockRef: refOf(h.Ref)})
		}
	}
	m.owed = append(m.owed, Answer{Number: done.number, Err: w.Err, Result: &w})
}
