package transport

import (
	"cmp"
	"context"
	"math/rand/v2"
	"slices"
	"time"

	"networkmngr/internal/types"
)

// Strangers that came first must not keep all places for good: a newcomer that knows
// this node alone would never get in. So once the places have run out, an inbound link
// gives way.

// promote moves an inbound link's slot to the links; if those are as many as may be,
// another link gives way first. The error is ErrFull, or that of ctx.
func (t *Transport) promote(ctx context.Context, l *link) error {
	s := l.slot()
	if s == nil {
		return nil
	}
	for {
		err := s.promote()
		if err == nil || t.connected(l.peer.ID) { // a second link is worth nobody's place
			return err
		}
		victim := t.victim(s.group)
		if victim == nil {
			return err
		}
		victim.close(ErrGaveWay)
		select {
		case <-victim.connClosed:
			victim.slot().Done() // libp2p may be later
		case <-ctx.Done():
			return context.Cause(ctx)
		}
	}
}

// Favour notes that a peer has just been of use, which counts when an inbound link has
// to give way.
func (t *Transport) Favour(id types.NodeID) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if l := t.links[id]; l != nil {
		l.favoured = time.Now()
	}
}

// victim returns the link that is to give way to one from a group, or nil. Half of the
// inbound links stay: those that were of use last, and then the oldest, as strangers
// would have to be of use, or to stay as long, to take their places. What is younger
// than YoungLink stays for now, so that a newcomer gets what it came for. Of the others,
// it is one of the group that has the most, at random: who comes in a crowd hits his own.
func (t *Transport) victim(from group) *link {
	inbound := t.inbound()
	crowd := map[group][]*link{}
	for _, l := range inbound[len(inbound)/2:] {
		if time.Since(l.since) >= t.cfg.YoungLink {
			g := l.slot().group
			crowd[g] = append(crowd[g], l)
		}
	}
	most := crowd[from]
	if !t.stack.admission.isGroupFull(from) {
		for _, links := range crowd {
			if len(links) > len(most) {
				most = links
			}
		}
	}
	if len(most) == 0 {
		return nil
	}
	return most[rand.IntN(len(most))]
}

// inbound lists the links that others have opened, those first that were of use last,
// and then the oldest.
func (t *Transport) inbound() (list []*link) {
	t.mu.Lock()
	defer t.mu.Unlock()
	for _, l := range t.links {
		if l.slot() != nil && !l.isClosed() {
			list = append(list, l)
		}
	}
	slices.SortFunc(list, func(a, b *link) int {
		return cmp.Or(b.favoured.Compare(a.favoured), a.since.Compare(b.since))
	})
	return list
}
