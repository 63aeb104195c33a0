package protocol

import (
	"slices"
	"time"

	"networkmngr/internal/addrman"
	"networkmngr/internal/netgroup"
	"networkmngr/internal/types"
)

// An answer to GetAddresses is the same for about a day for all that ask from the same
// distance, as in Bitcoin Core (GetAddressesUnsafe in src/net.cpp): else whoever comes
// back again and again would be told all that this node knows, and so whom it may have
// links with. Who asks from another network is told something else, so that nobody sees
// that both are the same node.
const (
	answerLeast  = 21 * time.Hour
	answerSpread = 6 * time.Hour // so much longer at most
)

// toldNodes are whom those that ask are told of.
type toldNodes struct {
	ids   []types.NodeID
	until time.Time // when it has held for long enough
	known int       // nodes when it was made
}

// answerAddresses answers once a link: the answer is large, the question is not.
func (e *Engine) answerAddresses(p *peer) {
	if p.addressesSent {
		return
	}
	p.addressesSent = true
	reach := p.reach()
	ids := e.answerFor(reach)
	list := make([]types.NodeInfo, 0, len(ids))
	for _, id := range ids {
		if node, known := e.known(id); known && id != p.id {
			list = append(list, addrman.ReachedFrom(node, reach))
		}
	}
	list = slices.DeleteFunc(list, func(node types.NodeInfo) bool { return len(node.P2P) == 0 })
	e.send(p, Addresses{Nodes: list})
}

// answerFor is whom somebody is told of who asks from a distance. It is a new answer also
// once twice as many nodes are known, as of a young network the first says little, and
// always where all are told in any case.
func (e *Engine) answerFor(asker netgroup.Reach) []types.NodeID {
	known, last := e.KnownCount(), e.answers[asker]
	if known > addrman.SampleLeast && e.now.Before(last.until) && known < 2*last.known {
		return last.ids
	}
	again := toldNodes{ids: e.sample(asker), known: known}
	again.until = e.now.Add(answerLeast + time.Duration(e.rand.Int64N(int64(answerSpread))))
	e.answers[asker] = again
	return again.ids
}

// sample is a random part of all nodes that are known, as far as one message has room.
func (e *Engine) sample(asker netgroup.Reach) (ids []types.NodeID) {
	all := e.book.all()
	ids = make([]types.NodeID, len(all))
	for i, node := range all {
		ids[i] = node.ID
	}
	e.rand.Shuffle(len(ids), func(i, j int) { ids[i], ids[j] = ids[j], ids[i] })
	ids = append(ids[:addrman.SampleSize(len(ids))], e.addresses.Sample(e.now, asker)...)
	return ids[:min(len(ids), maxEntries)]
}

// known is what is known of a node.
func (e *Engine) known(id types.NodeID) (types.NodeInfo, bool) {
	if c := e.book.trusts(id); c != nil {
		return c.entry, true
	}
	return e.addresses.Node(id)
}
