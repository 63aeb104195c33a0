package consensus

import (
	"networkmngr/internal/types"
)

// Account is what the chain knows of an address; zero before its first payment.
type Account struct {
	Balance  types.Amount
	Sequence uint64 // transfers made so far; the next one must carry this number
}

// Accounts are the accounts that a block touches. A missing address has the zero
// Account.
type Accounts map[types.Address]Account

// Change is one account's step from Before to After.
type Change struct {
	Address       types.Address
	Before, After Account
}

// Diff lists the accounts that a block changes, each address once, in the order
// in which the block touches them.
type Diff []Change

// Inverse is the diff that undoes d.
func (d Diff) Inverse() Diff {
	inverse := make(Diff, len(d))
	for i, c := range d {
		inverse[i] = Change{Address: c.Address, Before: c.After, After: c.Before}
	}
	return inverse
}

// Touched lists the addresses that a block reads or writes, each once, in the
// block's order.
func Touched(b *types.Block) []types.Address {
	seen := make(map[types.Address]bool, len(b.Transactions)+1)
	var list []types.Address
	touch := func(a types.Address) {
		if !seen[a] {
			seen[a] = true
			list = append(list, a)
		}
	}
	for i, sender := range b.Senders() {
		touch(sender)
		touch(b.Transactions[i].Recipient)
	}
	return list
}

// Spend returns the account after transfer t. It checks the rules that depend on
// the account: the error is ErrSequenceUsed, ErrSequenceGap or ErrOverspend.
func (a Account) Spend(t *types.Transaction) (Account, error) {
	if t.Sequence < a.Sequence {
		return a, ErrSequenceUsed.broken("sequence %d was used, the next of %s is %d", t.Sequence, t.Sender(), a.Sequence)
	}
	if t.Sequence > a.Sequence {
		return a, ErrSequenceGap.broken("sequence is %d, the next of %s is %d", t.Sequence, t.Sender(), a.Sequence)
	}
	cost, ok := t.Amount.Add(t.Fee)
	if !ok || cost > a.Balance {
		return a, ErrOverspend.broken("%s has %s, amount %s and fee %s are more", t.Sender(), a.Balance, t.Amount, t.Fee)
	}
	return Account{Balance: a.Balance - cost, Sequence: a.Sequence + 1}, nil
}

// receive returns the account after a payment. No sum of coins that exist can
// exceed MaxAmount (see Params.RewardAt), so neither can a balance.
func (a Account) receive(amount types.Amount) Account {
	a.Balance += amount
	return a
}
