package addrman

import (
	"iter"
	"math/rand/v2"
	"net/netip"
	"slices"
	"time"

	"networkmngr/internal/netgroup"
	"networkmngr/internal/types"
)

// refreshed is how long it is no news that somebody tells of a node once more.
const refreshed = time.Hour

// Manager is what is known of other nodes' addresses. It is used by one goroutine at a
// time.
type Manager struct {
	config Config
	key    Key
	random *rand.Rand

	nodes    map[types.NodeID]*entry
	all      []*entry
	bySource map[string][]*entry // of new, by who told of them first, the oldest first
	members  map[netgroup.Group]int
	fresh    table // "new" in Bitcoin's words
	tried    table
	waiting  []types.NodeID // have answered, and their place in tried is taken
	lastGood time.Time
	revision uint64
}

// New makes a manager that knows no node, with a key from random.
func New(config Config, random *rand.Rand) *Manager {
	return newManager(config, Key{random.Uint64(), random.Uint64()}, random)
}

func newManager(config Config, key Key, random *rand.Rand) *Manager {
	return &Manager{
		config: config, key: key, random: random,
		nodes: map[types.NodeID]*entry{}, bySource: map[string][]*entry{}, members: map[netgroup.Group]int{},
		fresh: newTable(), tried: newTable(),
	}
}

// Len counts the nodes.
func (m *Manager) Len() int { return len(m.all) }

// Has reports whether a node is known.
func (m *Manager) Has(id types.NodeID) bool { return m.nodes[id] != nil }

// Revision changes with all that State says.
func (m *Manager) Revision() uint64 { return m.revision }

// Node is what is known of a node, with all of its addresses.
func (m *Manager) Node(id types.NodeID) (types.NodeInfo, bool) {
	e := m.nodes[id]
	if e == nil {
		return types.NodeInfo{}, false
	}
	return e.node, true
}

// Get is a node as it would be dialled.
func (m *Manager) Get(id types.NodeID) (Candidate, bool) {
	e := m.nodes[id]
	if e == nil {
		return Candidate{}, false
	}
	return e.chosen(&m.config), true
}

// Candidates are the nodes as Select looks at them.
func (m *Manager) Candidates() iter.Seq[Candidate] {
	return func(yield func(Candidate) bool) {
		for _, e := range m.all {
			if !yield(e.candidate()) {
				return
			}
		}
	}
}

// All lists the nodes, as they became known as long as none is forgotten.
func (m *Manager) All() []types.NodeInfo {
	list := make([]types.NodeInfo, len(m.all))
	for i, e := range m.all {
		list[i] = e.node
	}
	return list
}

// AddressOf is the HTTP address of the node that mines for an account; empty if it is not
// known.
func (m *Manager) AddressOf(account types.Address) string {
	for _, e := range m.all {
		if e.node.ID.Account() == account {
			return e.node.Address
		}
	}
	return ""
}

// Add takes what a source tells of a node, and reports whether that is news: of a node
// that was not known, that is elsewhere by its own word, or that nobody has told of for
// an hour. Only addresses count that can be reached from where the source is, and no more
// than are kept. A node is refused that has none of these, or one that cannot be read, or
// that names another node.
func (m *Manager) Add(now time.Time, node types.NodeInfo, source Source) bool {
	e := m.nodes[node.ID]
	if e != nil && source.Reach <= e.reach && e.node.Equal(node) { // most of what peers tell
		return m.retold(now, e, source)
	}
	if _, err := netgroup.First(node); err != nil || !node.Valid() {
		return false
	}
	node = bounded(ReachedFrom(node, source.Reach))
	at := whereOf(node)
	if !at.IsValid() {
		return false
	}
	if e == nil {
		return m.create(now, node, at, source)
	}
	return m.toldAgain(now, e, node, source)
}

// toldAgain takes what a source tells of a node that is known.
func (m *Manager) toldAgain(now time.Time, e *entry, node types.NodeInfo, source Source) bool {
	if source.Node == node.ID {
		node = e.inTurn(node)
	}
	switch {
	case e.node.Equal(node):
		return m.retold(now, e, source)
	case source.Node == node.ID:
		return m.moved(now, e, node, whereOf(node), source)
	}
	if e.other == nil && e.lastSuccess.IsZero() {
		e.other = &node
		m.revision++
	}
	return false
}

// create makes an entry, if there is a place for it.
func (m *Manager) create(now time.Time, node types.NodeInfo, at netip.AddrPort, source Source) bool {
	e := m.newEntry(now, node, at, source)
	if !m.config.Grouping.Allows(e.group, m.members[e.group]) || !m.placeNew(now, e, source) {
		return false
	}
	m.register(e)
	return true
}

func (m *Manager) newEntry(now time.Time, node types.NodeInfo, at netip.AddrPort, source Source) *entry {
	return &entry{node: node, reach: reachOf(node), at: at, group: m.config.Grouping.OfNode(node, at), source: source, added: now, told: now}
}

// register lists an entry that has a place.
func (m *Manager) register(e *entry) {
	e.index = len(m.all)
	m.all = append(m.all, e)
	m.nodes[e.node.ID] = e
	m.members[e.group]++
	if !e.tried {
		m.addToSource(e)
	}
	m.revision++
}

// addToSource counts an entry of new as told by its source. What that told of first gives
// way if there are too many.
func (m *Manager) addToSource(e *entry) {
	name := e.source.name()
	if told := m.bySource[name]; len(told) >= m.config.perSource() {
		m.remove(told[0])
	}
	m.bySource[name] = append(m.bySource[name], e)
}

func (m *Manager) leaveSource(e *entry) {
	name := e.source.name()
	rest := slices.DeleteFunc(m.bySource[name], func(other *entry) bool { return other == e })
	if m.bySource[name] = rest; len(rest) == 0 {
		delete(m.bySource, name)
	}
}

// retold is what comes of a node that somebody tells of once more: it may get one more
// place in new, each only half as likely as the one before.
func (m *Manager) retold(now time.Time, e *entry, source Source) (news bool) {
	if now.Sub(e.told) >= refreshed {
		e.told, news = now, true
		m.revision++
	}
	if !e.tried && len(e.places) < m.config.Places && m.random.Uint64N(1<<len(e.places)) == 0 {
		m.placeNew(now, e, source)
	}
	return news
}

// moved is what comes of a node that says itself that it is elsewhere. It has to prove
// itself there anew.
func (m *Manager) moved(now time.Time, e *entry, node types.NodeInfo, at netip.AddrPort, source Source) bool {
	m.revision++
	if at == e.at {
		e.node, e.reach, e.other, e.told = node, reachOf(node), nil, now
		return true
	}
	m.remove(e)
	return m.create(now, node, at, source)
}

// placeNew puts an entry where what the source tells of it belongs, unless another one is
// there that is worth it. It is false then.
func (m *Manager) placeNew(now time.Time, e *entry, source Source) bool {
	at := m.newPlace(e, source)
	switch there := m.fresh.get(at); {
	case there == e:
		return false
	case there == nil:
	case there.isTerrible(now, &m.config), len(there.places) > 1 && len(e.places) == 0:
		m.freeNew(there, at)
	default:
		return false
	}
	m.fresh.put(at, e)
	e.places = append(e.places, at)
	m.revision++
	return true
}

// freeNew takes a place from an entry, which is forgotten with its last one.
func (m *Manager) freeNew(e *entry, at place) {
	if len(e.places) == 1 && !e.tried {
		m.remove(e)
		return
	}
	m.fresh.free(at)
	e.places = slices.DeleteFunc(e.places, func(p place) bool { return p == at })
}

// Remove forgets a node.
func (m *Manager) Remove(id types.NodeID) {
	if e := m.nodes[id]; e != nil {
		m.remove(e)
	}
}

func (m *Manager) remove(e *entry) {
	m.leaveTables(e)
	delete(m.nodes, e.node.ID)
	last := m.all[len(m.all)-1]
	m.all[e.index], last.index = last, e.index
	m.all = m.all[:len(m.all)-1]
	if m.members[e.group]--; m.members[e.group] == 0 {
		delete(m.members, e.group)
	}
	m.revision++
}

// leaveTables gives up all of an entry's places.
func (m *Manager) leaveTables(e *entry) {
	if e.tried {
		m.tried.free(m.triedPlace(e))
		e.tried = false
		return
	}
	for _, at := range e.places {
		m.fresh.free(at)
	}
	e.places = nil
	m.leaveSource(e)
}
