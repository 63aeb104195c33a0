package core

import (
	"fmt"
	"time"

	"networkmngr/internal/mining"
	"networkmngr/internal/types"
)

// patience is how long an order waits for the time from which on the chain takes its next
// block. Blocks that come quicker than their times may move on wait a second each; who
// waits longer has a clock that is behind, and would wait without a word.
const patience = 10 * time.Second

// refuseEarly ends the orders that would wait for longer.
func (m *Machine) refuseEarly() {
	for o := m.mining.first(); o != nil && !o.writing; o = m.mining.first() {
		err := m.tooEarly(o)
		if err == nil {
			return
		}
		m.endOrder(err)
		m.serveOrder()
	}
}

// tooEarly is the error of the order under way if the chain takes its next block only
// after more than patience; it wraps mining.ErrClockBehind.
func (m *Machine) tooEarly(o *order) error {
	if o.stage != searching {
		return nil
	}
	state, known := m.view.State(m.below(o))
	if !known {
		return nil
	}
	earliest := types.Header{Time: state.MedianTimePast() + 1}
	from, now := state.Params().ValidFrom(earliest), m.wall()
	if from.Sub(now) <= patience {
		return nil
	}
	return fmt.Errorf("%w: it says %s, and block %d can be mined from %s on", mining.ErrClockBehind,
		now.UTC().Format(time.RFC3339), state.Height+1, from.UTC().Format(time.RFC3339))
}

// below is the block that an order's next block stands on.
func (m *Machine) below(o *order) types.Hash {
	switch {
	case o.aside():
		return o.end()
	case m.play.strategy != nil:
		return m.play.end().ID
	}
	return m.view.Tip().ID
}
