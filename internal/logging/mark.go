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

// Mark is a place between two records: behind those of its Time, but for the last ones.
// Those are Skip ones that the filter takes, or, if it is not 0, Seen ones, whatever the
// filter makes of them, of which it takes Skip.
type Mark struct {
	Time time.Time
	Skip int
	Seen int
}

// At is the place before what was written at a time.
func At(t time.Time) Mark { return Mark{Time: t.Truncate(tick).Add(-tick)} }

// Behind is the place behind what was written at a time.
func Behind(t time.Time) Mark { return Mark{Time: t.Truncate(tick)} }

// String is the form that ParseMark reads.
func (m Mark) String() string {
	text := fmt.Sprintf("%s~%d", m.Time.UTC().Format(timeFormat), m.Skip)
	if m.Seen > 0 {
		text += fmt.Sprintf("~%d", m.Seen)
	}
	return text
}

// ParseMark reads what String returns, or a time, which is At it. The error wraps ErrMark.
func ParseMark(text string) (Mark, error) {
	at, counts, counted := strings.Cut(text, "~")
	t, err := time.Parse(time.RFC3339, at)
	if err != nil {
		return Mark{}, fmt.Errorf("%.64q: %w", text, ErrMark)
	}
	if !counted {
		return At(t), nil
	}
	skip, seen, both := strings.Cut(counts, "~")
	if !both {
		seen = "0"
	}
	n, err := strconv.ParseUint(skip, 10, 31)
	all, errAll := strconv.ParseUint(seen, 10, 31)
	if err != nil || errAll != nil || both && all < max(n, 1) {
		return Mark{}, fmt.Errorf("%.64q: %w", text, ErrMark)
	}
	return Mark{Time: t, Skip: int(n), Seen: int(all)}, nil
}
