package logging

import (
	"bytes"
	"errors"
	"io"
	"os"
	"path/filepath"
	"slices"

	"networkmngr/internal/disk"
)

const (
	part    = 32 << 10 // bytes that are read in one go, at least
	maxLine = 1 << 20  // bytes; what a longer line has behind about as many is left out
	maxHeld = 1000     // lines without a time that stand after one with a time
)

// tail reads a file line by line from a place back to its beginning. A line that is not
// complete yet is passed over.
type tail struct {
	file   io.ReaderAt
	before int64  // where rest begins
	rest   []byte // read, and not yet given
	done   bool
}

func newTail(file io.ReaderAt, from int64) *tail {
	t := &tail{file: file, before: from}
	_, _, _ = t.line() // what stands behind the last end of a line
	return t
}

// line returns the line before the last one, valid for ever, or false at the beginning of
// the file. read are the bytes that it took.
func (t *tail) line() (line []byte, read int64, ok bool) {
	for !t.done {
		if i := bytes.LastIndexByte(t.rest, '\n'); i >= 0 {
			line, t.rest = t.rest[i+1:], t.rest[:i]
			return line, read, true
		}
		if t.before == 0 {
			t.done = true
			return t.rest, read, len(t.rest) > 0
		}
		n, err := t.more()
		read += n
		t.done = err != nil // the file was cut meanwhile
	}
	return nil, read, false
}

// more reads what stands before rest: ever more of it, as a line may be long.
func (t *tail) more() (int64, error) {
	t.rest = t.rest[:min(len(t.rest), maxLine)]
	n := min(t.before, max(part, int64(len(t.rest))))
	text := make([]byte, int(n)+len(t.rest))
	if _, err := t.file.ReadAt(text[:n], t.before-n); err != nil {
		return 0, err
	}
	copy(text[n:], t.rest)
	t.rest, t.before = text, t.before-n
	return n, nil
}

// past is one log, the newest record first: that of its file, and then of the one before.
type past struct {
	tails []*tail
	names []string // of the files
	ready []Record // to be given, the first one first
	held  [][]byte // lines without a time, the newest first
	read  int64    // bytes, since the last look
}

// prev returns the record before the last one, or false if there is none.
func (p *past) prev() (Record, bool) {
	for len(p.ready) == 0 && len(p.tails) > 0 {
		line, read, ok := p.tails[0].line()
		p.read += read
		if !ok {
			p.tails, p.names = p.tails[1:], p.names[1:]
			continue
		}
		p.take(line)
	}
	if len(p.ready) == 0 {
		return Record{}, false
	}
	r := p.ready[0]
	p.ready = p.ready[1:]
	return r, true
}

// take takes a line. What has no time belongs to the record before it.
func (p *past) take(line []byte) {
	r, ok := parseLine(line)
	if !ok {
		if len(p.held) < maxHeld {
			p.held = append(p.held, line)
		}
		return
	}
	r.File = p.names[0]
	p.ready = p.ready[:0]
	for _, text := range p.held {
		p.ready = append(p.ready, Record{File: r.File, Time: r.Time, Level: r.Level, Logger: r.Logger, Message: string(text)})
	}
	p.ready, p.held = append(p.ready, r), p.held[:0]
}

// openBoth opens the files of a log that there are, its own first, then the one before it.
// What cannot be opened is left out.
func (o *opened) openBoth(path string) (files []*os.File) {
	for _, path := range []string{path, path + OlderSuffix} {
		file, err := disk.Open(path)
		switch {
		case errors.Is(err, os.ErrNotExist):
		case err != nil:
			o.skipped = append(o.skipped, skipped(path, err))
		case len(files) > 0 && same(files[0], file): // it was renamed between the two
			_ = file.Close() // nothing was written
		default:
			files = append(files, file)
		}
	}
	return files
}

func same(a, b *os.File) bool {
	of, err := a.Stat()
	if err != nil {
		return false
	}
	other, err := b.Stat()
	return err == nil && os.SameFile(of, other)
}

// opened are the files of logs in a folder, by log in the order of names. Who opened them
// closes them.
type opened struct {
	logs    [][]*os.File
	skipped []Skipped
}

// openLogs opens the files of the logs of these names, as far as there are any.
func openLogs(folder string, names []string) *opened {
	o := &opened{}
	for _, name := range slices.Sorted(slices.Values(names)) {
		o.logs = append(o.logs, o.openBoth(filepath.Join(folder, name)))
	}
	return o
}

func (o *opened) close() (err error) {
	for _, files := range o.logs {
		for _, f := range files {
			err = errors.Join(err, f.Close())
		}
	}
	return err
}
