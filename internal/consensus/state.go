package consensus

import (
	"slices"

	"github.com/holiman/uint256"

	"networkmngr/internal/types"
)

// MedianSpan is how many blocks the median time past looks at, as in Bitcoin.
const MedianSpan = 11

// State is what the headers up to a block fix for the block on top of it. It
// is a value: a step makes a new one.
type State struct {
	Height uint64
	ID     types.Hash  // of the block
	Work   uint256.Int // of all headers up to here, expected hashes; genesis counts none

	params *Params
	times  [MedianSpan]uint32 // of the last blocks, the newest first
	anchor uint32             // time of block 1, where the ideal schedule starts
}

// Params are the settings of the network that the state belongs to.
func (s State) Params() *Params { return s.params }

// Time is the block's time in Unix seconds.
func (s State) Time() uint32 { return s.times[0] }

// MedianTimePast is the median of the last eleven blocks' times, or of as many
// as there are: the time that the next block must exceed.
func (s State) MedianTimePast() uint32 {
	known := min(s.Height+1, MedianSpan)
	sorted := s.times
	slices.Sort(sorted[:known])
	return sorted[known/2]
}

// NextBits is the compact target that the next block must have. The ideal
// schedule starts at block 1, not at genesis, so that a network may be started
// long after its genesis was written.
func (s State) NextBits() uint32 {
	if s.Height == 0 {
		return s.params.FloorBits
	}
	rule := Asert{
		AnchorBits: s.params.FloorBits, FloorBits: s.params.FloorBits,
		BlockTime: int64(s.params.BlockTime), HalfLife: int64(s.params.HalfLife),
	}
	// The specification counts from the anchor's parent, here an ideal one.
	sinceAnchor := int64(s.Time()) - int64(s.anchor) + rule.BlockTime
	return rule.Next(sinceAnchor, int64(s.Height-1))
}

// CheckHeader checks that h may follow, as far as a header can tell. The clock
// has no say in it: see Params.CheckFuture.
func (s State) CheckHeader(h types.Header) error {
	if err := s.params.CheckProofOfWork(h); err != nil {
		return err
	}
	if h.Previous != s.ID {
		return ErrParent.broken("previous_hash is %s, the block below is %s", h.Previous, s.ID)
	}
	if want := s.NextBits(); h.Bits != want {
		return ErrBits.broken("bits %08x, want %08x", h.Bits, want)
	}
	if past := s.MedianTimePast(); h.Time <= past {
		return ErrTimeTooOld.broken("timestamp %d, must be above the median time past %d", h.Time, past)
	}
	return nil
}

// After is the state once h, which CheckHeader has passed, follows.
func (s State) After(h types.Header) State {
	target, _ := TargetFromBits(h.Bits)
	work := WorkOf(target)
	next := s.after(h)
	next.Height = s.Height + 1
	next.Work.Add(&s.Work, &work)
	if next.Height == 1 {
		next.anchor = h.Time
	}
	return next
}

// after moves id and times; it is all of the step to genesis.
func (s State) after(h types.Header) State {
	s.ID = h.Hash()
	copy(s.times[1:], s.times[:MedianSpan-1])
	s.times[0] = h.Time
	return s
}

// Anchor is the time of block 1, where the ideal schedule starts, or 0 at
// genesis.
func (s State) Anchor() uint32 { return s.anchor }

// StateOf makes a State again, so that none need be kept for every block: the
// one after the block at height with this id and total work. times are those
// of the block and its ancestors, MedianSpan at most, the newest first; anchor is as
// State.Anchor gives it.
func StateOf(p *Params, height uint64, id types.Hash, work uint256.Int, times []uint32, anchor uint32) State {
	s := State{Height: height, ID: id, Work: work, params: p, anchor: anchor}
	copy(s.times[:], times)
	return s
}
