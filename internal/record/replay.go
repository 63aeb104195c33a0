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
	Software   string      `json:"recorded_by"` // name, version and build; empty for one that did not say
	Steps      int         `json:"steps"`       // inputs that were played
	Effects    int         `json:"effects"`     // that were as recorded
	Seconds    float64     `json:"seconds"`     // from the recording's start to its last step
	Cut        bool        `json:"cut"`         // the end is missing, as after a crash
	Behind     bool        `json:"behind"`      // the writer has ended it, as it fell behind
	Difference *Difference `json:"difference"`  // the first; nil for none
}

// Difference is an effect that is not as it was.
type Difference struct {
	Step     int       `json:"step"` // from 1
	Time     time.Time `json:"time"`
	Input    string    `json:"input"`    // its kind
	Effect   int       `json:"effect"`   // of the step, from 1
	Expected string    `json:"expected"` // the summary of the recording; empty for none
	Found    string    `json:"found"`    // the same, of the replay
}

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

// Play tells handle all that the recording says, until an effect differs. An error is
// that of Next.
func (r *Reader) Play(handle Handler) (result Result, err error) {
	result.Software = r.Header.Software
	for result.Difference == nil {
		s, err := r.Next()
		if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, ErrBehind) {
			result.Cut, result.Behind = errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, ErrBehind)
			return result, nil
		}
		if err != nil {
			return result, err
		}
		result.Steps++
		result.Seconds = s.At.Sub(r.Header.Start).Seconds()
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
	d := &Difference{Time: s.At, Input: reflect.TypeOf(s.Input).Name(), Effect: at + 1}
	if at < len(s.Effects) {
		d.Expected = s.Effects[at]
	}
	if at < len(found) {
		d.Found = found[at]
	}
	return d
}
