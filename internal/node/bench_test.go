package node

import (
	"context"
	"crypto/ed25519"
	"fmt"
	"slices"
	"sync/atomic"
	"testing"
	"time"

	"networkmngr/internal/chain/chaintest"
	"networkmngr/internal/genesis"
	"networkmngr/internal/mining"
	"networkmngr/internal/types"
)

// BenchmarkMine mines empty blocks in a row on a node without peers.
func BenchmarkMine(b *testing.B) {
	n := world{b}.node()
	const row = 1000
	blocks := 0
	for b.Loop() {
		n.mine(row)
		blocks += row
	}
	b.ReportMetric(float64(blocks)/b.Elapsed().Seconds(), "blocks/s")
}

// noted is a solver that notes when it found the last block.
type noted struct {
	mining.Solver
	found atomic.Int64 // Unix nanoseconds
}

func (s *noted) Solve(ctx context.Context, h types.Header) (types.Header, uint64, error) {
	h, hashes, err := s.Solver.Solve(ctx, h)
	s.found.Store(time.Now().UnixNano())
	return h, hashes, err
}

// BenchmarkRelay measures how long a block takes in a mesh of six, from being
// found to being the tip everywhere.
func BenchmarkRelay(b *testing.B) {
	w := world{b}
	nodes := w.mesh(6)
	solver := &noted{Solver: mining.CPU{Threads: 1}}
	for _, n := range nodes {
		n.solveWith(solver)
	}
	var all, mine []time.Duration
	for i := 0; b.Loop(); i++ {
		began := time.Now()
		arrived := w.watchTips(nodes)
		nodes[i%len(nodes)].mine(1)
		mine = append(mine, time.Since(began))
		last := arrived()
		all = append(all, last.Sub(time.Unix(0, solver.found.Load())))
	}
	report(b, all, "relay")
	report(b, mine, "mine")
}

// watchTips returns a function that waits until every node's tip has moved once,
// and says when the last one's did.
func (w world) watchTips(nodes []*running) (last func() time.Time) {
	times := make(chan time.Time, len(nodes))
	for _, n := range nodes {
		moved := n.Chain().Moved()
		go func() {
			<-moved
			times <- time.Now()
		}()
	}
	return func() (last time.Time) {
		for range nodes {
			if at := <-times; at.After(last) {
				last = at
			}
		}
		return last
	}
}

func report(b *testing.B, durations []time.Duration, what string) {
	slices.Sort(durations)
	for name, of := range map[string]int{"p50": 50, "p99": 99} {
		at := durations[min(len(durations)-1, len(durations)*of/100)]
		b.ReportMetric(at.Seconds()*1000, what+"-"+name+"-ms")
	}
}

// BenchmarkCatchUp has a fresh node fetch 10,000 near-empty blocks from one
// peer.
func BenchmarkCatchUp(b *testing.B) {
	w := world{b}
	const length = 10_000
	source := w.node()
	blocks := chaintest.Branch(easy().State(), types.NamedAddress("bob"), length)
	source.store(blocks...)
	catchUp(b, w, source)
	b.ReportMetric(float64(b.N)*length/b.Elapsed().Seconds(), "blocks/s")
}

// catchUp times how long fresh nodes take to get the source's chain.
func catchUp(b *testing.B, w world, source *running, change ...func(*Config)) {
	for b.Loop() {
		b.StopTimer()
		fresh := w.node(change...)
		b.StartTimer()
		fresh.register(source)
		w.until("the source's tip", func() bool { return fresh.tip() == source.tip() })
		b.StopTimer()
		fresh.stop()
		b.StartTimer()
	}
}

// BenchmarkCatchUpTransfers has a fresh node fetch blocks of 2,000 signed
// transfers from one peer.
func BenchmarkCatchUpTransfers(b *testing.B) {
	w := world{b}
	const length, transfers, accounts = 60, 2000, 1000
	keys, sequences := make([]ed25519.PrivateKey, accounts), make([]uint64, accounts)
	genesis := chaintest.Genesis(func(d *genesis.Description) {
		d.Time = 1_700_000_000 // long ago
		for i := range keys {
			name := fmt.Sprint("person ", i)
			keys[i] = types.NamedKey(name)
			d.Balances[types.NamedAddress(name)] = types.Coin
		}
	})
	on := func(c *Config) { c.Genesis = genesis }
	source := w.node(on)
	for i := range length {
		list := make([]types.Transaction, transfers)
		for j := range list {
			from := (i*transfers + j) % accounts
			to := types.AddressOfKey(keys[(from+j)%accounts])
			list[j] = chaintest.Transfer(keys[from], genesis.Params.GenesisID, sequences[from], to, 1, 1)
			sequences[from]++
		}
		source.store(chaintest.Next(source.Chain().Tip(), types.NamedAddress("bob"), list...))
	}
	catchUp(b, w, source, on)
	b.ReportMetric(float64(b.N)*length*transfers/b.Elapsed().Seconds(), "transfers/s")
}
