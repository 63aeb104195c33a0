package chain_test

import (
	"crypto/ed25519"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"networkmngr/internal/chain"
	"networkmngr/internal/chain/chaintest"
	"networkmngr/internal/consensus"
	"networkmngr/internal/genesis"
	"networkmngr/internal/store"
	"networkmngr/internal/types"
)

// BenchmarkCondemn refuses a block on which 20,000 known headers stand.
func BenchmarkCondemn(b *testing.B) {
	g := chaintest.Genesis()
	wrong := malformed(g.State())
	blocks := chaintest.Branch(chaintest.After(g.State(), wrong), bob, 20_000)
	headers := headersOf(append([]types.Block{wrong}, blocks...))
	for b.Loop() {
		b.StopTimer()
		c, err := chain.Open(store.NewMemory(), g, chaintest.Now)
		require.NoError(b, err)
		view := c.View()
		view.Advance(chaintest.Now())
		require.NoError(b, view.AddHeaders(headers))
		b.StartTimer()
		change, err := c.AddBlocks(wrong)
		require.True(b, chain.Invalid(err))
		require.NoError(b, view.Apply(change.Update))
	}
}

// BenchmarkAddBlocks takes blocks of 2,000 signed transfers between 1,000
// accounts into a file, in batches as large as a node takes them.
func BenchmarkAddBlocks(b *testing.B) {
	const count, transfers, batch = 22, 2000, 11
	g, blocks := busy(count, transfers, 1000)
	for b.Loop() {
		b.StopTimer()
		s, err := store.Open(b.TempDir())
		require.NoError(b, err)
		c, err := chain.Open(s, g, chaintest.Now)
		require.NoError(b, err)
		b.StartTimer()
		for part := range slices.Chunk(blocks, batch) {
			_, err = c.AddBlocks(part...)
			require.NoError(b, err)
		}
		b.StopTimer()
		require.NoError(b, s.Close())
		b.StartTimer()
	}
	b.ReportMetric(float64(b.N)*count*transfers/b.Elapsed().Seconds(), "transfers/s")
}

// busy makes a network and blocks of transfers between anybody and anybody.
func busy(count, transfers, accounts int) (*consensus.Genesis, []types.Block) {
	keys, sequences := make([]ed25519.PrivateKey, accounts), make([]uint64, accounts)
	g := chaintest.Genesis(func(d *genesis.Description) {
		for i := range keys {
			keys[i] = types.NamedKey(fmt.Sprint("person ", i))
			d.Balances[types.AddressOfKey(keys[i])] = types.Coin
		}
	})
	rng := rand.New(rand.NewPCG(1, 1))
	state, blocks := g.State(), make([]types.Block, count)
	for i := range blocks {
		list := make([]types.Transaction, transfers)
		for j := range list {
			from, to := rng.IntN(accounts), rng.IntN(accounts)
			list[j] = chaintest.Transfer(keys[from], g.State().ID, sequences[from], types.AddressOfKey(keys[to]), 1, 1)
			sequences[from]++
		}
		blocks[i] = chaintest.Next(state, carol, list...)
		state = state.After(blocks[i].Header)
	}
	return g, blocks
}
