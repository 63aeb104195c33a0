package transport

import (
	"cmp"
	"context"
	"errors"
	"math/rand/v2"
	"slices"
	"time"

	"networkmngr/internal/types"
)

// Strangers that came first must not keep all places for good: a newcomer that knows
// this node alone would never get in. So once the places have run out, an inbound link
// is evicted.

// reserve gets an inbound link its place before the arbiter decides. Where there is
// none, and the peer has a link already, nobody else is to go for it: if that link is
// stale it makes room, and else the error is ErrDuplicate. Other errors are those of
// promote.
func (t *Transport) reserve(ctx context.Context, l *link) error {
	return insist(ctx, l, t.tryReserve, t.isStale(l))
}

// tryReserve is reserve, but for a link that the peer has already, which it returns.
func (t *Transport) tryReserve(ctx context.Context, l *link) (*link, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	old := t.links[l.peer.ID]
	if s := l.slot(); old != nil && s != nil && errors.Is(s.promote(), ErrFull) {
		return old, nil
	}
	return nil, t.promote(ctx, l)
}

// promote moves an inbound link's slot to the links; if those are as many as may be,
// another link is evicted. The error is ErrFull, or that of a handshake which has ended:
// then none is. The caller holds t.mu, so that no place is taken meanwhile.
func (t *Transport) promote(ctx context.Context, l *link) error {
	s := l.slot()
	if s == nil {
		return nil
	}
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	err := s.promote()
	if !errors.Is(err, ErrFull) {
		return err
	}
	victim := t.victim(s.group)
	if victim == nil {
		return err
	}
	if err := s.replace(victim.slot()); err != nil {
		return err
	}
	victim.close(ErrEvicted)
	return nil
}

// BroughtBlock notes that a block of the main chain came from a peer, which counts when
// an inbound link has to be evicted.
func (t *Transport) BroughtBlock(id types.NodeID) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if l := t.links[id]; l != nil {
		l.lastBlock = time.Now()
	}
}

// victim returns the link to be evicted for one from a group, or nil. Links in half of
// the places stay: those that brought a block last, and then the oldest, as strangers
// would have to be of use, or to stay as long, to take their places. Places that are
// reserved count too, or whoever reserves many would eat into that half. What is younger
// than YoungLink stays for now, so that a newcomer gets what it came for. Of the others,
// it is one of the group that has the most, at random: who comes in a crowd hits his own.
// The caller holds t.mu.
func (t *Transport) victim(from group) *link {
	inbound := t.inbound()
	stay := min(t.stack.admission.taken()/2, len(inbound))
	crowd := map[group][]*link{}
	for _, l := range inbound[stay:] {
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

// inbound lists the links that others have opened, those first that brought a block last,
// and then the oldest. The caller holds t.mu.
func (t *Transport) inbound() (list []*link) {
	for _, l := range t.links {
		if l.slot() != nil && !l.isClosed() {
			list = append(list, l)
		}
	}
	slices.SortFunc(list, func(a, b *link) int {
		return cmp.Or(b.lastBlock.Compare(a.lastBlock), a.since.Compare(b.since))
	})
	return list
}
