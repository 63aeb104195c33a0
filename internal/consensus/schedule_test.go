package consensus_test

import (
	"math"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"networkmngr/internal/consensus"
	"networkmngr/internal/genesis"
	"networkmngr/internal/types"
)

// at is the state after one more block of this time, whose proof of work nobody
// asks for.
func at(s consensus.State, time uint32) consensus.State {
	return s.After(types.Header{Previous: s.ID, Time: max(time, s.MedianTimePast()+1), Bits: s.NextBits()})
}

// hardness is how many half-lives the next target is below the floor.
func hardness(t require.TestingT, s consensus.State) float64 {
	target, ok := consensus.TargetFromBits(s.NextBits())
	require.True(t, ok)
	floor, _ := consensus.TargetFromBits(s.Params().FloorBits)
	return math.Log2(floor.Float64() / target.Float64())
}

// mineSteadily lets seconds pass with so many blocks in each, from now on.
func mineSteadily(s consensus.State, now *uint32, seconds, blocks int) consensus.State {
	for range seconds {
		for range blocks {
			s = at(s, *now)
		}
		*now++
	}
	return s
}

// Blocks come twelve times too fast. Whatever time block 1 has, the difficulty
// rises as it does after an honest one.
func TestTimeOfBlockOneSteersNoOtherBlock(t *testing.T) {
	g := genesis.Dev()
	start := g.Params.Time + 300*86_400
	for _, first := range []uint32{start, g.Params.Time + 1, start - 3600, start + 60} {
		now := start
		s := mineSteadily(at(g.State(), first), &now, 60, 6)
		require.InDelta(t, 11, hardness(t, s), 1.1, "block 1 at %d", first)
	}
}

// An hour's rest leaves nothing to catch up with: the target leaves the floor with the first
// blocks that come too fast.
func TestARestIsNoDebt(t *testing.T) {
	g := genesis.Dev()
	now := g.Params.Time + 1000
	s := mineSteadily(g.State(), &now, 60, 1)
	now += 3600
	s = at(s, now)
	require.Zero(t, hardness(t, s), "on time by definition")
	s = mineSteadily(s, &now, 10, 6)
	require.InDelta(t, 110.0/60, hardness(t, s), 0.1, "sixty blocks, 120 seconds' worth, in ten")
}

// A lie about the time, of whatever size a clock allows and in either direction,
// moves the next target by a factor of two at most, and no number of lies adds
// up to more: of three blocks one lies.
func TestLiesAboutTheTimeDoNotAddUp(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d := description()
		d.HalfLife = rapid.Uint32Range(1, 1000).Draw(t, "half-life")
		d.BlockTime = rapid.Uint32Range(1, 20).Draw(t, "block time")
		g, err := d.Genesis()
		require.NoError(t, err)
		now := g.Params.Time + rapid.Uint32Range(1, 1_000_000).Draw(t, "age")
		pass := func() { now += rapid.OneOf(rapid.Uint32Range(1, 30), rapid.Just(uint32(100_000))).Draw(t, "pause") }
		truth, lied := at(g.State(), now), at(g.State(), now)
		for range rapid.IntRange(1, 30).Draw(t, "lies") {
			pass()
			lie := rapid.SampledFrom([]uint32{0, now - 500, now, now + d.HalfLife}).Draw(t, "lie")
			next := at(lied, lie)
			require.Less(t, hardness(t, at(lied, now))-hardness(t, next), 1.01, "easier")
			require.Less(t, hardness(t, next)-hardness(t, at(lied, lied.Time())), 1.01, "harder than if no time had passed")
			truth, lied = at(truth, now), next
			for range 2 {
				pass()
				truth, lied = at(truth, now), at(lied, now)
			}
			require.InDelta(t, hardness(t, truth), hardness(t, lied), 1.01+float64(d.BlockTime)/float64(d.HalfLife))
		}
	})
}

// A block with the time before a long rest, as of a clock that was put back,
// leaves a target that can be met.
func TestATimeBeforeARestStopsNobody(t *testing.T) {
	g := genesis.Dev()
	now := g.Params.Time + 1000
	s := mineSteadily(g.State(), &now, 100, 1)
	before := s.MedianTimePast()
	s = at(s, now+86_400)
	for range 20 {
		s = at(s, before)
		require.LessOrEqual(t, hardness(t, s), 1+20*2.0/60+0.01)
	}
}

// No target is easier than the floor, and a chain that was never behind has
// those of aserti3-2d with its first block as the anchor.
func TestScheduleThatIsNeverBehindIsPlainAsert(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		g, err := description().Genesis()
		require.NoError(t, err)
		p := g.Params
		plain := consensus.Asert{
			AnchorBits: p.FloorBits, FloorBits: p.FloorBits,
			BlockTime: int64(p.BlockTime), HalfLife: int64(p.HalfLife),
		}
		first := p.Time + 1_000_000
		s := at(g.State(), first)
		due := first
		for height := int64(1); height < 200; height++ {
			due += p.BlockTime
			ahead := rapid.Uint32Range(0, min(p.HalfLife, due-first)).Draw(t, "seconds ahead")
			s = at(s, due-ahead)
			require.LessOrEqual(t, s.Time(), due)
			want := plain.Next(int64(s.Time()-first)+int64(p.BlockTime), height)
			require.Equal(t, want, s.NextBits())
		}
	})
}
