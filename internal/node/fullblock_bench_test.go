package node

import (
	"crypto/ed25519"
	"fmt"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"networkmngr/internal/chain/chaintest"
	"networkmngr/internal/consensus"
	"networkmngr/internal/genesis"
	"networkmngr/internal/types"
)

// crowd are the senders of a full block's transfers.
type crowd struct {
	keys     []ed25519.PrivateKey
	sequence uint64 // of the next transfer of each
	genesis  *consensus.Genesis
}

func newCrowd(count int) *crowd {
	c := &crowd{keys: make([]ed25519.PrivateKey, count)}
	c.genesis = chaintest.Genesis(func(d *genesis.Description) {
		d.Time = uint32(time.Now().Add(-time.Hour).Unix())
		d.BlockTime, d.HalfLife = 1, 1<<25
		for i := range c.keys {
			name := fmt.Sprint("person ", i)
			c.keys[i] = types.NamedKey(name)
			d.Balances[types.NamedAddress(name)] = types.Coin
		}
	})
	return c
}

// pay makes each sender's next transfers, to one another, with so many bytes of data.
func (c *crowd) pay(each, size int) (list []types.Transaction) {
	data := fmt.Appendf(nil, "%q", strings.Repeat("x", size-2))
	for range each {
		for i, key := range c.keys {
			t := types.Transaction{Sequence: c.sequence, Recipient: types.AddressOfKey(c.keys[(i+1)%len(c.keys)]), Amount: 1, Fee: 1, Data: data}
			t.Sign(key, c.genesis.Params.GenesisID)
			list = append(list, t)
		}
		c.sequence++
	}
	return list
}

// BenchmarkFullBlock measures the processor time that a block of 1 MB costs each of two
// nodes, one of which mines it, when its 4,000 transfers are in both mempools.
func BenchmarkFullBlock(b *testing.B) {
	const senders, each, size = 100, 40, 102
	w, c := world{b}, newCrowd(senders)
	nodes := w.nodes(2, func(config *Config) { config.Genesis = c.genesis })
	nodes[0].register(nodes[1])
	w.awaitPeers(1, nodes...)
	var used time.Duration
	for b.Loop() {
		transfers := c.pay(each, size)
		var posting sync.WaitGroup
		for i := range senders {
			posting.Go(func() {
				for at := i; at < len(transfers); at += senders {
					if err := nodes[0].Submit(transfers[at]); err != nil {
						b.Error(err)
					}
				}
			})
		}
		posting.Wait()
		w.awaitPending(transfers, nodes...)
		before := processorTime(b)
		nodes[0].mine(1)
		w.awaitOneTip(nodes...)
		w.until("empty mempools", func() bool { return nodes[0].Pool().Len()+nodes[1].Pool().Len() == 0 })
		used += processorTime(b) - before
	}
	b.ReportMetric(used.Seconds()*1000/float64(b.N)/float64(len(nodes)), "cpu-ms/node")
}

// processorTime is what this process has used.
func processorTime(t testing.TB) time.Duration {
	var usage syscall.Rusage
	require.NoError(t, syscall.Getrusage(syscall.RUSAGE_SELF, &usage))
	return time.Duration(usage.Utime.Nano() + usage.Stime.Nano())
}
