package chain_test

import (
	"crypto/ed25519"
	"flag"
	"os"
	"runtime"
	"runtime/debug"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"networkmngr/internal/chain"
	"networkmngr/internal/chain/chaintest"
	"networkmngr/internal/consensus"
	"networkmngr/internal/store"
	"networkmngr/internal/types"
)

var depthFlag = flag.Int("depth", 12, "full blocks that BenchmarkDeepReorg takes back")

// BenchmarkDeepReorg leaves full blocks of transfers to new accounts for one
// more of the same kind, on disk, and tells the most memory that the process
// had meanwhile beyond what it had before.
func BenchmarkDeepReorg(b *testing.B) {
	g := chaintest.Genesis()
	complete := func(state consensus.State, from string, sequence *uint64) types.Block {
		list := make([]types.Transaction, 5800)
		for i := range list {
			to := types.Address{byte(*sequence), byte(*sequence >> 8), byte(*sequence >> 16), from[0]}
			list[i] = types.Transaction{Kind: types.Transfer, Sequence: *sequence, Recipient: to, Amount: 1}
			copy(list[i].PublicKey[:], types.NamedKey(from).Public().(ed25519.PublicKey))
			*sequence++
		}
		return chaintest.Next(state, carol, list...)
	}
	for b.Loop() {
		b.StopTimer()
		s, err := store.Open(b.TempDir())
		require.NoError(b, err)
		c, err := chain.Open(s, g, chaintest.Now)
		require.NoError(b, err)
		c.TrustSignatures(func(types.Hash) bool { return true })
		for _, from := range []string{"alice", "bob"} {
			state, sequence := g.State(), uint64(0)
			for range *depthFlag {
				block := complete(state, from, &sequence)
				_, err = c.AddBlocks(block)
				require.NoError(b, err)
				state = state.After(block.Header)
			}
			if from == "bob" {
				last := complete(state, from, &sequence)
				debug.FreeOSMemory()
				before, ended := resident(b), make(chan float64)
				done := make(chan struct{})
				go watch(b, done, ended)
				b.StartTimer()
				change, err := c.AddBlocks(last)
				b.StopTimer()
				close(done)
				require.NoError(b, err)
				require.Equal(b, *depthFlag, change.Reverted)
				b.ReportMetric(<-ended-before, "MiB-more")
			}
		}
		require.NoError(b, s.Close())
		b.StartTimer()
	}
}

// watch returns the most that resident returned until done.
func watch(b *testing.B, done <-chan struct{}, most chan<- float64) {
	ticker := time.NewTicker(5 * time.Millisecond)
	defer ticker.Stop()
	peak := 0.0
	for {
		peak = max(peak, resident(b))
		select {
		case <-done:
			most <- peak
			return
		case <-ticker.C:
		}
	}
}

// resident is the memory of the process that is no file's, in MiB.
func resident(b *testing.B) float64 {
	if runtime.GOOS != "linux" {
		b.Skip("reads /proc")
	}
	text, err := os.ReadFile("/proc/self/status")
	require.NoError(b, err)
	_, rest, _ := strings.Cut(string(text), "RssAnon:")
	kib, err := strconv.Atoi(strings.Fields(rest)[0])
	require.NoError(b, err)
	return float64(kib) / 1024
}

// heapInUse is what is alive, in bytes.
func heapInUse() int {
	runtime.GC()
	var stats runtime.MemStats
	runtime.ReadMemStats(&stats)
	return int(stats.HeapAlloc)
}
