package consensus

import (
	"slices"
	"time"

	"github.com/holiman/uint256"

	"networkmngr/internal/types"
)

// medianSpan is how many blocks the median time past looks at, as in Bitcoin.
const medianSpan = 11

// State is what the headers up to a block fix for the block on top of it. It
// is a value: a step makes a new one.
type State struct {
	Height uint64
	ID     types.Hash  // of the block
	Work   uint256.Int // of all headers up to here, expected hashes; genesis counts none

	params *Params
	times  [medianSpan]uint32 // of the last blocks, the newest first
	anchor uint32             // time of block 1, where the ideal schedule starts
}

// Params are the settings of the network that the state belongs to.
func (s State) Params() *Params { return s.params }

// Time is the block's time in Unix seconds.
func (s State) Time() uint32 { return s.times[0] }

// MedianTimePast is the median of the last eleven blocks' times, or of as many
// as there are: the time that the next block must exceed.
func (s State) MedianTimePast() uint32 {
	known := min(s.Height+1, medianSpan)
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
// has no say in it: see CheckFuture.
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

// CheckFuture checks that h is not too far ahead of the caller's clock. A
// header that fails it may pass later, so failing is nobody's fault.
func CheckFuture(h types.Header, now time.Time) error {
	if limit := now.Add(MaxFuture).Unix(); int64(h.Time) > limit {
		return ErrTimeTooNew.broken("timestamp %d, at most %d now", h.Time, limit)
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
	copy(s.times[1:], s.times[:medianSpan-1])
	s.times[0] = h.Time
	return s
}

// Ancestry answers for the blocks below a block, so that a State can be made
// again without keeping one for every block.
type Ancestry interface {
	// TimeAt is the time of the block at height, which is not above the block.
	TimeAt(height uint64) uint32
}

// StateOf makes the state after the block at height, with this id and total
// work, from the times of its last ancestors and of block 1.
func StateOf(p *Params, height uint64, id types.Hash, work uint256.Int, below Ancestry) State {
	s := State{Height: height, ID: id, Work: work, params: p}
	for i := range min(height+1, medianSpan) {
		s.times[i] = below.TimeAt(height - i)
	}
	if height > 0 {
		s.anchor = below.TimeAt(1)
	}
	return s
}
