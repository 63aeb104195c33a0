package protocol

import (
	"math/rand/v2"
	"slices"
	"time"

	"networkmngr/internal/types"
)

// maxBook bounds the nodes that are remembered, and maxTold those of them that a peer
// has told of and that have not proved to be there.
const (
	maxBook = 5000
	maxTold = maxBook / 10
)

// addressBook is the nodes that are known, with what came of dialling them.
type addressBook struct {
	self  types.NodeID
	nodes map[types.NodeID]*knownNode
	order []*knownNode         // as they became known
	told  map[types.NodeID]int // nodes by source
	dials int                  // under way
	ready []*knownNode         // room for candidates
}

// knownNode is a node that may be dialled.
type knownNode struct {
	entry    types.NodeInfo
	source   types.NodeID // peer that told of it; zero once it has proved to be there, or if somebody trusted did
	up       bool         // connected
	dialling bool
	failures int       // since the last handshake that went well
	notTill  time.Time // not dialled before
	barred   time.Time // until when it is banned or discouraged; notTill is no earlier
}

func newAddressBook(self types.NodeID) addressBook {
	return addressBook{self: self, nodes: make(map[types.NodeID]*knownNode), told: make(map[types.NodeID]int)}
}

// add remembers a node that source told of, which is zero for somebody trusted; it is
// true if that was news. Where source has no room left, others give way if they may.
func (b *addressBook) add(entry types.NodeInfo, source types.NodeID, mayPush bool) bool {
	if entry.ID == b.self || !entry.Valid() {
		return false
	}
	if c := b.nodes[entry.ID]; c != nil {
		news := !c.entry.Equal(entry)
		if news {
			c.entry, c.failures = entry, 0
		}
		return news
	}
	if !b.hasRoom(source) && !(mayPush && b.makeRoom(source)) {
		return false
	}
	c := &knownNode{entry: entry, source: source}
	b.told[source]++
	b.nodes[entry.ID] = c
	b.order = append(b.order, c)
	return true
}

func (b *addressBook) hasRoom(source types.NodeID) bool {
	return len(b.nodes) < maxBook && (source == types.NodeID{} || b.told[source] < maxTold)
}

// makeRoom makes room for a node that a peer tells of. The first that it has told of
// itself gives way, if those are as many as may be, or else the last of a peer that has
// told of more: nobody who comes first, or tells most, keeps out the news of others. It
// looks at all nodes.
func (b *addressBook) makeRoom(source types.NodeID) bool {
	var out *knownNode
	if b.told[source] < maxTold {
		out = b.lastTold(b.told[source] + 1)
	} else if at := slices.IndexFunc(b.order, func(c *knownNode) bool { return c.source == source && c.isIdle() }); at >= 0 {
		out = b.order[at]
	}
	if out != nil {
		b.remove(out.entry.ID)
	}
	return out != nil
}

// isIdle reports whether there is neither a link nor a dial.
func (c *knownNode) isIdle() bool { return !c.up && !c.dialling }

// lastTold returns the node that came last from the peer that told of most, or nil
// if none told of more than that.
func (b *addressBook) lastTold(than int) (last *knownNode) {
	for _, c := range b.order {
		if c.isTrusted() || !c.isIdle() {
			continue
		}
		if told := b.told[c.source]; told > than || last != nil && c.source == last.source {
			than, last = told, c
		}
	}
	return last
}

// isTrusted reports whether a node has proved to be there, or somebody trusted told of it.
func (c *knownNode) isTrusted() bool { return c.source == types.NodeID{} }

// settle notes that a node is surely there.
func (b *addressBook) settle(c *knownNode) {
	b.forgetSource(c)
	c.source = types.NodeID{}
	b.told[c.source]++
}

func (b *addressBook) forgetSource(c *knownNode) {
	if b.told[c.source]--; b.told[c.source] == 0 {
		delete(b.told, c.source)
	}
}

// evict makes room in a full address book for a node that is surely there: the one
// that failed most goes, of equals the newest.
func (b *addressBook) evict() {
	if len(b.nodes) < maxBook {
		return
	}
	var worst *knownNode
	for _, c := range b.order {
		if !c.up && !c.dialling && (worst == nil || c.failures >= worst.failures) {
			worst = c
		}
	}
	if worst != nil {
		b.remove(worst.entry.ID)
	}
}

func (b *addressBook) remove(id types.NodeID) {
	c := b.nodes[id]
	if c == nil {
		return
	}
	b.dialled(c)
	b.forgetSource(c)
	delete(b.nodes, id)
	b.order = slices.DeleteFunc(b.order, func(other *knownNode) bool { return other == c })
}

// yield waits for the other side to dial first if its id is the smaller one:
// where both know each other, two links at once would be one too many.
func (b *addressBook) yield(id types.NodeID, until time.Time) {
	if c := b.nodes[id]; c != nil && id.Compare(b.self) < 0 && until.After(c.notTill) {
		c.notTill = until
	}
}

func (b *addressBook) ban(id types.NodeID, until time.Time) {
	if c := b.nodes[id]; c != nil && until.After(c.notTill) {
		c.notTill, c.barred = until, until
	}
}

// pardon lets a node be dialled at once that was barred.
func (b *addressBook) pardon(id types.NodeID, now time.Time) {
	if c := b.nodes[id]; c != nil && now.Before(c.barred) {
		c.failures, c.notTill, c.barred = 0, now, now
	}
}

// again lets a node be dialled at once, whatever came of the last dials, unless it is
// barred. It returns nil for one that is not to be dialled now.
func (b *addressBook) again(id types.NodeID, now time.Time) *knownNode {
	c := b.nodes[id]
	if c == nil || !c.isIdle() || now.Before(c.barred) {
		return nil
	}
	c.failures, c.notTill = 0, now
	return c
}

func (b *addressBook) connected(id types.NodeID) {
	if c := b.nodes[id]; c != nil {
		b.dialled(c)
		c.up = true
	}
}

// proved notes that a handshake with id went well.
func (b *addressBook) proved(id types.NodeID) {
	if c := b.nodes[id]; c != nil {
		c.failures = 0
		b.settle(c)
	}
}

func (b *addressBook) disconnected(id types.NodeID, now time.Time, config Config) {
	if c := b.nodes[id]; c != nil && c.up {
		c.up = false
		c.backOff(now, config)
	}
}

func (b *addressBook) failed(id types.NodeID, now time.Time, config Config) {
	if c := b.nodes[id]; c != nil && c.dialling {
		b.dialled(c)
		c.backOff(now, config)
	}
}

// backOff waits twice as long as last time before it lets c be dialled again.
func (c *knownNode) backOff(now time.Time, config Config) {
	wait := config.RetryMost
	if c.failures < 20 {
		wait = min(wait, config.RetryFirst<<c.failures)
	}
	c.notTill = now.Add(wait)
	c.failures++
}

// candidates lists the nodes that may be dialled at now. The next call overwrites the
// list.
func (b *addressBook) candidates(now time.Time) []*knownNode {
	list := b.ready[:0]
	for _, c := range b.order {
		if !c.up && !c.dialling && !now.Before(c.notTill) {
			list = append(list, c)
		}
	}
	b.ready = list
	return list
}

// nextCandidate is when the first of the nodes that may not be dialled at now
// may be; zero if there is none.
func (b *addressBook) nextCandidate(now time.Time) (next time.Time) {
	for _, c := range b.order {
		if !c.up && !c.dialling && now.Before(c.notTill) {
			next = earliest(next, c.notTill)
		}
	}
	return next
}

// dial notes that a dial is under way.
func (b *addressBook) dial(c *knownNode) {
	c.dialling = true
	b.dials++
}

// dialled notes that no dial is under way any more.
func (b *addressBook) dialled(c *knownNode) {
	if c.dialling {
		c.dialling = false
		b.dials--
	}
}

// sample is a random part of the address book, small enough for a message, without
// the one who asks.
func (b *addressBook) sample(random *rand.Rand, asker types.NodeID) []types.NodeInfo {
	list := slices.DeleteFunc(b.all(), func(e types.NodeInfo) bool { return e.ID == asker })
	random.Shuffle(len(list), func(i, j int) { list[i], list[j] = list[j], list[i] })
	return list[:min(len(list), maxEntries)]
}

func (b *addressBook) all() []types.NodeInfo {
	list := make([]types.NodeInfo, 0, len(b.order))
	for _, c := range b.order {
		list = append(list, c.entry)
	}
	return list
}
