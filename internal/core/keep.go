package core

import (
	"bytes"
	"maps"
	"slices"

	"networkmngr/internal/chain"
	"networkmngr/internal/mining/strategy"
	"networkmngr/internal/protocol"
	"networkmngr/internal/types"
)

// Kept is what a node keeps on disk while it is no honest miner: its next life goes on with
// that strategy, and shows nothing that was withheld. It is zero for an honest one that has
// always been so, and all but Strategy and Given is for a strategy that does not show each
// block at once. A block is in it before it is in the chain; one that was shown may
// be in it still, and is then public as soon as others build on it.
type Kept struct {
	Strategy strategy.Settings
	Base     types.Hash   // the last common block of the own and the public branch
	Own      []types.Hash // blocks of the own branch, the lowest first
	Shown    int          // of them, the lowest, that peers were told of
	Public   types.Hash   // the best block that peers may know of
	Paid     []types.Hash // blocks of others that hold the payment of a double spend, in the order of their ids
	// Attack is what Own may have the conflict of still, after a change of strategy too.
	Attack strategy.Attack
	Given  []strategy.Attack // that were given up, at most ten, the last one last
}

// IsZero reports whether there is nothing to keep.
func (k Kept) IsZero() bool { return k.Strategy.Name == "" && len(k.Given) == 0 }

// Blocks are the stored blocks from the height of the lowest own one on, on whatever branch,
// if any is withheld: a machine that goes on knows by them which transfers peers take for pending. read
// is as chain.Chain.Block; an error is its own.
func (k Kept) Blocks(view *chain.View, read func(types.Hash) (types.Block, error)) (blocks []types.Block, err error) {
	for _, h := range k.beside(view) {
		b, err := read(h.ID)
		if err != nil {
			return nil, err
		}
		blocks = append(blocks, b)
	}
	return blocks, nil
}

// beside are the headers of Blocks, each once.
func (k Kept) beside(view *chain.View) (list []chain.Header) {
	if k.Shown >= len(k.Own) {
		return nil
	}
	lowest, known := view.Header(k.Own[0])
	if !known {
		return nil // it was not written any more
	}
	seen := make(map[types.Hash]bool)
	for _, tip := range view.Tips() {
		for h, _ := view.Header(tip.ID); h.Height >= lowest.Height && !seen[h.ID]; h, _ = view.Header(h.Previous) {
			seen[h.ID] = true
			if h.Stored && h.Valid {
				list = append(list, h)
			}
		}
	}
	return list
}

func (k Kept) equal(other Kept) bool {
	return k.Strategy.Same(other.Strategy) && k.Base == other.Base && k.Shown == other.Shown && k.Public == other.Public &&
		k.Attack.Same(&other.Attack) && slices.EqualFunc(k.Given, other.Given, sameAttack) && slices.Equal(k.Own, other.Own) && slices.Equal(k.Paid, other.Paid)
}

func sameAttack(a, b strategy.Attack) bool { return a.Same(&b) }

// Keep: write this down before what follows is written to the chain.
type Keep struct{ Kept }

// Effect implements Effect.
func (Keep) Effect() {}

// keepPlay has written down what has changed.
func (m *Machine) keepPlay() {
	if m.play.settings.Name == "" && m.kept.IsZero() {
		return
	}
	if next := m.toKeep(); !next.equal(m.kept) {
		m.kept = next
		m.do(Keep{next})
	}
}

// toKeep counts what is about to be written as withheld: that is known to be so only then.
func (m *Machine) toKeep() (k Kept) {
	p := &m.play
	k.Given = p.given
	if p.settings.Name != strategy.Honest {
		k.Strategy = p.settings
	}
	if p.strategy == nil {
		return k
	}
	k.Base, k.Shown, k.Public, k.Attack = p.base.ID, p.shown, p.public.ID, p.attack
	for _, h := range p.own {
		k.Own = append(k.Own, h.ID)
	}
	if w := m.writes.under; w != nil {
		k.withhold(m, w)
	}
	for i := range m.writes.queue {
		k.withhold(m, &m.writes.queue[i])
	}
	if len(k.Own) == len(p.own) { // else they are given up for what is about to be written
		for _, h := range p.lost {
			k.Own = append(k.Own, h.ID)
		}
		k.Shown += len(p.lost) - p.hid
	}
	k.Paid = slices.SortedFunc(maps.Keys(p.paid), func(a, b types.Hash) int { return bytes.Compare(a[:], b[:]) })
	return k
}

// withhold adds the blocks of a write to Own if they are to be withheld.
func (k *Kept) withhold(m *Machine, w *write) {
	if w.by == worker && (len(k.Own) > k.Shown || !m.early(w)) {
		k.Own = append(k.Own, w.ids...)
	}
}

// resumePlay goes on with what an earlier life has withheld, as far as it was stored, before
// the first peer is told anything.
func (m *Machine) resumePlay(kept Kept) {
	p := &m.play
	p.given = slices.Clone(kept.Given)
	if p.strategy == nil {
		return
	}
	p.attack = kept.Attack
	for _, id := range kept.Paid {
		p.paid[id] = true
	}
	for _, id := range kept.Own {
		if h, known := m.view.Header(id); known && h.Stored && (len(p.own) == 0 || h.Previous == p.end().ID) {
			p.own = append(p.own, h)
		}
	}
	if len(p.own) > 0 {
		p.base, p.shown = m.parent(p.own[0]), min(kept.Shown, len(p.own))
	} else if h, known := m.view.Header(kept.Base); known && m.has(h) {
		p.base = h
	}
	m.sortOwn()
	p.public = m.bestPublic(kept.Public)
	if m.forkOnOwn() {
		return
	}
	if p.settings.Name == strategy.DoubleSpend {
		// A kill may have come between the attack and its payment on disk. One that is pending,
		// or in a block, is refused as such.
		m.do(Admit{Transaction: p.settings.Payment})
	}
	m.tellWithheld()
	told := m.published()
	told.Blocks, m.config.Blocks = m.config.Blocks, nil
	m.engage(told)
}

// bestPublic is the best stored block that is not withheld; of equal ones, the one that was
// it in the life before.
func (m *Machine) bestPublic(last types.Hash) chain.Header {
	best := m.play.base
	if h, known := m.view.Header(last); known && m.has(h) && !m.play.hides(last) {
		best = h
	}
	for _, tip := range m.view.Tips() {
		h, _ := m.view.Header(tip.ID)
		for h.Height > 0 && (!m.has(h) || m.play.hides(h.ID)) {
			h = m.parent(h)
		}
		if h.Work.Gt(&best.Work) {
			best = h
		}
	}
	return best
}

// published is what peers are to be told: of equal branches, the own one, as far as it is
// shown.
func (m *Machine) published() protocol.Publish {
	p := &m.play
	told := protocol.Publish{Tip: p.public.ID}
	if p.shown > 0 && !p.own[p.shown-1].Work.Lt(&p.public.Work) {
		told.Tip = p.own[p.shown-1].ID
	}
	for _, h := range p.hidden() {
		told.Withheld = append(told.Withheld, h.ID)
	}
	if !p.attack.IsZero() {
		told.Secret = p.attack.Conflict.ID()
		if m.branches().Confirmations == 0 {
			told.Instead = &p.attack.Payment
		}
	}
	return told
}
