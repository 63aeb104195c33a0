package chain_test

import (
	"slices"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"networkmngr/internal/chain"
	"networkmngr/internal/chain/chaintest"
	"networkmngr/internal/types"
)

// follower is a listener that keeps the main chain by updates alone.
type follower struct {
	chain *chain.Chain
	main  []chain.Ref
}

func newFollower(c *chain.Chain) *follower {
	return &follower{chain: c, main: c.MainChain(0, 1)}
}

func (f *follower) tip() chain.Ref { return f.main[len(f.main)-1] }

func (f *follower) pull(t require.TestingT) {
	updates, state, err := f.chain.UpdatesSince(f.tip().ID)
	require.NoError(t, err)
	for _, ref := range updates.Reverted {
		require.Equal(t, f.tip(), ref)
		f.main = f.main[:len(f.main)-1]
	}
	for _, ref := range updates.Applied {
		require.Equal(t, f.tip().Height+1, ref.Height)
		h, ok := f.chain.Header(ref.ID)
		require.True(t, ok)
		require.Equal(t, f.tip().ID, h.Previous)
		f.main = append(f.main, ref)
	}
	require.Equal(t, chain.Ref{Height: state.Height, ID: state.ID}, f.tip())
}

func (f *follower) requireUpToDate(t require.TestingT) {
	f.pull(t)
	require.Equal(t, f.chain.MainChain(0, len(f.main)+1), f.main)
}

func TestBellRingsForEveryoneWhenTheTipMoves(t *testing.T) {
	n := newNetwork(t)
	moved, other := n.Moved(), n.Moved()
	require.False(t, rung(moved))
	main := n.extend(3)
	require.True(t, rung(moved))
	require.True(t, rung(other))
	moved = n.Moved()
	require.False(t, rung(moved), "the next move is still to come")

	n.take(chaintest.Branch(n.root(), bob, 2)...) // a side branch
	n.take(main...)                               // known
	require.NoError(t, n.AddHeaders(headersOf(chaintest.Branch(n.Tip(), bob, 9))))
	n.refuse(overdraft(n.genesis, n.Tip()))
	require.False(t, rung(moved), "the tip has stayed")
	n.extend(1)
	require.True(t, rung(moved))
}

func rung(moved <-chan struct{}) bool {
	select {
	case <-moved:
		return true
	default:
		return false
	}
}

// Readers that come at any moment see states that were, whole ones.
func TestReadersWhileWriting(t *testing.T) {
	overBoth(t, func(t *testing.T, n *network) {
		addresses := []types.Address{alice, bob, carol, types.NamedAddress("dave")}
		blocks := branches(n)
		done := make(chan struct{})
		var readers sync.WaitGroup
		for range 3 {
			readers.Go(func() {
				f := newFollower(n.Chain)
				for {
					moved := n.Moved()
					f.pull(t)
					readAll(t, n, addresses)
					select {
					case <-moved:
					case <-done:
						f.requireUpToDate(t)
						return
					}
				}
			})
		}
		for part := range slices.Chunk(blocks, 3) {
			n.take(part...)
		}
		close(done)
		readers.Wait()
	})
}

// branches mines ever heavier branches, each of which takes over from the one
// before.
func branches(n *network) (blocks []types.Block) {
	base := n.root()
	for i := range 12 {
		branch := chaintest.Branch(base, []types.Address{alice, bob, carol}[i%3], 3+i%4)
		blocks = append(blocks, branch...)
		base = chaintest.After(base, branch[:1+i%3]...)
	}
	return blocks
}

// readAll reads with every method that reads.
func readAll(t *testing.T, n *network, addresses []types.Address) {
	accounts, tip, err := n.Accounts(addresses...)
	require.NoError(t, err)
	var coins types.Amount
	for _, a := range accounts {
		coins += a.Balance
	}
	require.Equal(t, n.genesis.Params.CoinsAt(tip.Height), coins, "accounts and tip are of one moment")

	refs := n.MainChain(0, 1000)
	for i, ref := range refs {
		h, ok := n.Chain.Header(ref.ID)
		require.True(t, ok)
		require.True(t, h.Valid && h.Stored)
		require.True(t, i == 0 || h.Previous == refs[i-1].ID, "a chain of one moment")
	}
	b, err := n.Block(refs[len(refs)-1].ID)
	require.NoError(t, err)
	require.Equal(t, refs[len(refs)-1].Height, b.Height())
	n.IDAt(tip.Height)
}
