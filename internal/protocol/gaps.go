package protocol

import (
	"slices"

	"networkmngr/internal/types"
)

const (
	maxGaps     = 4096 // transfers that wait for one of their sender before
	maxGapBytes = 4 << 20
)

// gap is a transfer that came before the one of its sender that it follows.
type gap struct {
	id          types.Hash
	transaction types.Transaction
	sender      types.Address
	from        types.NodeID // the peer that sent it
}

// place is where a transfer belongs among those of its sender. Several may claim
// it, as anybody can forge one whose signature nobody has looked at yet.
type place struct {
	sender   types.Address
	sequence uint64
}

func (g *gap) place() place { return place{g.sender, g.transaction.Sequence} }

// gaps are found by id and by place.
type gaps struct {
	byID     map[types.Hash]gap
	byPlace  map[place][]types.Hash
	bySender map[types.Address]int // how many
	order    []types.Hash          // as they came, those that are gone too
	cost     int                   // of all, in bytes
}

func newGaps() gaps {
	return gaps{
		byID: make(map[types.Hash]gap), byPlace: make(map[place][]types.Hash), bySender: make(map[types.Address]int),
	}
}

// keep keeps a transfer until the one before it has come. Where there is no room
// it gives way itself if its sender has others here, or else the oldest of all.
// Those that gave way are returned.
func (g *gaps) keep(one gap) (gone []types.Hash) {
	if _, known := g.byID[one.id]; known {
		return nil
	}
	for g.full(&one) {
		if g.bySender[one.sender] > 0 {
			return append(gone, one.id)
		}
		gone = append(gone, g.removeOldest())
	}
	g.add(one)
	return gone
}

// full reports whether there is no room for one.
func (g *gaps) full(one *gap) bool {
	return len(g.byID) == maxGaps || g.cost+transferCost(&one.transaction) > maxGapBytes
}

func (g *gaps) add(one gap) {
	g.byID[one.id] = one
	g.byPlace[one.place()] = append(g.byPlace[one.place()], one.id)
	g.bySender[one.sender]++
	g.order = append(g.order, one.id)
	g.cost += transferCost(&one.transaction)
}

func (g *gaps) remove(id types.Hash) gap {
	one := g.byID[id]
	delete(g.byID, id)
	at := one.place()
	if g.byPlace[at] = slices.DeleteFunc(g.byPlace[at], func(other types.Hash) bool { return other == id }); len(g.byPlace[at]) == 0 {
		delete(g.byPlace, at)
	}
	if g.bySender[one.sender]--; g.bySender[one.sender] == 0 {
		delete(g.bySender, one.sender)
	}
	g.cost -= transferCost(&one.transaction)
	if len(g.order) > 2*maxGaps {
		g.order = slices.DeleteFunc(g.order, func(id types.Hash) bool { _, here := g.byID[id]; return !here })
	}
	return one
}

// removeOldest must not be called on none.
func (g *gaps) removeOldest() types.Hash {
	for {
		id := g.order[0]
		g.order = g.order[1:]
		if _, here := g.byID[id]; here {
			g.remove(id)
			return id
		}
	}
}

// follows takes what its sender made right after t.
func (g *gaps) follows(t *types.Transaction) (taken []gap) {
	for _, id := range slices.Clone(g.byPlace[place{t.Sender(), t.Sequence + 1}]) {
		taken = append(taken, g.remove(id))
	}
	return taken
}

// takeAll takes what is kept, in the order in which it came.
func (g *gaps) takeAll() (list []gap) {
	for _, id := range g.order {
		if one, here := g.byID[id]; here {
			list = append(list, one)
			delete(g.byID, id)
		}
	}
	*g = newGaps()
	return list
}

// keepGap keeps what a peer sent too early. What there is no room for may be
// told of again.
func (e *Engine) keepGap(one gap) {
	for _, id := range e.pending.gaps.keep(one) {
		e.pending.rejected.remove(id)
	}
}

// closeGap tries what follows t once more: all that claim its place.
func (e *Engine) closeGap(t *types.Transaction) {
	if len(e.pending.gaps.byID) == 0 {
		return
	}
	for _, one := range e.pending.gaps.follows(t) {
		e.readmit(one)
	}
}

// readmit gives a transfer to the mempool once more.
func (e *Engine) readmit(one gap) {
	e.admit(one.id, one.transaction, &wanted{from: one.from, cost: transferCost(&one.transaction)})
}
