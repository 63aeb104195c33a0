package core

import (
	"fmt"

	"networkmngr/internal/chain"
	"networkmngr/internal/events"
	"networkmngr/internal/mining"
	"networkmngr/internal/types"
)

// aside reports whether an order is for a branch beside the main chain. Its blocks are
// stored as they are found, and peers are told nothing of a side branch: with the block
// by which it outweighs the main chain it becomes that, and all of it is announced.
func (o *order) aside() bool { return !o.From.IsZero() }

// end is the block that an order aside goes on from; zero for another order.
func (o *order) end() types.Hash {
	if !o.aside() || len(o.blocks) == 0 {
		return o.From
	}
	return o.blocks[len(o.blocks)-1].Hash()
}

// serveAside begins an order aside, which catches up with nobody first, or ends it if
// nothing may be mined on its branch.
func (m *Machine) serveAside(o *order) {
	h, known := m.view.Header(o.end())
	switch {
	case m.play.strategy != nil:
		m.endOrder(mining.ErrWithholds)
	case !known || !h.Stored:
		m.endOrder(fmt.Errorf("%w: block %s, to mine on", chain.ErrNotFound, o.end()))
	case !h.Valid:
		m.endOrder(&chain.BlockError{Ref: h.Ref, Err: chain.ErrInvalidated})
	default:
		o.stage = searching
		return
	}
	m.serveOrder()
}

// placeAside has a job be for a branch beside the main chain: for no more blocks in a row than
// may be missing, without transfers, as those of the mempool are good on the tip only.
func (m *Machine) placeAside(made *mining.Job, next job) {
	state, known := m.view.State(next.on)
	if !known {
		return
	}
	missing := uint64(1)
	if tip := m.view.Tip(); tip.Height > state.Height {
		missing += tip.Height - state.Height
	}
	made.State, made.Transfers = state, nil
	made.Blocks = int(min(uint64(made.Blocks), missing))
}

// minedAside ends an order aside once its branch is the main chain, or is as long as it
// may be.
func (m *Machine) minedAside(o *order) {
	switch {
	case o.end() == m.view.Tip().ID:
		m.publishAside(o)
		m.catchUp(o, closing)
	case len(o.blocks) >= o.Count:
		m.endOrder(fmt.Errorf("%w after %d blocks that were mined aside from block %s", chain.ErrNotBetter, len(o.blocks), o.From))
	}
}

// publishAside tells that the blocks which were withheld are public: their branch is the
// main chain, which is announced with all of them.
func (m *Machine) publishAside(o *order) {
	if o.untold == 0 {
		return
	}
	last := &o.blocks[o.untold-1]
	m.tell(events.BlocksPublished{BlockRef: events.BlockRef{Hash: last.Hash(), Index: last.Height()}, Blocks: o.untold})
	o.untold = 0
}

// abandonAside tells that an order which ends leaves blocks behind that no peer hears of.
func (m *Machine) abandonAside(o *order) {
	if o.untold == 0 {
		return
	}
	last := &o.blocks[len(o.blocks)-1]
	m.tell(events.BlocksAbandoned{BlockRef: events.BlockRef{Hash: last.Hash(), Index: last.Height()}, Blocks: o.untold})
}
