package node

import (
	"context"
	"hash/maphash"
	"runtime"
	"sync"

	"networkmngr/internal/protocol"
	"networkmngr/internal/types"
)

// lanes lead transfers from peers to the mempool, on all cores, as most of the
// time goes into signatures. All of a sender take one lane, so that they stay in
// order. Blocks never wait here. The engine bounds what is in the lanes.
type lanes struct {
	seed maphash.Seed // so that nobody can fill the lane of somebody else's choice
	list []*lane
}

func newLanes() *lanes {
	l := &lanes{seed: maphash.MakeSeed()}
	for range runtime.GOMAXPROCS(0) {
		l.list = append(l.list, &lane{bell: newBell()})
	}
	return l
}

func (l *lanes) put(a protocol.Admit) {
	sender := maphash.Comparable(l.seed, a.Transaction.PublicKey)
	l.list[sender%uint64(len(l.list))].put(a)
}

// drop forgets what waits of a peer.
func (l *lanes) drop(peer types.NodeID) {
	for _, one := range l.list {
		one.drop(peer)
	}
}

// drain hands over every transfer until ctx ends, which is no error. handle is
// called by several goroutines, for one sender by one.
func (l *lanes) drain(ctx context.Context, handle func(types.Transaction)) error {
	var draining sync.WaitGroup
	for _, one := range l.list {
		draining.Go(func() { one.drain(ctx, handle) })
	}
	draining.Wait()
	return nil
}

// lane is one of them.
type lane struct {
	bell bell

	mu    sync.Mutex // guards queue
	queue protocol.Turns[types.Transaction]
}

func (l *lane) put(a protocol.Admit) {
	l.mu.Lock()
	l.queue.Put(a.From, a.Transaction)
	l.mu.Unlock()
	l.bell.ring()
}

func (l *lane) drop(peer types.NodeID) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.queue.Drop(peer)
}

func (l *lane) take() (types.Transaction, bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.queue.Take()
}

func (l *lane) drain(ctx context.Context, handle func(types.Transaction)) {
	for {
		select {
		case <-ctx.Done():
			return
		case <-l.bell:
		}
		for t, ok := l.take(); ok && ctx.Err() == nil; t, ok = l.take() {
			handle(t)
		}
	}
}
