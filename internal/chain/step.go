package chain

import (
	"bytes"
	"fmt"
	"maps"
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

	// Accounts are kept here until the end, as many blocks in a row touch the
	// same ones: as the store has them, and after tip.
	before, after consensus.Accounts
	totals        Totals
}

func (c *Chain) newStep(w Writer) *step {
	c.mu.RLock()
	defer c.mu.RUnlock()
	return &step{
		c: c, w: w, added: make(map[*entry]bool),
		tip: c.main[len(c.main)-1], state: c.tip,
		before: make(consensus.Accounts), after: make(consensus.Accounts), totals: c.totals,
	}
}

// isStored reports whether a block is on disk, or will be after this step.
func (s *step) isStored(e *entry) bool { return e.status == stored || s.added[e] }

// add takes the block that e stands for: nothing to do, on top of the tip, or
// on a side branch. See Chain.check about checked.
func (s *step) add(e *entry, b *types.Block, checked bool) error {
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
		return s.connect(e, b, checked)
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
func (s *step) connect(e *entry, b *types.Block, checked bool) error {
	if err := s.apply(e, b, checked); err != nil {
		return err
	}
	return s.w.PutBlock(e.Ref, b)
}

// apply makes e the tip.
func (s *step) apply(e *entry, b *types.Block, checked bool) error {
	accounts, err := s.gather(b)
	if err != nil {
		return err
	}
	next, diff, err := s.judge(b, accounts, checked)
	if err != nil {
		return &BlockError{e.Ref, err}
	}
	s.tip, s.state = e, next
	return s.enter(e.Ref, b, diff)
}

func (s *step) judge(b *types.Block, accounts consensus.Accounts, checked bool) (consensus.State, consensus.Diff, error) {
	if checked {
		return s.state.ApplyChecked(b, accounts)
	}
	return s.state.ApplyTrusting(b, accounts, s.c.verified)
}

// gather gives the accounts that a block touches.
func (s *step) gather(b *types.Block) (consensus.Accounts, error) {
	touched := consensus.Touched(b)
	accounts := make(consensus.Accounts, len(touched))
	for _, address := range touched {
		account, err := s.account(address)
		if err != nil {
			return nil, err
		}
		accounts[address] = account
	}
	return accounts, nil
}

func (s *step) account(address types.Address) (consensus.Account, error) {
	if account, known := s.after[address]; known {
		return account, nil
	}
	account, err := s.w.Account(address)
	if err == nil {
		s.before[address], s.after[address] = account, account
	}
	return account, err
}

// enter notes what the block at ref, the new tip, does.
func (s *step) enter(at Ref, b *types.Block, diff consensus.Diff) error {
	for _, change := range diff {
		s.after[change.Address] = change.After
	}
	s.totals.Transactions += uint64(len(b.Transactions))
	if err := s.w.PutDiff(at, diff); err != nil {
		return err
	}
	return s.w.Index(at.Height, b)
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
		if err := s.apply(next, &block, false); err != nil {
			return err
		}
	}
	return nil
}

// revert takes the tip back.
func (s *step) revert(e *entry) error {
	diff, err := s.w.Diff(e.Ref)
	if err != nil {
		return fmt.Errorf("undo block %d (%s): %w", e.Height, e.ID, err)
	}
	for _, change := range diff.Inverse() {
		if _, err := s.account(change.Address); err != nil { // for s.before
			return err
		}
		s.after[change.Address] = change.After
	}
	block, err := readBlock(s.w, e.Ref)
	if err != nil {
		return err
	}
	s.totals.Transactions -= uint64(len(block.Transactions))
	if err := s.w.Unindex(e.Height, &block); err != nil {
		return err
	}
	return s.w.DeleteDiff(e.Ref)
}

// finish writes what was kept until the end: accounts in the order of their
// addresses, which is cheapest for a store, and the tip.
func (s *step) finish() error {
	order := func(a, b types.Address) int { return bytes.Compare(a[:], b[:]) }
	for _, address := range slices.SortedFunc(maps.Keys(s.after), order) {
		before, after := s.before[address], s.after[address]
		if before == after {
			continue
		}
		if err := s.w.PutAccount(address, after); err != nil {
			return err
		}
		s.totals.count(before, after)
	}
	return s.w.SetTip(s.tip.Ref, s.totals)
}

// count follows an account that may have been paid for the first time, or may
// never have been after all.
func (t *Totals) count(before, after consensus.Account) {
	none := consensus.Account{}
	if before == none && after != none {
		t.Accounts++
	}
	if before != none && after == none {
		t.Accounts--
	}
}
