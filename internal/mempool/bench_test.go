package mempool

import (
	"crypto/ed25519"
	"encoding/binary"
	"math"
	"runtime"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"networkmngr/internal/chain/chaintest"
	"networkmngr/internal/consensus"
	"networkmngr/internal/types"
)

// unsigned is a transfer of a sender of its own, whose signature is no good.
func unsigned(n int) types.Transaction {
	t := types.Transaction{Kind: types.Transfer, Amount: 1, Fee: types.Amount(n * 7919 % 10_007)}
	binary.LittleEndian.PutUint64(t.PublicKey[:], uint64(n))
	return t
}

// fill puts count transfers straight into a set, past their signatures, each
// with data bytes of data.
func fill(tb testing.TB, s *set, count, data int) {
	for n := range count {
		t := unsigned(n)
		t.Data = make([]byte, data)
		require.NoError(tb, s.add(newTransfer(t, chaintest.Now()), consensus.Account{Balance: types.Coin}))
	}
}

func heapInUse() int {
	runtime.GC()
	var stats runtime.MemStats
	runtime.ReadMemStats(&stats)
	return int(stats.HeapAlloc)
}

// What a pool reckons with is what it takes, at its worst: each transfer with
// a queue of its own, at counts where maps have just grown, and with data just
// above what the allocator has a size for.
func TestMemoryStaysWithinLimit(t *testing.T) {
	for _, c := range []struct{ count, data int }{
		{1000, 0}, {7200, 0}, {14_400, 0}, {28_800, 0},
		{7200, 1}, {7200, 33}, {7200, 129}, {7200, 1025}, {1000, 4097}, {1000, 8193}, {500, 9473}, {100, 32_769}, {100, 60_000},
	} {
		limits := DefaultLimits()
		before := heapInUse()
		s := newSet(limits)
		fill(t, s, c.count, c.data)
		took, reckoned := heapInUse()-before, footprint(c.count, s.size)
		t.Logf("%d transfers with %d bytes of data: %d bytes each, %d reckoned", c.count, c.data, took/c.count, reckoned/c.count)
		require.LessOrEqual(t, took, reckoned)
		runtime.KeepAlive(s)
	}
}

func benchmarkPool(count int, b *testing.B) *Synced {
	limits := DefaultLimits()
	limits.Bytes, limits.Count = math.MaxInt, math.MaxInt
	p := newPool(limits, newFakeChain(), chaintest.Now)
	fill(b, p.set, count, 0)
	return p
}

// BenchmarkAdd takes transfers into a pool of 10,000.
func BenchmarkAdd(b *testing.B) {
	b.Run("signature excluded", func(b *testing.B) {
		p := benchmarkPool(10_000, b)
		for n := 0; b.Loop(); n++ {
			t := unsigned(10_000 + n)
			if err := consensus.CheckTransfer(&t); err != nil {
				b.Fatal(err)
			}
			if err := p.Enter(p.offer(t), p.now()); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("signature included", func(b *testing.B) {
		p := benchmarkPool(10_000, b)
		signed := make([]types.Transaction, 4096)
		for n := range signed {
			key := ed25519.NewKeyFromSeed(binary.LittleEndian.AppendUint64(make([]byte, 24), uint64(n)))
			signed[n] = chaintest.Transfer(key, p.network, 0, types.Address{}, 1, 1)
		}
		for n := 0; b.Loop(); n++ {
			if n%len(signed) == 0 {
				p.set = newSet(p.limits)
			}
			if err := p.Add(signed[n%len(signed)]); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("refused by a full pool", func(b *testing.B) {
		p := benchmarkPool(10_000, b)
		p.set.limits.Count = 10_000
		t := unsigned(10_000)
		t.Fee = 0
		for b.Loop() {
			if p.Add(t) == nil {
				b.Fatal("taken")
			}
		}
	})
}

// BenchmarkTemplate takes a full block out of 10,000 pending.
func BenchmarkTemplate(b *testing.B) {
	p := benchmarkPool(10_000, b)
	for b.Loop() {
		if _, list, err := p.Template(types.MaxBlockSize - 1000); err != nil || len(list) < 6000 {
			b.Fatal(len(list), err)
		}
	}
}

// offer is t of somebody rich at the tip.
func (s *Synced) offer(t types.Transaction) Offer {
	return Offer{Transaction: t, Account: consensus.Account{Balance: types.Coin}, At: s.tip.ID}
}

// BenchmarkFollow is what a moved tip costs with 10,000 pending: one that touched a
// thousand of their senders, and one that a reorg led to.
func BenchmarkFollow(b *testing.B) {
	p := benchmarkPool(10_000, b)
	touched := make(consensus.Accounts)
	for n := range 1000 {
		t := unsigned(n)
		touched[t.Sender()] = consensus.Account{Balance: types.Coin}
	}
	block := Step{Tip: p.tip.ID, First: true, Last: true, Accounts: touched}
	undone := Step{Tip: p.tip.ID, First: true, Accounts: touched, Undone: []types.Transaction{unsigned(0)}}
	for name, steps := range map[string][]Step{"block": {block}, "reorg": {undone, {Tip: p.tip.ID, Last: true, Accounts: touched}}} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				for _, step := range steps {
					require.NoError(b, p.Follow(p.tip, step, chaintest.Now().Add(time.Second)))
				}
				require.Len(b, p.set.byID, 10_000)
			}
		})
	}
}

// BenchmarkFollowFull is what a moved tip costs whose block has all that was pending: 4,000
// transfers of a hundred senders.
func BenchmarkFollowFull(b *testing.B) {
	const senders, each = 100, 40
	p := benchmarkPool(0, b)
	var list []types.Transaction
	touched := make(consensus.Accounts)
	for n := range senders {
		t := unsigned(n)
		touched[t.Sender()] = consensus.Account{Balance: types.Coin, Sequence: each}
		for sequence := range uint64(each) {
			t.Sequence = sequence
			list = append(list, t)
		}
	}
	block := types.Block{Transactions: list}
	block.Identify(block.TransactionIDs())
	for b.Loop() {
		b.StopTimer()
		p.set = newSet(p.limits)
		for _, t := range list {
			require.NoError(b, p.Enter(p.offer(t), p.now()))
		}
		b.StartTimer()
		p.Include([]types.Block{block})
		require.NoError(b, p.Follow(p.tip, Step{Tip: p.tip.ID, First: true, Last: true, Accounts: touched}, chaintest.Now()))
		require.Empty(b, p.set.byID)
	}
}
