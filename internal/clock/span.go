package clock

import (
	"errors"
	"fmt"
	"time"
)

// ErrSpan is wrapped by the refusal of what is no time with a unit.
var ErrSpan = errors.New("no time")

// Span is a duration that is written as text, such as "1m30s".
type Span time.Duration

// ParseSpan reads a time with its unit. It returns an ErrSpan.
func ParseSpan(text string) (Span, error) {
	d, err := time.ParseDuration(text)
	if err != nil {
		return 0, fmt.Errorf("%w: %q: want one with its unit, such as 90s or -1h", ErrSpan, text)
	}
	return Span(d), nil
}

// Rounded is s as people read it.
func (s Span) Rounded() Span { return Span(time.Duration(s).Round(time.Millisecond)) }

func (s Span) String() string { return time.Duration(s).String() }

// MarshalText returns the form that ParseSpan takes. The error is nil.
func (s Span) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// UnmarshalText is ParseSpan, and has its errors.
func (s *Span) UnmarshalText(text []byte) (err error) {
	*s, err = ParseSpan(string(text))
	return err
}
