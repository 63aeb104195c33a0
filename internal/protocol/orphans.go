package protocol

import (
	"slices"

	"networkmngr/internal/types"
)

const (
	maxOrphans     = 4096 // transfers that wait for one of their sender before
	maxOrphanBytes = 4 << 20
)

// orphan is a transfer that came before the one of its sender that it follows.
type orphan struct {
	id          types.Hash
	transaction types.Transaction
	sender      types.Address
	request     *txRequest // that it came by
}

// senderSequence is where a transfer belongs among those of its sender. Several may
// claim it, as anybody can forge one whose signature nobody has looked at yet.
type senderSequence struct {
	sender   types.Address
	sequence uint64
}

func (g *orphan) senderSequence() senderSequence {
	return senderSequence{g.sender, g.transaction.Sequence}
}

// orphanage has orphans by id, and by where they belong.
type orphanage struct {
	byID       map[types.Hash]orphan
	bySequence map[senderSequence][]types.Hash
	bySender   map[types.Address]int // how many
	order      []types.Hash          // as they came, those that are gone too
	cost       int                   // of all, in bytes
}

func newOrphanage() orphanage {
	return orphanage{
		byID: make(map[types.Hash]orphan), bySequence: make(map[senderSequence][]types.Hash), bySender: make(map[types.Address]int),
	}
}

// put keeps a transfer until the one before it has come. Where there is no room
// it gives way itself if its sender has others here, or else the oldest of all.
func (g *orphanage) put(one orphan) {
	if _, known := g.byID[one.id]; known {
		return
	}
	for g.full(&one) {
		if g.bySender[one.sender] > 0 {
			return
		}
		g.removeOldest()
	}
	g.add(one)
}

// full reports whether there is no room for one.
func (g *orphanage) full(one *orphan) bool {
	return len(g.byID) == maxOrphans || g.cost+transferCost(&one.transaction) > maxOrphanBytes
}

func (g *orphanage) add(one orphan) {
	g.byID[one.id] = one
	g.bySequence[one.senderSequence()] = append(g.bySequence[one.senderSequence()], one.id)
	g.bySender[one.sender]++
	g.order = append(g.order, one.id)
	g.cost += transferCost(&one.transaction)
}

func (g *orphanage) remove(id types.Hash) orphan {
	one := g.byID[id]
	delete(g.byID, id)
	at := one.senderSequence()
	if g.bySequence[at] = slices.DeleteFunc(g.bySequence[at], func(other types.Hash) bool { return other == id }); len(g.bySequence[at]) == 0 {
		delete(g.bySequence, at)
	}
	if g.bySender[one.sender]--; g.bySender[one.sender] == 0 {
		delete(g.bySender, one.sender)
	}
	g.cost -= transferCost(&one.transaction)
	if len(g.order) > 2*maxOrphans {
		g.order = slices.DeleteFunc(g.order, func(id types.Hash) bool { _, here := g.byID[id]; return !here })
	}
	return one
}

// removeOldest must not be called on none.
func (g *orphanage) removeOldest() {
	for {
		id := g.order[0]
		g.order = g.order[1:]
		if _, here := g.byID[id]; here {
			g.remove(id)
			return
		}
	}
}

// follows takes what its sender made right after t.
func (g *orphanage) follows(t *types.Transaction) (taken []orphan) {
	for _, id := range slices.Clone(g.bySequence[senderSequence{t.Sender(), t.Sequence + 1}]) {
		taken = append(taken, g.remove(id))
	}
	return taken
}

// takeAll takes what is kept, in the order in which it came.
func (g *orphanage) takeAll() (list []orphan) {
	for _, id := range g.order {
		if one, here := g.byID[id]; here {
			list = append(list, one)
			delete(g.byID, id)
		}
	}
	*g = newOrphanage()
	return list
}

// takeOrphans tries what follows t once more: all that claim its place.
func (e *Engine) takeOrphans(t *types.Transaction) {
	if len(e.pending.orphans.byID) == 0 {
		return
	}
	for _, one := range e.pending.orphans.follows(t) {
		e.readmit(one)
	}
}

// readmit gives a transfer to the mempool once more.
func (e *Engine) readmit(one orphan) {
	one.request.cost = transferCost(&one.transaction)
	e.admit(one.id, one.transaction, one.request)
}
