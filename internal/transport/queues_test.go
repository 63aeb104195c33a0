package transport

import (
	"context"
	"errors"
	"testing"

	"github.com/stretchr/testify/require"

	"networkmngr/internal/types"
)

// Who waits for room may send any amount to a peer that is slow but not stuck.
func TestAwaitRoomKeepsASlowPeer(t *testing.T) {
	cfg := testConfig(t)
	cfg.MaxQueue = 4 << 20
	const frames = 40
	slow, step := newRecorder(), make(chan struct{})
	slow.received = func(types.NodeID, []byte) { <-step }
	a, b := start(t, cfg), startWith(t, testConfig(t), slow)
	connect(t, a, b)
	sent := make(chan error)
	go func() {
		for range frames {
			if err := errors.Join(a.AwaitRoom(t.Context(), b.self), a.Send(b.self, make([]byte, 1<<20))); err != nil {
				sent <- err
				return
			}
		}
		sent <- nil
	}()
	for range frames {
		step <- struct{}{}
	}
	require.NoError(t, <-sent)
	b.until(t, "all frames", func() bool { return len(b.frames[a.self]) == frames })
}

// All links together hold no more than MaxQueued. The peer that makes most wait
// gives way, and what waited for it is let go of at once.
func TestAllQueuesAreBoundedTogether(t *testing.T) {
	cfg := testConfig(t)
	cfg.MaxQueue, cfg.MaxQueued = 4<<20, 6<<20
	release := make(chan struct{})
	defer close(release)
	stuck := func() *node {
		r := newRecorder()
		r.received = func(types.NodeID, []byte) { <-release }
		return startWith(t, testConfig(t), r)
	}
	a, first, second := start(t, cfg), stuck(), stuck()
	connect(t, a, first)
	connect(t, a, second)
	send := func(to *node) {
		require.NoError(t, a.Send(to.self, make([]byte, 64<<10)))
		require.LessOrEqual(t, a.traffic.queued.Load(), int64(cfg.MaxQueued))
	}
	for a.connected(first.self) {
		for l := a.live(first.self); a.connected(first.self) && l.waiting() < 7<<19; {
			send(first)
		}
		send(second)
	}
	require.ErrorIs(t, a.lastReason(t), ErrSlow)
	require.False(t, a.connected(first.self))
	require.True(t, a.connected(second.self))
}

func TestAwaitRoomEnds(t *testing.T) {
	release, stuck := make(chan struct{}), newRecorder()
	defer close(release)
	stuck.received = func(types.NodeID, []byte) { <-release }
	a, b := start(t, testConfig(t)), startWith(t, testConfig(t), stuck)
	require.ErrorIs(t, a.AwaitRoom(t.Context(), b.self), ErrNotConnected)
	connect(t, a, b)
	for a.AwaitRoom(ended(t), b.self) == nil {
		require.NoError(t, a.Send(b.self, make([]byte, 1<<20)))
	}
	require.ErrorIs(t, a.AwaitRoom(ended(t), b.self), context.Canceled)
	gone := make(chan error)
	go func() { gone <- a.AwaitRoom(t.Context(), b.self) }()
	a.Disconnect(b.self, ErrBanned)
	require.Error(t, <-gone)
}

// ended is a context that has ended.
func ended(t *testing.T) context.Context {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	return ctx
}

// A queue bounds what waits, not what has been sent.
func TestQueueIsGivenBack(t *testing.T) {
	cfg := testConfig(t)
	cfg.MaxFrame, cfg.MaxQueue = 1000, 3000
	a, b := start(t, cfg), start(t, testConfig(t))
	connect(t, a, b)
	for i := range 20 {
		require.NoError(t, a.Send(b.self, make([]byte, 1000)))
		b.until(t, "frame", func() bool { return len(b.frames[a.self]) == i+1 })
	}
}

func TestEmptyFramesFillTheQueueToo(t *testing.T) {
	cfg := testConfig(t)
	cfg.MaxQueue = 1 << 20
	l := newLink(Peer{}, nil, nil, cfg, newTraffic(cfg))
	l.once.Do(func() {}) // there is no connection to close
	for range cfg.MaxQueue / FrameOverhead {
		require.NoError(t, l.send(nil))
	}
	require.ErrorIs(t, l.send(nil), ErrSlow)
}
