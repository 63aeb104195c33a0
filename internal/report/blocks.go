package report

import (
	"slices"
	"time"

	"networkmngr/internal/events"
	"networkmngr/internal/types"
)

// head is what is known of one block.
type head struct {
	Tip
	previous     types.Hash
	miner        types.Address
	finder       *node     // nil if none of ours has told that it found it
	at           time.Time // the first word of it
	chanced      bool
	withheld     bool
	seconds      float64
	hashes       uint64
	size         int
	transactions int
	work         string // of the chain up to it; empty if no node told
	arrivals     []arrival
	spread       *spread // once arrivals are forgotten
	fate         string
	difficulty   float64 // 0 if not known
}

// arrival is when a block came to a node.
type arrival struct {
	node   int32
	at     time.Time
	direct bool // it went on top of the node's main chain at once
}

// ofBlocks takes in what a node tells of its chain.
func (f *Fold) ofBlocks(n *node, e *events.Event) {
	switch data := e.Data.(type) {
	case events.BlockMined:
		f.mined(n, data, e.Time)
	case events.BlockReceived:
		if h, known := f.heads.Get(data.Hash); known {
			h.arrive(n, e.Time, false)
			return
		}
		f.hear(&head{Tip: data.BlockRef, at: e.Time}).arrive(n, e.Time, false)
	case events.BlockConnected:
		f.connected(n, data, e.Time)
	case events.TipMoved:
		f.untold(data.Last, e.Time)
		n.tip, n.work, n.chain = new(data.BlockRef), data.Work, data.Hash
		if h, known := f.heads.Get(data.Hash); known {
			h.work = data.Work
		}
	case events.Reorg:
		f.forks.add(f, n, data, e.Time)
	case events.TransactionSubmitted:
		f.submitted++
	}
}

// hear returns what is known of a block, of which heard is what an event tells.
func (f *Fold) hear(heard *head) *head {
	if known, there := f.heads.Get(heard.Hash); there {
		if heard.at.Before(known.at) {
			known.at = heard.at
		}
		if known.previous == (types.Hash{}) {
			known.previous, known.miner, known.transactions = heard.previous, heard.miner, heard.transactions
		}
		return known
	}
	if heard.Index <= f.floor {
		return heard // one that is forgotten, which a newcomer catches up with; or genesis
	}
	f.heads.Add(heard.Hash, heard)
	f.found = append(f.found, heard)
	if old := len(f.found) - maxFollowed; old > 0 {
		f.settle(f.found[old-1])
	}
	if len(f.found) > maxHeads {
		f.floor = max(f.floor, f.found[0].Index)
		f.found[0] = nil
		f.found = f.found[1:]
		f.forgotten++
	}
	return heard
}

// settle sums up a block's way, of which nothing more is expected.
func (f *Fold) settle(h *head) {
	if h.spread == nil {
		h.spread = f.spread(h)
		h.arrivals = nil
	}
}

func (f *Fold) mined(n *node, data events.BlockMined, at time.Time) {
	h := f.hear(&head{Tip: data.BlockRef, previous: data.Previous, miner: data.Miner, transactions: data.Transactions, at: at})
	h.finder, h.chanced, h.withheld = n, n.mode == lottery, data.Withheld
	h.seconds, h.hashes, h.size = sane(data.Seconds), data.Hashes, data.Size
}

// connected takes in that a block came to a node's main chain. If that was by a reorg, it
// may have waited beside it, and it counts as there since it was received.
func (f *Fold) connected(n *node, data events.BlockConnected, at time.Time) {
	h := f.hear(&head{
		Tip: data.BlockRef, previous: data.Previous, miner: data.Miner, transactions: data.Transactions, at: at,
	})
	direct := n.chain == data.Previous
	if direct {
		n.chain = data.Hash
	}
	h.arrive(n, at, direct)
}

// untold takes in the blocks of a node that starts, of which it may have told nobody before
// its end. Those that follow on nothing known are of a time before the stream.
func (f *Fold) untold(last []events.BlockConnected, at time.Time) {
	for _, b := range last {
		if _, follows := f.heads.Get(b.Previous); follows {
			f.hear(&head{Tip: b.BlockRef, previous: b.Previous, miner: b.Miner, transactions: b.Transactions, size: b.Size, at: b.Found(at)})
		}
	}
}

// arrive takes in that a block came to a node.
func (h *head) arrive(n *node, at time.Time, direct bool) {
	if h.spread != nil {
		return
	}
	was := slices.IndexFunc(h.arrivals, func(a arrival) bool { return a.node == int32(n.number) })
	switch {
	case was < 0:
		h.arrivals = append(h.arrivals, arrival{int32(n.number), at, direct})
	case direct && !h.arrivals[was].direct:
		h.arrivals[was] = arrival{int32(n.number), at, true}
	}
	if at.Before(h.at) {
		h.at = at
	}
}

// when is when a block came to a node.
func (h *head) when(n *node) *time.Time {
	if h.finder == n {
		return new(h.at)
	}
	for _, a := range h.arrivals {
		if a.node == int32(n.number) {
			return new(a.at)
		}
	}
	return nil
}
