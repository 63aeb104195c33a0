package process

import (
	"io"
	"strings"
	"sync"
)

// maxTail is how much of a child's standard error is kept, in bytes: a panic
// message with its stack trace.
const maxTail = 16 << 10

// tail is a writer that keeps the last maxTail bytes written to it.
type tail struct {
	mu  sync.Mutex // guards the fields below
	buf []byte     // at most twice maxTail, so that cutting is rare
	cut bool       // whether something is missing before buf
}

func (t *tail) Write(p []byte) (int, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	kept := p[max(0, len(p)-maxTail):]
	if len(t.buf)+len(kept) > 2*maxTail {
		t.buf = t.buf[:copy(t.buf, t.buf[len(t.buf)-maxTail:])]
		t.cut = true
	}
	t.cut = t.cut || len(kept) < len(p)
	t.buf = append(t.buf, kept...)
	return len(p), nil
}

// ReadFrom is for [io.Copy].
func (t *tail) ReadFrom(from io.Reader) (int64, error) { return copyLines(t, from) }

// copyLines is io.Copy with a small buffer: both outputs of each child are waited for as
// long as it runs, and hardly ever say anything.
func copyLines(to io.Writer, from io.Reader) (int64, error) {
	return io.CopyBuffer(struct{ io.Writer }{to}, struct{ io.Reader }{from}, make([]byte, 1<<10))
}

// String is the end of what was written, from the start of a line if the
// beginning is missing.
func (t *tail) String() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	text, cut := t.buf, t.cut
	if len(text) > maxTail {
		text, cut = text[len(text)-maxTail:], true
	}
	last := strings.ToValidUTF8(string(text), "�")
	if _, rest, found := strings.Cut(last, "\n"); cut && found {
		last = rest
	}
	return strings.TrimSpace(last)
}
