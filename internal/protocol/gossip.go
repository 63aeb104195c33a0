package protocol

import (
	"cmp"
	"crypto/sha256"
	"encoding/binary"
	"slices"
	"time"

	"networkmngr/internal/times"
	"networkmngr/internal/types"
)

// A node tells a peer of others that are news at most once in NewsInterval, all that it
// has in one message, and each to few peers: so gossip costs a constant rate, however
// large the network is. What peers are told of a node does not change for a day, as in
// Bitcoin Core (RelayAddress in src/net_processing.cpp): who says the same again and again
// reaches nobody else.

// passOn has a few peers told of nodes that are news here, but for what they would ban us
// for, and what the one that it came from cannot know.
func (e *Engine) passOn(from *peer, news []types.NodeInfo) {
	for _, entry := range news {
		if entry = from.within(entry); !entry.Valid() {
			continue
		}
		for _, p := range e.relayTo(from, entry.ID) {
			p.tell(entry)
		}
	}
	e.tellNews()
}

// tell has p told of a node with what else is news, as far as one message has room.
func (p *peer) tell(entry types.NodeInfo) {
	if len(p.toTell) < maxEntries {
		p.toTell = append(p.toTell, entry)
	}
}

// relayTo chooses the peers that are told of a node.
func (e *Engine) relayTo(from *peer, id types.NodeID) []*peer {
	var list []*peer
	for _, p := range e.peers {
		if p != from && p.ready && p.id != id {
			list = append(list, p)
		}
	}
	if len(list) > e.config.RelayTo {
		rank := make(map[*peer]uint64, len(list))
		for _, p := range list {
			rank[p] = e.rank(p, id)
		}
		slices.SortFunc(list, func(a, b *peer) int { return cmp.Compare(rank[a], rank[b]) })
	}
	return list[:min(len(list), e.config.RelayTo)]
}

// rank is a number that nobody else can foresee, for a day.
func (e *Engine) rank(p *peer, id types.NodeID) uint64 {
	text := binary.BigEndian.AppendUint64(e.relayKey[:], uint64(e.now.Unix()/(24*60*60)))
	text = append(append(text, id[:]...), p.id[:]...)
	sum := sha256.Sum256(text)
	return binary.BigEndian.Uint64(sum[:])
}

// tellNews tells peers of what is news, each if it has not been told of any for a while.
func (e *Engine) tellNews() {
	e.newsAt = time.Time{}
	for _, p := range e.peers {
		switch {
		case len(p.toTell) == 0:
		case e.now.Before(p.tellAt):
			e.newsAt = times.First(e.newsAt, p.tellAt)
		default:
			e.send(p, Addresses{Nodes: p.toTell})
			p.toTell, p.tellAt = nil, e.now.Add(e.around(e.config.NewsInterval))
		}
	}
}

// around is a random time, on average as long as given.
func (e *Engine) around(every time.Duration) time.Duration {
	return every/2 + time.Duration(e.rand.Int64N(int64(every)))
}

// tellSelf tells one peer of this node now and then. It is news to those that have not
// heard of it for long.
func (e *Engine) tellSelf() {
	due := e.selfAt
	if e.now.Before(due) {
		return
	}
	e.selfAt = e.now.Add(e.around(e.config.SelfInterval))
	ready := slices.DeleteFunc(slices.Clone(e.peers), func(p *peer) bool { return !p.ready })
	if !due.IsZero() && len(ready) > 0 {
		ready[e.rand.IntN(len(ready))].tell(e.self)
		e.tellNews()
	}
}
