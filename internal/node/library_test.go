package node

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"

	"networkmngr/internal/chain/chaintest"
	"networkmngr/internal/protocol"
	"networkmngr/internal/types"
)

func TestLibraryBoundsWhatOnePeerAsks(t *testing.T) {
	l, release, answered := newLibrary(), make(chan struct{}), make(chan int, maxQueries)
	for i := range maxQueries {
		require.NoError(t, l.ask(types.NodeID{1}, 0, func() { <-release; answered <- i }))
	}
	require.ErrorIs(t, l.ask(types.NodeID{1}, 0, nil), errManyQueries)
	other := make(chan struct{})
	require.NoError(t, l.ask(types.NodeID{2}, 0, func() { close(other) }), "others are not to suffer")
	<-other
	close(release)
	for i := range maxQueries {
		require.Equal(t, i, <-answered, "in order")
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	require.NoError(t, l.run(ctx))
	require.Empty(t, l.waiting)
}

// The end waits for the answer under way, and for none behind it.
func TestLibraryEnds(t *testing.T) {
	l, release, begun := newLibrary(), make(chan struct{}), make(chan struct{})
	require.NoError(t, l.ask(types.NodeID{1}, 0, func() { close(begun); <-release }))
	require.NoError(t, l.ask(types.NodeID{1}, 0, func() { t.Error("answered after the end") }))
	<-begun
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error)
	go func() { ended <- l.run(ctx) }()
	cancel()
	world{t}.until("the library is closed", func() bool {
		l.mu.Lock()
		defer l.mu.Unlock()
		return l.closed
	})
	close(release)
	require.NoError(t, <-ended)
	require.NoError(t, l.ask(types.NodeID{1}, 0, func() { t.Error("asked after the end") }))
	require.Empty(t, l.waiting)
}

// More than may wait on a link is sent at the pace of the peer, which stays,
// and holds up no other.
func TestPeersGetMoreThanALinkHolds(t *testing.T) {
	w := newWorld(t)
	n := w.node()
	slow := w.puppet()
	slow.hold = make(chan struct{})
	w.link(slow, n)
	fast := w.attach(n)
	ids := n.fill(20)
	for _, p := range []*puppet{slow, fast} {
		p.say(n.Self().ID, protocol.GetBlocks{IDs: ids})
	}
	for range ids {
		require.Len(t, answer[protocol.Blocks](w, fast).Encoded, 1)
	}
	close(slow.hold)
	for range ids {
		require.Len(t, answer[protocol.Blocks](w, slow).Encoded, 1)
	}
	require.Empty(t, slow.gone)
}

// fill puts blocks of nearly the largest size on the chain.
func (r *running) fill(count int) (ids []types.Hash) {
	const transfers, size = 15, 60 << 10
	data, bob := chaintest.Data(size), types.NamedAddress("bob")
	for i := range count {
		list := make([]types.Transaction, transfers)
		for j := range list {
			list[j] = types.Transaction{Sequence: uint64(i*transfers + j), Recipient: bob, Amount: 1, Data: data}
			list[j].Sign(types.NamedKey("alice"), easy().Params.GenesisID)
		}
		block := chaintest.Next(r.Chain().Tip(), bob, list...)
		_, err := r.Chain().AddBlocks(block)
		require.NoError(r.t, err)
		ids = append(ids, block.Hash())
	}
	return ids
}
