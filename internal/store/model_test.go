package store_test

import (
	"errors"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"networkmngr/internal/chain"
	"networkmngr/internal/store"
)

// modelOf says what a store should hold. M is the model's own type.
type modelOf[M any] interface {
	clone() M
	change(*rapid.T, chain.Writer) // the model and the store alike
	setTip(chain.Writer) error     // once in an update, after its changes
	check(*rapid.T, chain.Reader)  // that the store holds it
}

// keepsTo runs random updates over stores in memory and on disk, and compares
// them with a model that is empty at first.
func keepsTo[M modelOf[M]](t *testing.T, empty func() M) {
	t.Run("in memory", rapid.MakeCheck(func(rt *rapid.T) {
		update(rt, empty(), store.NewMemory(), func(s chain.Store) chain.Store { return s })
	}))
	t.Run("on disk", func(t *testing.T) {
		rapid.Check(t, func(rt *rapid.T) {
			folder := t.TempDir()
			last := openBatching(rt, folder)
			update(rt, empty(), last, func(s chain.Store) chain.Store {
				if last.WriteBatch(); rapid.Bool().Draw(rt, "stay open") {
					return s
				}
				require.NoError(rt, last.Close())
				last = openBatching(rt, folder)
				return last
			})
			require.NoError(rt, last.Close())
		})
	})
}

// openBatching opens a store whose backlog is written at some moment of a short test.
func openBatching(rt *rapid.T, folder string) *store.Bolt {
	s, err := store.Open(folder)
	require.NoError(rt, err)
	s.BatchBy(rapid.Uint64Range(1, 6).Draw(rt, "blocks of a batch"), rapid.Uint64Range(1, 30).Draw(rt, "its transactions"), time.Hour)
	return s
}

// update runs random updates, some of which fail, and after each compares the
// store with the model; reopen gives the store to go on with.
func update[M modelOf[M]](t *rapid.T, m M, s chain.Store, reopen func(chain.Store) chain.Store) {
	failed := errors.New("failed")
	for range rapid.IntRange(1, 8).Draw(t, "updates") {
		next := m.clone()
		fails := rapid.IntRange(0, 2).Draw(t, "fails") == 0
		err := s.Update(func(w chain.Writer) error {
			for range rapid.IntRange(1, 15).Draw(t, "writes") {
				next.change(t, w)
			}
			require.NoError(t, next.setTip(w))
			if rapid.Bool().Draw(t, "look") {
				next.check(t, w)
			}
			if fails {
				return failed
			}
			return nil
		})
		require.Equal(t, fails, errors.Is(err, failed))
		if !fails {
			m = next
		}
		if rapid.IntRange(0, 3).Draw(t, "reopen") == 0 {
			s = reopen(s)
		}
		require.NoError(t, s.View(func(r chain.Reader) error {
			m.check(t, r)
			return nil
		}))
	}
	reopen(s)
}
