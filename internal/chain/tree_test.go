package chain_test

import (
	"errors"
	"maps"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"networkmngr/internal/chain"
	"networkmngr/internal/chain/chaintest"
	"networkmngr/internal/consensus"
	"networkmngr/internal/genesis"
	"networkmngr/internal/store"
	"networkmngr/internal/types"
)

// leaf is a block of the naive model, with all that is true after it.
type leaf struct {
	block     types.Block
	state     consensus.State
	accounts  consensus.Accounts
	parent    *leaf
	invalid   bool // it or an ancestor
	delivered bool // with all its ancestors, and stored unless it is invalid
}

// grow draws a block on one of the tree's. One in eight spends too much.
func grow(t *rapid.T, g *consensus.Genesis, tree []*leaf) *leaf {
	parent := tree[rapid.IntRange(0, len(tree)-1).Draw(t, "parent")]
	l := &leaf{parent: parent, accounts: maps.Clone(parent.accounts), invalid: parent.invalid}
	var transfers []types.Transaction
	for range rapid.IntRange(0, 3).Draw(t, "transfers") {
		transfers = append(transfers, l.transfer(t, g))
	}
	if rapid.IntRange(0, 7).Draw(t, "overdraft") == 0 {
		sequence := l.accounts[alice].Sequence
		transfers = append(transfers, chaintest.Transfer(types.NamedKey("alice"), g.State().ID, sequence, bob, types.MaxAmount/2, 0))
		l.invalid = true
	}
	payout := types.NamedAddress(rapid.SampledFrom(chaintest.Names).Draw(t, "payout"))
	time := parent.state.Time() + rapid.Uint32Range(1, 2*chaintest.BlockTime).Draw(t, "seconds")
	l.block = chaintest.Mine(parent.state, payout, time, transfers...)
	l.state = parent.state.After(l.block.Header)
	l.pay(payout, l.block.Transactions[0].Amount)
	return l
}

// transfer draws one that the accounts so far allow, and makes it.
func (l *leaf) transfer(t *rapid.T, g *consensus.Genesis) types.Transaction {
	from := rapid.SampledFrom(chaintest.Names).Draw(t, "from")
	to := types.NamedAddress(rapid.SampledFrom(chaintest.Names).Draw(t, "to"))
	sender := types.NamedAddress(from)
	account := l.accounts[sender]
	amount := types.Amount(rapid.Uint64Range(1, uint64(chaintest.Balance)/10).Draw(t, "amount"))
	fee := types.Amount(rapid.Uint64Range(0, 10).Draw(t, "fee"))
	amount = min(amount, account.Balance/2) // never all of it
	transfer := chaintest.Transfer(types.NamedKey(from), g.State().ID, account.Sequence, to, amount, fee)
	l.accounts[sender] = consensus.Account{Balance: account.Balance - amount - fee, Sequence: account.Sequence + 1}
	l.pay(to, amount)
	return transfer
}

func (l *leaf) pay(to types.Address, amount types.Amount) {
	account := l.accounts[to]
	account.Balance += amount
	l.accounts[to] = account
}

// A random tree in a random order: the tip always is a branch of most work of
// those that are whole and valid, with its accounts; and whoever follows by
// updates has the same chain.
func TestRandomTreesInRandomOrder(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		n := newNetworkOver(t, store.NewMemory(), func(d *genesis.Description) { d.HalfLife = 3 * chaintest.BlockTime })
		root := &leaf{state: n.root(), accounts: make(consensus.Accounts), delivered: true}
		for _, change := range n.genesis.Diff() {
			root.accounts[change.Address] = change.After
		}
		tree := []*leaf{root}
		for range rapid.IntRange(1, 25).Draw(rt, "blocks") {
			tree = append(tree, grow(rt, n.genesis, tree))
		}
		waiting := shuffled(rt, tree[1:])
		f := newFollower(n.Chain)
		for len(waiting) > 0 {
			waiting = deliver(rt, n, tree, waiting)
			if rapid.Bool().Draw(rt, "pull") {
				f.pull(rt)
			}
			if rapid.IntRange(0, 9).Draw(rt, "reopen") == 0 {
				n.Chain = n.reopened()
				f.chain = n.Chain
			}
		}
		f.requireUpToDate(rt)
		requireSound(t, n.Chain, n.store)
	})
}

func shuffled(t *rapid.T, list []*leaf) []*leaf {
	places := make([]int, len(list))
	for i := range places {
		places[i] = i
	}
	mixed := make([]*leaf, len(list))
	for i, place := range rapid.Permutation(places).Draw(t, "order") {
		mixed[i] = list[place]
	}
	return mixed
}

// deliver adds each of the waiting blocks once, some only as headers first, and
// returns those whose parents were not there.
func deliver(t *rapid.T, n *network, tree, waiting []*leaf) (again []*leaf) {
	for _, l := range waiting {
		if rapid.IntRange(0, 3).Draw(t, "header first") == 0 {
			err := n.AddHeaders([]types.Header{l.block.Header})
			require.True(t, err == nil || errors.Is(err, chain.ErrUnknownParent) || l.invalid)
		}
		before := n.Tip()
		change, err := n.AddBlocks(l.block)
		switch {
		case errors.Is(err, chain.ErrUnknownParent) && !l.parent.delivered:
			again = append(again, l)
		default: // after a restart nobody remembers which parent was invalid
			require.True(t, err == nil || l.invalid && (chain.Invalid(err) || errors.Is(err, chain.ErrUnknownParent)), "%v", err)
			l.delivered = true
		}
		require.Equal(t, before != n.Tip(), change.Moved)
		requireBest(t, n, tree, before)
	}
	return again
}

// requireBest checks the tip against the model.
func requireBest(t *rapid.T, n *network, tree []*leaf, before consensus.State) {
	best, tip := tree[0], tree[0]
	for _, l := range tree {
		if l.delivered && !l.invalid && l.state.Work.Gt(&best.state.Work) {
			best = l
		}
		if l.state.ID == n.Tip().ID {
			tip = l
		}
	}
	require.Equal(t, tip.state, n.Tip())
	require.False(t, tip.invalid)
	require.Equal(t, best.state.Work, tip.state.Work)
	if before.Work == tip.state.Work {
		require.Equal(t, before.ID, tip.state.ID, "of equals the first stays")
	}
	for address, want := range tip.accounts {
		accounts, _, err := n.Accounts(address)
		require.NoError(t, err)
		require.Equal(t, want, accounts[address])
	}
}
