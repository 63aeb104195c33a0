package consensus

import (
	"slices"

	"github.com/holiman/uint256"

	"networkmngr/internal/types"
)

// MedianSpan is how many blocks the median time past looks at, as in Bitcoin.
const MedianSpan = 11

// State is what the headers up to a block require of the next one. It is a
// value: a step returns a new one.
type State struct {
	Height uint64
	ID     types.Hash  // of the block
	Work   uint256.Int // of all headers up to here, expected hashes; genesis counts none

	params   *Params
	times    [MedianSpan]uint32 // of the last blocks, the newest first
	schedule Schedule
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

// NextBits is the compact target that the next block must have; see Schedule.
func (s State) NextBits() uint32 {
	return s.params.asert().Next(s.schedule.lag(s.params, s.Height, s.Time()), -1)
}

// CheckHeader checks that h may follow, by every rule for headers except the
// clock's: see Params.CheckFuture. The error wraps the Rule that is broken.
func (s State) CheckHeader(h types.Header) error { return s.CheckHashedHeader(h, h.Hash()) }

// CheckHashedHeader is CheckHeader, with its error, for who has the hash of h at hand.
func (s State) CheckHashedHeader(h types.Header, hash types.Hash) error {
	if err := s.params.checkProofOfWork(h, hash); err != nil {
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

// After returns the state after h, which must have passed CheckHeader.
func (s State) After(h types.Header) State { return s.AfterHashed(h, h.Hash()) }

// AfterHashed is After for who has the hash of h at hand.
func (s State) AfterHashed(h types.Header, hash types.Hash) State {
	target, _ := TargetFromBits(h.Bits)
	work := WorkOf(target)
	next := s.after(h, hash)
	next.Height = s.Height + 1
	next.Work.Add(&s.Work, &work)
	next.schedule = s.schedule.After(s.params, next.Height, h.Time)
	return next
}

// after moves id and times, which is the whole step to genesis.
func (s State) after(h types.Header, hash types.Hash) State {
	s.ID = hash
	copy(s.times[1:], s.times[:MedianSpan-1])
	s.times[0] = h.Time
	return s
}

// Schedule is that of the next block.
func (s State) Schedule() Schedule { return s.schedule }

// StateOf rebuilds the State after a block from its height, id and total work, so
// that no State need be held for each block. times are those of the block and its
// ancestors, MedianSpan at most, the newest first; schedule is what State.Schedule
// returned.
func StateOf(p *Params, height uint64, id types.Hash, work uint256.Int, times []uint32, schedule Schedule) State {
	s := State{Height: height, ID: id, Work: work, params: p, schedule: schedule}
	copy(s.times[:], times)
	return s
}
