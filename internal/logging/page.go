package logging

import (
	"cmp"
	"container/heap"
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"time"

	"networkmngr/internal/times"
)

// maxRead is how many bytes one Page reads, about: of who looks for what is rare, so much
// is searched at a time.
const maxRead = 64 << 20

// maxSearch is how long one Page takes, about: an expression may be slow.
const maxSearch = 2 * time.Second

// Query asks for a part of several logs, as one.
type Query struct {
	Filter
	Names []string      // of the logs' files in the folder
	Limit int           // records, at most
	reads int64         // bytes, at most; 0 for maxRead
	takes time.Duration // at most; 0 for maxSearch
}

func (q Query) mostRead() int64 { return cmp.Or(q.reads, maxRead) }

// searched is a log file as long as somebody waits for what is in it.
type searched struct {
	*os.File
	ctx context.Context
}

// ReadAt reads as a file does. The error may be that of the context.
func (s *searched) ReadAt(p []byte, place int64) (int, error) {
	if err := s.ctx.Err(); err != nil {
		return 0, err
	}
	return s.File.ReadAt(p, place)
}

// Page is a part of a log.
type Page struct {
	Records []Record  // the newest last
	More    *Mark     // up to where there may be older ones; nil if there are none
	Skipped []Skipped // files that were not read
}

// Skipped is a file that has a log's name and cannot be read as one.
type Skipped struct {
	File string // in the folder
	Why  error
}

func skipped(path string, err error) Skipped {
	if of, ok := errors.AsType[*fs.PathError](err); ok {
		err = of.Err // the path is said already
	}
	return Skipped{File: filepath.Base(path), Why: err}
}

// Last returns the last records up to a place, of the logs and of the files before those
// (see OlderSuffix). The error is that of the file system or of ctx.
func Last(ctx context.Context, folder string, q Query, up Mark) (page Page, err error) {
	files := openLogs(folder, q.Names)
	defer func() { err = errors.Join(err, files.close()) }()
	m := &merged{}
	for _, log := range files.logs {
		if err := m.add(ctx, log, up.Time.Add(tick)); err != nil {
			return page, err
		}
	}
	heap.Init(m)
	page = m.page(ctx, q, up)
	page.Skipped = files.skipped
	return page, ctx.Err()
}

// First returns the first records from a time on, as Last does, with the same errors.
func First(ctx context.Context, folder string, q Query, from time.Time) (records []Record, err error) {
	files := openLogs(folder, q.Names)
	defer func() { err = errors.Join(err, files.close()) }()
	r := &Reader{buffer: make([]byte, part)}
	for _, log := range files.logs {
		for _, file := range slices.Backward(log) {
			place, err := seek(&searched{file, ctx}, from)
			if err != nil {
				return nil, err
			}
			if _, err := file.Seek(place, 0); err != nil {
				return nil, err
			}
			r.files = append(r.files, &logFile{path: file.Name(), file: file, buffer: r.buffer})
		}
	}
	q.Since = times.Later(q.Since, from.Truncate(tick))
	return r.first(ctx, q)
}

var errEnough = errors.New("there are as many as were asked for")

// first returns the next records that are wanted.
func (r *Reader) first(ctx context.Context, q Query) (records []Record, err error) {
	end := time.Now().Add(cmp.Or(q.takes, maxSearch))
	err = r.merge(ctx, func(one Record) error {
		if q.Takes(&one) {
			records = append(records, one)
		}
		if len(records) == q.Limit || r.bytes() > q.mostRead() || time.Now().After(end) {
			return errEnough
		}
		return nil
	})
	if errors.Is(err, errEnough) {
		err = nil
	}
	return records, err
}

// merged are several logs as one, the newest record first.
type merged struct {
	logs []*ahead
	read int64 // bytes
}

// ahead is a log with the record that it gives next.
type ahead struct {
	past
	number int // in the order of names
	next   Record
}

// add adds the records of a log's files that are older than a time.
func (m *merged) add(ctx context.Context, files []*os.File, than time.Time) error {
	a := &ahead{number: len(m.logs)}
	for _, file := range files {
		file := &searched{file, ctx}
		place, err := seek(file, than)
		if err != nil {
			return err
		}
		a.tails = append(a.tails, newTail(file, place))
		a.names = append(a.names, filepath.Base(file.Name()))
	}
	if m.advance(a) {
		m.logs = append(m.logs, a)
	}
	return nil
}

func (m *merged) advance(a *ahead) (ok bool) {
	a.next, ok = a.prev()
	m.read += a.read
	a.read = 0
	return ok
}

// page takes the records that are wanted, as many as there may be. It gets on by one record
// at least, so that who goes on from there comes to the end.
func (m *merged) page(ctx context.Context, q Query, up Mark) Page {
	var page Page
	end := time.Now().Add(cmp.Or(q.takes, maxSearch))
	at := Mark{} // the time of the last record, and how many of it are done with
	for judged := 0; len(m.logs) > 0 && ctx.Err() == nil; {
		r := m.logs[0].next
		if r.Time.Before(q.Since) {
			break
		}
		if !r.Time.Equal(at.Time) {
			at = Mark{Time: r.Time}
		}
		if len(page.Records) == q.Limit || judged > 0 && (m.read > q.mostRead() || time.Now().After(end)) {
			page.More = &at
			break
		}
		m.pop()
		if at.passes(up) {
			continue
		}
		judged++
		if !q.Takes(&r) {
			continue
		}
		at.Skip++
		if r.Time.Equal(up.Time) && at.Skip <= up.Skip {
			continue
		}
		page.Records = append(page.Records, r)
	}
	slices.Reverse(page.Records)
	return page
}

// passes goes on behind the next record of m's time. It reports whether that is of those
// behind a place, which need not be looked at.
func (m *Mark) passes(up Mark) bool {
	m.Seen++
	if !m.Time.Equal(up.Time) {
		return m.Time.After(up.Time)
	}
	if m.Seen == up.Seen {
		m.Skip = up.Skip
	}
	return m.Seen <= up.Seen
}

// pop takes the newest record away.
func (m *merged) pop() {
	if m.advance(m.logs[0]) {
		heap.Fix(m, 0)
	} else {
		heap.Pop(m)
	}
}

// The heap's order: of records of one time, those of the last log come first, as they are
// the last in a Reader's order.
func (m *merged) Len() int      { return len(m.logs) }
func (m *merged) Swap(i, j int) { m.logs[i], m.logs[j] = m.logs[j], m.logs[i] }
func (m *merged) Push(a any)    { m.logs = append(m.logs, a.(*ahead)) }
func (m *merged) Less(i, j int) bool {
	a, b := m.logs[i], m.logs[j]
	if a.next.Time.Equal(b.next.Time) {
		return a.number > b.number
	}
	return a.next.Time.After(b.next.Time)
}

func (m *merged) Pop() any {
	last := m.logs[len(m.logs)-1]
	m.logs = m.logs[:len(m.logs)-1]
	return last
}
