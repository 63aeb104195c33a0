package transport

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"time"

	tpt "github.com/libp2p/go-libp2p/core/transport"
	ma "github.com/multiformats/go-multiaddr"

	"networkmngr/internal/links"
	"networkmngr/internal/types"
)

// Faults are what is wrong, on purpose, with what a node sends to others. What others
// send to it is for them to have.
type Faults struct {
	Seed   uint64                      // of all that is random
	Rows   map[types.NodeID]links.Link // by peer
	Others links.Link                  // of all that have no row
}

// row is the one of a peer.
func (f Faults) row(id types.NodeID) links.Link {
	if row, ok := f.Rows[id]; ok {
		return row
	}
	return f.Others
}

// equal reports whether all is as it was.
func (f Faults) equal(other Faults) bool {
	return f.Seed == other.Seed && f.Others == other.Others && maps.Equal(f.Rows, other.Rows)
}

// SetFaults has these faults replace what there was, on links that there are and on those
// to come, and on dials and handshakes that are under way. All links must be valid, and
// Rows must not be changed afterwards. What stays as it was is not disturbed.
func (t *Transport) SetFaults(f Faults) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if f.equal(t.faults) {
		return
	}
	before := t.faults
	t.faults = f
	for id, l := range t.links {
		if row := f.row(id); row != before.row(id) || f.Seed != before.Seed {
			if before.row(id).IsZero() {
				t.nextChances(id) // as for another link, which has chances of its own
			}
			l.ask(row, t.chances(id))
		}
	}
	t.faultsSet.Ring()
}

// chances are what follows from the seed for a link, and which one of its peer it is.
type chances struct{ pair, nth uint64 }

func (t *Transport) chances(id types.NodeID) chances {
	return chances{links.PairSeed(t.faults.Seed, t.self, id), t.faulty[id]}
}

// maxFaulty is of how many peers is known how many links with faults they had.
const maxFaulty = 4096

// nextChances are those of a peer's next link. Callers hold mu.
func (t *Transport) nextChances(id types.NodeID) chances {
	if len(t.faulty) == maxFaulty {
		clear(t.faulty)
	}
	t.faulty[id]++
	return t.chances(id)
}

// Faults are those that are set.
func (t *Transport) Faults() Faults {
	t.mu.Lock()
	defer t.mu.Unlock()
	return Faults{Seed: t.faults.Seed, Rows: maps.Clone(t.faults.Rows), Others: t.faults.Others}
}

// fault is what is wrong with what is sent to a peer, the seed of its chances, and a
// channel that closes when that may have changed.
func (t *Transport) fault(id types.NodeID) (row links.Link, pair uint64, changed <-chan struct{}) {
	changed = t.faultsSet.Wait()
	t.mu.Lock()
	defer t.mu.Unlock()
	if row = t.faults.row(id); !row.IsZero() {
		pair = links.PairSeed(t.faults.Seed, t.self, id)
	}
	return row, pair, changed
}

// ask has a link behave otherwise from now on.
func (l *link) ask(row links.Link, by chances) {
	if row.Cut == links.Reset {
		l.close(fmt.Errorf("%w: %s", ErrCut, l.peer.ID.Short()))
		return
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	switch {
	case l.over:
	case l.line != nil:
		l.line.model.Reseed(by.pair, by.nth)
		l.line.ask(row, time.Now())
	case !row.IsZero():
		l.line = newLine(links.New(row, by.pair, by.nth), l.queue, time.Now())
		l.queue = nil
	}
	l.filled.Ring()
}

// How many times each side sends, and has the other one wait, until a link is made. Over
// TCP: to connect, to agree on Noise, Noise itself, to agree on the protocol, and for
// offer and verdict; over QUIC the first three are one.
const (
	tripsTCP  = 5
	tripsQUIC = 3
)

// tripsTo are those to an address.
func tripsTo(addr ma.Multiaddr) int {
	if quicAddress.Matches(addr) {
		return tripsQUIC
	}
	return tripsTCP
}

// handshakeTime is how long a handshake with a peer may take: longer than without faults,
// by as much as the peer waits if its faults are those of this node.
func (t *Transport) handshakeTime(id types.NodeID, conn tpt.CapableConn) time.Duration {
	row, _, _ := t.fault(id)
	if row.IsZero() {
		return t.cfg.HandshakeTimeout
	}
	trips := time.Duration(tripsTo(conn.RemoteMultiaddr()))
	return t.cfg.HandshakeTimeout + trips*time.Duration(row.Delay) + time.Duration(row.Flap.For)
}

// travel waits for as long as this node's part of a handshake with a peer takes by the
// faults: so many trips, and until there is silence no more, for which it has patience.
// The error is ErrCut, that of a deadline, or that of ctx.
func (t *Transport) travel(ctx context.Context, id types.NodeID, trips int, patience time.Duration) error {
	began := time.Now()
	for {
		row, pair, changed := t.fault(id)
		if row.IsZero() {
			return nil
		}
		if row.Cut == links.Reset {
			return fmt.Errorf("%w: %s", ErrCut, id.Short())
		}
		arrives, givesUp := arrival(row, pair, began.Add(time.Duration(trips)*time.Duration(row.Delay)), patience)
		wait := time.NewTimer(time.Until(arrives))
		select {
		case <-wait.C:
			if givesUp {
				return fmt.Errorf("%s does not answer: %w", id.Short(), context.DeadlineExceeded)
			}
			return nil
		case <-changed:
			wait.Stop()
		case <-ctx.Done():
			wait.Stop()
			return context.Cause(ctx)
		}
	}
}

// answerLate waits until this node answers to an inbound connection of a peer.
func (t *Transport) answerLate(ctx context.Context, id types.NodeID, conn tpt.CapableConn) error {
	row, _, _ := t.fault(id)
	if row.Cut == links.Silent {
		return t.ignore(ctx, id, conn)
	}
	trips := tripsTo(conn.RemoteMultiaddr())
	if delay := time.Duration(row.Delay); delay > 0 { // of which the dialler may know nothing
		trips = min(trips, int(t.cfg.HandshakeTimeout/2/delay))
	}
	return t.travel(ctx, id, trips, t.cfg.HandshakeTimeout)
}

// ignore leaves an inbound connection without an answer until the dialler has lost its
// patience or the silence is over. It takes nobody's place meanwhile, and so there is a
// bound on these of their own. The error is never nil.
func (t *Transport) ignore(ctx context.Context, id types.NodeID, conn tpt.CapableConn) error {
	if s, ok := conn.Scope().(*slot); ok {
		s.Done()
	}
	defer t.silenced.Add(-1)
	if t.silenced.Add(1) <= MaxHandshakes {
		if err := t.travel(ctx, id, 0, t.cfg.HandshakeTimeout); err != nil {
			return err
		}
	}
	return fmt.Errorf("%w: %s", ErrCut, id.Short())
}

// arrival is when something arrives that would without silence at a time, or when
// whoever waits for it gives up.
func arrival(row links.Link, pair uint64, at time.Time, patience time.Duration) (when time.Time, givesUp bool) {
	limit := at.Add(patience)
	if row.Cut == links.Silent {
		return limit, true
	}
	if ready := row.Ready(at, pair); !ready.After(limit) {
		return ready, false
	}
	return limit, true
}

// LinkStatus is what a link is asked, and what it achieves.
type LinkStatus struct {
	Peer     Peer
	Asked    links.Link
	Since    time.Time // when the faults were set that it has; zero without any
	Queued   int       // bytes that wait, with what each frame costs beside its own
	InFlight int       // bytes that have left and not arrived
	Frames   uint64    // that have arrived since then
	Dropped  uint64    // frames
	Delays   Delays
	Rate     float64 // bits a second, while frames waited for the line; 0 if none has
}

// Links tells of each link, by the ids of peers. What is not asked is not measured: of a
// link without faults there is nothing but its queue.
func (t *Transport) Links() []LinkStatus {
	t.mu.Lock()
	all := slices.Collect(maps.Values(t.links))
	t.mu.Unlock()
	var list []LinkStatus
	for _, l := range all {
		if !l.isClosed() {
			list = append(list, l.status())
		}
	}
	slices.SortFunc(list, func(a, b LinkStatus) int { return a.Peer.ID.Compare(b.Peer.ID) })
	return list
}

func (l *link) status() LinkStatus {
	l.mu.Lock()
	defer l.mu.Unlock()
	status := LinkStatus{Peer: l.peer, Queued: l.queued}
	if n := l.line; n != nil {
		status.Asked, status.Since, status.InFlight = n.model.Link(), n.since, n.bytes
		status.Frames, status.Dropped = n.frames, n.dropped
		status.Delays, status.Rate = delaysOf(n.delays), n.rate()
	}
	return status
}
