package protocol

import (
	"slices"
	"time"

	"networkmngr/internal/netgroup"
	"networkmngr/internal/times"
	"networkmngr/internal/types"
)

// maxBook bounds the nodes that somebody trusted has named.
const maxBook = 5000

// addressBook is the nodes that somebody trusted has named, such as a manager, and which
// no gossip touches or pushes out; and of all nodes, whether they are dialled now or
// barred. What others tell of is in an addrman.Manager.
type addressBook struct {
	self     types.NodeID
	nodes    map[types.NodeID]*knownNode
	order    []*knownNode // those that are trusted, as they became known
	dials    int          // under way, but for feelers
	ready    []*knownNode // room for candidates
	revision uint64       // changes with what is kept over restarts
}

// knownNode is a node that may be dialled.
type knownNode struct {
	entry    types.NodeInfo
	trusted  bool // somebody trusted has named it; else it is kept while it is dialled or barred
	group    netgroup.Group
	up       bool // connected
	dialling bool
	feeler   bool      // and only to see whether it is there
	failures int       // since the last handshake that went well
	notTill  time.Time // not dialled before
	barred   time.Time // until when it is banned or discouraged; notTill is no earlier
}

func newAddressBook(self types.NodeID) addressBook {
	return addressBook{self: self, nodes: make(map[types.NodeID]*knownNode)}
}

// trust remembers a node that somebody trusted has named, in place of others if there are
// too many; it is true if that was news.
func (b *addressBook) trust(entry types.NodeInfo) bool {
	c := b.nodes[entry.ID]
	if c != nil && c.trusted {
		news := !c.entry.Equal(entry)
		if news {
			c.entry, c.failures = entry, 0
			b.revision++
		}
		return news
	}
	b.evict()
	if c == nil {
		c = &knownNode{}
		b.nodes[entry.ID] = c
	}
	c.entry, c.trusted = entry, true
	b.order = append(b.order, c)
	b.revision++
	return true
}

// trusts returns a node that somebody trusted has named, or nil.
func (b *addressBook) trusts(id types.NodeID) *knownNode {
	if c := b.nodes[id]; c != nil && c.trusted {
		return c
	}
	return nil
}

// obtain returns a node that is about to be dialled or barred.
func (b *addressBook) obtain(entry types.NodeInfo, group netgroup.Group) *knownNode {
	c := b.nodes[entry.ID]
	if c == nil {
		c = &knownNode{}
		b.nodes[entry.ID] = c
	}
	if !c.trusted {
		c.entry, c.group = entry, group
	}
	return c
}

// forgetStranger gives up what need not be remembered of a node that nobody trusted has
// named.
func (b *addressBook) forgetStranger(c *knownNode, now time.Time) {
	if !c.trusted && !c.dialling && !now.Before(c.barred) {
		delete(b.nodes, c.entry.ID)
	}
}

// isIdle reports whether there is neither a link nor a dial.
func (c *knownNode) isIdle() bool { return !c.up && !c.dialling }

// evict makes room in a full address book: the one that failed most goes, of equals the
// newest.
func (b *addressBook) evict() {
	if len(b.order) < maxBook {
		return
	}
	var worst *knownNode
	for _, c := range b.order {
		if c.isIdle() && (worst == nil || c.failures >= worst.failures) {
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
	delete(b.nodes, id)
	if c.trusted {
		b.order = slices.DeleteFunc(b.order, func(other *knownNode) bool { return other == c })
		b.revision++
	}
}

// yield waits for the other side to dial first if its id is the smaller one:
// where both know each other, two links at once would be one too many.
func (b *addressBook) yield(id types.NodeID, until time.Time) {
	if c := b.nodes[id]; c != nil && b.yields(id) && until.After(c.notTill) {
		c.notTill = until
	}
}

func (b *addressBook) yields(id types.NodeID) bool { return id.Compare(b.self) < 0 }

func (c *knownNode) bar(until time.Time) {
	if until.After(c.notTill) {
		c.notTill, c.barred = until, until
	}
}

// pardon lets a node be dialled at once that was barred.
func (b *addressBook) pardon(id types.NodeID, now time.Time) {
	if c := b.nodes[id]; c != nil && now.Before(c.barred) {
		c.failures, c.notTill, c.barred = 0, now, now
		b.forgetStranger(c, now)
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

// backOff waits twice as long as last time before it lets c be dialled again.
func (c *knownNode) backOff(now time.Time, config Config) {
	c.notTill = now.Add(config.retryAfter(c.failures))
	c.failures++
}

// retryAfter is how long after so many failures, and one more, a node is dialled again.
func (c *Config) retryAfter(failures int) time.Duration {
	if failures >= 20 {
		return c.RetryMost
	}
	return min(c.RetryMost, c.RetryFirst<<failures)
}

// candidates lists the trusted nodes that may be dialled at now. The next call overwrites
// the list.
func (b *addressBook) candidates(now time.Time) []*knownNode {
	list := b.ready[:0]
	for _, c := range b.order {
		if c.isIdle() && !now.Before(c.notTill) {
			list = append(list, c)
		}
	}
	b.ready = list
	return list
}

// nextCandidate is when the first of the trusted nodes that may not be dialled at now may
// be; zero if there is none.
func (b *addressBook) nextCandidate(now time.Time) (next time.Time) {
	for _, c := range b.order {
		if c.isIdle() && now.Before(c.notTill) {
			next = times.First(next, c.notTill)
		}
	}
	return next
}

// dial notes that a dial is under way.
func (b *addressBook) dial(c *knownNode) {
	c.dialling = true
	if !c.feeler {
		b.dials++
	}
}

// dialled notes that no dial is under way any more.
func (b *addressBook) dialled(c *knownNode) {
	if c.dialling && !c.feeler {
		b.dials--
	}
	c.dialling, c.feeler = false, false
}

// all lists the nodes that somebody trusted has named.
func (b *addressBook) all() []types.NodeInfo {
	list := make([]types.NodeInfo, 0, len(b.order))
	for _, c := range b.order {
		list = append(list, c.entry)
	}
	return list
}
