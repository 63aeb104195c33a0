package chain_test

import (
	"context"
	"maps"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"networkmngr/internal/chain"
	"networkmngr/internal/chain/chaintest"
	"networkmngr/internal/consensus"
	"networkmngr/internal/genesis"
	"networkmngr/internal/store"
	"networkmngr/internal/types"
)

var (
	alice = types.NamedAddress("alice")
	bob   = types.NamedAddress("bob")
	carol = types.NamedAddress("carol")
)

// network is a chain under test, with the store under it.
type network struct {
	*chain.Chain
	t       testing.TB
	genesis *consensus.Genesis
	store   chain.Store
	now     time.Time
	viewers viewers
}

// newNetwork starts a chain over an empty store in memory. The test ends by
// checking the whole of it.
func newNetwork(t testing.TB) *network { return newNetworkOver(t, store.NewMemory()) }

func newNetworkOver(t testing.TB, s chain.Store, change ...func(*genesis.Description)) *network {
	n := &network{t: t, genesis: chaintest.Genesis(change...), store: s, now: chaintest.Now()}
	n.Chain = n.reopened()
	t.Cleanup(func() {
		if !t.Failed() {
			requireSound(t, n.Chain, n.store)
		}
	})
	return n
}

// reopened is another chain over the same store.
func (n *network) reopened() *chain.Chain {
	c, err := chain.Open(n.store, n.genesis, func() time.Time { return n.now })
	require.NoError(n.t, err)
	return c
}

// root is the state after genesis.
func (n *network) root() consensus.State { return n.genesis.State() }

// take adds blocks, all of which must be good.
func (n *network) take(blocks ...types.Block) chain.Change {
	change, err := n.AddBlocks(blocks...)
	require.NoError(n.t, err)
	require.Equal(n.t, n.Tip(), change.Tip)
	return change
}

// refuse adds blocks, of which one must be refused, and returns the error.
func (n *network) refuse(blocks ...types.Block) (chain.Change, *chain.BlockError) {
	change, err := n.AddBlocks(blocks...)
	var at *chain.BlockError
	require.ErrorAs(n.t, err, &at)
	require.Equal(n.t, n.Tip(), change.Tip)
	return change, at
}

// extend mines count blocks on the tip and adds them.
func (n *network) extend(count int) []types.Block {
	blocks := chaintest.Branch(n.Tip(), alice, count)
	n.take(blocks...)
	return blocks
}

func (n *network) requireTip(b types.Block) {
	require.Equal(n.t, b.Hash(), n.Tip().ID)
}

func (n *network) balance(address types.Address) types.Amount {
	accounts, tip, err := n.Accounts(address)
	require.NoError(n.t, err)
	require.Equal(n.t, n.Tip().ID, tip.ID)
	return accounts[address].Balance
}

// overdraft mines a block that is good as far as its bytes tell, but spends
// more than there is.
func overdraft(g *consensus.Genesis, state consensus.State) types.Block {
	pay := chaintest.Transfer(types.NamedKey("alice"), g.State().ID, 0, bob, types.MaxAmount/2, 0)
	return chaintest.Next(state, carol, pay)
}

// forgery mines a block that is good but for a signature.
func forgery(g *consensus.Genesis, state consensus.State) types.Block {
	pay := chaintest.Transfer(types.NamedKey("alice"), g.State().ID, 0, bob, types.Coin, 0)
	pay.Signature[0] ^= 1
	return chaintest.Next(state, carol, pay)
}

// malformed mines a block that breaks a rule whatever it stands on.
func malformed(state consensus.State) types.Block {
	b := chaintest.Next(state, carol)
	b.Transactions[0].Data = []byte("{")
	chaintest.Solve(&b)
	return b
}

func headersOf(blocks []types.Block) []types.Header {
	headers := make([]types.Header, len(blocks))
	for i := range blocks {
		headers[i] = blocks[i].Header
	}
	return headers
}

// replay applies the main chain from genesis by the rules alone.
func replay(t testing.TB, c *chain.Chain) (consensus.State, consensus.Accounts) {
	state, accounts := c.Genesis().State(), make(consensus.Accounts)
	for _, change := range c.Genesis().Diff() {
		accounts[change.Address] = change.After
	}
	for _, ref := range c.MainChain(1, int(c.Tip().Height)) {
		b, err := c.Block(ref.ID)
		require.NoError(t, err)
		next, diff, err := state.Apply(&b, accounts)
		require.NoError(t, err)
		for _, change := range diff {
			accounts[change.Address] = change.After
		}
		state = next
	}
	return state, accounts
}

// requireSound checks all of a chain that can be checked from outside: replay
// gives the tip and the accounts, the coins add up, memory and store agree, and
// what is resumed from the store is the same chain.
func requireSound(t testing.TB, c *chain.Chain, s chain.Store) {
	state, accounts := replay(t, c)
	tip := c.Tip()
	require.Equal(t, state, tip)
	var coins types.Amount
	stored, at, err := c.Accounts(slices.Collect(maps.Keys(accounts))...)
	require.NoError(t, err)
	require.Equal(t, accounts, stored)
	require.Equal(t, chain.Ref{Height: tip.Height, ID: tip.ID}, at)
	for _, account := range stored {
		coins += account.Balance
	}
	require.Equal(t, c.Genesis().Params.CoinsAt(tip.Height), coins)
	v, err := c.Validate(context.Background())
	require.NoError(t, err)
	require.Nil(t, v.Fault)
	requireSequences(t, c)
	requireStored(t, c, s)
	requireResumed(t, c, s)
}

// requireStored checks that the store has what the chain says, and diffs for
// the main chain only.
func requireStored(t testing.TB, c *chain.Chain, s chain.Store) {
	require.NoError(t, s.View(func(r chain.Reader) error {
		at, err := r.Tip()
		require.NoError(t, err)
		require.Equal(t, c.Tip().ID, at.ID)
		return r.Headers(func(ref chain.Ref, h types.Header) error {
			known, ok := c.Header(ref.ID)
			require.True(t, ok)
			require.Equal(t, ref, known.Ref)
			require.Equal(t, h, known.Header)
			require.True(t, known.Stored || !known.Valid)
			id, _ := c.IDAt(ref.Height)
			_, err := r.Diff(ref)
			if id == ref.ID {
				return err
			}
			require.ErrorIs(t, err, chain.ErrNotFound)
			return nil
		})
	}))
}

func requireResumed(t testing.TB, c *chain.Chain, s chain.Store) {
	again, err := chain.Open(s, c.Genesis(), chaintest.Now)
	require.NoError(t, err)
	require.Equal(t, c.Tip(), again.Tip())
	all := int(c.Tip().Height) + 1
	require.Equal(t, c.MainChain(0, all), again.MainChain(0, all))
	require.Equal(t, again.Tip().ID, again.View().HeadersTip().ID, "nothing stored outweighs the tip")
}
