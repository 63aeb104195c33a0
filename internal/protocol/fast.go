package protocol

import (
	"slices"

	"networkmngr/internal/recent"
	"networkmngr/internal/types"
)

// maxFirst is of how many of the last blocks it is remembered who told of them first.
const maxFirst = 16

// fast are the peers that were asked to send new blocks at once, as compact blocks
// (BIP 152's high bandwidth). All others announce them by headers.
type fast struct {
	peers []*peer                              // who told first of a block longest ago comes first
	first recent.Map[types.Hash, types.NodeID] // who told of a block first
}

func newFast() fast { return fast{first: recent.NewMap[types.Hash, types.NodeID](maxFirst)} }

// greetFast has a new peer send blocks at once while there are too few that do, or none
// of them is outbound: links that others have made may all be one adversary's.
func (e *Engine) greetFast(p *peer) {
	if len(e.fast.peers) < e.config.Fast || p.outbound && !slices.ContainsFunc(e.fast.peers, isOutbound) {
		e.makeFast(p)
	}
}

func isOutbound(p *peer) bool { return p.outbound }

// rewardFirst has the peer that told first of a block, which is our tip now, send blocks
// at once from now on.
func (e *Engine) rewardFirst(id types.Hash) {
	from, _ := e.fast.first.Get(id)
	if p := e.peer(from); p != nil {
		e.makeFast(p)
	}
}

// makeFast has p send blocks at once, and the peer no more whose first word of a block was
// longest ago, if they are too many now. The last outbound one stays, as in Bitcoin Core
// (MaybeSetPeerAsAnnouncingHeaderAndIDs in net_processing).
func (e *Engine) makeFast(p *peer) {
	f := &e.fast
	if i := slices.Index(f.peers, p); i >= 0 {
		f.peers = append(slices.Delete(f.peers, i, i+1), p)
		return
	}
	if e.config.NoRelay || e.config.Fast == 0 {
		return
	}
	e.send(p, SendCompact{High: true})
	if f.peers = append(f.peers, p); len(f.peers) <= e.config.Fast {
		return
	}
	last := 0
	if isOutbound(f.peers[0]) && !slices.ContainsFunc(f.peers[1:], isOutbound) {
		last = 1
	}
	e.send(f.peers[last], SendCompact{High: false})
	f.peers = slices.Delete(f.peers, last, last+1)
}

// replaceFast has another peer send blocks at once in the place of one that is gone.
func (e *Engine) replaceFast(gone *peer) {
	i := slices.Index(e.fast.peers, gone)
	if i < 0 {
		return
	}
	e.fast.peers = slices.Delete(e.fast.peers, i, i+1)
	others := slices.DeleteFunc(slices.Clone(e.peers), func(p *peer) bool {
		return !p.ready || slices.Contains(e.fast.peers, p)
	})
	sortByReliability(others)
	if !slices.ContainsFunc(e.fast.peers, isOutbound) {
		slices.SortStableFunc(others, func(a, b *peer) int { return order(b.outbound, a.outbound) })
	}
	if len(others) > 0 && !e.leaving {
		e.makeFast(others[0])
	}
}
