package links

import (
	"errors"
	"fmt"
	"time"

	"networkmngr/internal/times"
)

// ErrLink means that what is asked of a link is out of bounds; match with errors.Is.
var ErrLink = errors.New("invalid link")

// Link is what is asked of one direction between two nodes. The zero Link is one
// without faults. Two that ask the same are equal.
type Link struct {
	// Delay is how long a frame is under way, one way, beside the time on the line.
	// The other direction has its own: with 30 ms each way, a round trip takes 60 ms.
	Delay times.Duration `json:"delay,omitzero"`
	// Jitter is how far Delay varies around its mean, at most as far as Delay; see
	// Shape. A frame never overtakes another one, as it cannot on a stream.
	Jitter times.Duration `json:"jitter,omitzero"`
	// Shape is how Delay is spread; Uniform if it is empty. It wants a Jitter.
	Shape Shape `json:"shape,omitzero"`
	// Bandwidth is what the line sends; frames wait for it in a queue. Zero is no bound.
	Bandwidth Rate `json:"bandwidth,omitzero"`
	// Burst is what leaves at once after a rest before Bandwidth counts.
	Burst Size `json:"burst,omitzero"`
	// Loss is the share of packets (not of frames) that are lost, and come later as TCP
	// or QUIC send them again. Nothing is missing, much is late.
	Loss Share `json:"loss,omitzero"`
	// LossBurst is loss in bursts. It excludes Loss.
	LossBurst LossBurst `json:"loss_burst,omitzero"`
	// Drop is the share of frames that vanish while the link stays. No real transport
	// does so: it tests the protocol.
	Drop Share `json:"drop,omitzero"`
	// Cut lets nothing through at all.
	Cut Cut `json:"cut,omitzero"`
	// Flap is silence that comes again and again.
	Flap Flap `json:"flap,omitzero"`
}

// LossBurst is the Gilbert-Elliott model of loss, in netem's names for `loss gemodel`:
// the line is in a good or a bad state, and changes with each packet.
type LossBurst struct {
	P  Share `json:"p,omitzero"`   // from good to bad
	R  Share `json:"r,omitzero"`   // from bad to good; zero means 1-p
	H1 Share `json:"1-h,omitzero"` // lost in the bad state; zero means all
	K1 Share `json:"1-k,omitzero"` // lost in the good state
}

// Flap is silence for For, once in each Every. What is sent meanwhile leaves when it
// is over.
type Flap struct {
	Every times.Duration `json:"every"`
	For   times.Duration `json:"for"`
}

// Shape names how delays are spread.
type Shape string

// The shapes. All have Delay as their mean, but for what Normal cuts off at zero.
const (
	Uniform Shape = "uniform" // between Delay-Jitter and Delay+Jitter
	Normal  Shape = "normal"  // Jitter is the standard deviation; never less than zero
	Pareto  Shape = "pareto"  // Jitter is the standard deviation; a long tail of late ones
)

// Cut says how nothing comes through.
type Cut string

// The ways to cut.
const (
	// Silent is a cable that was pulled: frames are held, links stay until they time
	// out, dials and handshakes get no answer. What is held arrives once it is healed.
	Silent Cut = "silent"
	// Reset ends links at once and refuses new ones.
	Reset Cut = "reset"
)

// IsZero reports whether the link has no faults.
func (l Link) IsZero() bool { return l == Link{} }

// Bounds of what a link can be asked.
const (
	maxDelay     = time.Hour
	minBandwidth = 1_000           // bit/s
	maxBandwidth = 100_000_000_000 // bit/s
	maxBurst     = 1 << 30         // bytes
	maxLoss      = 0.5             // more is no line; see Cut
	minFlap      = 100 * time.Millisecond
	maxFlap      = 24 * time.Hour
)

// Validate returns an error that names the first field out of bounds, its value and the
// bound. It wraps ErrLink.
func (l Link) Validate() error {
	for _, err := range []error{
		l.validateDelay(), l.validateBandwidth(), l.validateLoss(), l.validateCut(), l.Flap.validate(),
	} {
		if err != nil {
			return fmt.Errorf("%w: %w", ErrLink, err)
		}
	}
	return nil
}

func (l Link) validateDelay() error {
	if err := within("delay", l.Delay, 0, times.Duration(maxDelay)); err != nil {
		return err
	}
	if l.Jitter < 0 || l.Jitter > l.Delay {
		return fmt.Errorf("jitter: %s, want at most the delay, %s", l.Jitter, l.Delay)
	}
	switch l.Shape {
	case "":
		return nil
	case Uniform, Normal, Pareto:
		if l.Jitter == 0 {
			return fmt.Errorf("shape: %q without a jitter", l.Shape)
		}
		return nil
	default:
		return fmt.Errorf("shape: %.64q, want uniform, normal or pareto", l.Shape)
	}
}

func (l Link) validateBandwidth() error {
	if l.Bandwidth == 0 {
		if l.Burst != 0 {
			return fmt.Errorf("burst: %s without a bandwidth", l.Burst)
		}
		return nil
	}
	if err := within("bandwidth", l.Bandwidth, minBandwidth, maxBandwidth); err != nil {
		return err
	}
	return within("burst", l.Burst, 0, maxBurst)
}

func (l Link) validateLoss() error {
	if l.Loss != 0 && l.LossBurst != (LossBurst{}) {
		return fmt.Errorf("loss: %s and loss_burst, want one of them", l.Loss)
	}
	if err := within("loss", l.Loss, 0, maxLoss); err != nil {
		return err
	}
	if err := l.LossBurst.validate(); err != nil {
		return err
	}
	return within("drop", l.Drop, 0, 1)
}

func (b LossBurst) validate() error {
	if b == (LossBurst{}) {
		return nil
	}
	for _, share := range []struct {
		name  string
		value Share
	}{{"p", b.P}, {"r", b.R}, {"1-h", b.H1}, {"1-k", b.K1}} {
		if err := within("loss_burst: "+share.name, share.value, 0, 1); err != nil {
			return err
		}
	}
	return within("loss_burst: the mean of the lost", b.mean(), 0, maxLoss)
}

// mean is the share of packets that are lost in the long run.
func (b LossBurst) mean() Share {
	b = b.defaults()
	if b.P == 0 {
		return b.K1
	}
	bad := b.P / (b.P + b.R)
	return bad*b.H1 + (1-bad)*b.K1
}

// defaults has netem's values where there is none.
func (b LossBurst) defaults() LossBurst {
	if b.R == 0 {
		b.R = 1 - b.P
	}
	if b.H1 == 0 {
		b.H1 = 1
	}
	return b
}

func (l Link) validateCut() error {
	switch l.Cut {
	case "", Silent, Reset:
		return nil
	default:
		return fmt.Errorf("cut: %.64q, want silent or reset", l.Cut)
	}
}

func (f Flap) validate() error {
	if f == (Flap{}) {
		return nil
	}
	if err := within("flap: every", f.Every, times.Duration(minFlap), times.Duration(maxFlap)); err != nil {
		return err
	}
	if f.For <= 0 || f.For >= f.Every {
		return fmt.Errorf("flap: for: %s, want more than 0s and less than every, %s", f.For, f.Every)
	}
	return nil
}

// within checks that a value is neither below low nor above high.
func within[T interface {
	~int64 | ~float64
	String() string
}](name string, value, low, high T) error {
	if value >= low && value <= high {
		return nil
	}
	return fmt.Errorf("%s: %s, want %s to %s", name, value, low, high)
}
