package mempool

import (
	"bytes"
	"cmp"
	"slices"

	"networkmngr/internal/consensus"
	"networkmngr/internal/types"
)

// AddLocal is Add for a transfer that this node promises to keep. It refuses with
// ErrFull what it could not promise.
func (p *Pool) AddLocal(t types.Transaction) error {
	local := newTransfer(t, p.now())
	local.local = true
	return p.take(local)
}

// Restore is AddLocal for a transfer that was promised before, by a pool that is
// no more: if it cannot be in a block now, it waits aside.
func (p *Pool) Restore(t types.Transaction) error {
	local := newTransfer(t, p.now())
	local.local = true
	err := p.take(local)
	if !local.waits(err) {
		return err
	}
	if err := consensus.CheckSignature(&local.Transaction, p.genesis); err != nil { // take did not get so far
		return err
	}
	p.changing.Lock()
	defer p.changing.Unlock()
	p.mu.Lock()
	defer p.mu.Unlock()
	p.set.strand(local)
	return nil
}

// Resume has a new pool follow the chain from a block that was the tip of a pool
// that is no more: what reorgs have undone since is pending. With an error, as of
// chain.ErrNotFound if the chain does not have what it takes, the pool is as it
// was.
func (p *Pool) Resume(from types.Hash) error {
	p.changing.Lock()
	defer p.changing.Unlock()
	now := p.tip
	p.setTip(consensus.State{ID: from})
	err := p.sync()
	if err != nil {
		p.setTip(now)
	}
	return err
}

func (p *Pool) setTip(tip consensus.State) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.tip = tip
}

// Local lists the local transfers, each sender's in order, and the tip at which
// they wait: whatever local transfer is not among them, a block up to that tip has
// contradicted or holds, or its sender has replaced.
func (p *Pool) Local() (tip types.Hash, list []types.Transaction) {
	p.mu.RLock()
	defer p.mu.RUnlock()
	list = make([]types.Transaction, 0, p.set.local.count)
	for _, byID := range []map[types.Hash]*transfer{p.set.byID, p.set.stranded.byID} {
		for _, t := range byID {
			if t.local {
				list = append(list, t.Transaction)
			}
		}
	}
	slices.SortFunc(list, func(a, b types.Transaction) int {
		return cmp.Or(bytes.Compare(a.PublicKey[:], b.PublicKey[:]), cmp.Compare(a.Sequence, b.Sequence))
	})
	return p.tip.ID, list
}
