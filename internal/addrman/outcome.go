package addrman

import (
	"slices"
	"time"

	"networkmngr/internal/netgroup"
	"networkmngr/internal/types"
)

// Attempt notes that a node is dialled.
func (m *Manager) Attempt(now time.Time, id types.NodeID) {
	if e := m.nodes[id]; e != nil {
		e.lastTry = now
	}
}

// Lost notes that a link has ended. That is no failure to answer, but a reason to wait for
// a while.
func (m *Manager) Lost(now time.Time, id types.NodeID) {
	if e := m.nodes[id]; e != nil {
		e.lastTry = now
		e.failures++
	}
}

// Failed notes that a dial came to nothing. It counts against the
// node only if another one has answered since it last did, as else this node may be cut
// off itself. A node that has never answered is tried elsewhere the next time, if it has
// addresses of other groups, or somebody else has told of others.
func (m *Manager) Failed(now time.Time, id types.NodeID) {
	e := m.nodes[id]
	if e == nil {
		return
	}
	e.lastTry = now
	e.failures++
	if e.lastCounted.IsZero() || e.lastCounted.Before(m.lastGood) {
		e.lastCounted = now
		e.attempts++
		m.revision++
	}
	if !e.tried && e.lastSuccess.IsZero() {
		m.tryElsewhere(now, e)
	}
}

// tryElsewhere has another address's turn come: one of another group, or what somebody
// else says. The entry keeps what came of it, so that nobody makes it young again.
func (m *Manager) tryElsewhere(now time.Time, e *entry) {
	node := e.node
	if next, ok := m.nextGroup(e); ok {
		node = startingAt(node, next)
	} else if e.other != nil {
		node = *e.other
	} else {
		return
	}
	kept := *e
	m.remove(e)
	if !m.create(now, node, whereOf(node), kept.source) {
		return
	}
	moved := m.nodes[node.ID]
	moved.added, moved.told, moved.lastTry, moved.lastCounted = kept.added, kept.told, kept.lastTry, kept.lastCounted
	moved.attempts, moved.failures = kept.attempts, kept.failures
}

// nextGroup is the first of an entry's addresses that is not of the group whose turn it is.
func (m *Manager) nextGroup(e *entry) (index int, ok bool) {
	index = slices.IndexFunc(e.node.P2P, func(text string) bool {
		return !e.sameParty(netgroup.Where(text), m.config.Grouping)
	})
	return index, index >= 0
}

// Reached is Good for a node that has greeted at a multiaddr, empty if unknown, if it is
// known to be there: whoever answers at one address, and says that it is at another, has
// to prove itself there.
func (m *Manager) Reached(now time.Time, id types.NodeID, address string) {
	m.lastGood = now
	e, at := m.nodes[id], netgroup.Endpoint{}
	if address != "" {
		at, _ = netgroup.Parse(address)
	}
	if e != nil && (address == "" || e.names(at.At) && e.sameParty(at.At, m.config.Grouping)) {
		m.Good(now, id)
	}
}

// Good notes that a node that was dialled has greeted. It becomes tried, unless another
// one has its place, which is to be tested first; see Resolve.
func (m *Manager) Good(now time.Time, id types.NodeID) {
	m.lastGood = now
	e := m.nodes[id]
	if e == nil {
		return
	}
	e.lastSuccess, e.lastTry, e.attempts, e.failures, e.other = now, now, 0, 0, nil
	m.revision++
	switch {
	case e.tried:
	case m.config.NoTest || m.tried.get(m.triedPlace(e)) == nil:
		m.makeTried(now, e)
	case len(m.waiting) < m.config.Waiting && !slices.Contains(m.waiting, id):
		m.waiting = append(m.waiting, id)
	}
}

// makeTried moves an entry from new to tried. Who has its place there goes back to new.
func (m *Manager) makeTried(now time.Time, e *entry) {
	m.leaveTables(e)
	at := m.triedPlace(e)
	if old := m.tried.get(at); old != nil {
		m.untry(now, old)
	}
	m.tried.put(at, e)
	e.tried = true
	m.revision++
}

// untry moves an entry from tried back to new, whoever is in its place there.
func (m *Manager) untry(now time.Time, e *entry) {
	m.leaveTables(e)
	if at := m.newPlace(e, e.source); m.fresh.get(at) != nil {
		m.freeNew(m.fresh.get(at), at)
	}
	m.placeNew(now, e, e.source)
	m.addToSource(e)
}

// Resolve decides about the addresses that have answered and wait for a place in tried.
func (m *Manager) Resolve(now time.Time) {
	var still []types.NodeID
	for _, id := range m.waiting {
		if !m.resolve(now, id) {
			still = append(still, id)
		}
	}
	m.waiting = still
}

// resolve is false if a node has to wait still: the other one is to be tested.
func (m *Manager) resolve(now time.Time, id types.NodeID) bool {
	e := m.nodes[id]
	if e == nil || e.tried {
		return true
	}
	old := m.tried.get(m.triedPlace(e))
	switch {
	case old == nil:
	case now.Sub(old.lastSuccess) < m.config.Replaceable:
		return true // it is there
	case now.Sub(old.lastTry) < m.config.Replaceable && now.Sub(old.lastTry) > time.Minute:
		// it was tested, and did not answer in time
	case now.Sub(e.lastSuccess) > m.config.TestWindow:
	default:
		return false
	}
	m.makeTried(now, e)
	return true
}
