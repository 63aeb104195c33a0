package bootstrap

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"time"

	"networkmngr/internal/netgroup"
	"networkmngr/internal/types"
)

var (
	// ErrFull means that as many nodes are known as may be.
	ErrFull = errors.New("as many nodes are known as may be")
	// ErrGroup means that as many nodes of one group of addresses are known as may be.
	ErrGroup = errors.New("as many nodes of this address, or of its group, are known as may be")
)

// Limits are those of a Book.
type Limits struct {
	Nodes    int // in all, those too that do not answer at present
	PerHost  int // of one host that is not this machine
	PerGroup int // of one group of hosts; see groupOf
	Grouping netgroup.Grouping
	Every    time.Duration // from one question to a node to the next, at least
	Spacing  time.Duration // from one question to the next, at least, of whatever nodes
	Failures int           // questions in vain, one after the other, until a node is told of no more
	Again    time.Duration // from the first question in vain to the next; doubles
	Most     time.Duration // bound of the doubling
	Forget   time.Duration // without an answer, until a node is forgotten
}

// DefaultLimits has each node asked every ten seconds, as long as that makes no more than
// twenty questions a second.
func DefaultLimits() Limits {
	return Limits{
		Nodes: 4096, PerHost: 64, PerGroup: 256, Grouping: netgroup.Default(),
		Every: 10 * time.Second, Spacing: 50 * time.Millisecond,
		Failures: 2, Again: time.Second, Most: 10 * time.Minute, Forget: 7 * 24 * time.Hour,
	}
}

// Introduction is what the node at an address has said of itself. Address is the one that it was
// asked at, which nobody else can claim.
type Introduction struct {
	types.NodeInfo
	Genesis types.Hash `json:"genesis"` // block's hash, of the node's network
	Lab     string     `json:"lab,omitempty"`
	// Teller is the reach of who told of the address, which leads no nearer than that.
	Teller netgroup.Reach `json:"teller,omitempty"`
}

// sameNetwork reports whether two nodes can be peers.
func (n *Introduction) sameNetwork(other *Introduction) bool {
	return n.Genesis == other.Genesis && n.Lab == other.Lab
}

// Book is the nodes that a bootstrap node knows, by address: an id can be claimed at any
// address until the node proves it to a peer, an address leads where it leads.
type Book struct {
	limits Limits
	nodes  map[string]*known
	order  []*known       // as they became known
	hosts  map[string]int // nodes
	groups map[netgroup.Group]int
}

type known struct {
	Introduction
	answered time.Time // last
	host     string
	group    netgroup.Group
	failures int       // since then
	next     time.Time // when it is to be asked
	asked    bool      // and has not answered yet
}

// NewBook returns an empty one.
func NewBook(limits Limits) *Book {
	return &Book{limits: limits, nodes: make(map[string]*known), hosts: make(map[string]int), groups: make(map[netgroup.Group]int)}
}

// Answered notes that a node has answered at its address; added if others were not told
// of it before. The error wraps ErrFull or ErrGroup.
func (b *Book) Answered(n Introduction, now time.Time) (added bool, err error) {
	k := b.nodes[n.Address]
	added = k == nil || !b.isPresent(k)
	if k, err = b.add(n, now); err != nil {
		return false, err
	}
	k.Introduction, k.answered, k.failures, k.asked = n, now, 0, false
	k.next = now.Add(b.interval())
	return added, nil
}

// add enters a node, unless it is there already, and makes room for it if need be.
func (b *Book) add(n Introduction, now time.Time) (*known, error) {
	if k := b.nodes[n.Address]; k != nil {
		return k, nil
	}
	k := &known{Introduction: n, answered: now}
	k.host, k.group = groupOf(n.Address, b.limits.Grouping)
	if !b.hasRoom(k) {
		return nil, fmt.Errorf("%w: %d and %d", ErrGroup, b.limits.PerHost, b.limits.PerGroup)
	}
	if len(b.order) >= b.limits.Nodes && !b.makeRoom() {
		return nil, fmt.Errorf("%w: %d", ErrFull, b.limits.Nodes)
	}
	b.nodes[n.Address] = k
	b.order = append(b.order, k)
	b.hosts[k.host]++
	b.groups[k.group]++
	return k, nil
}

// hasRoom reports whether a node's host and group may have one more.
func (b *Book) hasRoom(k *known) bool {
	return (k.host == "" || b.hosts[k.host] < b.limits.PerHost) && (k.group == "" || b.groups[k.group] < b.limits.PerGroup)
}

// makeRoom forgets the node that has not answered for longest, if there is one that does
// not.
func (b *Book) makeRoom() bool {
	var out *known
	for _, k := range b.order {
		if !b.isPresent(k) && (out == nil || k.answered.Before(out.answered)) {
			out = k
		}
	}
	if out != nil {
		b.remove(out)
	}
	return out != nil
}

func (b *Book) remove(k *known) {
	delete(b.nodes, k.Address)
	b.order = slices.DeleteFunc(b.order, func(other *known) bool { return other == k })
	drop(b.hosts, k.host)
	drop(b.groups, k.group)
}

func drop[K comparable](counts map[K]int, key K) {
	if counts[key]--; counts[key] == 0 {
		delete(counts, key)
	}
}

// isPresent reports whether others are told of a node.
func (b *Book) isPresent(k *known) bool { return k.failures < b.limits.Failures }

// interval is how long a node that has answered is left alone.
func (b *Book) interval() time.Duration {
	return max(b.limits.Every, time.Duration(len(b.order))*b.limits.Spacing)
}

// Failed notes that a node was asked in vain; gone if others are told of it no more from
// now on.
func (b *Book) Failed(address string, now time.Time) (gone bool) {
	k := b.nodes[address]
	if k == nil {
		return false
	}
	was := b.isPresent(k)
	k.failures++
	k.asked = false
	k.next = now.Add(min(b.limits.Again<<min(k.failures-1, 20), b.limits.Most))
	if now.Sub(k.answered) > b.limits.Forget {
		b.remove(k)
		return was
	}
	return was && !b.isPresent(k)
}

// Next is the node that is to be asked next, and when; false if there is none. Who takes
// it says so with Asked.
func (b *Book) Next() (address string, at time.Time, found bool) {
	for _, k := range b.order {
		if !k.asked && (!found || k.next.Before(at)) {
			address, at, found = k.Address, k.next, true
		}
	}
	return address, at, found
}

// TellerOf is the reach of who told of the node at an address; Unreachable if that is not
// known, as of nodes that an earlier version has kept.
func (b *Book) TellerOf(address string) netgroup.Reach {
	if k := b.nodes[address]; k != nil {
		return k.Teller
	}
	return netgroup.Unreachable
}

// Asked notes that a node is being asked, until Answered or Failed.
func (b *Book) Asked(address string) {
	if k := b.nodes[address]; k != nil {
		k.asked = true
	}
}

// Fresh is the node at an address, if it has answered since then.
func (b *Book) Fresh(address string, since time.Time) (Introduction, bool) {
	k := b.nodes[address]
	if k == nil || !b.isPresent(k) || k.answered.Before(since) {
		return Introduction{}, false
	}
	return k.Introduction, true
}

// For lists up to most nodes that answer: all in the order in which they became known, or
// a random part of them. With an asker, only those that can be its peers.
func (b *Book) For(asker *Introduction, most int, random *rand.Rand) []Introduction {
	list := []Introduction{}
	for _, k := range b.order {
		if b.isPresent(k) && (asker == nil || k.Address != asker.Address && k.ID != asker.ID && k.sameNetwork(asker)) {
			list = append(list, k.Introduction)
		}
	}
	if len(list) > most {
		random.Shuffle(len(list), func(i, j int) { list[i], list[j] = list[j], list[i] })
	}
	return list[:min(most, len(list))]
}

// Count is how many nodes others are told of.
func (b *Book) Count() (count int) {
	for _, k := range b.order {
		if b.isPresent(k) {
			count++
		}
	}
	return count
}

// Entry is a node as it is kept.
type Entry struct {
	Introduction
	Answered time.Time `json:"answered"` // last
	Silent   bool      `json:"silent,omitempty"`
}

// Entries are all nodes, in the order in which they became known.
func (b *Book) Entries() []Entry {
	list := make([]Entry, 0, len(b.order))
	for _, k := range b.order {
		list = append(list, Entry{k.Introduction, k.answered, !b.isPresent(k)})
	}
	return list
}

// Restore enters nodes that were kept, which are to be asked at once, as far as the limits
// allow.
func (b *Book) Restore(entries []Entry) {
	for _, e := range entries {
		k, err := b.add(e.Introduction, e.Answered)
		if err == nil && e.Silent {
			k.failures = b.limits.Failures
		}
	}
}
