package chain

import (
	"fmt"
	"slices"

	"networkmngr/internal/consensus"
	"networkmngr/internal/types"
)

// step is one addition while its store transaction is open. Nobody else sees
// any of it before the transaction is durable.
type step struct {
	c     *Chain
	w     Writer
	added map[*entry]bool
	tip   *entry
	state consensus.State // after tip
}

func (c *Chain) newStep(w Writer) *step {
	c.mu.RLock()
	defer c.mu.RUnlock()
	return &step{
		c: c, w: w, added: make(map[*entry]bool),
		tip: c.main[len(c.main)-1], state: c.tip,
	}
}

// isStored reports whether a block is on disk, or will be after this step.
func (s *step) isStored(e *entry) bool { return e.status == stored || s.added[e] }

// add takes the block that e stands for: nothing to do, on top of the tip, or
// on a side branch.
func (s *step) add(e *entry, b *types.Block) error {
	switch {
	case s.isStored(e):
		return nil
	case e.status == invalid:
		return &BlockError{e.Ref, ErrInvalidAncestor}
	case !s.isStored(e.parent):
		return &BlockError{e.Ref, ErrUnknownParent}
	}
	s.added[e] = true
	if e.parent == s.tip {
		return s.connect(e, b)
	}
	if err := consensus.CheckBlock(b); err != nil {
		return &BlockError{e.Ref, err}
	}
	if err := s.w.PutBlock(e.Ref, b); err != nil {
		return err
	}
	if e.work.Gt(&s.tip.work) {
		return s.reorganise(e)
	}
	return nil
}

// connect applies the block that e stands for on top of the tip and stores it.
func (s *step) connect(e *entry, b *types.Block) error {
	if err := s.apply(e, b); err != nil {
		return err
	}
	return s.w.PutBlock(e.Ref, b)
}

// apply makes e the tip.
func (s *step) apply(e *entry, b *types.Block) error {
	accounts, err := gather(s.w, b)
	if err != nil {
		return err
	}
	next, diff, err := s.state.ApplyTrusting(b, accounts, s.c.verified)
	if err != nil {
		return &BlockError{e.Ref, err}
	}
	s.tip, s.state = e, next
	return advance(s.w, e.Ref, diff)
}

// gather reads the accounts that a block touches.
func gather(r Reader, b *types.Block) (consensus.Accounts, error) {
	touched := consensus.Touched(b)
	accounts := make(consensus.Accounts, len(touched))
	return accounts, readAccounts(r, touched, accounts)
}

// advance writes what the block at ref does to the accounts, and moves the
// tip onto it.
func advance(w Writer, at Ref, diff consensus.Diff) error {
	if err := w.PutDiff(at, diff); err != nil {
		return err
	}
	if err := settle(w, diff); err != nil {
		return err
	}
	return w.SetTip(at)
}

func settle(w Writer, diff consensus.Diff) error {
	for _, change := range diff {
		if err := w.PutAccount(change.Address, change.After); err != nil {
			return err
		}
	}
	return nil
}

// reorganise leaves the main chain at the fork with e's branch, and follows
// that branch up to e.
func (s *step) reorganise(e *entry) error {
	base := fork(s.tip, e)
	for _, old := range slices.Backward(s.tip.branch(base)) {
		if err := s.revert(old); err != nil {
			return err
		}
	}
	s.tip, s.state = base, base.state(s.c.genesis.Params)
	for _, next := range e.branch(base) {
		block, err := readBlock(s.w, next.Ref)
		if err != nil {
			return err
		}
		if err := s.apply(next, &block); err != nil {
			return err
		}
	}
	return nil
}

func (s *step) revert(e *entry) error {
	diff, err := s.w.Diff(e.Ref)
	if err != nil {
		return fmt.Errorf("undo block %d (%s): %w", e.Height, e.ID, err)
	}
	if err := settle(s.w, diff.Inverse()); err != nil {
		return err
	}
	return s.w.DeleteDiff(e.Ref)
}
