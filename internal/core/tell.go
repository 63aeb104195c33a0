package core

import (
	"errors"
	"fmt"
	"time"

	"networkmngr/internal/chain"
	"networkmngr/internal/consensus"
	"networkmngr/internal/events"
	"networkmngr/internal/mempool"
	"networkmngr/internal/mining"
	"networkmngr/internal/protocol"
	"networkmngr/internal/recent"
	"networkmngr/internal/types"
)

const (
	tellPoolAfter = time.Second // between two events of the mempool, at least
	fewApplied    = 32          // blocks of one move of the tip that are told of one by one
	// maxSightings is of how many blocks it is remembered how they came: more than
	// may wait, together with those that are being written.
	maxSightings = 2048
)

// telling is what is needed to tell whoever watches the node what happens.
type telling struct {
	verbose bool                              // of each transfer
	linked  map[types.NodeID]time.Time        // peers that were told of, and since when
	why     map[types.NodeID]string           // links are ended, until they are
	blocks  recent.Map[types.Hash, *sighting] // that came last

	pool   events.Mempool // that was told last, without its counts
	counts verdicts       // since then
	poolAt time.Time      // when it may be told again
	asks   bool           // it has to be looked at then
}

// sighting is how a block came, and what is told of it once it is on the main chain.
type sighting struct {
	heard        time.Time     // first word of it, or all of it; zero for one of this machine
	from         *types.NodeID // who said so; nil for one of this machine
	miner        types.Address
	transactions int
	size         int          // bytes
	transfers    []types.Hash // while the block is off the main chain, for who wants to be told of each
}

// since is how long ago the first word of the block came, in seconds.
func (s *sighting) since(now time.Time) float64 {
	if s.heard.IsZero() {
		return 0
	}
	return now.Sub(s.heard).Seconds()
}

// verdicts counts transfers that came.
type verdicts struct{ accepted, refused uint64 }

func newTelling() telling {
	return telling{
		linked: make(map[types.NodeID]time.Time), why: make(map[types.NodeID]string), blocks: recent.NewMap[types.Hash, *sighting](maxSightings),
	}
}

func (m *Machine) tell(data events.Data) { m.do(Tell{data}) }

// tellLink tells of a peer once both have greeted.
func (m *Machine) tellLink(id types.NodeID) {
	if _, told := m.telling.linked[id]; told {
		return
	}
	if outbound, ready := m.engine.IsReady(id); ready {
		m.telling.linked[id] = m.now
		m.tell(events.PeerLinked{Peer: id, Outbound: outbound})
		if group := m.engine.Group(id); group != "" && !outbound {
			m.do(Grouped{Peer: id, Group: group})
		}
	}
}

func (m *Machine) tellLost(id types.NodeID) {
	t := &m.telling
	if since, told := t.linked[id]; told {
		m.tell(events.PeerLost{Peer: id, Why: t.why[id], Seconds: m.now.Sub(since).Seconds()})
	}
	delete(t.linked, id)
	delete(t.why, id)
}

func (m *Machine) tellDrop(d Drop) {
	m.telling.why[d.Peer] = d.Reason.Error()
	if d.Ban > 0 {
		m.tell(events.PeerBanned{Peer: d.Peer, Why: d.Reason.Error(), Seconds: d.Ban.Seconds()})
	}
}

func refOf(r chain.Ref) events.BlockRef { return events.BlockRef{Hash: r.ID, Index: r.Height} }

// tellHeard tells of the first word of a block.
func (m *Machine) tellHeard(a protocol.Heard) {
	how := events.Headers
	if a.Compact {
		how = events.Compact
	}
	m.sight(a.Block.ID, &a.From)
	m.tell(events.BlockHeard{BlockRef: refOf(a.Block), From: &a.From, How: how})
}

// tellTooNew tells of a block from the future.
func (m *Machine) tellTooNew(a protocol.TooNew) {
	m.tell(events.BlockTooNew{
		BlockRef: refOf(a.Block), From: &a.From, Timestamp: a.Header.Time, Seconds: time.Unix(int64(a.Header.Time), 0).Sub(m.wall()).Seconds(),
	})
}

// tellReceived tells of a block that waits to be verified.
func (m *Machine) tellReceived(a protocol.Arrived) {
	waited := m.sight(a.Block.ID, &a.From).since(m.now)
	m.tell(events.BlockReceived{BlockRef: refOf(a.Block), From: &a.From, Seconds: waited})
}

// sight returns how a block came; as now and from whom, if nothing is known of it.
func (m *Machine) sight(id types.Hash, from *types.NodeID) *sighting {
	if known, ok := m.telling.blocks.Get(id); ok {
		return known
	}
	s := &sighting{from: from}
	if from != nil {
		s.heard = m.now
	}
	m.telling.blocks.Add(id, s)
	return s
}

// tellWritten tells what a write has done to the main chain. Of many blocks, as when
// the node catches up, it tells the last.
func (m *Machine) tellWritten(done *write, w Written) {
	m.noteContents(done.blocks)
	m.noteContents(w.Joined)
	var at *chain.BlockError
	if rule, broken := consensus.Broken(w.Err); broken && errors.As(w.Err, &at) {
		m.tell(events.BlockRefused{BlockRef: refOf(at.Ref), Rule: string(rule), Detail: w.Err.Error()})
	}
	u := &w.Change.Update
	for _, ref := range u.Reverted {
		m.tell(events.BlockDisconnected{BlockRef: refOf(ref)})
	}
	for _, ref := range lastOf(u.Applied) {
		m.tellConnected(ref)
	}
	if w.Change.Moved {
		tip := m.view.Tip()
		m.tell(events.TipMoved{
			BlockRef: events.BlockRef{Hash: tip.ID, Index: tip.Height}, Work: tip.Work.Dec(),
			Applied: len(u.Applied), Reverted: len(u.Reverted),
		})
		m.tellIncluded(u.Applied)
	}
}

// noteContents remembers what is to be told of blocks once they are on the main chain.
func (m *Machine) noteContents(blocks []types.Block) {
	for i := max(0, len(blocks)-maxSightings); i < len(blocks); i++ {
		if b := &blocks[i]; len(b.Transactions) > 0 {
			s := m.sight(b.Hash(), nil)
			s.miner, s.transactions, s.size = b.Transactions[0].Recipient, len(b.Transactions), b.Size()
			if m.telling.verbose {
				s.transfers = b.TransactionIDs()[1:]
			}
		}
	}
}

func (m *Machine) tellConnected(ref chain.Ref) {
	h, _ := m.view.Header(ref.ID)
	s, known := m.telling.blocks.Get(ref.ID)
	if !known {
		s = &sighting{} // stored before, and the disk could not be read
	}
	m.tell(events.BlockConnected{
		BlockRef: refOf(ref), Previous: h.Previous, Miner: s.miner, Transactions: s.transactions, Size: s.size,
		Timestamp: h.Time, Bits: fmt.Sprintf("%08x", h.Bits),
		From: s.from, Seconds: s.since(m.now),
	})
}

// tellIncluded tells of each transfer of the blocks that came to the main chain.
func (m *Machine) tellIncluded(applied []chain.Ref) {
	if !m.telling.verbose {
		return
	}
	for _, ref := range applied {
		s, known := m.telling.blocks.Get(ref.ID)
		if !known {
			continue
		}
		for _, id := range s.transfers {
			m.tell(events.TransactionIncluded{ID: id, Block: refOf(ref)})
		}
		s.transfers = nil
	}
}

// noteUndone remembers a transfer of a block that has left the main chain.
func (m *Machine) noteUndone(one undone) {
	if s, known := m.telling.blocks.Get(one.from.ID); known && m.telling.verbose {
		s.transfers = append(s.transfers, one.id)
	}
}

// reorgOf tells of a reorg what is known before its transfers are looked at.
func (m *Machine) reorgOf(u chain.Update) events.Reorg {
	lowest := u.Reverted[len(u.Reverted)-1]
	h, _ := m.view.Header(lowest.ID)
	tip := m.view.Tip()
	reorg := events.Reorg{
		From: refOf(u.Reverted[0]), To: events.BlockRef{Hash: tip.ID, Index: tip.Height},
		Fork:  events.BlockRef{Hash: h.Previous, Index: lowest.Height - 1},
		Depth: len(u.Reverted),
	}
	if s, known := m.telling.blocks.Get(tip.ID); known {
		reorg.Peer, reorg.Miner = s.from, s.miner
	}
	return reorg
}

// noteDropped adds to a reorg a transfer that was undone and does not wait again, and
// what has taken its number.
func noteDropped(reorg *events.Reorg, id types.Hash, taken mempool.Taken) {
	reorg.Dropped++
	switch {
	case taken.ID == id:
		reorg.Held++
	case !taken.ID.IsZero() && len(reorg.Overtaken) < events.MaxOvertaken:
		reorg.Overtaken = append(reorg.Overtaken, events.Overtaken{ID: id, By: taken.ID, Block: refOf(taken.Block)})
	}
}

// tellVerdict tells of a transfer that came. The mempool is told to have taken one that a client
// posted once that is told itself: who hears of the mempool finds in the events what it holds.
func (m *Machine) tellVerdict(a Admitted, verdict error) {
	switch {
	case verdict != nil && !errors.Is(verdict, mempool.ErrKnown):
		m.telling.counts.refused++
	case verdict == nil && a.Number == 0:
		m.telling.counts.accepted++
	}
	m.telling.asks = m.telling.asks || verdict != nil || a.Number == 0
	if !m.telling.verbose {
		return
	}
	if rule, broken := consensus.Broken(verdict); broken {
		m.tell(events.TransactionRefused{ID: a.Transaction.ID(), Rule: string(rule)})
	} else if verdict == nil {
		m.tell(events.TransactionAccepted{ID: a.Transaction.ID()})
	}
}

func (m *Machine) tellReturned(one undone) {
	if m.telling.verbose {
		m.tell(events.TransactionReturned{ID: one.id, Block: refOf(one.from)})
	}
}

// tellSubmitted tells of a transfer that a client posted, which is on disk.
func (m *Machine) tellSubmitted(t *types.Transaction) {
	m.telling.counts.accepted++
	m.telling.asks = true
	m.tell(events.TransactionSubmitted{
		ID: t.ID(), Sender: t.Sender(), Recipient: t.Recipient, Amount: t.Amount, Fee: t.Fee,
	})
}

// tellMined tells of blocks of this node's own.
func (m *Machine) tellMined(found []mining.Found, withheld bool) {
	for i := range found {
		b := &found[i]
		m.tell(events.BlockMined{
			Withheld: withheld || m.play.hides(b.Hash()),
			BlockRef: events.BlockRef{Hash: b.Hash(), Index: b.Height()}, Previous: b.Previous,
			Miner: b.Transactions[0].Recipient, Transactions: len(b.Transactions), Size: b.Size(),
			Seconds: b.Took.Seconds(), Hashes: b.Hashes,
		})
	}
}

// tellMining tells how the node mines from now on.
func (m *Machine) tellMining(before, now mining.Settings) {
	changed := events.MiningChanged{
		Mode: string(now.Mode), Strategy: string(now.Strategy.Normal().Name), Solver: now.Power.Name(), Hashrate: now.Hashrate,
	}
	stops := before.Mode.ByItself() && !now.Mode.ByItself()
	if stops {
		m.tell(events.MiningStopped{})
	}
	switch {
	case now.Mode.ByItself() && !before.Mode.ByItself():
		m.tell(events.MiningStarted{Mode: changed.Mode, Strategy: changed.Strategy, Solver: changed.Solver, Hashrate: changed.Hashrate})
	case !stops || !before.Strategy.Normal().Same(now.Strategy.Normal()):
		m.tell(changed)
	}
}

// tellPool tells what waits in the mempool when that has changed, but not too often.
func (m *Machine) tellPool() {
	t := &m.telling
	if !t.asks || m.now.Before(t.poolAt) {
		return
	}
	t.asks = false
	now := events.Mempool{}
	now.Transactions, now.Bytes, now.Parked = m.pool.Size()
	if now == t.pool && t.counts == (verdicts{}) {
		return
	}
	t.pool, t.poolAt = now, m.now.Add(tellPoolAfter)
	now.Accepted, now.Refused = t.counts.accepted, t.counts.refused
	t.counts = verdicts{}
	m.tell(now)
}

// nextTell is when the mempool is to be told of; zero for never.
func (t *telling) nextTell() time.Time {
	if t.asks {
		return t.poolAt
	}
	return time.Time{}
}
