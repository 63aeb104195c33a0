package faults

import (
	"fmt"
	"time"
)

// maxUntil is how far ahead an end may be.
const maxUntil = 366 * 24 * time.Hour

// Until is when something ends: in JSON a time from now such as "2m", or one of RFC 3339.
// The zero Until is never.
type Until struct {
	After time.Duration // from when it is settled; zero once it is
	At    time.Time
}

// IsZero reports whether it is never.
func (u Until) IsZero() bool { return u == Until{} }

// String is as in JSON.
func (u Until) String() string {
	if u.At.IsZero() {
		return u.After.String()
	}
	return u.At.Format(time.RFC3339Nano)
}

// MarshalText is String, for JSON. The error is nil.
func (u Until) MarshalText() ([]byte, error) { return []byte(u.String()), nil }

// UnmarshalText reads what String returns. The error says what was wanted.
func (u *Until) UnmarshalText(text []byte) error {
	if after, err := time.ParseDuration(string(text)); err == nil && after > 0 {
		*u = Until{After: after}
		return nil
	}
	at, err := time.Parse(time.RFC3339Nano, string(text))
	if err != nil || at.IsZero() {
		return fmt.Errorf("%.64q, want how long, such as 2m, or a time such as 2026-11-29T12:00:00Z", text)
	}
	*u = Until{At: at.UTC()}
	return nil
}

// settle has the end be a time. One that is over is none.
func (u Until) settle(now time.Time) (Until, error) {
	if u.IsZero() {
		return u, nil
	}
	if u.At.IsZero() {
		u.At = now.Add(u.After).UTC().Round(0)
	}
	if ahead := u.At.Sub(now); ahead <= 0 || ahead > maxUntil {
		return u, fmt.Errorf("%s, want a time to come, within a year", u)
	}
	return Until{At: u.At}, nil
}

// shifted is the end so much later, if it is a time.
func (u Until) shifted(by time.Duration) Until {
	if !u.At.IsZero() {
		u.At = u.At.Add(by)
	}
	return u
}

// over reports whether it has come.
func (u Until) over(now time.Time) bool { return !u.At.IsZero() && !now.Before(u.At) }
