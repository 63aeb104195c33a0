package core

import (
	"slices"

	"networkmngr/internal/chain"
	"networkmngr/internal/events"
	"networkmngr/internal/mining/strategy"
	"networkmngr/internal/protocol"
	"networkmngr/internal/types"
)

// play is mining by a strategy that does not show each block at once. This node's own
// branch and the public one stand on base, their last common block; base and public are
// stored, and shown is how many blocks of own peers were told of.
type play struct {
	strategy strategy.Strategy // nil for an honest miner; of the rest, only outcome counts then
	settings strategy.Settings
	base     chain.Header
	own      []chain.Header // the lowest first
	shown    int
	public   chain.Header        // the best block that peers may know of
	paid     map[types.Hash]bool // blocks of others that hold the payment of a double spend
	attack   strategy.Attack     // whose conflict is withheld, or is to be; of an earlier strategy, maybe
	given    []strategy.Attack   // that were given up: of their conflicts nobody may hear, still
	lost     []chain.Header      // blocks upon own that are invalid by hand, for now
	hid      int                 // of lost, the highest, that peers were not told of
	outcome  string              // of a double spend that is over
	untold   []events.Data       // to be told once it is told what was mined
}

// The outcomes of a double spend.
const (
	AttackWon     = "won"      // the longer branch without the payment was shown
	AttackGivenUp = "given-up" // too far behind, or the payment is in no block of anybody's
)

// Strategy is how a machine mines by a strategy.
type Strategy struct {
	strategy.Settings
	strategy.Branches
	Outcome string // of a double spend: AttackWon or AttackGivenUp; empty while it goes on
}

// Strategy is what has come of the strategy so far.
func (m *Machine) Strategy() Strategy {
	p := &m.play
	status := Strategy{Settings: m.mining.schedule.Settings().Strategy.Normal(), Outcome: p.outcome}
	if p.strategy != nil {
		status.Branches = m.branches()
	}
	return status
}

// setStrategy has the node mine by another strategy from now on. An honest miner, and
// who begins a double spend, shows what was withheld; others go on with it.
func (m *Machine) setStrategy(s strategy.Settings) {
	s = s.Normal()
	next := s.New()
	if next == nil || s.Name == strategy.DoubleSpend {
		m.endPlay("")
	}
	p := &m.play
	if p.strategy == nil && next != nil {
		tip, _ := m.view.Header(m.view.Tip().ID)
		*p = play{base: tip, public: tip, paid: make(map[types.Hash]bool), given: p.given}
	}
	p.strategy, p.settings = next, s
	if s.Name == strategy.DoubleSpend {
		p.attack = s.Attack
	}
}

// endPlay has the node be honest: peers are told of all that leads to its tip.
func (m *Machine) endPlay(outcome string) {
	p := &m.play
	if p.strategy == nil {
		p.outcome = outcome
		return
	}
	tip := m.view.Tip().ID
	if len(p.own) > p.shown && p.end().ID == tip {
		p.tellShown(len(p.own))
		p.tellAbandoned(p.lost[len(p.lost)-p.hid:])
	} else {
		p.giveUp()
	}
	m.engage(protocol.Publish{Tip: tip})
	*p = play{outcome: outcome, untold: p.untold, given: p.given}
	m.tellUntold()
}

// hidden are the blocks that peers were not told of, the lowest first: those of the own
// branch, and those upon it that are invalid by hand.
func (p *play) hidden() []chain.Header {
	return slices.Concat(p.own[p.shown:], p.lost[len(p.lost)-p.hid:])
}

// attacks are those of whose conflicts nobody may hear.
func (p *play) attacks() []strategy.Attack {
	if p.attack.IsZero() {
		return p.given
	}
	return append(slices.Clone(p.given), p.attack)
}

// hides reports whether peers are not told of a block.
func (p *play) hides(id types.Hash) bool {
	is := func(h chain.Header) bool { return h.ID == id }
	return slices.ContainsFunc(p.hidden(), is)
}

// end is the block that is mined on.
func (p *play) end() chain.Header {
	if len(p.own) == 0 {
		return p.base
	}
	return p.own[len(p.own)-1]
}

// playOn asks the strategy what to do about blocks that were written, and does that. A
// double spend is over if its own block breaks a rule, as the coins are spent already.
func (m *Machine) playOn(done *write, failed error) {
	p := &m.play
	if p.strategy == nil {
		return
	}
	m.dropLost()
	switch {
	case done.by == deciding || done.aside:
		m.foundTip()
	case done.by != worker || m.early(done):
		m.foundPublic(done)
	case chain.Invalid(failed) && p.settings.Name == strategy.DoubleSpend:
		m.endPlay(AttackGivenUp)
	default:
		for _, id := range done.ids {
			m.foundOwn(id)
		}
	}
	m.mining.refreshAt = m.now // the job may be another one
	if p.strategy != nil {
		m.publish(done)
	}
}

// early reports whether the worker has found blocks by a search from before the double spend
// that goes on: peers may know of all that is below, and the conflict is not in them.
func (m *Machine) early(w *write) bool {
	p := &m.play
	return p.settings.Name == strategy.DoubleSpend && p.shown == len(p.own) && !w.holds(p.settings.Conflict.ID())
}

// dropLost gives up branches that turned out to break a rule once they were the
// heaviest, or had to give way in the store.
func (m *Machine) dropLost() {
	p := &m.play
	for !m.has(p.public) {
		p.public = m.parent(p.public)
	}
	if m.sortOwn(); !m.has(p.base) {
		p.abandon()
	}
	m.fork()
}

// sortOwn tells blocks of the own branch that are invalid now, by hand, from those that are
// not, or not any more.
func (m *Machine) sortOwn() {
	p := &m.play
	all, hidden := slices.Concat(p.own, p.lost), len(p.hidden())
	at := slices.IndexFunc(all, func(h chain.Header) bool { return !m.has(h) })
	if at < 0 {
		at = len(all)
	}
	p.own, p.lost = all[:at:at], all[at:]
	p.hid = min(hidden, len(p.lost))
	p.shown = at - (hidden - p.hid)
}

func (m *Machine) has(h chain.Header) bool {
	now, known := m.view.Header(h.ID)
	return known && now.Valid && now.Stored || h.Height == 0
}

// foundOwn adds a block of this node's to its branch, and has the strategy answer. One
// that was found on what was mined on before begins a branch there, unless there is one.
func (m *Machine) foundOwn(id types.Hash) {
	p := &m.play
	h, known := m.view.Header(id)
	switch {
	case p.strategy == nil || !known || !h.Stored:
		return
	case h.Previous == p.end().ID:
	case len(p.own) == 0:
		p.base = m.parent(h)
	default:
		return
	}
	p.tellAbandoned(p.lost[len(p.lost)-p.hid:])
	p.own, p.lost, p.hid = append(p.own, h), nil, 0
	m.fork()
	m.carryOut(p.strategy.Found(m.branches()))
}

// foundPublic has the strategy answer blocks of others, if there is a better one among
// them.
func (m *Machine) foundPublic(done *write) {
	p := &m.play
	moved := false
	for _, id := range done.ids {
		h, known := m.view.Header(id)
		if !known || !h.Stored || !h.Valid || p.hides(id) {
			continue
		}
		if h.Work.Gt(&p.public.Work) {
			p.public, moved = h, true
		}
	}
	if !moved {
		return
	}
	if !m.forkOnOwn() {
		m.carryOut(p.strategy.Moved(m.branches()))
	}
}

// forkOnOwn is fork, and reports whether that ends a double spend: others build on what it
// withholds. It was shown in an earlier life then, which was killed before that was kept.
func (m *Machine) forkOnOwn() (won bool) {
	if won = m.fork() && m.play.settings.Name == strategy.DoubleSpend; won {
		m.endPlay(AttackWon)
	}
	return won
}

// notePaid notes which blocks, that are about to be written, hold the payment of a double
// spend.
func (m *Machine) notePaid(w *write) {
	p := &m.play
	if p.strategy == nil || p.settings.Name != strategy.DoubleSpend || w.by == worker {
		return
	}
	payment := p.settings.Payment.ID()
	for i, id := range w.ids {
		if slices.Contains(w.blocks[i].TransactionIDs(), payment) {
			p.paid[id] = true
		}
	}
}

// foundTip has the strategy answer that a decision by hand, or an order aside, has made
// another public block the tip.
func (m *Machine) foundTip() {
	p := &m.play
	tip, _ := m.view.Header(m.view.Tip().ID)
	if p.hides(tip.ID) || !tip.Work.Gt(&p.public.Work) {
		return
	}
	p.public = tip
	m.fork()
	m.carryOut(p.strategy.Moved(m.branches()))
}

// branches count both branches above base.
func (m *Machine) branches() strategy.Branches {
	p := &m.play
	b := strategy.Branches{Own: len(p.own), Public: int(p.public.Height - p.base.Height), Shown: p.shown}
	for h := p.public; len(p.paid) > 0 && h.Height > p.base.Height; h = m.parent(h) {
		if p.paid[h.ID] {
			b.Confirmations = int(p.public.Height-h.Height) + 1
		}
	}
	return b
}

// fork moves base to the last common block of both branches: up to a block of the own
// one that others have built on, or down where others have left what it stands on. It reports
// whether others have built on a block that they were not shown.
func (m *Machine) fork() (onHidden bool) {
	p := &m.play
	at := p.public
	for ; at.Height > p.base.Height; at = m.parent(at) {
		if i := int(at.Height - p.base.Height); i <= len(p.own) && p.own[i-1].ID == at.ID {
			onHidden = i > p.shown
			p.base, p.own, p.shown = at, p.own[i:], max(p.shown-i, 0)
			return onHidden
		}
	}
	for at.ID != p.base.ID {
		if p.base.Height < at.Height {
			at = m.parent(at)
			continue
		}
		p.own = slices.Insert(p.own, 0, p.base)
		p.shown++
		p.base = m.parent(p.base)
	}
	return false
}

// parent is the block below h, which is not the genesis block.
func (m *Machine) parent(h chain.Header) chain.Header {
	below, known := m.view.Header(h.Previous)
	if !known { // forgotten, which no block so near to the tip is
		below, _ = m.view.Header(m.config.Genesis)
	}
	return below
}

// carryOut does what the strategy wants, but for telling peers. A strategy goes by
// numbers of blocks, and peers by work, of which fewer blocks may have more: a branch that
// has more than the public one is shown rather than given up, and an attack is won only by
// such a one.
func (m *Machine) carryOut(move strategy.Move) {
	p := &m.play
	end := p.end()
	switch heavier := end.Work.Gt(&p.public.Work); {
	case move.Over && !move.Abandon && !heavier:
		return
	case !move.Abandon:
		p.show(move.Show)
	case heavier:
		p.show(len(p.own))
	default:
		p.abandon()
	}
	if move.Over && move.Abandon {
		m.endPlay(AttackGivenUp)
	} else if move.Over {
		m.endPlay(AttackWon)
	}
}

// show has so many blocks of the own branch be public. Once they have more work than
// the public branch, they are that.
func (p *play) show(blocks int) {
	p.tellShown(blocks)
	p.shown = max(p.shown, min(blocks, len(p.own)))
	if p.shown == 0 {
		return
	}
	if last := p.own[p.shown-1]; last.Work.Gt(&p.public.Work) {
		p.public, p.base, p.own, p.shown = last, last, p.own[p.shown:], 0
	}
}

// abandon gives the own branch up for the public one.
func (p *play) abandon() {
	p.giveUp()
	p.base, p.own, p.lost, p.shown, p.hid = p.public, nil, nil, 0, 0
}

// publish has peers be told of as much as the strategy wants.
func (m *Machine) publish(done *write) {
	told := m.published()
	for i, id := range done.ids {
		if h, known := m.view.Header(id); known && m.has(h) {
			told.Blocks = append(told.Blocks, done.blocks[i])
		}
	}
	m.engage(told)
}

// tellShown notes as untold that so many of the own branch's blocks are shown.
func (p *play) tellShown(blocks int) {
	if fresh := min(blocks, len(p.own)) - p.shown; fresh > 0 {
		p.attack = strategy.Attack{} // its conflict is in the lowest block
		last := p.own[p.shown+fresh-1]
		p.untold = append(p.untold, events.BlocksPublished{
			BlockRef: refOf(last.Ref), Blocks: fresh, Withheld: len(p.own) - p.shown - fresh,
		})
	}
}

// maxGiven is how many attacks that were given up are remembered: one whose branch comes back
// after so many more does so by hand.
const maxGiven = 10

// giveUp gives up what peers were not told of, and an attack with that.
func (p *play) giveUp() {
	hidden := p.hidden()
	p.tellAbandoned(hidden)
	if len(hidden) > 0 && !p.attack.IsZero() {
		p.given = append(slices.Clone(p.given[max(0, len(p.given)-maxGiven+1):]), p.attack)
	}
}

// tellAbandoned notes as untold that blocks are given up of which peers were not told, the
// lowest first.
func (p *play) tellAbandoned(hidden []chain.Header) {
	if blocks := len(hidden); blocks > 0 {
		p.untold = append(p.untold, events.BlocksAbandoned{BlockRef: refOf(hidden[blocks-1].Ref), Blocks: blocks})
	}
}

// tellWithheld tells what an earlier life has withheld.
func (m *Machine) tellWithheld() {
	var told events.BlocksWithheld
	for _, h := range m.play.hidden() {
		told.Blocks = append(told.Blocks, refOf(h.Ref))
	}
	if len(told.Blocks) > 0 {
		m.tell(told)
	}
}

func (m *Machine) tellUntold() {
	for _, data := range m.play.untold {
		m.tell(data)
	}
	m.play.untold = nil
}
