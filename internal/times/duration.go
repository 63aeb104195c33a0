package times

import (
	"fmt"
	"time"
)

// Duration is a length of time, which is written as text, such as "120ms" or "1m30s".
type Duration time.Duration

// ParseDuration reads a length of time with its unit. The error says what was wanted.
func ParseDuration(text string) (Duration, error) {
	d, err := time.ParseDuration(text)
	if err != nil {
		return 0, fmt.Errorf("%.64q, want a time such as 120ms, 90s or -1h", text)
	}
	return Duration(d), nil
}

// Rounded is d as people read it.
func (d Duration) Rounded() Duration { return Duration(time.Duration(d).Round(time.Millisecond)) }

func (d Duration) String() string { return time.Duration(d).String() }

// MarshalText returns the form that ParseDuration takes. The error is nil.
func (d Duration) MarshalText() ([]byte, error) { return []byte(d.String()), nil }

// UnmarshalText is ParseDuration, and has its error.
func (d *Duration) UnmarshalText(text []byte) (err error) {
	*d, err = ParseDuration(string(text))
	return err
}
