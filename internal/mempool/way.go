package mempool

import (
	"errors"
	"fmt"
	"slices"

	"networkmngr/internal/chain"
	"networkmngr/internal/consensus"
	"networkmngr/internal/types"
)

// Chain is what is read of a chain for pools that follow it.
type Chain interface {
	// UpdatesSince is the way from a block that was the tip to the tip of now.
	UpdatesSince(types.Hash) (chain.Updates, consensus.State, error)
	Block(types.Hash) (types.Block, error)
	// Accounts reads accounts and names the block that they are the state after.
	Accounts(...types.Address) (consensus.Accounts, chain.Ref, error)
	// Diff is what a block of the main chain did to the accounts.
	Diff(chain.Ref) (consensus.Diff, error)
}

// Way reads how the chain came from a block to its tip, and yields it in steps, with
// the state at the tip; concerns is Pool.Concerns. If the tip moves meanwhile, it
// begins again. An error is yield's, or the chain's: chain.ErrNotFound if it does
// not know the block. Of blocks that a reorg undid and that nobody keeps, see
// chain.Chain.Follow, nothing is told.
func Way(c Chain, from types.Hash, concerns func(types.Address) bool, yield func(consensus.State, Step) error) error {
	for {
		updates, tip, err := c.UpdatesSince(from)
		if err != nil {
			return fmt.Errorf("mempool: what happened since block %s: %w", from, err)
		}
		w := way{chain: c, concerns: concerns, tip: tip, step: Step{Tip: tip.ID, First: true}, yield: yield, undone: make(map[Slot]bool)}
		if err := w.read(updates); !errors.Is(err, ErrMoved) {
			return err
		}
	}
}

// way is one that is being read.
type way struct {
	chain    Chain
	concerns func(types.Address) bool
	tip      consensus.State
	step     Step          // the next one
	undone   map[Slot]bool // of what was undone, until a block of the new branch has it
	yield    func(consensus.State, Step) error
}

func (w *way) read(updates chain.Updates) error {
	for _, ref := range slices.Backward(updates.Reverted) {
		if err := w.revert(ref); err != nil {
			return err
		}
	}
	w.step.Accounts, w.step.Last = make(consensus.Accounts), true
	for _, ref := range updates.Applied {
		if err := w.apply(ref); err != nil {
			return err
		}
	}
	return w.yield(w.tip, w.step)
}

// revert yields a block that was undone.
func (w *way) revert(ref chain.Ref) error {
	block, err := w.chain.Block(ref.ID)
	if errors.Is(err, chain.ErrNotFound) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("mempool: read reverted block %d (%s): %w", ref.Height, ref.ID, err)
	}
	w.step.From = ref
	senders := make(map[types.Address]bool)
	for i := range block.Transactions {
		if t := &block.Transactions[i]; t.Kind == types.Transfer {
			w.step.Undone = append(w.step.Undone, *t)
			senders[t.Sender()] = true
			w.undone[SlotOf(t)] = true
		}
	}
	touched := slices.DeleteFunc(consensus.Touched(&block), func(address types.Address) bool {
		return !senders[address] && !w.concerns(address)
	})
	if w.step.Accounts, err = accountsAt(w.chain, w.tip.ID, touched...); err != nil {
		return err
	}
	err = w.yield(w.tip, w.step)
	w.step = Step{Tip: w.tip.ID}
	return err
}

// apply takes in what a block of the new branch changed.
func (w *way) apply(ref chain.Ref) error {
	diff, err := w.chain.Diff(ref)
	if errors.Is(err, chain.ErrNotFound) {
		return ErrMoved // off that branch
	}
	if err != nil {
		return fmt.Errorf("mempool: read what block %d (%s) changed: %w", ref.Height, ref.ID, err)
	}
	for _, change := range diff {
		if w.concerns(change.Address) {
			w.step.Accounts[change.Address] = change.After
		}
	}
	return w.findTaken(ref)
}

// findTaken looks for what has used, in a block of the new branch, the numbers of what
// a reorg undid.
func (w *way) findTaken(ref chain.Ref) error {
	if len(w.undone) == 0 {
		return nil
	}
	block, err := w.chain.Block(ref.ID)
	if errors.Is(err, chain.ErrNotFound) {
		return ErrMoved
	}
	if err != nil {
		return fmt.Errorf("mempool: read applied block %d (%s): %w", ref.Height, ref.ID, err)
	}
	for i := range block.Transactions {
		if t := &block.Transactions[i]; t.Kind == types.Transfer && w.undone[SlotOf(t)] {
			w.step.Taken = append(w.step.Taken, Taken{SlotOf(t), t.ID(), ref})
			delete(w.undone, SlotOf(t)) // no chain has two
		}
	}
	return nil
}

// accountsAt reads accounts as they are at tip; ErrMoved if the chain is elsewhere.
func accountsAt(c Chain, tip types.Hash, addresses ...types.Address) (consensus.Accounts, error) {
	if len(addresses) == 0 {
		return nil, nil
	}
	accounts, at, err := c.Accounts(addresses...)
	if err != nil {
		return nil, fmt.Errorf("mempool: read accounts at block %s: %w", tip, err)
	}
	if at.ID != tip {
		return nil, ErrMoved
	}
	return accounts, nil
}
