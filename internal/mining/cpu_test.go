package mining

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"math"
	"math/big"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/holiman/uint256"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"networkmngr/internal/consensus"
	"networkmngr/internal/types"
)

const maxThreads = 4

// eachThreads runs the test with every number of threads.
func eachThreads(t *testing.T, test func(t *testing.T, c CPU)) {
	for threads := range maxThreads + 1 {
		t.Run(fmt.Sprintf("%d threads", threads), func(t *testing.T) { test(t, CPU{Threads: threads}) })
	}
}

func TestCPUSolvesPublishedHeaders(t *testing.T) {
	eachThreads(t, func(t *testing.T, c CPU) {
		for i, p := range published {
			want := publishedHeader(t, i)
			h := want
			h.Nonce -= 3*batchSize + 17
			got, _, err := c.Solve(t.Context(), h)
			require.NoError(t, err, p.name)
			require.Equal(t, want, got, p.name)
		}
	})
}

// A search that is over with its first batch is done where it was asked for, a longer one in
// the background, by each of its threads.
func TestLongSearchesRunInTheBackground(t *testing.T) {
	eachThreads(t, func(t *testing.T, c CPU) {
		var runs atomic.Int32
		c.Background = func(work func()) { runs.Add(1); work() }
		h := publishedHeader(t, 0)
		h.Nonce -= batchSize / 2
		_, _, err := c.Solve(t.Context(), h)
		require.NoError(t, err)
		require.Zero(t, runs.Load())
		h.Nonce -= batchSize
		_, _, err = c.Solve(t.Context(), h)
		require.NoError(t, err)
		require.EqualValues(t, max(c.Threads, 1), runs.Load())
	})
}

func TestCPUSolvesRandomHeaders(t *testing.T) {
	r := newRand(t)
	eachThreads(t, func(t *testing.T, c CPU) {
		for _, bits := range []uint32{bitsEasy, bitsOneBatch, bitsBatches} {
			h := randomHeader(r, bits)
			got, _, err := c.Solve(t.Context(), h)
			require.NoError(t, err)
			require.True(t, solved(got), "%08x: %s", bits, got.Hash())
			h.Nonce = got.Nonce
			require.Equal(t, h, got, "only the nonce may change")
		}
	})
}

// TestCPUFindsFirstNonce compares with the plainest possible search, around
// the highest nonce too.
func TestCPUFindsFirstNonce(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		h := drawHeader(t, bitsOneBatch)
		h.Nonce = rapid.OneOf(rapid.Uint32(), rapid.Uint32Min(math.MaxUint32-100)).Draw(t, "nonce")
		got, _, err := CPU{}.Solve(context.Background(), h)
		require.NoError(t, err)
		for !solved(h) {
			h.Nonce++
		}
		require.Equal(t, h, got)
	})
}

func TestCPUExhausted(t *testing.T) {
	const before = batchSize + 904 // not a whole number of batches
	eachThreads(t, func(t *testing.T, c CPU) {
		want := publishedHeader(t, 0)
		h := want
		h.Nonce -= before
		got, hashes, err := c.solve(t.Context(), h, before+1)
		require.NoError(t, err)
		require.Equal(t, want, got, "the solution is the last nonce of the range")
		require.EqualValues(t, before+1, hashes)
		_, hashes, err = c.solve(t.Context(), h, before)
		require.EqualValues(t, before, hashes)
		require.ErrorIs(t, err, ErrExhausted, "the solution is the first nonce after the range")
	})
}

func TestCPUStopsWithItsContext(t *testing.T) {
	eachThreads(t, func(t *testing.T, c CPU) {
		_, _, err := c.Solve(newEndingContext(0), types.Header{Bits: bitsEasy})
		require.ErrorIs(t, err, context.Canceled, "ended before the search")

		for _, looks := range []int32{1, 2, 20} {
			ctx := newEndingContext(looks)
			_, _, err = c.Solve(ctx, types.Header{Bits: bitsOne})
			require.ErrorIs(t, err, context.Canceled, "ended within the search")
			// Every thread once, and the one that looks which error to give.
			require.EqualValues(t, max(c.Threads, 1)+1, ctx.told.Load(), "threads that have stopped")
		}
	})
}

// TestCPUCancelled cancels from outside, when every thread is at work.
func TestCPUCancelled(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	s := &search{target: *uint256.NewInt(1), nonces: allNonces}
	var running sync.WaitGroup
	running.Go(func() { s.run(ctx, maxThreads) })
	atWork := func() bool { return s.taken.Load() > 10*maxThreads*batchSize }
	require.Eventually(t, atWork, 3*time.Minute, time.Millisecond)
	cancel()
	running.Wait()
	_, err := s.result(ctx)
	require.ErrorIs(t, err, context.Canceled)
	require.Less(t, s.taken.Load(), s.nonces, "the search gave up early")
}

// TestSearchComparesWholeHash has targets that differ from the hash in their
// lowest bit alone.
func TestSearchComparesWholeHash(t *testing.T) {
	want := publishedHeader(t, 1)
	target := consensus.HashToInt(want.Hash())
	exact := &search{header: want, target: target, nonces: 1}
	exact.run(t.Context(), 1)
	got, err := exact.result(t.Context())
	require.NoError(t, err)
	require.Equal(t, want, got)

	target.SubUint64(&target, 1)
	below := &search{header: want, target: target, nonces: 1}
	below.run(t.Context(), 1)
	_, err = below.result(t.Context())
	require.ErrorIs(t, err, ErrExhausted)
}

// A thread more costs what the search for a block with an easy target does.
func TestAnEasyTargetIsMetByOneThread(t *testing.T) {
	const threads = 100
	easy := &uint256.Int{}
	easy.SetAllOne()
	made := testing.AllocsPerRun(10, func() {
		s := &search{target: *easy, nonces: allNonces}
		s.run(t.Context(), threads)
		require.NotNil(t, s.found.Load())
	})
	require.Less(t, made, float64(threads))
}

func TestCPURefusesBitsWithoutTarget(t *testing.T) {
	for _, bits := range []uint32{0, 0x1d000000, 0x1d80ffff, 0x2200ffff, 0xff7fffff} {
		_, _, err := CPU{}.Solve(t.Context(), types.Header{Bits: bits})
		require.ErrorIs(t, err, ErrTarget, "%08x", bits)
	}
}

func TestMidstateIsDoubleSHA256(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		h := drawHeader(t, 0)
		m := newMidstate(h)
		for _, nonce := range rapid.SliceOfN(rapid.Uint32(), 1, 8).Draw(t, "nonces") {
			h.Nonce = nonce
			hash := h.Hash()
			require.Equal(t, binary.LittleEndian.Uint32(hash[28:]), m.top(nonce))
		}
	})
}

// solved compares hash and target without any code of the product's.
func solved(h types.Header) bool {
	hash := h.Hash()
	slices.Reverse(hash[:])
	target := new(big.Int).Lsh(big.NewInt(int64(h.Bits&0x007fffff)), uint(h.Bits>>24-3)*8)
	return new(big.Int).SetBytes(hash[:]).Cmp(target) <= 0
}

func drawHeader(t *rapid.T, bits uint32) types.Header {
	hash := rapid.Custom(func(t *rapid.T) types.Hash {
		return types.Hash(rapid.SliceOfN(rapid.Byte(), types.HashSize, types.HashSize).Draw(t, "bytes"))
	})
	return types.Header{
		Version: rapid.Int32().Draw(t, "version"), Previous: hash.Draw(t, "previous"),
		MerkleRoot: hash.Draw(t, "merkle root"), Time: rapid.Uint32().Draw(t, "time"), Bits: bits,
	}
}

// BenchmarkPlain is what BenchmarkMidstate is to be compared with.
func BenchmarkPlain(b *testing.B) {
	header := types.Header{Bits: bitsOne}.Encode()
	var nonce uint32
	for b.Loop() {
		nonce++
		binary.LittleEndian.PutUint32(header[nonceOffset:], nonce)
		once := sha256.Sum256(header[:])
		sha256.Sum256(once[:])
	}
	reportHashes(b, 1)
}

func BenchmarkMidstate(b *testing.B) {
	m := newMidstate(types.Header{Bits: bitsOne})
	var nonce uint32
	for b.Loop() {
		nonce++
		m.top(nonce)
	}
	reportHashes(b, 1)
}

func BenchmarkCPU(b *testing.B) {
	const nonces = 100 * batchSize
	for _, threads := range []int{1, 2} {
		b.Run(fmt.Sprintf("threads=%d", threads), func(b *testing.B) {
			for b.Loop() {
				_, _, err := CPU{Threads: threads}.solve(b.Context(), types.Header{Bits: bitsOne}, nonces)
				require.ErrorIs(b, err, ErrExhausted)
			}
			reportHashes(b, nonces)
		})
	}
}

// BenchmarkCPUEasy is the fixed cost of a block.
func BenchmarkCPUEasy(b *testing.B) {
	b.ReportAllocs()
	var h types.Header
	for b.Loop() {
		h = types.Header{Previous: h.Hash(), Bits: bitsEasy}
		var err error
		h, _, err = CPU{Threads: 2}.Solve(b.Context(), h)
		require.NoError(b, err)
	}
}

// reportHashes returns the hash rate when every loop did so many.
func reportHashes(b *testing.B, hashes int) {
	b.ReportMetric(float64(hashes)*float64(b.N)/b.Elapsed().Seconds()/1e6, "MH/s")
}
