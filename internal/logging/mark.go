package logging

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"
)

// tick is how exactly a record says its time.
const tick = time.Millisecond

// ErrMark means that a text is no Mark.
var ErrMark = errors.New("want a time such as 2026-11-29T08:30:00.5Z, or what an answer had for it")

// Mark is a place between two records: behind those of its Time, but for the last Skip
// ones.
type Mark struct {
	Time time.Time
	Skip int
}

// At is the place before what was written at a time.
func At(t time.Time) Mark { return Mark{Time: t.Truncate(tick).Add(-tick)} }

// Behind is the place behind what was written at a time.
func Behind(t time.Time) Mark { return Mark{Time: t.Truncate(tick)} }

// String is the form that ParseMark reads.
func (m Mark) String() string { return fmt.Sprintf("%s~%d", m.Time.UTC().Format(timeFormat), m.Skip) }

// ParseMark reads what String returns, or a time, which is At it. The error wraps ErrMark.
func ParseMark(text string) (Mark, error) {
	at, skip, counted := strings.Cut(text, "~")
	t, err := time.Parse(time.RFC3339, at)
	if err != nil {
		return Mark{}, fmt.Errorf("%.64q: %w", text, ErrMark)
	}
	if !counted {
		return At(t), nil
	}
	n, err := strconv.ParseUint(skip, 10, 31)
	if err != nil {
		return Mark{}, fmt.Errorf("%.64q: %w", text, ErrMark)
	}
	return Mark{Time: t, Skip: int(n)}, nil
}
