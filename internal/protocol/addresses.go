package protocol

import (
	"networkmngr/internal/types"
	"slices"
	"time"
)

// learn takes nodes that somebody trusted has named.
func (e *Engine) learn(entries []types.NodeInfo) {
	for _, entry := range entries {
		if e.trust(entry) {
			e.book.yield(entry.ID, e.now.Add(e.config.DialPatience))
		}
	}
	e.seekPeers()
}

// trust remembers a node that is surely there; it is true if that was news.
func (e *Engine) trust(entry types.NodeInfo) bool {
	e.departed.Remove(entry.ID)
	if e.book.nodes[entry.ID] == nil && entry.ID != e.self.ID && entry.Valid() {
		e.book.evict()
	}
	if c := e.book.nodes[entry.ID]; c != nil {
		e.book.settle(c)
	}
	return e.remember(entry, types.NodeID{}, false)
}

// remember is false if an entry that source told of is no news; see addressBook.add. Who
// has a link with us already is not dialled.
func (e *Engine) remember(entry types.NodeInfo, source types.NodeID, mayPush bool) bool {
	news := e.book.add(entry, source, mayPush)
	if news && e.peer(entry.ID) != nil {
		e.book.connected(entry.ID)
	}
	return news
}

// getAddresses answers once a link: the answer is large, the question is not.
func (e *Engine) getAddresses(p *peer) {
	if !p.addressesSent {
		p.addressesSent = true
		e.send(p, Addresses{Nodes: e.book.sample(e.rand, p.id)})
	}
}

// newsLimit is for the nodes of one peer that are passed on, and for which others give
// way in the address book.
var newsLimit = Limit{Burst: 64, Interval: time.Second}

// addresses are nodes that a peer knows. What is news is passed on once, within
// the peer's bucket, as each goes out many times for the one time that it came.
func (e *Engine) addresses(p *peer, m Addresses) {
	var news []types.NodeInfo
	learned := false
	for _, entry := range m.Nodes {
		if !entry.Valid() {
			e.ban(p, ErrMessage)
			return
		}
		if e.book.nodes[entry.ID] != nil || e.departed.has(entry.ID, e.now) {
			continue
		}
		isPassedOn := p.news.take(e.now, 1, newsLimit)
		if !e.remember(entry, p.id, isPassedOn) {
			continue
		}
		learned = true
		e.book.yield(entry.ID, e.now.Add(e.config.DialPatience))
		if isPassedOn {
			news = append(news, entry)
		}
	}
	e.passOn(p, news)
	if learned {
		e.seekPeers()
	}
}

// passOn tells other peers of nodes that are new here.
func (e *Engine) passOn(from *peer, news []types.NodeInfo) {
	if len(news) == 0 {
		return
	}
	var all Message = Addresses{Nodes: news}
	var frame []byte // made once, for all who are not in it
	for _, p := range e.peers {
		if p == from || !p.ready {
			continue
		}
		isPeer := func(entry types.NodeInfo) bool { return entry.ID == p.id }
		if slices.ContainsFunc(news, isPeer) {
			if others := slices.DeleteFunc(slices.Clone(news), isPeer); len(others) > 0 {
				e.send(p, Addresses{Nodes: others})
			}
			continue
		}
		if frame == nil {
			frame = Encode(all)
		}
		e.sendFrame(p, all, frame)
	}
}

// seekAfter is how long after a dial in vain another node is dialled: there may be no
// end of those where nobody is.
const seekAfter = time.Second

// seekPeers dials nodes until enough links of our own are up or under way.
func (e *Engine) seekPeers() {
	if free := e.freeLinks(); free > 0 {
		e.dial(free)
	}
	e.seekAt, e.unfilled = time.Time{}, max(0, e.freeLinks())
	if e.unfilled > 0 {
		e.seekAt = e.book.nextCandidate(e.now)
	}
}

// seekAgain seeks peers if there may be one that was not there the last time.
func (e *Engine) seekAgain() {
	if e.isDue(e.seekAt) || e.freeLinks() > e.unfilled {
		e.seekPeers()
	}
}

// freeLinks is how many links of our own are wanted still.
func (e *Engine) freeLinks() int {
	return e.config.Outbound - e.outbound() - e.book.dials
}

// dial begins up to count links to random nodes.
func (e *Engine) dial(count int) {
	if e.leaving {
		return
	}
	e.dialSome(e.book.candidates(e.now), count)
}

// dialSome dials count of the candidates, or all, and puts them in another order.
func (e *Engine) dialSome(candidates []*knownNode, count int) {
	e.rand.Shuffle(len(candidates), func(i, j int) { candidates[i], candidates[j] = candidates[j], candidates[i] })
	for _, c := range candidates[:min(count, len(candidates))] {
		e.book.dial(c)
		e.do(Dial{Node: c.entry})
	}
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
		if c := e.book.again(id, e.now); c != nil {
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
		if p.outbound && !p.manual {
			count++
		}
	}
	return count
}
