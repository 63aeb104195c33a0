package protocol

import (
	"errors"
	"slices"
	"time"

	"networkmngr/internal/addrman"
	"networkmngr/internal/netgroup"
	"networkmngr/internal/times"
	"networkmngr/internal/types"
)

const (
	// seekAfter is how long after a dial in vain another node is dialled: there may be no
	// end of those where nobody is.
	seekAfter = time.Second
	// fewAddresses are looked through for the one that may be dialled next.
	fewAddresses = 1024
)

// ErrFeeler is why a link ends that was to show whether a node is there.
var ErrFeeler = errors.New("has shown that it is there")

// seekPeers dials nodes until enough links of our own are up or under way.
func (e *Engine) seekPeers() {
	if free := e.freeLinks(); free > 0 {
		e.dial(free)
	}
	e.seekAt, e.unfilled = time.Time{}, max(0, e.freeLinks())
	if e.unfilled > 0 {
		e.seekAt = times.First(e.book.nextCandidate(e.now), e.nextAddress())
	}
}

// seekAgain seeks peers if there may be one that was not there the last time.
func (e *Engine) seekAgain() {
	if e.isDue(e.seekAt) || e.freeLinks() > e.unfilled {
		e.seekPeers()
	}
}

// nextAddress is when the first of the nodes that others have told of, and that may not be
// dialled now, may be; zero if there is none.
func (e *Engine) nextAddress() (next time.Time) {
	if e.addresses.Len() > fewAddresses {
		return e.now.Add(seekAfter)
	}
	for c := range e.addresses.Candidates() {
		if at := e.dialAt(c); at.After(e.now) && e.peer(c.Node.ID) == nil {
			next = times.First(next, at)
		}
	}
	return next
}

// freeLinks is how many links of our own are wanted still.
func (e *Engine) freeLinks() int {
	return e.config.Outbound - e.outbound() - e.book.dials
}

// dial begins up to count links to random nodes: those that were peers before a restart,
// then those that somebody trusted has named, then those that others have told of.
func (e *Engine) dial(count int) {
	if e.leaving {
		return
	}
	count -= e.dialAnchors(count)
	count -= e.dialSome(e.book.candidates(e.now), count)
	for range count {
		c, ok := e.addresses.Select(e.now, e.mayDial)
		if !ok {
			return
		}
		e.dialAddress(c, false)
	}
}

// dialAnchors dials the nodes that were peers when this one ended, once.
func (e *Engine) dialAnchors(count int) (dialled int) {
	for _, id := range e.wanted {
		if c, ok := e.addresses.Get(id); ok && dialled < count && e.mayDial(c) {
			e.dialAddress(c, false)
			dialled++
		}
	}
	e.wanted = nil
	return dialled
}

// dialSome dials count of the candidates, or all, and puts them in another order.
func (e *Engine) dialSome(candidates []*knownNode, count int) (dialled int) {
	e.rand.Shuffle(len(candidates), func(i, j int) { candidates[i], candidates[j] = candidates[j], candidates[i] })
	dialled = max(0, min(count, len(candidates)))
	for _, c := range candidates[:dialled] {
		e.book.dial(c)
		e.addresses.Attempt(e.now, c.entry.ID)
		e.do(Dial{Node: c.entry})
	}
	return dialled
}

// dialAddress dials a node that others have told of.
func (e *Engine) dialAddress(c addrman.Candidate, feeler bool) {
	known := e.book.obtain(c.Node, c.Group)
	known.feeler = feeler
	e.dialSome([]*knownNode{known}, 1)
}

// mayDial reports whether a node that others have told of may be dialled now, and made a
// peer.
func (e *Engine) mayDial(c addrman.Candidate) bool {
	return e.mayFeel(c) && !(e.config.OneOfAGroup && e.hasOutboundIn(c.Group))
}

// mayFeel is mayDial whatever the group.
func (e *Engine) mayFeel(c addrman.Candidate) bool {
	known := e.book.nodes[c.Node.ID]
	return !e.now.Before(e.dialAt(c)) && (known == nil || !known.dialling) && e.peer(c.Node.ID) == nil
}

// dialAt is when a node that others have told of may be dialled.
func (e *Engine) dialAt(c addrman.Candidate) (at time.Time) {
	if e.book.yields(c.Node.ID) {
		at = c.Added.Add(e.config.DialPatience)
	}
	if c.Failures > 0 {
		at = times.Later(at, c.LastTry.Add(e.config.retryAfter(c.Failures-1)))
	}
	if known := e.book.nodes[c.Node.ID]; known != nil {
		at = times.Later(at, known.barred)
	}
	return at
}

// hasOutboundIn reports whether there is a link of our own to a group, or a dial.
func (e *Engine) hasOutboundIn(group netgroup.Group) bool {
	if group == "" {
		return false
	}
	for _, p := range e.peers {
		if p.outbound && !p.feeler && p.group == group {
			return true
		}
	}
	for _, c := range e.book.nodes {
		if c.dialling && !c.feeler && c.group == group {
			return true
		}
	}
	return false
}

// dialFailed notes that a dial came to nothing.
func (e *Engine) dialFailed(id types.NodeID) {
	c := e.book.nodes[id]
	if c == nil || !c.dialling {
		return
	}
	e.book.dialled(c)
	c.backOff(e.now, e.config)
	e.addresses.Failed(e.now, id)
	e.book.forgetStranger(c, e.now)
}

// linked notes that a link with a node is up, and returns whether it was dialled as a feeler
// only, and its group, empty if nothing is known of it.
func (e *Engine) linked(id types.NodeID) (feeler bool, group netgroup.Group) {
	c := e.book.nodes[id]
	if c == nil {
		return false, ""
	}
	feeler, group = c.feeler, c.group
	e.book.dialled(c)
	c.up = c.trusted
	e.book.forgetStranger(c, e.now)
	return feeler, group
}

// unlinked notes that the link with a peer is down.
func (e *Engine) unlinked(p *peer) {
	if c := e.book.nodes[p.id]; c != nil && c.up {
		c.up = false
		c.backOff(e.now, e.config)
	}
	if !p.feeler {
		e.addresses.Lost(e.now, p.id)
	}
}

// keepOff keeps a node from being dialled for a while.
func (e *Engine) keepOff(id types.NodeID, until time.Time) {
	if c := e.book.trusts(id); c != nil {
		c.bar(until)
	} else if known, ok := e.addresses.Get(id); ok {
		e.forgetPardoned()
		e.book.obtain(known.Node, known.Group).bar(until)
	}
}

// manyStrangers are enough to look for those that need not be remembered any more.
const manyStrangers = 256

func (e *Engine) forgetPardoned() {
	if len(e.book.nodes)-len(e.book.order) < manyStrangers {
		return
	}
	for _, c := range e.book.nodes {
		e.book.forgetStranger(c, e.now)
	}
}

// forgetNode forgets all that is known of a node.
func (e *Engine) forgetNode(id types.NodeID) {
	e.book.remove(id)
	e.addresses.Remove(id)
}

// again is a node that may be dialled at once, whatever came of the last dials, or nil.
func (e *Engine) again(id types.NodeID) *knownNode {
	if e.peer(id) != nil {
		return nil
	}
	if known, ok := e.addresses.Get(id); ok {
		e.book.obtain(known.Node, known.Group)
	}
	return e.book.again(id, e.now)
}

// redial dials nodes that are known as far as links are wanted, and one of them in any
// case: the parts of a network that was cut may each have found all the peers that they
// want among themselves. One peer too many is on trial; see tryExtraPeer.
func (e *Engine) redial(ids []types.NodeID) {
	if e.leaving || e.config.Outbound == 0 {
		return
	}
	var again []*knownNode
	for _, id := range ids {
		if c := e.again(id); c != nil {
			again = append(again, c)
		}
	}
	e.dialSome(again, max(1, e.freeLinks()))
	e.seekPeers()
}

// outbound counts the links of those that are sought.
func (e *Engine) outbound() int {
	count := 0
	for _, p := range e.peers {
		if p.isSought() {
			count++
		}
	}
	return count
}

// isSought reports whether a link is one of those that the engine seeks.
func (p *peer) isSought() bool { return p.outbound && !p.manual && !p.feeler }

// tryFeeler dials a node now and then only to see whether it is there.
func (e *Engine) tryFeeler() {
	due := e.feelerAt
	if e.now.Before(due) || e.config.Outbound == 0 || e.config.FeelerInterval == 0 {
		return
	}
	e.feelerAt = e.now.Add(e.around(e.config.FeelerInterval))
	if due.IsZero() || e.leaving || e.freeLinks() > 0 {
		return
	}
	if c, ok := e.addresses.Feel(e.now, e.mayTest); ok {
		e.dialAddress(c, true)
	}
}

// mayTest is mayFeel; of a peer that we dialled it is known that it is there.
func (e *Engine) mayTest(c addrman.Candidate) bool {
	if p := e.peer(c.Node.ID); p != nil && p.outbound && p.ready {
		e.addresses.Reached(e.now, p.id, p.address)
	}
	return e.mayFeel(c)
}

// noteAnchors remembers the peers that are dialled first after a restart: those that we
// dialled first of what others have told of.
func (e *Engine) noteAnchors() {
	var anchors []types.NodeID
	for _, p := range e.peers {
		if p.ready && p.isSought() && len(anchors) < e.config.Anchors && e.addresses.Has(p.id) {
			anchors = append(anchors, p.id)
		}
	}
	if !slices.Equal(anchors, e.anchors) {
		e.anchors = anchors
		e.book.revision++
	}
}
