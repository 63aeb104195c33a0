package record

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"reflect"
	"sync/atomic"
	"time"

	"networkmngr/internal/core"
	"networkmngr/internal/mailbox"
	"networkmngr/internal/types"
)

// line is a step as it is written.
type line struct {
	At      time.Duration // since Header.Start
	Kind    string        // of the input
	Input   any           // nil for one that has no fields, as gob has no form of that
	Effects []string      // summaries
	Behind  bool          // there is no more, as the writer fell behind
}

// step is one that is to be written; without an input, the recording ends there.
type step struct {
	at      time.Time
	input   core.Input
	effects []core.Effect
}

// maxWaiting bounds what waits to be written, in bytes as cost counts them.
const maxWaiting = 1 << 28

// Writer writes a recording. Step may be called by one goroutine, and Run and Flush by
// another.
type Writer struct {
	start   time.Time
	steps   *mailbox.Mailbox[step] // bounded by maxWaiting
	waiting atomic.Int64           // the cost of steps
	behind  bool                   // Step's: the recording has ended
	to      *bufio.Writer
	form    *encoder
}

// NewWriter writes the header, of a machine that begins at start. An error is that of
// writing, which Flush will return too.
func NewWriter(to io.Writer, start time.Time, h Header) (*Writer, error) {
	buffered := bufio.NewWriterSize(to, 1<<18)
	w := &Writer{start: start, steps: mailbox.New[step](), to: buffered, form: newEncoder(buffered)}
	h.Start = start
	return w, w.flush(w.form.encode(h))
}

// Step notes an input that was handled at a time, and what followed. It does not wait.
// Neither may be changed afterwards. Where too much waits to be written, the recording
// ends, as it would be worth nothing after a gap; the one call in which that happens
// returns ErrBehind, and later ones do nothing.
func (w *Writer) Step(at time.Time, in core.Input, out []core.Effect) error {
	if w.behind {
		return nil
	}
	if w.behind = w.waiting.Load() > maxWaiting; w.behind {
		w.steps.Put(types.NodeID{}, step{at: at})
		return ErrBehind
	}
	w.waiting.Add(cost(in, out))
	w.steps.Put(types.NodeID{}, step{at, in, out})
	return nil
}

// cost is about what a step keeps in memory, in bytes. What effects hold beside is
// mostly what inputs have brought.
func cost(in core.Input, out []core.Effect) int64 {
	const fixed = 256 // of an input, or an effect
	n := fixed * (1 + len(out))
	switch in := in.(type) {
	case core.Received:
		n += len(in.Frame)
	case core.Replace:
		for i := range in.Blocks {
			n += in.Blocks[i].Size()
		}
	}
	return int64(n)
}

// Run writes what comes until ctx ends, which is no error, and has all of it with the
// system whenever nothing more waits. An error is that of writing.
func (w *Writer) Run(ctx context.Context) error {
	for range w.steps.Filled(ctx) {
		if err := w.Flush(); err != nil {
			return err
		}
	}
	return nil
}

// Flush writes what waits. Once Run has returned, it writes the end. An error is that of
// writing.
func (w *Writer) Flush() error {
	var err error
	for s, more := w.steps.Take(); more && err == nil; s, more = w.steps.Take() {
		err = w.write(s)
	}
	return w.flush(err)
}

// flush hands over what was written, unless err says that this has failed.
func (w *Writer) flush(err error) error {
	if err == nil {
		err = w.to.Flush()
	}
	if err != nil {
		return fmt.Errorf("write recording: %w", err)
	}
	return nil
}

func (w *Writer) write(s step) error {
	if s.input == nil {
		return w.form.encode(line{At: s.at.Sub(w.start), Behind: true})
	}
	defer w.waiting.Add(-cost(s.input, s.effects))
	kind := reflect.TypeOf(s.input)
	l := line{At: s.at.Sub(w.start), Kind: kind.Name(), Effects: summaries(s.effects)}
	if kind.NumField() > 0 {
		l.Input = keepable(s.input)
	}
	return w.form.encode(l)
}

func summaries(effects []core.Effect) []string {
	list := make([]string, len(effects))
	for i, e := range effects {
		list[i] = Summary(e)
	}
	return list
}
