package mempool

import (
	"crypto/ed25519"
	"errors"
	"fmt"

	"networkmngr/internal/chain"
	"networkmngr/internal/consensus"
	"networkmngr/internal/types"
)

// What is remembered of transfers that wait no longer.
const (
	maxDeparted      = 16_384
	maxDepartedBytes = 8 << 20 // footprint
)

// Why a transfer waits no longer, besides ErrFull, ErrTooMany and the consensus.Rule
// that it has come to break: consensus.ErrSequenceUsed if another one has overtaken it.
var (
	// ErrReplaced means that the sender has sent another with the same number.
	ErrReplaced = errors.New("its sender has replaced it")
	// ErrExpired means that no block took the transfer for as long as one may wait.
	ErrExpired = errors.New("no block took it for too long")
	// ErrOtherNetwork means that the transfer is signed for the network that the node
	// was of before.
	ErrOtherNetwork = errors.New("it was signed for another network, which this node has left")

	errEvicted = fmt.Errorf("%w, and others pay more a byte", ErrFull)
)

// Departed is a transfer that was accepted here, or was in a block that a reorg undid,
// and that waits no longer though no block holds it.
type Departed struct {
	types.Transaction
	Why error
	By  types.Hash // the transfer that has its number; zero if none has, or none is known
}

func (d *Departed) footprint() int { return footprint(1, d.Size()) }

// Taken says which transfer of the main chain has used a sender's number.
type Taken struct {
	Slot
	ID    types.Hash
	Block chain.Ref
}

// Slot is a sender's sequence number, which one transfer of a chain has.
type Slot struct {
	Sender   [ed25519.PublicKeySize]byte // public key
	Sequence uint64
}

// SlotOf is that of a transfer.
func SlotOf(t *types.Transaction) Slot { return Slot{t.PublicKey, t.Sequence} }

// departures are the last of those that departed.
type departures struct {
	byID  map[types.Hash]Departed
	order []types.Hash // the oldest first
	bytes int          // footprint of all
}

// add remembers one, in the place of what was known of it.
func (d *departures) add(id types.Hash, one Departed) {
	if old, known := d.byID[id]; known {
		d.bytes -= old.footprint()
	} else {
		d.order = append(d.order, id)
	}
	if d.byID == nil {
		d.byID = make(map[types.Hash]Departed)
	}
	d.byID[id] = one
	d.bytes += one.footprint()
	for len(d.order) > maxDeparted || d.bytes > maxDepartedBytes {
		oldest := d.byID[d.order[0]]
		d.bytes -= oldest.footprint()
		delete(d.byID, d.order[0])
		d.order = d.order[1:]
	}
}

// departure is a transfer that waits no longer in a set.
type departure struct {
	*transfer
	why     error
	by      types.Hash
	account consensus.Account // the sender's if it was overtaken, which says more than why; see overtaken
}

// leave notes that t waits no longer in s.
func (s *set) leave(t *transfer, why error, by types.Hash) {
	s.left = append(s.left, departure{transfer: t, why: why, by: by})
}

// overtaken notes that the number of t is used. Nobody asks for more of most of these, as
// they are in a block.
func (s *set) overtaken(t *transfer, account consensus.Account) {
	s.left = append(s.left, departure{transfer: t, why: consensus.ErrSequenceUsed, account: account})
}

// explain says more of one that was overtaken.
func (d *departure) explain() {
	if d.account.Sequence > d.Sequence {
		_, d.why = d.account.Spend(&d.Transaction)
	}
}

// Include tells a pool, before the way that it is to follow, blocks that it leads over:
// what they hold need not be remembered, and what they overtake is known.
func (p *Pool) Include(blocks []types.Block) { p.included = blocks }

// remember takes in what left sets on the way to where the pool is. Callers hold mu.
func (p *Pool) remember(way *passage, sets ...*set) {
	for _, s := range sets {
		for _, one := range s.left {
			if errors.Is(one.why, consensus.ErrSequenceUsed) {
				if way.includes(one.id) {
					continue
				}
				one.by = way.taker(one.transfer)
				one.explain()
			}
			if one.by != one.id && !p.set.keeps(one.id) {
				p.departed.add(one.id, Departed{one.Transaction, one.why, one.by})
			}
		}
		s.left = nil
	}
}

// includes reports whether a block at hand holds the transfer with this id.
func (w *passage) includes(id types.Hash) bool {
	if w.held == nil {
		w.held = idsOf(w.included)
	}
	return w.held[id]
}

// idsOf are the ids of the transactions of blocks.
func idsOf(blocks []types.Block) map[types.Hash]bool {
	count := 0
	for i := range blocks {
		count += len(blocks[i].Transactions)
	}
	ids := make(map[types.Hash]bool, count)
	for i := range blocks {
		for _, id := range blocks[i].TransactionIDs() {
			ids[id] = true
		}
	}
	return ids
}

// taker is the transfer on the way that has used the number of t, perhaps t itself;
// zero if none is known.
func (w *passage) taker(t *transfer) types.Hash {
	slot := SlotOf(&t.Transaction)
	if taken, known := w.taken[slot]; known {
		return taken.ID
	}
	if w.holders == nil {
		w.holders = holders(w.included)
	}
	switch holder := w.holders[slot]; {
	case holder == nil:
		return types.Hash{}
	case holder.Equal(&t.Transaction):
		return t.id
	default:
		return holder.ID()
	}
}

// holders finds the transfers of blocks.
func holders(blocks []types.Block) map[Slot]*types.Transaction {
	found := make(map[Slot]*types.Transaction)
	for i := range blocks {
		for j := range blocks[i].Transactions {
			if t := &blocks[i].Transactions[j]; t.Kind == types.Transfer {
				found[SlotOf(t)] = t
			}
		}
	}
	return found
}

// Departed returns what is remembered of a transfer that waits no longer.
func (p *Pool) Departed(id types.Hash) (Departed, bool) {
	p.mu.RLock()
	defer p.mu.RUnlock()
	one, known := p.departed.byID[id]
	return one, known
}

// Lost remembers a transfer that an earlier pool has promised to keep and this one
// cannot, for the time before the node runs.
func (p *Pool) Lost(t types.Transaction, why error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.departed.add(t.ID(), Departed{Transaction: t, Why: why})
}

// Parked returns what a transfer lacks to be in a block: an error that wraps ErrFull or
// a consensus.Rule; false if it is not parked.
func (p *Pool) Parked(id types.Hash) (lacks error, parked bool) {
	p.mu.RLock()
	defer p.mu.RUnlock()
	t := p.set.parked.byID[id]
	if t == nil {
		return nil, false
	}
	q := p.set.queue(t.sender, p.set.parked.accounts[t.sender])
	if _, err := q.next(t); err != nil {
		return err, true
	}
	return fmt.Errorf("%w: it comes back when there is room", ErrFull), true
}
