package strategy

// Branches say where a miner's own branch and the best one that peers know of stand.
// Both are counted in blocks above their last common block.
type Branches struct {
	Own    int // blocks of the own branch
	Public int // blocks of the public branch
	Shown  int // the lowest of Own, which peers have been shown
	// Confirmations are those of the payment of a double spend on the public branch; 0
	// while it is in no block of it.
	Confirmations int
}

// lead is by how many blocks the own branch is longer; below 0 it is behind.
func (b Branches) lead() int { return b.Own - b.Public }

// Move is what a miner does next. The zero Move goes on as it is, and shows nothing.
type Move struct {
	// Show is how many of the own branch's blocks, the lowest first, peers are to have
	// been shown.
	Show int
	// Abandon gives the own branch up: the public one is mined on.
	Abandon bool
	// Over ends the strategy, which has reached what it wanted or has given up: from
	// now on the miner is honest.
	Over bool
}

// Strategy decides what is shown. It keeps nothing: all that it goes by is in Branches.
type Strategy interface {
	// Found: the own branch has grown by a block, which Own counts.
	Found(Branches) Move
	// Moved: the public branch has grown, and may stand on shown blocks of the own one
	// now, which neither count has then.
	Moved(Branches) Move
}

// New returns the strategy that s, which must be valid, asks for; nil for one that shows
// each block as it is found, and mines on the best tip.
func (s Settings) New() Strategy {
	switch s.Name {
	case Selfish, LeadStubborn, ForkStubborn, TrailStubborn, Stubborn:
		return selfish{lead: s.Lead, fork: s.Fork, trail: s.Trail}
	case Withhold:
		return withhold{s.Blocks}
	case DoubleSpend:
		return doubleSpend{s.Confirmations, s.GiveUp}
	default:
		return nil
	}
}

// selfish is SM1, and its stubborn kin: all three zero is SM1.
type selfish struct {
	lead  bool // shows no more than matches the public branch while it is ahead
	fork  bool // of two equal branches, goes on hiding what it finds on its own
	trail int  // is given up only when more than so many blocks behind
}

// Found hides the block, unless that decides a race: the public branch was as long as
// the own one, all of which was shown. A branch that has caught up is shown: the race
// begins. A block that was found too late, below the public branch by then, is given up.
func (s selfish) Found(b Branches) Move {
	if b.lead() < -s.trail {
		return Move{Abandon: true}
	}
	raced := b.Public > 0 && b.lead() == 1 && b.Shown == b.Public
	if raced && !s.fork || b.Public > 0 && b.lead() == 0 {
		return Move{Show: b.Own}
	}
	return Move{Show: b.Shown}
}

// Moved answers a public block: with the whole branch where one block more would end
// the lead, with as many blocks as are public where the lead is safe.
func (s selfish) Moved(b Branches) Move {
	switch lead := b.lead(); {
	case b.Own == 0 || lead < -s.trail:
		return Move{Abandon: true}
	case lead < 0:
		return Move{Show: b.Shown}
	case lead == 0, lead == 1 && !s.lead:
		return Move{Show: b.Own}
	default:
		return Move{Show: max(b.Shown, b.Public)}
	}
}

// withhold shows its blocks so many at a time.
type withhold struct{ blocks int }

// Found gives a branch up that is behind, as Moved does: the block was found too late.
func (w withhold) Found(b Branches) Move {
	if b.lead() < 0 {
		return Move{Abandon: true}
	}
	if b.Own-b.Shown >= w.blocks {
		return Move{Show: b.Own}
	}
	return Move{Show: b.Shown}
}

// Moved gives a branch up that is behind.
func (w withhold) Moved(b Branches) Move {
	if b.Own == 0 || b.lead() < 0 {
		return Move{Abandon: true}
	}
	return Move{Show: b.Shown}
}

// doubleSpend hides a branch with a transfer that contradicts a payment, until the
// payment has so many confirmations and the own branch is longer, or is too far behind.
type doubleSpend struct{ confirmations, giveUp int }

// mostAlone is how far ahead of a public branch without the payment a double spend is
// given up: nobody else seems to have the payment, so that it is in no block for ever.
const mostAlone = 50

func (d doubleSpend) Found(b Branches) Move { return d.next(b) }

// Moved goes along with the public branch as long as neither branch has anything to do
// with the payment.
func (d doubleSpend) Moved(b Branches) Move {
	if b.Own == b.Shown && b.Confirmations == 0 {
		return Move{Abandon: true}
	}
	return d.next(b)
}

func (d doubleSpend) next(b Branches) Move {
	switch {
	case b.Confirmations >= d.confirmations && b.lead() > 0:
		return Move{Show: b.Own, Over: true}
	case -b.lead() >= d.giveUp, b.Confirmations == 0 && b.lead() >= mostAlone:
		return Move{Abandon: true, Over: true}
	}
	return Move{Show: b.Shown}
}
