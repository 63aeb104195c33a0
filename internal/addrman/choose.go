package addrman

import (
	"slices"
	"time"

	"networkmngr/internal/netgroup"
	"networkmngr/internal/types"
)

const (
	draws       = 64   // from a table before it is taken to have nobody
	looksAtAll  = 4096 // nodes, of which one is found in any case
	sampleShare = 23   // percent that are told to whoever asks
	SampleLeast = 64   // that are told though they are more than that share
)

// Select draws a node to be dialled, one of those that may be: from new and tried with the
// same chance, as far as both have any. It is false if there is none, or none was found
// among very many.
func (m *Manager) Select(now time.Time, may func(Candidate) bool) (Candidate, bool) {
	tables := []*table{&m.fresh, &m.tried}
	if m.random.IntN(2) == 0 {
		slices.Reverse(tables)
	}
	for _, t := range tables {
		if c, ok := m.drawFrom(t, now, may); ok {
			return c, true
		}
	}
	return m.anyOf(m.all, may)
}

// Feel draws a node that is worth a short link to see whether it is there: one whose
// place in tried somebody else waits for, or else one of new.
func (m *Manager) Feel(now time.Time, may func(Candidate) bool) (Candidate, bool) {
	m.Resolve(now)
	if e := m.toTest(); e != nil && may(e.candidate()) {
		return e.chosen(&m.config), true
	}
	return m.drawFrom(&m.fresh, now, may)
}

// toTest is an entry of tried whose place somebody waits for, or nil.
func (m *Manager) toTest() *entry {
	if len(m.waiting) == 0 {
		return nil
	}
	waits := m.nodes[m.waiting[m.random.IntN(len(m.waiting))]]
	if waits == nil {
		return nil
	}
	return m.tried.get(m.triedPlace(waits))
}

// drawFrom draws from a table until it finds one that may be dialled and is lucky. Each
// that is not has the next one's chance grow.
func (m *Manager) drawFrom(t *table, now time.Time, may func(Candidate) bool) (Candidate, bool) {
	luck := 1.0
	for range min(draws, 4*t.count) {
		e := t.draw(m.random)
		if m.random.Float64() < luck*e.chance(now, &m.config) {
			if may(e.candidate()) {
				return e.chosen(&m.config), true
			}
		}
		luck *= 1.2
	}
	return Candidate{}, false
}

// anyOf is one of a list that may be dialled, if the list is short enough to look through.
func (m *Manager) anyOf(list []*entry, may func(Candidate) bool) (Candidate, bool) {
	if len(list) == 0 || len(list) > looksAtAll {
		return Candidate{}, false
	}
	first := m.random.IntN(len(list))
	for i := range list {
		if e := list[(first+i)%len(list)]; may(e.candidate()) {
			return e.chosen(&m.config), true
		}
	}
	return Candidate{}, false
}

// Sample is a random part of the nodes that somebody can dial from where he is, by his
// reach: not so many that a few questions tell all (23 %, as in Bitcoin Core), but enough
// for a small lab (64).
func (m *Manager) Sample(now time.Time, asker netgroup.Reach) []types.NodeID {
	list := make([]types.NodeID, 0, len(m.all))
	for _, e := range m.all {
		if !e.isTerrible(now, &m.config) && netgroup.ReachOf(e.at.Addr()).ReachedFrom(asker) {
			list = append(list, e.node.ID)
		}
	}
	m.random.Shuffle(len(list), func(i, j int) { list[i], list[j] = list[j], list[i] })
	return list[:SampleSize(len(list))]
}

// SampleSize is how many of so many nodes are told to somebody who asks.
func SampleSize(of int) int { return min(of, max(SampleLeast, of*sampleShare/100)) }
