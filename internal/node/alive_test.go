package node

import (
	"context"
	"errors"
	"maps"
	"testing"

	"github.com/stretchr/testify/require"
)

// A node is alive while its loop sees to things, and says why it is not any more.
func TestAlive(t *testing.T) {
	w := newWorld(t)
	n := w.node()
	require.NoError(t, n.Alive(t.Context()))
	held, release := make(chan struct{}), make(chan struct{})
	go n.ask(func() { close(held); <-release })
	<-held
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	require.ErrorIs(t, n.Alive(ctx), context.Canceled)
	close(release)
	n.stop()
	require.ErrorIs(t, n.Alive(t.Context()), ErrStopping)
}

func TestAliveTellsWhatANodeHasEndedWith(t *testing.T) {
	n := newWorld(t).node()
	broken := errors.New("the disk is gone")
	n.fail(broken)
	require.ErrorIs(t, n.Alive(t.Context()), broken)
	require.ErrorIs(t, n.Alive(t.Context()), ErrStopping)
}

// What is sent to a peer is what it gets, message by message.
func TestTrafficIsCounted(t *testing.T) {
	w := newWorld(t)
	nodes := w.mesh(2)
	nodes[0].mine(3)
	w.until("both to have counted the same", func() bool {
		a, b := nodes[0].Traffic(), nodes[1].Traffic()
		blocks := a.Sent["blocks"].Bytes + a.Sent["compact"].Bytes
		return a.Queued == 0 && blocks > 3*80 && maps.Equal(a.Sent, b.Received) && maps.Equal(b.Sent, a.Received)
	})
	sent := nodes[0].Traffic().Sent
	require.EqualValues(t, 1, sent["hello"].Frames)
	require.Zero(t, sent["other"])
}
