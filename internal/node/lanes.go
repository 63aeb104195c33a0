package node

import (
	"context"
	"hash/maphash"
	"runtime"
	"sync"
	"time"

	"networkmngr/internal/core"
	"networkmngr/internal/mailbox"
	"networkmngr/internal/types"
)

// lanes lead transfers from peers to the mempool, on all cores, as most of the
// time goes into signatures. All of a sender take one lane, so that they stay in
// order. Blocks never wait here. The core bounds what is in the lanes.
type lanes struct {
	seed maphash.Seed // so that nobody can fill the lane of somebody else's choice
	list []*mailbox.Mailbox[core.Admit]
}

func newLanes() *lanes {
	l := &lanes{seed: maphash.MakeSeed()}
	for range runtime.NumCPU() {
		l.list = append(l.list, mailbox.New[core.Admit]())
	}
	return l
}

func (l *lanes) put(a core.Admit) {
	sender := maphash.Comparable(l.seed, a.Transaction.PublicKey)
	l.list[sender%uint64(len(l.list))].Put(a.From, a)
}

// drop forgets what waits of a peer.
func (l *lanes) drop(peer types.NodeID) {
	for _, one := range l.list {
		one.Drop(peer)
	}
}

// drain hands over every transfer until ctx ends, which is no error. handle is
// called by several goroutines, for one sender by one.
func (l *lanes) drain(ctx context.Context, handle func(core.Admit)) error {
	var draining sync.WaitGroup
	for _, one := range l.list {
		draining.Go(func() { _ = one.Drain(ctx, handle) })
	}
	draining.Wait()
	return nil
}

// admit checks a transfer that somebody sent.
func (n *Node) admit(a core.Admit) { n.tell(n.ctx, n.check(a)) }

func (n *Node) check(a core.Admit) core.Admitted {
	began := time.Now()
	checked := a.Check(n.pool)
	if took := time.Since(began); !a.Checked { // or else only the account was read again
		n.count(func(c Counter) { c.CountCheck(took) })
	}
	return checked
}
