package consensus

import (
	"fmt"

	"networkmngr/internal/types"
)

// BlockVersion is the version that miners write into a header. No rule reads
// it.
const BlockVersion = 1

// CheckBlock checks all of a block that depends on nothing but its bytes, the
// proof of work excepted: the Merkle root, size, the shape of its list of
// transactions, and each one's form. The Merkle root comes first: only once it
// fits is anything that is wrong the fault of whoever made the header; see
// [Mutated].
func CheckBlock(b *types.Block) error {
	if err := CheckCommitment(b); err != nil {
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
		if err := CheckTransfer(&b.Transactions[i]); err != nil {
			return fmt.Errorf("transaction %d: %w", i, err)
		}
	}
	return nil
}

// CheckCommitment checks that the header commits to these transactions and to
// no other list. A transaction as long as a pair of hashes could be read as
// one and give a shorter or longer list the same root (CVE-2017-12842); only a
// coinbase with 15 bytes of data has that length. An error is one that [Mutated]
// reports.
func CheckCommitment(b *types.Block) error {
	root, duplicate := MerkleRoot(b.TransactionIDs())
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
	return nil
}

// Apply checks all of a block on top of s, but for the clock, and gives the
// state and the accounts' changes that follow from it. accounts must hold what
// Touched names.
func (s State) Apply(b *types.Block, accounts Accounts) (State, Diff, error) {
	return s.ApplyTrusting(b, accounts, nil)
}

// ApplyTrusting is Apply without the check of signatures that verified knows to
// be good, by the id of the transfer, which covers the signature. On a node
// most were checked when they came into the mempool.
func (s State) ApplyTrusting(b *types.Block, accounts Accounts, verified func(id types.Hash) bool) (State, Diff, error) {
	if err := s.CheckHeader(b.Header); err != nil {
		return s, nil, err
	}
	if err := CheckBlock(b); err != nil {
		return s, nil, err
	}
	next, diff, err := s.ApplyChecked(b, accounts)
	if err != nil {
		return s, nil, err
	}
	if err := CheckSignatures(Unverified(b.Transactions, verified), s.params.GenesisID); err != nil {
		return s, nil, err
	}
	return next, diff, nil
}

// ApplyChecked is Apply for a block that has passed State.CheckHeader on s,
// CheckBlock and CheckSignatures: what is left are the accounts.
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
	after := make(Accounts, len(before))
	for address, account := range before {
		after[address] = account
	}
	var fees types.Amount
	for i := 1; i < len(b.Transactions); i++ {
		t := &b.Transactions[i]
		sender := t.Sender()
		spent, err := after[sender].Spend(t)
		if err != nil {
			return nil, fmt.Errorf("transaction %d: %w", i, err)
		}
		after[sender] = spent
		after[t.Recipient] = after[t.Recipient].receive(t.Amount)
		fees += t.Fee
	}
	coinbase := &b.Transactions[0]
	if err := s.checkCoinbase(coinbase, fees); err != nil {
		return nil, err
	}
	after[coinbase.Recipient] = after[coinbase.Recipient].receive(coinbase.Amount)
	return diffOf(Touched(b), before, after), nil
}

// checkCoinbase checks what the coinbase says of its height and what it pays:
// exactly reward and fees, so that the sum of coins follows from the height.
func (s State) checkCoinbase(coinbase *types.Transaction, fees types.Amount) error {
	if coinbase.Sequence != s.Height {
		return ErrHeight.broken("the coinbase's sequence is %d, the block's height is %d", coinbase.Sequence, s.Height)
	}
	if want := s.params.RewardAt(s.Height) + fees; coinbase.Amount != want {
		return ErrReward.broken("the coinbase pays %s, reward and fees are %s", coinbase.Amount, want)
	}
	return nil
}

func diffOf(touched []types.Address, before, after Accounts) Diff {
	diff := make(Diff, 0, len(touched))
	for _, address := range touched {
		if before[address] != after[address] {
			diff = append(diff, Change{Address: address, Before: before[address], After: after[address]})
		}
	}
	return diff
}
