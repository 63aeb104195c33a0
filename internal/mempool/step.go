package mempool

import (
	"networkmngr/internal/consensus"
	"networkmngr/internal/types"
)

// The pool as it will be (to be filled in; only its owner changes it, anybody may
// read):
//
//	New(limits Limits, tip consensus.State) *Pool
//	(*Pool) Check(o Offer) error                       any goroutine; the signature last; changes nothing
//	(*Pool) Enter(o Offer, now time.Time) error        the owner, after Check; ErrMoved if o.At is not the pool's tip
//	(*Pool) Restore(o Offer, now time.Time) error      of pending.jsonl; o.Local, or else undone
//	(*Pool) Leave()                                    the owner, before the way is read: no Enter (ErrMoved) until the last Step
//	(*Pool) Concerns(types.Address) bool               any goroutine: Follow needs this account if a block touched it
//	(*Pool) Follow(tip consensus.State, step Step, now time.Time) error
//	(*Pool) Expire(now time.Time); NextExpiry() time.Time (zero for never)
//	(*Pool) Template(maxBytes int) (consensus.State, []types.Transaction)
//	(*Pool) Account(types.Address) (account consensus.Account, pending []types.Transaction, known bool)
//	At, Get, Has, All, Len, IDs, BySender, Entries(from, limit, now), Kept: as today
//
// and for drivers
//
//	Way(c Chain, from types.Hash, concerns func(types.Address) bool, yield func(consensus.State, Step) error) error
//
// which reads the way from a block to the tip of now, step by step, and begins
// again (First) if the tip moves meanwhile.

// Offer is a transfer that somebody wants in a pool, with what the pool must be
// told to judge it.
type Offer struct {
	Transaction types.Transaction
	Account     consensus.Account // the sender's
	At          types.Hash        // the block that Account is the state after
	Local       bool              // this node promises to keep it
}

// Step is a part of the chain's way from where a pool stands to another tip. The
// blocks that a reorg undid come first, the lowest before all, each in a step of
// its own, so that one block at a time is in memory.
type Step struct {
	Tip         types.Hash // where the way leads; the same in all its steps
	First, Last bool       // of the way
	Undone      []types.Transaction
	// Accounts are as they are at Tip: those of the senders of Undone, and, once
	// the way is over, every one that a block of it touched and that the pool
	// has something pending of. So who is missing is as before.
	Accounts consensus.Accounts
}
