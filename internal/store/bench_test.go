package store_test

import (
	"os"
	"testing"

	"github.com/stretchr/testify/require"

	"networkmngr/internal/chain"
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
