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
	added []*entry
	byID  map[types.Hash]*entry // of added
	tip   *entry
	state consensus.State // after tip
}

func (c *Chain) newStep(w Writer) *step {
	c.mu.RLock()
	defer c.mu.RUnlock()
	return &step{
		c: c, w: w, byID: make(map[types.Hash]*entry),
		tip: c.main[len(c.main)-1], state: c.tip,
	}
}

// find looks a block up, among this step's own too.
func (s *step) find(id types.Hash) *entry {
	if e := s.byID[id]; e != nil {
		return e
	}
	s.c.mu.RLock()
	defer s.c.mu.RUnlock()
	return s.c.entries[id]
}

// isStored reports whether a block is on disk, or will be after this step.
func (s *step) isStored(e *entry) bool {
	return e.status == stored || s.byID[e.ID] != nil
}

// add takes one block: nothing to do, on top of the tip, or on a side branch.
func (s *step) add(b *types.Block) error {
	id := b.Hash()
	known := s.find(id)
	if known != nil && s.isStored(known) {
		return nil
	}
	if known != nil && known.status == invalid {
		return &BlockError{known.Ref, ErrInvalidAncestor}
	}
	parent := s.find(b.Previous)
	if parent == nil || parent.status == headerOnly && !s.isStored(parent) {
		return &BlockError{Ref{b.Height(), id}, ErrUnknownParent}
	}
	e, err := s.enter(known, parent, b)
	if err != nil {
		return &BlockError{Ref{parent.Height + 1, id}, err}
	}
	if parent == s.tip {
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

// enter checks a block's header and puts the block among those of this step.
// An entry that exists is used again, as others may have it for a parent, but
// not changed before the step is done.
func (s *step) enter(known, parent *entry, b *types.Block) (*entry, error) {
	if parent.status == invalid {
		return nil, ErrInvalidAncestor
	}
	below := s.state
	if parent != s.tip {
		below = parent.state(s.c.genesis.Params)
	}
	if err := s.c.checkHeader(below, b.Header); err != nil {
		return nil, err
	}
	e := known
	if e == nil {
		e = parent.child(b.Header, below.After(b.Header))
	}
	s.added = append(s.added, e)
	s.byID[e.ID] = e
	return e, nil
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
	next, diff, err := s.state.Apply(b, accounts)
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
