package manager

import (
	"context"
	"encoding/json"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"networkmngr/internal/events"
	"networkmngr/internal/events/state"
	"networkmngr/internal/types"
)

// looking is a network at an offset, and counts who looks at it.
type looking struct{ offset, looks atomic.Uint64 }

func (l *looking) look() networkState {
	l.looks.Add(1)
	return networkState{State: state.State{Offset: l.offset.Load()}}
}

func offsetOf(t *testing.T, text []byte) uint64 {
	var form state.State
	require.NoError(t, json.Unmarshal(text, &form))
	return form.Offset
}

// However many ask for it, the network's state is made once in a while, and is never
// older than the question.
func TestAPictureIsShared(t *testing.T) {
	t.Parallel()
	const every = 50 * time.Millisecond
	var network looking
	p := newPicture(every)
	get := func(offset uint64) uint64 {
		text, err := p.get(t.Context(), offset, network.look)
		require.NoError(t, err)
		return offsetOf(t, text)
	}
	network.offset.Store(5)
	require.EqualValues(t, 5, get(1))
	require.EqualValues(t, 5, get(5))
	require.EqualValues(t, 1, network.looks.Load(), "nothing has happened since")

	network.offset.Store(9)
	first := p.made
	var readers sync.WaitGroup
	for range 20 {
		readers.Go(func() { require.EqualValues(t, 9, get(6)) })
	}
	readers.Wait()
	require.EqualValues(t, 2, network.looks.Load())
	require.GreaterOrEqual(t, p.made.Sub(first), every)
}

// Who has gone holds up nobody.
func TestAPictureForOneThatHasGone(t *testing.T) {
	t.Parallel()
	var network looking
	p := newPicture(time.Hour)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err := p.get(t.Context(), 0, network.look)
	require.NoError(t, err)
	for range 2 {
		_, err = p.get(ctx, 1, network.look)
		require.ErrorIs(t, err, context.Canceled)
	}
	_, err = p.get(t.Context(), 0, network.look)
	require.NoError(t, err)
}

// BenchmarkPicture makes the state of 200 nodes with 16 links each and 500 blocks.
func BenchmarkPicture(b *testing.B) {
	const nodes, links = 200, 16
	fold := state.NewFold(events.NewStream())
	tell := func(node string, data events.Data) {
		fold.Apply(&events.Event{Offset: fold.Offset() + 1, Time: time.Now(), Type: data.Type(), Node: node, Data: data})
	}
	id := func(i int) (id types.NodeID) { return types.NodeID(types.DoubleSHA256([]byte{byte(i), byte(i >> 8)})) }
	for i := range nodes {
		name := fmt.Sprintf("n%d", i)
		tell(name, events.NodeUp{ID: id(i), PID: 1000 + i, Address: fmt.Sprintf("127.0.0.1:%d", 5000+i)})
		for j := range links {
			tell(name, events.PeerLinked{Peer: id((i + j + 1) % nodes)})
		}
	}
	for i := range state.LastBlocks {
		hash := types.DoubleSHA256([]byte{byte(i), byte(i >> 8), 1})
		tell("n0", events.BlockConnected{BlockRef: events.BlockRef{Hash: hash, Index: uint64(i)}, Miner: id(1).Account(), Transactions: 3, Size: 900, Bits: "1e3fffc0"})
	}
	p := newPicture(0)
	for b.Loop() {
		text, err := p.get(b.Context(), fold.Offset()+1, func() networkState { return networkState{State: fold.State()} })
		require.NoError(b, err)
		b.SetBytes(int64(len(text)))
	}
}
