package core

import (
	"networkmngr/internal/events"
	"networkmngr/internal/protocol"
)

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
