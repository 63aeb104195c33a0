package chain

import (
	"errors"
	"fmt"

	"networkmngr/internal/consensus"
	"networkmngr/internal/types"
)

// found is what a store holds besides headers.
type found struct {
	tip    Ref
	totals Totals
	reorg  *Reorg // the one under way, if there is one
	byHand []Ref  // blocks that were invalidated by hand
	blocks []*blockNode
}

// readAll makes nodes of all stored headers.
func (c *Chain) readAll() (f found, err error) {
	err = c.read(func(r Reader) (err error) {
		if f.tip, err = r.Tip(); err != nil {
			return err
		}
		if f.totals, err = r.Totals(); err != nil {
			return err
		}
		if f.byHand, err = r.Invalidated(); err != nil {
			return err
		}
		if reorg, err := r.Reorg(); err == nil {
			f.reorg = &reorg
		} else if !errors.Is(err, ErrNotFound) {
			return err
		}
		return r.Headers(func(at Ref, h types.Header) error {
			e, err := c.load(at, h)
			f.blocks = append(f.blocks, e)
			return err
		})
	})
	return f, err
}

// resume makes the store's tip the main chain's end, and finishes what a crash
// has left under way.
func (c *Chain) resume(f found) error {
	end := c.table.get(f.tip.ID)
	if end == nil {
		return fmt.Errorf("%w: the tip %d (%s) is not among its blocks", ErrStore, f.tip.Height, f.tip.ID)
	}
	root := end
	for root.parent != nil {
		root = root.parent
	}
	c.main = append([]*blockNode{root}, end.branch(root)...)
	c.storeTip = storeTip{tip: end, state: end.state(c.genesis.Params), totals: f.totals, byHand: f.byHand}
	c.tip, c.totals = c.storeTip.state, f.totals
	if err := c.fillSide(f.blocks); err != nil {
		return err
	}
	c.headersTip = c.heaviest()
	c.setByHand(idSet(f.byHand))
	return c.finish(f.reorg)
}

// fillSide puts the stored blocks that are not on the main chain aside, with
// their sizes.
func (c *Chain) fillSide(blocks []*blockNode) error {
	return c.read(func(r Reader) error {
		for _, e := range blocks {
			if c.onMain(e) {
				continue
			}
			err := r.UseBlock(e.Ref, func(encoded []byte) error {
				c.put(e, standing{status: stored, size: len(encoded)})
				return nil
			})
			if err != nil {
				return err
			}
		}
		return nil
	})
}

// finish goes on with the reorg that was under way, or takes it back if its end
// was not stored. Afterwards no stored branch outweighs the main chain. What is
// beyond the limits stays until the first write, when followers have come back.
func (c *Chain) finish(under *Reorg) error {
	defer c.end()
	if c.writing.Lock(); under != nil {
		c.storeTip.noted, c.resumed = true, under
		c.storeTip.reorg = c.moveOf(*under)
	}
	return c.settle(c.finishReorg())
}

// settle moves the tip to the heaviest stored branch for as long as one outweighs it,
// after a reorg that ended with err: what breaks a rule on the way is passed over.
func (c *Chain) settle(err error) error {
	for err == nil || errors.As(err, new(*BlockError)) {
		best := c.side.heaviestStored(func(*blockNode) bool { return true })
		if best == nil || !best.work.Gt(&c.storeTip.tip.work) {
			return nil
		}
		c.storeTip.reorg = &reorg{from: c.storeTip.tip, to: best}
		err = c.finishReorg()
	}
	return err
}

// moveOf is the move that the store tells of.
func (c *Chain) moveOf(under Reorg) *reorg {
	from, to := c.find(under.From.ID), c.find(under.To.ID)
	if from == nil {
		from = c.storeTip.tip // nothing leads back: the heaviest that is stored will do
	}
	if to == nil {
		to = from
	}
	return &reorg{from: from, to: to}
}

// Resumed is the reorg that Open has found under way, and has finished or, if a
// block on the way was missing or invalid, taken back.
func (c *Chain) Resumed() (under Reorg, found bool) {
	if c.resumed == nil {
		return Reorg{}, false
	}
	return *c.resumed, true
}

// load makes the block node of one stored header, which was checked before it was
// stored.
func (c *Chain) load(at Ref, h types.Header) (*blockNode, error) {
	if at.Height == 0 {
		root := rootOf(c.genesis)
		if at.ID != root.ID {
			return nil, fmt.Errorf("%w: its genesis block is %s, %s starts with %s", ErrWrongNetwork, at.ID, c.genesis.Params.Name, root.ID)
		}
		return c.table.join(root), nil
	}
	if h.Hash() != at.ID {
		return nil, fmt.Errorf("%w: header %d (%s) is damaged", ErrStore, at.Height, at.ID)
	}
	parent := c.table.get(h.Previous)
	if parent == nil || parent.Height+1 != at.Height {
		return nil, fmt.Errorf("%w: block %d (%s) has no parent", ErrStore, at.Height, at.ID)
	}
	target, _ := consensus.TargetFromBits(h.Bits)
	work := consensus.WorkOf(target)
	e := &blockNode{Ref: at, header: h, parent: parent}
	e.work.Add(&parent.work, &work)
	e.schedule = parent.schedule.After(c.genesis.Params, at.Height, h.Time)
	return c.table.join(e), nil
}
