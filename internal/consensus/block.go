package consensus

import (
	"fmt"
	"slices"

	"networkmngr/internal/types"
)

// BlockVersion is the version that miners write into a header. No rule reads
// it.
const BlockVersion = 1

// CheckBlock checks what depends on nothing but the block's bytes, except the
// proof of work: Merkle root, size, the list of transactions, and each one's
// form. The Merkle root comes first: only if it fits is any other error the fault
// of the header's miner; see [Mutated]. The error wraps the Rule that is broken.
func CheckBlock(b *types.Block) error { return CheckTrusting(b, nil) }

// CheckTrusting is CheckBlock, with its error, without the form of the transfers that
// verified knows to be good, by their ids.
func CheckTrusting(b *types.Block, verified func(id types.Hash) bool) error {
	ids := b.TransactionIDs()
	if err := checkCommitment(b, ids); err != nil {
		return err
	}
	if size := b.Size(); size > types.MaxBlockSize {
		return ErrBlockSize.broken("%d bytes, at most %d", size, types.MaxBlockSize)
	}
	if len(b.Transactions) == 0 || b.Transactions[0].Kind != types.Coinbase {
		return ErrNoCoinbase.broken("the first transaction must be a coinbase")
	}
	if err := checkForm(&b.Transactions[0]); err != nil {
		return fmt.Errorf("coinbase: %w", err)
	}
	for i := 1; i < len(b.Transactions); i++ {
		if verified != nil && verified(ids[i]) {
			continue
		}
		if err := CheckTransfer(&b.Transactions[i]); err != nil {
			return fmt.Errorf("transaction %d: %w", i, err)
		}
	}
	return nil
}

// CheckCommitment checks that the header commits to these transactions and to
// no other list. A transaction as long as a pair of hashes could be read as
// one, so that a shorter or longer list has the same root (CVE-2017-12842); only a
// coinbase with 15 bytes of data has that length. The error is ErrMerkleRoot or
// ErrDuplicateLeaf.
func CheckCommitment(b *types.Block) error { return checkCommitment(b, b.TransactionIDs()) }

// checkCommitment is CheckCommitment. What it finds good stays with the block, as a node
// checks a peer's block before it passes it on, and again before it stores it.
func checkCommitment(b *types.Block, ids []types.Hash) error {
	if b.HasRoot(b.MerkleRoot) {
		return nil
	}
	root, duplicate := MerkleRoot(ids)
	if duplicate {
		return ErrDuplicateLeaf.broken("a transaction stands twice")
	}
	if root != b.MerkleRoot {
		return ErrMerkleRoot.broken("merkle_root is %s, the transactions hash to %s", b.MerkleRoot, root)
	}
	for i := range b.Transactions {
		if b.Transactions[i].Size() == pairSize {
			return ErrMerkleRoot.broken("transaction %d has %d bytes, like a pair of hashes", i, pairSize)
		}
	}
	b.KeepRoot(root)
	return nil
}

// Apply checks a block on top of s by every rule except the clock's, and returns
// the next state and the changes of accounts. accounts must hold what Touched
// names. The error wraps the Rule that is broken.
func (s State) Apply(b *types.Block, accounts Accounts) (State, Diff, error) {
	return s.ApplyTrusting(b, accounts, nil)
}

// ApplyTrusting is Apply, with its error, without the check of forms and signatures
// that verified knows to be good, by the id of the transfer, which covers the
// signature. A node checked most of them when they entered the mempool.
func (s State) ApplyTrusting(b *types.Block, accounts Accounts, verified func(id types.Hash) bool) (State, Diff, error) {
	if err := s.CheckHeader(b.Header); err != nil {
		return s, nil, err
	}
	identified := *b
	identified.Identify(b.TransactionIDs())
	if err := CheckTrusting(&identified, verified); err != nil {
		return s, nil, err
	}
	next, diff, err := s.ApplyChecked(b, accounts)
	if err != nil {
		return s, nil, err
	}
	if err := CheckSignatures(Unverified(&identified, verified), s.params.GenesisID); err != nil {
		return s, nil, err
	}
	return next, diff, nil
}

// ApplyChecked is Apply for a block that has passed State.CheckHeader on s,
// CheckBlock and CheckSignatures: it checks the accounts. The error wraps the
// Rule that is broken.
func (s State) ApplyChecked(b *types.Block, accounts Accounts) (State, Diff, error) {
	next := s.After(b.Header)
	diff, err := next.settle(b, accounts)
	if err != nil {
		return s, nil, err
	}
	return next, diff, nil
}

// settle moves the coins of b, the block that s is the state after. The
// coinbase comes last, so that nobody spends a reward in its own block.
func (s State) settle(b *types.Block, before Accounts) (Diff, error) {
	l := ledger{before: before, places: make(map[types.Address]int, len(before)), changes: make([]Change, 0, len(before))}
	coinbase := &b.Transactions[0]
	l.of(coinbase.Recipient) // the first, in the block's order
	var fees types.Amount
	for i, sender := range b.Senders()[1:] {
		t := &b.Transactions[i+1]
		from := l.of(sender)
		spent, err := from.Spend(t)
		if err != nil {
			return nil, fmt.Errorf("transaction %d: %w", i+1, err)
		}
		*from = spent
		to := l.of(t.Recipient)
		*to = to.receive(t.Amount)
		fees += t.Fee
	}
	if err := s.checkCoinbase(coinbase, fees); err != nil {
		return nil, err
	}
	to := l.of(coinbase.Recipient)
	*to = to.receive(coinbase.Amount)
	return l.diff(), nil
}

// ledger has the accounts that a block touches, each once, in the block's order.
type ledger struct {
	before  Accounts
	places  map[types.Address]int // in changes
	changes []Change
}

// of is an account as it is so far. It stays in its place until of is called for another
// one.
func (l *ledger) of(address types.Address) *Account {
	place, met := l.places[address]
	if !met {
		place = len(l.changes)
		l.places[address] = place
		account := l.before[address]
		l.changes = append(l.changes, Change{Address: address, Before: account, After: account})
	}
	return &l.changes[place].After
}

// diff is what has changed.
func (l *ledger) diff() Diff {
	return slices.DeleteFunc(l.changes, func(c Change) bool { return c.Before == c.After })
}

// checkCoinbase checks the coinbase's height and amount: exactly reward and fees,
// so that the sum of coins follows from the height.
func (s State) checkCoinbase(coinbase *types.Transaction, fees types.Amount) error {
	if coinbase.Sequence != s.Height {
		return ErrHeight.broken("the coinbase's sequence is %d, the block's height is %d", coinbase.Sequence, s.Height)
	}
	if want := s.params.RewardAt(s.Height) + fees; coinbase.Amount != want {
		return ErrReward.broken("the coinbase pays %s, reward and fees are %s", coinbase.Amount, want)
	}
	return nil
}
