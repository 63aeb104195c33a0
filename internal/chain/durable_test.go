package chain_test

import (
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"networkmngr/internal/chain"
	"networkmngr/internal/chain/chaintest"
	"networkmngr/internal/store"
)

// slowDisk is a store whose next Update stays open once its readers see what it
// wrote, as while a disk syncs.
type slowDisk struct {
	chain.Store
	slow    atomic.Bool
	views   atomic.Int64
	visible chan struct{} // told when the new state can be read
	sync    chan error    // ends the Update
}

func newSlowDisk(s chain.Store) *slowDisk {
	return &slowDisk{Store: s, visible: make(chan struct{}), sync: make(chan error)}
}

func (s *slowDisk) View(fn func(chain.Reader) error) error {
	s.views.Add(1)
	return s.Store.View(fn)
}

func (s *slowDisk) Update(fn func(chain.Writer) error) error {
	err := s.Store.Update(fn)
	if err != nil || !s.slow.Load() {
		return err
	}
	s.visible <- struct{}{}
	return <-s.sync
}

// Whoever reads while a commit is not durable yet waits for it, and does not ask
// the store again and again.
func TestNobodyReadsABlockBeforeItIsDurable(t *testing.T) {
	for name, read := range map[string]func(*network) (chain.Ref, error){
		"accounts": func(n *network) (chain.Ref, error) { _, tip, err := n.Accounts(alice); return tip, err },
		"history":  func(n *network) (chain.Ref, error) { h, err := n.History(alice, chain.Newest, 1); return h.Tip, err },
		"richest":  func(n *network) (chain.Ref, error) { r, err := n.Richest(chain.First, 1); return r.Tip, err },
		"validate": func(n *network) (chain.Ref, error) { v, err := n.Validate(t.Context()); return v.Tip, err },
	} {
		t.Run(name, func(t *testing.T) {
			disk := newSlowDisk(store.NewMemory())
			n := newNetworkOver(t, disk)
			disk.slow.Store(true)
			block := chaintest.Next(n.Tip(), alice)
			added := make(chan error, 1)
			go func() {
				_, err := n.AddBlocks(block)
				added <- err
			}()
			<-disk.visible
			before := disk.views.Load()
			var durable atomic.Bool
			seen := make(chan chain.Ref)
			go func() {
				tip, err := read(n)
				require.True(t, err != nil || tip.ID != block.Hash() || durable.Load())
				require.NoError(t, err)
				seen <- tip
			}()
			require.Eventually(t, func() bool { return disk.views.Load() > before }, 10*time.Second, time.Millisecond)
			durable.Store(true)
			disk.sync <- nil
			require.NoError(t, <-added)
			require.Equal(t, block.Hash(), (<-seen).ID)
			require.Less(t, disk.views.Load()-before, int64(5))
			disk.slow.Store(false)
		})
	}
}

// A block of a side branch is no different.
func TestSideBlockIsReadOnceItIsDurable(t *testing.T) {
	disk := newSlowDisk(store.NewMemory())
	n := newNetworkOver(t, disk)
	n.extend(2)
	disk.slow.Store(true)
	side := chaintest.Next(n.root(), bob)
	added := make(chan error, 1)
	go func() {
		_, err := n.AddBlocks(side)
		added <- err
	}()
	<-disk.visible
	_, err := n.BlockBytes(side.Hash())
	require.ErrorIs(t, err, chain.ErrNotFound)
	_, _, err = n.Accounts(alice)
	require.NoError(t, err, "the tip is the same: nobody waits")
	disk.sync <- nil
	require.NoError(t, <-added)
	_, err = n.BlockBytes(side.Hash())
	require.NoError(t, err)
	disk.slow.Store(false)
}
