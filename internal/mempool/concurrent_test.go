package mempool

import (
	"errors"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"networkmngr/internal/chain/chaintest"
	"networkmngr/internal/types"
)

// Senders add their transfers, each in order, while blocks take them and
// others read. In the end each transfer was taken exactly once: a block with
// one that was taken before would not have been valid.
func TestManyGoroutines(t *testing.T) {
	const each = 20
	w := newWorld(t)
	var senders, readers sync.WaitGroup
	for _, name := range chaintest.Names {
		list := make([]types.Transaction, each)
		for n := range list {
			list[n] = w.transfer(name, uint64(n), testFee)
		}
		senders.Go(func() {
			for _, x := range list {
				if err := w.pool.Add(x); err != nil {
					t.Errorf("%s: %v", name, err)
				}
			}
		})
	}
	done := make(chan struct{})
	readers.Go(func() {
		for {
			select {
			case <-done:
				return
			default:
				w.read()
			}
		}
	})
	finished := make(chan struct{})
	go func() { senders.Wait(); close(finished) }()
	taken := 0
	for ended := false; !ended || w.pool.Len() > 0; {
		select {
		case <-finished:
			ended = true
		default:
		}
		taken += w.mineTemplate(t)
	}
	close(done)
	readers.Wait()
	w.check()
	require.Equal(t, each*len(chaintest.Names), taken)
}

// mineTemplate mines what the pool gives, and says how many transfers that
// were.
func (w *world) mineTemplate(t *testing.T) int {
	state, list, err := w.pool.Template(10 * minTransfer)
	require.NoError(t, err)
	w.mine(state, "miner", list...)
	require.NoError(t, w.pool.Sync())
	return len(list)
}

func (w *world) read() {
	for _, x := range listed(w.pool, 0, 10) {
		w.pool.Get(x.ID())
		w.pool.BySender(x.Sender())
	}
	w.pool.Len()
}

// The same transfer from many sides is taken once.
func TestTheSameTransferFromManySides(t *testing.T) {
	w := newWorld(t)
	same := w.transfer("alice", 0, testFee)
	var wait sync.WaitGroup
	taken := make(chan struct{}, 8)
	for range cap(taken) {
		wait.Go(func() {
			if err := w.pool.Add(same); err == nil {
				taken <- struct{}{}
			} else if !errors.Is(err, ErrKnown) {
				t.Error(err)
			}
		})
	}
	wait.Wait()
	require.Len(t, taken, 1)
	w.pending(same)
}
