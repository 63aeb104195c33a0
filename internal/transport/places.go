package transport

import (
	"context"
	"errors"
	"hash/maphash"
	"time"

	"networkmngr/internal/netgroup"
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
	t.credit(id, func(merits *Inbound) { merits.LastBlock = time.Now() })
}

// BroughtTransfer notes that a transfer that was news came from a peer, which counts too.
func (t *Transport) BroughtTransfer(id types.NodeID) {
	t.credit(id, func(merits *Inbound) { merits.LastTransfer = time.Now() })
}

// Answered notes the lowest time in which a peer has answered, which counts too.
func (t *Transport) Answered(id types.NodeID, lowest time.Duration) {
	t.credit(id, func(merits *Inbound) { merits.Ping = max(lowest, 1) })
}

func (t *Transport) credit(id types.NodeID, note func(merits *Inbound)) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if l := t.links[id]; l != nil {
		note(&l.merits)
	}
}

// CountTo notes which group an inbound peer is of, which on loopback its connection does not
// show. A link for which its group has no room takes the place of another one of it, or ends.
func (t *Transport) CountTo(id types.NodeID, group netgroup.Group) {
	t.mu.Lock()
	defer t.mu.Unlock()
	l := t.links[id]
	if l == nil || l.slot() == nil || l.slot().group == group {
		return
	}
	if t.stack.admission.isGroupFull(group) {
		victim := t.victim(group)
		if victim == nil {
			l.close(ErrFull)
			return
		}
		victim.slot().Done()
		victim.close(ErrEvicted)
	}
	l.slot().moveTo(group)
}

// victim returns the link to be evicted for one from a group, or nil. The caller holds
// t.mu.
func (t *Transport) victim(from netgroup.Group) *link {
	choice, inbound := t.eviction(from)
	if i := choice.Choose(); i >= 0 {
		return inbound[i]
	}
	return nil
}

// eviction is the choice for one from a group, and the links that it is of. The caller
// holds t.mu.
func (t *Transport) eviction(from netgroup.Group) (Eviction, []*link) {
	inbound := t.inbound()
	choice := Eviction{
		Protected: t.cfg.protected(), Places: t.stack.admission.taken(), Grown: time.Now().Add(-t.cfg.YoungLink),
		From: from, Full: t.stack.admission.isGroupFull(from),
		Rank: func(g netgroup.Group) uint64 { return maphash.Comparable(t.lot, g) },
	}
	for _, l := range inbound {
		merits := l.merits
		merits.Since, merits.Group = l.since, l.slot().group
		choice.Links = append(choice.Links, merits)
	}
	return choice, inbound
}

// Kept says why inbound links would not be evicted now; there is nothing of those that may
// be, young ones apart.
func (t *Transport) Kept() map[types.NodeID]Reason {
	t.mu.Lock()
	defer t.mu.Unlock()
	choice, inbound := t.eviction("")
	kept := map[types.NodeID]Reason{}
	for i, why := range choice.Reasons() {
		if why != "" {
			kept[inbound[i].peer.ID] = why
		}
	}
	return kept
}

// inbound lists the links that others have opened. The caller holds t.mu.
func (t *Transport) inbound() (list []*link) {
	for _, l := range t.links {
		if l.slot() != nil && !l.isClosed() {
			list = append(list, l)
		}
	}
	return list
}
