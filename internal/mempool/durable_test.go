package mempool

import (
	"errors"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/require"

	"networkmngr/internal/chain"
	"networkmngr/internal/chain/chaintest"
	"networkmngr/internal/store"
	"networkmngr/internal/types"
)

// fewReads is more often than anybody needs to read the store for one answer.
const fewReads = 10

var errManyReads = errors.New("the store was read again and again")

// syncingDisk is a store whose Update, from when it is slow, stays open once its
// readers see what it wrote, as while a disk syncs. From then on it fails when it
// is read too often.
type syncingDisk struct {
	chain.Store
	synced chan struct{} // ends the Update; nil while it is fast
	reads  int           // since it is slow
}

func (s *syncingDisk) View(fn func(chain.Reader) error) error {
	if s.synced != nil {
		if s.reads++; s.reads == fewReads {
			return errManyReads
		}
	}
	return s.Store.View(fn)
}

func (s *syncingDisk) Update(fn func(chain.Writer) error) error {
	err := s.Store.Update(fn)
	if s.synced != nil {
		<-s.synced
	}
	return err
}

// Whoever asks the pool while a block's commit is syncing waits for that, and does
// not read the store again and again meanwhile.
func TestWhoeverAsksWaitsForTheCommit(t *testing.T) {
	for name, ask := range map[string]func(*world) error{
		"sync":          func(w *world) error { return w.pool.Sync() },
		"template":      func(w *world) error { _, _, err := w.pool.Template(types.MaxBlockSize); return err },
		"add":           func(w *world) error { return w.pool.Add(w.transfer("bob", 0, testFee)) },
		"account":       func(w *world) error { _, _, err := w.pool.Account(addresses["bob"]); return err },
		"next sequence": func(w *world) error { _, err := w.pool.NextSequence(addresses["bob"]); return err },
	} {
		t.Run(name, func(t *testing.T) { synctest.Test(t, func(t *testing.T) { askWhileSyncing(t, ask) }) })
	}
}

func askWhileSyncing(t *testing.T, ask func(*world) error) {
	disk := &syncingDisk{Store: store.NewMemory()}
	c, err := chain.Open(disk, chaintest.Genesis(), chaintest.Now)
	require.NoError(t, err)
	w := newWorldOver(t, c)
	w.add(w.transfer("alice", 0, testFee))
	w.mine(w.chain.Tip(), "miner") // the pool has to read for that one
	disk.synced = make(chan struct{})
	block := chaintest.Next(w.chain.Tip(), addresses["miner"])
	added, asked := make(chan error, 1), make(chan error, 1)
	go func() {
		_, err := w.chain.AddBlocks(block)
		added <- err
	}()
	synctest.Wait()
	go func() { asked <- ask(w) }()
	synctest.Wait()
	waited := len(asked) == 0
	close(disk.synced)
	require.NoError(t, <-added)
	require.NoError(t, <-asked)
	require.True(t, waited)
	require.Less(t, disk.reads, fewReads)
	require.Equal(t, block.Hash(), w.pool.At())
	w.check()
}
