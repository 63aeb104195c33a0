package store_test

import (
	"encoding/binary"
	"math/rand/v2"
	"os"
	"testing"

	"github.com/stretchr/testify/require"

	"networkmngr/internal/chain"
	"networkmngr/internal/consensus"
	"networkmngr/internal/store"
	"networkmngr/internal/types"
)

// The benchmarks write what a chain would, without its rules.

// BenchmarkBlocks commits near-empty blocks, one a commit as a node does at its
// tip, or many as it does when it synchronises.
func BenchmarkBlocks(b *testing.B) {
	b.Run("1-a-commit", func(b *testing.B) { benchmarkBlocks(b, 1, 0, 0) })
	b.Run("200-a-commit", func(b *testing.B) { benchmarkBlocks(b, 200, 0, 0) })
}

// BenchmarkFullBlocks commits blocks of 2,000 transfers that touch as many
// accounts of 100,000.
func BenchmarkFullBlocks(b *testing.B) { benchmarkBlocks(b, 1, 2_000, 100_000) }

func benchmarkBlocks(b *testing.B, perCommit, transfers, accounts int) {
	folder := b.TempDir()
	s, err := store.Open(folder)
	require.NoError(b, err)
	w := newLoad(transfers, accounts)
	if accounts > 0 {
		require.NoError(b, s.Update(w.fund))
	}
	blocks := 0
	for b.Loop() {
		require.NoError(b, s.Update(func(to chain.Writer) error { return w.write(to, perCommit) }))
		blocks += perCommit
	}
	b.ReportMetric(float64(blocks)/b.Elapsed().Seconds(), "blocks/s")
	require.NoError(b, s.Close())
	info, err := os.Stat(folder + "/chain.db")
	require.NoError(b, err)
	b.ReportMetric(float64(info.Size())/float64(blocks), "file-B/block")
}

// BenchmarkOpen opens a store of 100,000 near-empty blocks and reads their
// headers.
func BenchmarkOpen(b *testing.B) {
	folder := b.TempDir()
	s, err := store.Open(folder)
	require.NoError(b, err)
	w := newLoad(0, 0)
	for range 100 {
		require.NoError(b, s.Update(func(to chain.Writer) error { return w.write(to, 1000) }))
	}
	require.NoError(b, s.Close())
	for b.Loop() {
		s, err := store.Open(folder)
		require.NoError(b, err)
		require.NoError(b, s.View(func(r chain.Reader) error {
			return r.Headers(func(chain.Ref, types.Header) error { return nil })
		}))
		require.NoError(b, s.Close())
	}
}

// load makes the blocks of the benchmarks.
type load struct {
	rng       *rand.Rand
	addresses []types.Address
	block     types.Block
	height    uint64
}

func newLoad(transfers, accounts int) *load {
	w := &load{rng: rand.New(rand.NewPCG(1, 2)), addresses: make([]types.Address, accounts)}
	for i := range w.addresses {
		binary.BigEndian.PutUint64(w.addresses[i][:], w.rng.Uint64())
	}
	w.block.Transactions = []types.Transaction{{Kind: types.Coinbase}}
	for range transfers {
		w.block.Transactions = append(w.block.Transactions, types.Transaction{Kind: types.Transfer})
	}
	return w
}

func (w *load) fund(to chain.Writer) error {
	for _, a := range w.addresses {
		if err := to.PutAccount(a, consensus.Account{Balance: types.Coin}); err != nil {
			return err
		}
	}
	return nil
}

// write stores count blocks.
func (w *load) write(to chain.Writer, count int) error {
	for range count {
		w.height++
		w.block.Nonce++
		w.block.Previous = w.block.Hash()
		if err := w.step(to, chain.Ref{Height: w.height, ID: w.block.Hash()}); err != nil {
			return err
		}
	}
	return nil
}

func (w *load) step(to chain.Writer, at chain.Ref) error {
	diff := consensus.Diff{{After: consensus.Account{Balance: types.Amount(w.height)}}}
	for range len(w.block.Transactions) - 1 {
		address := w.addresses[w.rng.IntN(len(w.addresses))]
		account, err := to.Account(address)
		if err != nil {
			return err
		}
		diff = append(diff, consensus.Change{Address: address, Before: account, After: consensus.Account{Balance: account.Balance + 1}})
	}
	for _, c := range diff {
		if err := to.PutAccount(c.Address, c.After); err != nil {
			return err
		}
	}
	if err := to.PutDiff(at, diff); err != nil {
		return err
	}
	if err := to.PutBlock(at, &w.block); err != nil {
		return err
	}
	return to.SetTip(at)
}
