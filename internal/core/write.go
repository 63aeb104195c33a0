package core

import (
	"slices"
	"time"

	"networkmngr/internal/chain"
	"networkmngr/internal/mempool"
	"networkmngr/internal/mining"
	"networkmngr/internal/protocol"
	"networkmngr/internal/types"
)

// writes are the blocks that wait to be written, and the write under way with the
// way of the mempool that follows it.
type writes struct {
	queue     []write
	under     *write
	following bool
	update    chain.Update                   // that the mempool follows
	undone    []undone                       // by the write that the mempool follows, the lowest block's first
	taken     map[mempool.Slot]mempool.Taken // numbers of what was undone
}

// undone is a transfer of a block that was reverted.
type undone struct {
	id   types.Hash
	slot mempool.Slot
	from chain.Ref
}

// write is blocks of one maker.
type write struct {
	blocks []types.Block
	ids    []types.Hash // of blocks
	by     maker
	number uint64         // of who waits for an Answer
	call   uint64         // of the job that they were mined for
	found  []mining.Found // a worker's blocks, and what they took
	aside  bool           // the worker's blocks are of a branch that is no better yet

	invalidate, reconsider types.Hash // what somebody has decided by hand; zero for nothing
}

// holds reports whether a transaction is in one of the blocks.
func (w *write) holds(transaction types.Hash) bool {
	return slices.ContainsFunc(w.blocks, func(b types.Block) bool { return slices.Contains(b.TransactionIDs(), transaction) })
}

// maker says where blocks come from.
type maker uint8

const (
	peers     maker = iota // the engine waits for the verdict
	worker                 // that mines for this node
	replacing              // a client that brought a whole chain
	adding                 // a client that brought blocks of one
	deciding               // a client that brings none, and decides about one by hand
)

func (m *Machine) write(w write) {
	if w.ids == nil {
		for i := range w.blocks {
			w.ids = append(w.ids, w.blocks[i].Hash())
		}
	}
	m.notePaid(&w)
	m.writes.queue = append(m.writes.queue, w)
}

// settled reports whether the mempool is at the tip, and stays there for now.
func (m *Machine) settled() bool { return m.writes.under == nil && !m.writes.following }

func (m *Machine) writeNext() {
	w := &m.writes
	if !m.settled() || len(w.queue) == 0 {
		return
	}
	w.under, w.queue = &w.queue[0], w.queue[1:]
	m.do(Write{
		Blocks: w.under.blocks, Whole: w.under.by == replacing, Expected: m.expected(w.under.ids),
		Invalidate: w.under.invalidate, Reconsider: w.under.reconsider,
	})
}

// expected are the headers whose blocks are still to come, when those with these ids
// are written. With the heaviest of all, no other has more work than the tip.
func (m *Machine) expected(ids []types.Hash) []types.Hash {
	if slices.Contains(ids, m.view.HeadersTip().ID) {
		return nil
	}
	return m.view.Heavier()
}

// written announces what a write has brought, tells who waits for the write, and has
// the mempool follow.
func (m *Machine) written(w Written) {
	done := m.writes.under
	if done == nil {
		return
	}
	m.writes.under = nil
	if err := m.view.Apply(w.Change.Update); err != nil {
		m.do(Fail{err})
		return
	}
	m.playOn(done, w.Err)
	if w.Change.Moved {
		m.tipMoved(done)
		m.mining.refreshAt = time.Time{} // for a job on the new tip
	}
	m.tellWritten(done, w)
	switch done.by {
	case peers:
		m.engage(protocol.Verified{Blocks: done.blocks, Err: w.Err})
	case worker:
		m.mined(done, w)
	case deciding:
		m.decided(done, w)
	case replacing, adding:
		m.owed = append(m.owed, Answer{Number: done.number, Err: w.Err, Result: &w})
	}
	m.tellUntold()
	if w.Change.Moved {
		m.pool.Include(m.appliedOf(done))
		m.follow(w.Change.Update)
	} else {
		m.readmit()
	}
}

// tipMoved announces the new tip from the bytes at hand: it is among the blocks that
// were written. What a strategy has peers told of, it has told of already.
func (m *Machine) tipMoved(done *write) {
	moved := protocol.TipMoved{ID: m.view.Tip().ID, Own: done.by != peers, Withheld: m.play.strategy != nil}
	if i := slices.Index(done.ids, moved.ID); i >= 0 {
		moved.Block = &done.blocks[i]
	}
	m.engage(moved)
}

// appliedOf are the blocks of a write that lead to the tip.
func (m *Machine) appliedOf(done *write) []types.Block {
	return done.blocks[:slices.Index(done.ids, m.view.Tip().ID)+1]
}

// follow has the mempool follow to the tip.
func (m *Machine) follow(update chain.Update) {
	m.writes.update, m.writes.undone = update, nil
	if len(update.Reverted) == 0 && m.pool.Idle() {
		m.followed(mempool.Step{Tip: m.view.Tip().ID, First: true, Last: true})
		return
	}
	m.writes.following = true
	m.pool.Leave()
	m.do(Follow{From: m.pool.At()})
}

// withPayments has the payments of double spends come back instead of what contradicts them:
// no peer may hear of that, as the branch that it is in was not shown, and whoever was told
// that the payment is pending is to find it so.
func (m *Machine) withPayments(undone []types.Transaction) []types.Transaction {
	attacks := m.play.attacks()
	if len(attacks) == 0 {
		return undone
	}
	undone = slices.Clone(undone)
	for i := range undone {
		for j := range attacks {
			if undone[i].Equal(&attacks[j].Conflict) {
				undone[i] = attacks[j].Payment
			}
		}
	}
	return undone
}

// followed is a step of the mempool to the tip.
func (m *Machine) followed(step mempool.Step) {
	step.Undone = m.withPayments(step.Undone)
	if err := m.pool.Follow(m.view.Tip(), step, m.wall()); err != nil {
		m.do(Fail{err})
		return
	}
	if step.First {
		m.writes.undone = nil
	}
	for i := range step.Undone {
		t := &step.Undone[i]
		m.writes.undone = append(m.writes.undone, undone{t.ID(), mempool.SlotOf(t), step.From})
	}
	if step.Last {
		m.noteTaken(step.Taken)
		m.writes.following = false
		m.telling.asks = true
		m.returnUndone()
		m.readmit()
	}
}

func (m *Machine) noteTaken(list []mempool.Taken) {
	m.writes.taken = make(map[mempool.Slot]mempool.Taken, len(list))
	for _, taken := range list {
		m.writes.taken[taken.Slot] = taken
	}
}

// returnUndone has the transfers of blocks that a reorg undid relayed again, as peers on
// the other branch may never have heard of them, and brought to the disk, whoever
// took them. The lowest block goes first, so that each sender's come in order.
func (m *Machine) returnUndone() {
	update, undone, taken := m.writes.update, m.writes.undone, m.writes.taken
	m.writes.update, m.writes.undone, m.writes.taken = chain.Update{}, nil, nil
	if len(update.Reverted) == 0 {
		return
	}
	var pending []types.Transaction
	reorg := m.reorgOf(update)
	for _, one := range undone {
		m.noteUndone(one)
		if t, waits := m.pool.Get(one.id); waits {
			m.tellReturned(one)
			m.engage(protocol.Admitted{Transaction: t})
			pending = append(pending, t)
		} else {
			noteDropped(&reorg, one.id, taken[one.slot])
		}
	}
	reorg.Returned = len(pending)
	m.tell(reorg)
	m.do(Persist{Transfers: pending, Undone: true, At: m.view.Tip().ID})
}
