package links

import (
	"crypto/sha256"
	"encoding/binary"
	"math"
	"math/rand/v2"
	"time"

	"networkmngr/internal/types"
)

// PairSeed is the seed of the direction from one node to another one, from the seed of a
// run.
func PairSeed(run uint64, from, to types.NodeID) uint64 {
	text := binary.BigEndian.AppendUint64(nil, run)
	text = append(append(text, from[:]...), to[:]...)
	hash := sha256.Sum256(text)
	return binary.BigEndian.Uint64(hash[:])
}

// stream is the chances of one use, made when there is use for them: a simulation has
// many models.
type stream struct {
	seed seed
	use  string
	made *rand.Rand // nil until then
}

func (s *stream) rand() *rand.Rand {
	if s.made == nil {
		text := binary.BigEndian.AppendUint64(binary.BigEndian.AppendUint64(nil, s.seed.pair), s.seed.nth)
		hash := sha256.Sum256(append(text, s.use...))
		s.made = rand.New(rand.NewPCG(binary.BigEndian.Uint64(hash[:8]), binary.BigEndian.Uint64(hash[8:])))
	}
	return s.made
}

// Of a Pareto distribution with exponent 3 and mean 1, the least value and the standard
// deviation: with xm = 2/3, that is xm * sqrt(3/4).
const (
	paretoExponent  = 3
	paretoLeast     = 2.0 / 3
	paretoDeviation = 0.5773502691896258
)

// delay is how long the next frame is under way.
func (m *Model) delay() time.Duration {
	delay, jitter := float64(m.link.Delay), float64(m.link.Jitter)
	if jitter == 0 {
		return time.Duration(delay)
	}
	switch m.link.Shape {
	case Normal:
		delay += jitter * m.delays.rand().NormFloat64()
	case Pareto:
		value := paretoLeast * math.Pow(1-m.delays.rand().Float64(), -1.0/paretoExponent)
		delay += jitter * (value - 1) / paretoDeviation
	default:
		delay += jitter * (2*m.delays.rand().Float64() - 1)
	}
	return time.Duration(max(delay, 0))
}

// phaseOf is where in its course the flap of a pair is at the beginning of 1970: two
// pairs are not silent at the same time.
func phaseOf(pair uint64) time.Duration { return time.Duration(pair % uint64(maxFlap)) }

// over is when a silence has ended in which a time is, or the time itself.
func (f Flap) over(at time.Time, phase time.Duration) time.Time {
	if f == (Flap{}) {
		return at
	}
	every := time.Duration(f.Every)
	since := (time.Duration(at.UnixNano()%int64(every)) + phase) % every
	if silence := time.Duration(f.For); since < silence {
		return at.Add(silence - since)
	}
	return at
}

// Ready is when something may be sent that is ready at a time: at once, or when a
// silence of the pair's flap is over.
func (l Link) Ready(at time.Time, pair uint64) time.Time { return l.Flap.over(at, phaseOf(pair)) }
