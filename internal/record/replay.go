package record

import (
	"errors"
	"fmt"
	"io"
	"reflect"
	"slices"
	"time"

	"networkmngr/internal/core"
)

// Result is what a replay has found.
type Result struct {
	Steps, Effects int
	Took           time.Duration // from the first to the last step, as recorded
	Cut            bool          // the end is missing, as after a crash
	Difference     *Difference   // the first; nil for none
}

// Difference is an effect that is not as it was.
type Difference struct {
	Step     int // from 1
	At       time.Time
	Input    core.Input
	Effect   int    // of the step, from 1
	Expected string // the summary of the recording; empty for none
	Found    string // the same, of the replay
}

// Kind is the input's.
func (d *Difference) Kind() string { return reflect.TypeOf(d.Input).Name() }

// Handler is a machine, or a driver that has one.
type Handler func(now time.Time, in core.Input) []core.Effect

// Replay reads a recording and tells a machine of its own all that it says, until an
// effect differs. An error wraps ErrDamaged, or is that of reading.
func Replay(from io.Reader) (Result, error) {
	r, err := NewReader(from)
	if err != nil {
		return Result{}, err
	}
	machine, err := r.Header.Machine()
	if err != nil {
		return Result{}, fmt.Errorf("%w: %w", ErrDamaged, err)
	}
	return r.Play(machine.Handle)
}

// Play tells handle all that the recording says, until an effect differs.
func (r *Reader) Play(handle Handler) (result Result, err error) {
	for result.Difference == nil {
		s, err := r.Next()
		if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
			result.Cut = err != io.EOF
			return result, nil
		}
		if err != nil {
			return result, err
		}
		result.Steps++
		result.Took = s.At.Sub(r.Header.Start)
		found := summaries(handle(s.At, s.Input))
		if result.Difference = compare(s, found); result.Difference == nil {
			result.Effects += len(found)
		} else {
			result.Difference.Step = result.Steps
		}
	}
	return result, nil
}

// compare is where a step's effects differ first, or nil.
func compare(s Step, found []string) *Difference {
	if slices.Equal(s.Effects, found) {
		return nil
	}
	at := 0
	for at < min(len(s.Effects), len(found)) && s.Effects[at] == found[at] {
		at++
	}
	d := &Difference{At: s.At, Input: s.Input, Effect: at + 1}
	if at < len(s.Effects) {
		d.Expected = s.Effects[at]
	}
	if at < len(found) {
		d.Found = found[at]
	}
	return d
}
