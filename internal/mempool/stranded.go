package mempool

import (
	"cmp"
	"errors"
	"maps"
	"slices"
	"time"

	"networkmngr/internal/consensus"
	"networkmngr/internal/types"
)

// What waits aside is bounded by itself, as nobody pays for it now.
const (
	maxStranded      = 1024
	maxStrandedBytes = 4 << 20
)

// stranded are transfers that were accepted, and then lost to a reorg the coins
// that they spend, or a transfer that they follow. Both come back as a rule:
// what paid their senders is pending again. No template takes them meanwhile.
type stranded struct {
	byID map[types.Hash]*transfer
	size int // of all encodings, in bytes
}

// strands reports whether a refusal says that a transfer lacks what may come
// back.
func strands(err error) bool {
	return errors.Is(err, consensus.ErrOverspend) || errors.Is(err, consensus.ErrSequenceGap)
}

// Restore is Add for a transfer that was accepted before, by a pool that is no
// more: if it is stranded now, it waits aside.
func (p *Pool) Restore(t types.Transaction) error {
	err := p.Add(t)
	if !strands(err) {
		return err
	}
	if err := consensus.CheckSignature(&t, p.genesis); err != nil { // Add did not get so far
		return err
	}
	p.changing.Lock()
	defer p.changing.Unlock()
	p.mu.Lock()
	defer p.mu.Unlock()
	p.set.stranded.add(newTransfer(t, p.now()))
	return nil
}

// add keeps t unless there are too many already.
func (s *stranded) add(t *transfer) {
	if len(s.byID) == maxStranded || s.size+t.size > maxStrandedBytes {
		return
	}
	if s.byID == nil {
		s.byID = make(map[types.Hash]*transfer)
	}
	s.byID[t.id] = t
	s.size += t.size
}

// unexpired lists what was not added before cutoff, each sender's in order.
func (s *stranded) unexpired(cutoff time.Time) []*transfer {
	list := slices.SortedFunc(maps.Values(s.byID), func(a, b *transfer) int {
		return cmp.Or(cmp.Compare(a.Sequence, b.Sequence), a.id.Compare(b.id))
	})
	return slices.DeleteFunc(list, func(t *transfer) bool { return t.added.Before(cutoff) })
}
