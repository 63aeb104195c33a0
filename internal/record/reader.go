package record

import (
	"bufio"
	"encoding/gob"
	"errors"
	"fmt"
	"io"
	"reflect"
	"sync"
	"time"

	"networkmngr/internal/core"
)

// ErrDamaged means that a recording is none, or not of this version, or broken before
// its end.
var ErrDamaged = errors.New("not a recording that can be read")

// ErrBehind means that a recording ends before what it is of: that went faster than it
// could be written.
var ErrBehind = errors.New("the recording ends, as writing it fell behind")

// inputs are all kinds that there are, by name. Most processes neither write nor read a
// recording: gob learns of the kinds only when one does.
var inputs = sync.OnceValue(func() map[string]core.Input {
	gob.Register(&fault{})
	kinds := make(map[string]core.Input)
	for _, in := range core.Inputs {
		kinds[reflect.TypeOf(in).Name()] = in
		if reflect.TypeOf(in).NumField() > 0 {
			gob.Register(in)
		}
	}
	return kinds
})

// Step is an input of a recording, and the summaries of what followed.
type Step struct {
	At      time.Time
	Input   core.Input
	Effects []string
}

// Reader reads a recording.
type Reader struct {
	Header Header
	form   *decoder
}

// NewReader reads the header. An error wraps ErrDamaged, or is that of reading.
func NewReader(from io.Reader) (*Reader, error) {
	r := &Reader{form: newDecoder(bufio.NewReaderSize(from, 1<<18))}
	if err := r.form.decode(&r.Header); errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return nil, fmt.Errorf("%w: it has no header", ErrDamaged)
	} else if err != nil {
		return nil, err
	}
	if r.Header.Version != version {
		return nil, fmt.Errorf("%w: it is of version %d, of %q, this program reads %d", ErrDamaged, r.Header.Version, r.Header.Software, version)
	}
	return r, nil
}

// Next reads the next step. The error is io.EOF at the end, io.ErrUnexpectedEOF where
// a crash has cut the recording off, ErrBehind where its writer has ended it; others wrap ErrDamaged, or are those of reading.
func (r *Reader) Next() (Step, error) {
	var l line
	if err := r.form.decode(&l); err != nil {
		return Step{}, err
	}
	if l.Behind {
		return Step{}, ErrBehind
	}
	s := Step{At: r.Header.Start.Add(l.At), Effects: l.Effects}
	var known bool
	if l.Input == nil {
		s.Input, known = inputs()[l.Kind]
	} else {
		s.Input, known = l.Input.(core.Input)
	}
	if !known {
		return Step{}, fmt.Errorf("%w: an input of the kind %q", ErrDamaged, l.Kind)
	}
	return s, nil
}
