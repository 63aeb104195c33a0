package protocol

import (
	"math/rand/v2"
	"slices"
	"time"

	"networkmngr/internal/types"
)

// maxBook bounds the nodes that are remembered.
const maxBook = 5000

// book is the nodes that are known, with what came of dialling them.
type book struct {
	self  types.NodeID
	nodes map[types.NodeID]*contact
	order []types.NodeID // in which they became known
	dials int            // under way
}

// contact is a node that may be dialled.
type contact struct {
	entry    Entry
	up       bool // connected
	dialling bool
	failures int       // since the last handshake that went well
	notTill  time.Time // not dialled before
}

func newBook(self types.NodeID) book {
	return book{self: self, nodes: make(map[types.NodeID]*contact)}
}

// add remembers a node; it is true if that was news.
func (b *book) add(entry Entry) bool {
	if entry.ID == b.self || !entry.Valid() {
		return false
	}
	if c := b.nodes[entry.ID]; c != nil {
		news := c.entry.Address != entry.Address || !slices.Equal(c.entry.P2P, entry.P2P)
		if news {
			c.entry, c.failures = entry, 0
		}
		return news
	}
	if len(b.nodes) >= maxBook {
		return false
	}
	b.nodes[entry.ID] = &contact{entry: entry}
	b.order = append(b.order, entry.ID)
	return true
}

// evict makes room in a full book for a node that is surely there: the one
// that failed most goes, of equals the newest.
func (b *book) evict() {
	if len(b.nodes) < maxBook {
		return
	}
	var worst *contact
	for _, id := range b.order {
		c := b.nodes[id]
		if !c.up && !c.dialling && (worst == nil || c.failures >= worst.failures) {
			worst = c
		}
	}
	if worst != nil {
		b.remove(worst.entry.ID)
	}
}

func (b *book) remove(id types.NodeID) {
	if b.nodes[id] == nil {
		return
	}
	b.dialled(b.nodes[id])
	delete(b.nodes, id)
	b.order = slices.DeleteFunc(b.order, func(other types.NodeID) bool { return other == id })
}

// yield waits for the other side to dial first if its id is the smaller one:
// where both know each other, two links at once would be one too many.
func (b *book) yield(id types.NodeID, until time.Time) {
	if c := b.nodes[id]; c != nil && id.Compare(b.self) < 0 && until.After(c.notTill) {
		c.notTill = until
	}
}

func (b *book) ban(id types.NodeID, until time.Time) {
	if c := b.nodes[id]; c != nil && until.After(c.notTill) {
		c.notTill = until
	}
}

func (b *book) connected(id types.NodeID) {
	if c := b.nodes[id]; c != nil {
		b.dialled(c)
		c.up = true
	}
}

// proved notes that a handshake with id went well.
func (b *book) proved(id types.NodeID) {
	if c := b.nodes[id]; c != nil {
		c.failures = 0
	}
}

func (b *book) disconnected(id types.NodeID, now time.Time, config Config) {
	if c := b.nodes[id]; c != nil && c.up {
		c.up = false
		c.backOff(now, config)
	}
}

func (b *book) failed(id types.NodeID, now time.Time, config Config) {
	if c := b.nodes[id]; c != nil && c.dialling {
		b.dialled(c)
		c.backOff(now, config)
	}
}

// backOff waits twice as long as last time before it lets c be dialled again.
func (c *contact) backOff(now time.Time, config Config) {
	wait := config.RetryMost
	if c.failures < 20 {
		wait = min(wait, config.RetryFirst<<c.failures)
	}
	c.notTill = now.Add(wait)
	c.failures++
}

// candidates lists the nodes that may be dialled at now.
func (b *book) candidates(now time.Time) []*contact {
	var list []*contact
	for _, id := range b.order {
		if c := b.nodes[id]; !c.up && !c.dialling && !now.Before(c.notTill) {
			list = append(list, c)
		}
	}
	return list
}

// nextCandidate is when the first of the nodes that may not be dialled at now
// may be; zero if there is none.
func (b *book) nextCandidate(now time.Time) (next time.Time) {
	for _, c := range b.nodes {
		if !c.up && !c.dialling && now.Before(c.notTill) {
			next = earliest(next, c.notTill)
		}
	}
	return next
}

// dial notes that a dial is under way.
func (b *book) dial(c *contact) {
	c.dialling = true
	b.dials++
}

// dialled notes that no dial is under way any more.
func (b *book) dialled(c *contact) {
	if c.dialling {
		c.dialling = false
		b.dials--
	}
}

// sample is a random part of the book, small enough for a message, without
// the one who asks.
func (b *book) sample(random *rand.Rand, asker types.NodeID) []Entry {
	list := slices.DeleteFunc(b.all(), func(e Entry) bool { return e.ID == asker })
	random.Shuffle(len(list), func(i, j int) { list[i], list[j] = list[j], list[i] })
	return list[:min(len(list), maxEntries)]
}

func (b *book) all() []Entry {
	list := make([]Entry, 0, len(b.order))
	for _, id := range b.order {
		list = append(list, b.nodes[id].entry)
	}
	return list
}
