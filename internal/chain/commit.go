package chain

import (
	"bytes"
	"errors"
	"fmt"
	"maps"
	"slices"

	"networkmngr/internal/consensus"
	"networkmngr/internal/types"
)

// commit is one transaction of the store while it is open. Nobody else sees any
// of it before it is durable.
type commit struct {
	storeTip
	c      *Chain
	w      Writer
	blocks map[*blockNode]touched
	taken  commitSize // of all these

	// accounts are kept here until the end, as many blocks in a row touch the
	// same ones: as the store has them, and after tip.
	accounts map[types.Address]consensus.Change
}

// touched is a block that a commit has read or written.
type touched struct {
	size  int // in bytes
	added bool
}

func (c *Chain) newCommit(w Writer) *commit {
	return &commit{
		storeTip: c.storeTip, c: c, w: w,
		blocks: make(map[*blockNode]touched), accounts: make(map[types.Address]consensus.Change),
	}
}

// isStored reports whether a block is on disk, or will be after this step.
func (s *commit) isStored(e *blockNode) bool { return s.blocks[e].added || s.c.status(e) == stored }

// met notes a block that was read or written.
func (s *commit) met(e *blockNode, b *types.Block, added bool) {
	s.blocks[e] = touched{b.Size(), added || s.blocks[e].added}
	s.taken.add(b)
}

// add takes the block that e stands for: nothing to do, on top of the tip, or
// on a side branch. See Chain.check about checked.
func (s *commit) add(e *blockNode, b *types.Block, checked bool) error {
	if s.isStored(e) || e.parent != s.tip || s.c.shown(e).barred() {
		return s.put(e, b)
	}
	if err := s.apply(e, b, checked); err != nil {
		return err
	}
	return s.write(e, b)
}

// put stores the block that e stands for on a side branch. If that outweighs
// the main chain, the tip moves there.
func (s *commit) put(e *blockNode, b *types.Block) error {
	if err := s.putAside(e, b); err != nil || !e.work.Gt(&s.tip.work) {
		return err
	}
	s.reorg = &reorg{from: s.tip, to: e}
	return s.walk()
}

// putAside stores the block that e stands for, wherever the tip is.
func (s *commit) putAside(e *blockNode, b *types.Block) error {
	at := s.c.shown(e)
	switch {
	case at.byHand:
		return &BlockError{e.Ref, ErrInvalidated}
	case s.isStored(e):
		return nil
	case at.status == invalid:
		return &BlockError{e.Ref, ErrInvalidAncestor}
	case !s.isStored(e.parent):
		return &BlockError{e.Ref, ErrUnknownParent}
	}
	if err := consensus.CheckBlock(b); err != nil {
		return &BlockError{e.Ref, err}
	}
	return s.write(e, b)
}

func (s *commit) write(e *blockNode, b *types.Block) error {
	s.met(e, b, true)
	return s.w.PutBlock(e.Ref, b)
}

// apply makes e the tip.
func (s *commit) apply(e *blockNode, b *types.Block, checked bool) error {
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

func (s *commit) judge(b *types.Block, accounts consensus.Accounts, checked bool) (consensus.State, consensus.Diff, error) {
	if checked {
		return s.state.ApplyChecked(b, accounts)
	}
	return s.state.ApplyTrusting(b, accounts, s.c.verified)
}

// gather returns the accounts that a block touches.
func (s *commit) gather(b *types.Block) (consensus.Accounts, error) {
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

func (s *commit) account(address types.Address) (consensus.Account, error) {
	if kept, known := s.accounts[address]; known {
		return kept.After, nil
	}
	account, err := s.w.Account(address)
	if err == nil {
		s.accounts[address] = consensus.Change{Address: address, Before: account, After: account}
	}
	return account, err
}

// change notes what a block does to an account.
func (s *commit) change(c consensus.Change) {
	c.Before = s.accounts[c.Address].Before
	s.accounts[c.Address] = c
}

// enter notes what the block at ref, the new tip, does.
func (s *commit) enter(at Ref, b *types.Block, diff consensus.Diff) error {
	for _, change := range diff {
		s.change(change)
	}
	s.totals.Transactions += uint64(len(b.Transactions))
	if err := s.w.PutDiff(at, diff); err != nil {
		return err
	}
	return s.w.Index(at.Height, b)
}

// walk goes on with the move: back to the fork, and then along the branch to its
// end. It stops early when the step is full.
func (s *commit) walk() error {
	base := fork(s.tip, s.reorg.to)
	for s.tip != base && !s.taken.full(&s.c.limits) {
		if err := s.revert(s.tip); err != nil {
			return err
		}
	}
	if s.tip != base {
		return nil
	}
	for _, next := range s.reorg.to.branch(base) {
		if s.taken.full(&s.c.limits) {
			return nil
		}
		if err := s.follow(next); err != nil {
			return err
		}
	}
	return s.arrive()
}

// arrive ends the move. What was decided by hand is durable with its last step, so that
// a crash before leaves nothing of it.
func (s *commit) arrive() error {
	decided := s.reorg.byHand
	if s.reorg = nil; decided == nil {
		return nil
	}
	s.byHand = *decided
	return s.w.SetInvalidated(s.byHand)
}

// follow applies a stored block.
func (s *commit) follow(e *blockNode) error {
	b, err := s.read(e)
	if err != nil {
		return err
	}
	return s.apply(e, &b, s.c.shown(e).applied || s.c.sound(&b))
}

func (s *commit) read(e *blockNode) (types.Block, error) {
	b, err := readBlock(s.w, e.Ref)
	if err == nil {
		s.met(e, &b, false)
	}
	return b, err
}

// revert takes e back, which is the tip.
func (s *commit) revert(e *blockNode) error {
	diff, err := s.w.Diff(e.Ref)
	if err != nil {
		return fmt.Errorf("undo block %d (%s): %w", e.Height, e.ID, err)
	}
	for _, change := range diff.Inverse() {
		if _, err := s.account(change.Address); err != nil { // as the store has it
			return err
		}
		s.change(change)
	}
	block, err := s.read(e)
	if err != nil {
		return err
	}
	s.totals.Transactions -= uint64(len(block.Transactions))
	s.tip, s.state = e.parent, e.parent.state(s.c.genesis.Params)
	return errors.Join(s.w.Unindex(e.Height, &block), s.w.DeleteDiff(e.Ref))
}

// finish writes what was kept until the end: accounts in the order of their
// addresses, which is cheapest for a store, and the tip.
func (s *commit) finish() error {
	order := func(a, b consensus.Change) int { return bytes.Compare(a.Address[:], b.Address[:]) }
	for _, c := range slices.SortedFunc(maps.Values(s.accounts), order) {
		if c.Before == c.After {
			continue
		}
		if err := s.w.PutAccount(c.Address, c.After); err != nil {
			return err
		}
		s.totals.count(c.Before, c.After)
	}
	return errors.Join(s.w.SetTip(s.tip.Ref, s.totals), s.note())
}

// note has the store know of the move for as long as it is under way.
func (s *commit) note() error {
	switch {
	case s.reorg != nil:
		s.noted = true
		return s.w.PutReorg(s.reorg.record())
	case s.noted:
		s.noted = false
		return s.w.DeleteReorg()
	}
	return nil
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
