package clock

import (
	"errors"
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"
)

// Drift is by how much a clock runs fast, in parts of 10⁹: nanoseconds a second. A
// negative one is slow.
type Drift int64

const (
	// MaxDrift bounds a drift in either direction: half as fast again, or half as fast. A
	// quartz clock has some 20 ppm.
	MaxDrift Drift = whole / 2

	whole Drift = 1_000_000_000
)

// ErrDrift is wrapped by the refusal of what is no drift, or one beyond MaxDrift.
var ErrDrift = errors.New("no drift")

// driftUnits are what a drift is written in, by what follows the number.
var driftUnits = []struct {
	name string
	one  Drift
}{{"ppm", whole / 1_000_000}, {"ppb", 1}, {"%", whole / 100}}

// Over is what a clock gains while so much time passes.
func (d Drift) Over(elapsed time.Duration) time.Duration {
	seconds, rest := elapsed/time.Second, elapsed%time.Second
	return seconds*time.Duration(d) + rest*time.Duration(d)/time.Duration(whole)
}

// Check returns an ErrDrift if d is too much.
func (d Drift) Check() error {
	if d < -MaxDrift || d > MaxDrift {
		return fmt.Errorf("%w: %s: want -%s to %s", ErrDrift, d, MaxDrift, MaxDrift)
	}
	return nil
}

// String returns the form that ParseDrift takes, such as "0.01%".
func (d Drift) String() string {
	return strconv.FormatFloat(float64(d)/float64(driftUnits[2].one), 'f', -1, 64) + "%"
}

// ParseDrift reads a drift: a number of %, ppm or ppb, or 0. It returns an ErrDrift.
func ParseDrift(text string) (Drift, error) {
	if text == "0" {
		return 0, nil
	}
	for _, unit := range driftUnits {
		digits, found := strings.CutSuffix(text, unit.name)
		if !found {
			continue
		}
		number, err := strconv.ParseFloat(strings.TrimSpace(digits), 64)
		parts := math.Round(number * float64(unit.one))
		if err != nil || math.IsNaN(parts) || math.Abs(parts) > float64(whole) {
			break
		}
		drift := Drift(parts)
		return drift, drift.Check()
	}
	return 0, fmt.Errorf("%w: %q: want a share such as 0.01%% or 100ppm, from -%s to %s", ErrDrift, text, MaxDrift, MaxDrift)
}

// MarshalText returns the form that ParseDrift takes. The error is nil.
func (d Drift) MarshalText() ([]byte, error) { return []byte(d.String()), nil }

// UnmarshalText is ParseDrift, and has its errors.
func (d *Drift) UnmarshalText(text []byte) (err error) {
	*d, err = ParseDrift(string(text))
	return err
}
