package chain_test

import (
	"math"
	"path/filepath"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
	bolt "go.etcd.io/bbolt"
	"pgregory.net/rapid"

	"networkmngr/internal/chain"
	"networkmngr/internal/chain/chaintest"
	"networkmngr/internal/consensus"
	"networkmngr/internal/genesis"
	"networkmngr/internal/store"
	"networkmngr/internal/types"
)

// picture is all that a store says of its main chain.
type picture struct {
	tip      chain.Ref
	totals   chain.Totals
	rows     chain.Rows
	blocks   []string
	diffs    []consensus.Diff
	places   [][]chain.TxPosition // of each transaction
	richest  []chain.AccountBalance
	accounts []consensus.Account  // of richest
	history  [][]chain.TxPosition // of richest
}

func take(t require.TestingT, s chain.Store) (p picture) {
	require.NoError(t, s.View(func(r chain.Reader) error {
		var err error
		p.tip, err = r.Tip()
		require.NoError(t, err)
		p.totals, err = r.Totals()
		require.NoError(t, err)
		p.rows, err = r.Rows()
		require.NoError(t, err)
		p.takeBlocks(t, r)
		p.takeAccounts(t, r)
		return nil
	}))
	return p
}

func (p *picture) takeBlocks(t require.TestingT, r chain.Reader) {
	for height := range p.tip.Height + 1 {
		at, err := r.MainAt(height)
		require.NoError(t, err)
		raw, err := r.Block(at)
		require.NoError(t, err)
		diff, err := r.Diff(at)
		require.NoError(t, err)
		p.blocks, p.diffs = append(p.blocks, string(raw)), append(p.diffs, diff)
		b, err := types.DecodeBlock(raw)
		require.NoError(t, err)
		for _, id := range b.TransactionIDs() {
			places, err := r.Places(id)
			require.NoError(t, err)
			p.places = append(p.places, places)
		}
	}
	_, err := r.MainAt(p.tip.Height + 1)
	require.ErrorIs(t, err, chain.ErrNotFound)
}

func (p *picture) takeAccounts(t require.TestingT, r chain.Reader) {
	var err error
	p.richest, err = r.Richest(chain.First, math.MaxInt)
	require.NoError(t, err)
	for _, h := range p.richest {
		account, err := r.Account(h.Address)
		require.NoError(t, err)
		places, err := r.History(h.Address, chain.Newest, math.MaxInt)
		require.NoError(t, err)
		p.accounts, p.history = append(p.accounts, account), append(p.history, places)
	}
}

// requireSequences checks that each sender's transfers carry the numbers from 0
// on, in the order of the chain, and that its account counts them.
func requireSequences(t require.TestingT, c *chain.Chain) {
	next := make(map[types.Address]uint64)
	for _, ref := range c.MainChain(0, math.MaxInt) {
		b, err := c.Block(ref.ID)
		require.NoError(t, err)
		for i := range b.Transactions {
			if transfer := &b.Transactions[i]; transfer.Kind == types.Transfer {
				require.Equal(t, next[transfer.Sender()], transfer.Sequence)
				next[transfer.Sender()]++
			}
		}
	}
	for address, count := range next {
		accounts, _, err := c.Accounts(address)
		require.NoError(t, err)
		require.Equal(t, count, accounts[address].Sequence)
	}
}

// grownTree is a random tree of blocks in an order in which each can be taken.
func grownTree(t *rapid.T, g *consensus.Genesis) []types.Block {
	root := &leaf{state: g.State(), accounts: make(consensus.Accounts)}
	for _, change := range g.Diff() {
		root.accounts[change.Address] = change.After
	}
	tree := []*leaf{root}
	var blocks []types.Block
	for range rapid.IntRange(1, 20).Draw(t, "blocks") {
		l := grow(t, g, tree)
		tree, blocks = append(tree, l), append(blocks, l.block)
	}
	return blocks
}

// addInParts gives blocks to a chain, some at a time, as if from many peers.
func addInParts(t *rapid.T, c *chain.Chain, blocks []types.Block) {
	for len(blocks) > 0 {
		part := rapid.IntRange(1, len(blocks)).Draw(t, "part")
		_, err := c.AddBlocks(blocks[:part]...)
		if err == nil {
			blocks = blocks[part:]
			continue
		}
		require.True(t, chain.Invalid(err), "%v", err)
		_, err = c.AddBlocks(blocks[0]) // what stopped them comes to the front in the end
		require.True(t, err == nil || chain.Invalid(err), "%v", err)
		blocks = blocks[1:]
	}
}

// straight makes the chain that c has come to in an empty store, block after
// block.
func straight(t require.TestingT, c *chain.Chain, s chain.Store) *chain.Chain {
	direct, err := chain.Open(s, c.Genesis(), chaintest.Now)
	require.NoError(t, err)
	for _, ref := range c.MainChain(1, math.MaxInt) {
		b, err := c.Block(ref.ID)
		require.NoError(t, err)
		_, err = direct.AddBlocks(b)
		require.NoError(t, err)
	}
	require.Equal(t, c.Tip(), direct.Tip())
	return direct
}

// leaveNoTrace takes a random tree into one store, and the main chain that it
// comes to into another.
func leaveNoTrace(t *rapid.T, crooked, direct chain.Store) {
	g := chaintest.Genesis(func(d *genesis.Description) { d.HalfLife = 3 * chaintest.BlockTime })
	c, err := chain.Open(crooked, g, chaintest.Now)
	require.NoError(t, err)
	blocks := grownTree(t, g)
	addInParts(t, c, blocks)
	decideAtRandom(t, c, blocks)
	reconsiderAll(t, c, blocks)
	straight(t, c, direct)
	require.Equal(t, take(t, direct), take(t, crooked))
	requireSequences(t, c)
	var coins types.Amount
	for _, account := range take(t, crooked).accounts {
		coins += account.Balance
	}
	require.Equal(t, g.Params.CoinsAt(c.Tip().Height), coins)
}

// Whatever reorgs a chain has gone through, its store holds what it would if
// the main chain had come straight.
func TestReorgsLeaveNoTraceInMemory(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) { leaveNoTrace(rt, store.NewMemory(), store.NewMemory()) })
}

// On disk the rows are compared too, but those of blocks, as side branches stay.
func TestReorgsLeaveNoTraceOnDisk(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		folders := []string{t.TempDir(), t.TempDir()}
		stores := make([]*store.Bolt, len(folders))
		for i := range folders {
			var err error
			stores[i], err = store.Open(folders[i])
			require.NoError(rt, err)
		}
		leaveNoTrace(rt, stores[0], stores[1])
		for _, s := range stores {
			require.NoError(rt, s.Close())
		}
		require.Equal(rt, dump(rt, folders[1]), dump(rt, folders[0]))
	})
}

// dump reads every row of a store's file but the encodings of blocks.
func dump(t require.TestingT, folder string) map[string]string {
	db, err := bolt.Open(filepath.Join(folder, "chain.db"), 0o600, &bolt.Options{ReadOnly: true})
	require.NoError(t, err)
	rows := make(map[string]string)
	require.NoError(t, db.View(func(tx *bolt.Tx) error {
		return tx.ForEach(func(bucket []byte, b *bolt.Bucket) error {
			return b.ForEach(func(key, value []byte) error {
				if isBlock := string(bucket) == "blocks" && slices.Equal(key[40:], []byte("b")); !isBlock {
					rows[string(bucket)+"/"+string(key)] = string(value)
				}
				return nil
			})
		})
	}))
	require.NoError(t, db.Close())
	delete(rows, "meta/commit") // counts transactions, which are more with reorgs
	return rows
}
