package events

import "iter"

// batch is how many events a reader looks at in one go.
const batch = 256

// closed is a channel for who need not wait.
var closed = func() chan struct{} {
	c := make(chan struct{})
	close(c)
	return c
}()

// Reader is a place in a log. It is for one goroutine, which must Close it.
type Reader struct {
	log    *Log
	filter Filter
	next   uint64 // offset to go on from
	cold   *coldReader
}

// Reader makes a reader that begins with the event at an offset, which may be one
// that is still to come. While it is open, the verbose types of its filter are told.
func (l *Log) Reader(from uint64, filter Filter) *Reader {
	l.want(filter.verbose(), 1)
	return &Reader{log: l, filter: filter, next: max(from, 1)}
}

// Close ends the reader.
func (r *Reader) Close() {
	r.log.want(r.filter.verbose(), -1)
	r.thaw()
}

// Offset is where the reader has come to: every event up to it was read or not
// wanted.
func (r *Reader) Offset() uint64 { return r.next - 1 }

// Next returns what comes next and is there already, which may be nothing. What the
// reader has missed for good stands as a Gap in its place, with the offset of the
// last event missed.
func (r *Reader) Next() []*Record {
	for {
		records, ok := r.step()
		if !ok || len(records) > 0 {
			return records
		}
	}
}

// step returns what the filter takes of the next events. It is false if there are
// none.
func (r *Reader) step() (taken []*Record, ok bool) {
	if r.cold != nil {
		if record, ok := r.cold.pull(r.log.Shown()); ok {
			return r.take([]*Record{record}), true
		}
		r.thaw()
	}
	records, lost, first := r.hot()
	switch {
	case !lost:
		return r.take(records), len(records) > 0
	case r.log.config.Cold == nil:
		return r.miss(first - 1), true
	}
	return r.freeze(first), true
}

// hot returns events in memory. If the next one is not there any more, first is the
// oldest that is.
func (r *Reader) hot() (records []*Record, lost bool, first uint64) {
	l := r.log
	l.mu.Lock()
	defer l.mu.Unlock()
	if r.next > l.shown {
		return nil, false, 0
	}
	if r.next < l.first() {
		return nil, true, l.first()
	}
	return l.between(r.next, min(l.shown, r.next+batch-1)), false, 0
}

// freeze goes on from disk, and tells what is missing there, of events before first.
func (r *Reader) freeze(first uint64) []*Record {
	r.cold = openCold(r.log.config.Cold, r.next)
	if record, ok := r.cold.peek(); ok && record.Offset < first {
		if record.Offset > r.next {
			return r.miss(record.Offset - 1)
		}
		return nil
	}
	r.thaw()
	return r.miss(first - 1)
}

// thaw goes on from memory.
func (r *Reader) thaw() {
	if r.cold != nil {
		r.cold.stop()
		r.cold = nil
	}
}

// take moves on behind records, and returns those that the filter lets through, with
// a Gap before each hole.
func (r *Reader) take(records []*Record) []*Record {
	var taken []*Record
	for _, record := range records {
		if record.Offset > r.next {
			taken = append(taken, r.miss(record.Offset-1)...)
		}
		r.next = record.Offset + 1
		if r.filter.Takes(&record.Event) {
			taken = append(taken, record)
		}
	}
	return taken
}

// miss moves on behind the last event that is missing.
func (r *Reader) miss(last uint64) []*Record {
	gap := Gap{First: r.next, Last: last, Reason: Expired}
	r.next = last + 1
	return []*Record{r.log.aside(last, gap)}
}

// aside is an event for one reader alone.
func (l *Log) aside(offset uint64, data Data) *Record {
	return &Record{Event: Event{Offset: offset, Time: l.config.Now(), Type: data.Type(), Data: data}}
}

// Ahead is the type of the event that comes next, wanted or not; empty if it is not in
// memory.
func (r *Reader) Ahead() Type {
	l := r.log
	l.mu.Lock()
	defer l.mu.Unlock()
	if r.next > l.shown || r.next < l.first() {
		return ""
	}
	return l.records[r.next-l.first()].Type
}

// Bookmark tells how far the reader has come.
func (r *Reader) Bookmark() *Record { return r.log.aside(r.Offset(), Bookmark{}) }

// Foreign is the Gap for a reader that comes with an offset of another stream, and
// begins this one.
func (r *Reader) Foreign() *Record { return r.log.aside(r.Offset(), Gap{Reason: AnotherNetwork}) }

// More returns a channel that is closed when there is something to read, or when the
// stream has come nearer to an offset that the reader waits for.
func (r *Reader) More() <-chan struct{} {
	l := r.log
	l.mu.Lock()
	defer l.mu.Unlock()
	if r.next <= l.shown {
		return closed
	}
	return l.more.Wait()
}

// coldReader reads events from disk, with one that is looked at in advance.
type coldReader struct {
	next  func() (*Record, bool)
	stop  func()
	ahead *Record // nil if there is none
}

func openCold(cold Cold, from uint64) *coldReader {
	c := &coldReader{}
	c.next, c.stop = iter.Pull(cold.Since(from))
	return c
}

func (c *coldReader) peek() (*Record, bool) {
	if c.ahead == nil {
		c.ahead, _ = c.next()
	}
	return c.ahead, c.ahead != nil
}

// pull returns the next event, if it is one of those up to shown.
func (c *coldReader) pull(shown uint64) (*Record, bool) {
	record, ok := c.peek()
	if !ok || record.Offset > shown {
		return nil, false
	}
	c.ahead = nil
	return record, true
}
