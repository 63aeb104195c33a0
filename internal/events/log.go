package events

import (
	"iter"
	"maps"
	"slices"
	"sync"
	"time"

	"networkmngr/internal/mailbox"
)

// usualSize is what an event is reckoned with in memory until its JSON form is
// made, in bytes.
const usualSize = 512

// maxLag is how many times as much memory events may take that are not on disk yet.
const maxLag = 8

// Config is what a Log is made of.
type Config struct {
	Stream string           // id; it must differ from that of every other stream
	First  uint64           // offset of the first event
	Bytes  int              // of memory that events may take; while the disk is slow, maxLag times as much
	Now    func() time.Time // the machine's clock
	Wall   func() time.Time // the clock of what tells, which may be shifted; nil for the machine's
	Cold   Cold             // what holds the events before those in memory; nil for none
}

// Cold is the part of a stream that is on disk. It is told of events by reading
// them with Unshown, and then has the log Show them.
type Cold interface {
	// Since iterates over the events from an offset on that are there, in order.
	// Holes are possible.
	Since(offset uint64) iter.Seq[*Record]
}

// Log is one stream of events in bounded memory. Readers pull (see Reader), so a
// slow one costs nothing, and whoever appends never waits. All methods may be called
// from any goroutine.
type Log struct {
	config Config

	mu      sync.Mutex   // guards what follows
	records []*Record    // in order, without a hole; the last ones
	next    uint64       // offset of the next event
	shown   uint64       // readers see events up to this offset
	bytes   int          // of records
	added   mailbox.Bell // rings when there is more than is shown
	more    mailbox.Bell // rings when more is shown
	wanted  map[Type]int
	asked   mailbox.Bell // rings when other verbose types are wanted
	observe func(*Event) // is told of each event; nil for nobody
}

// NewLog makes an empty log.
func NewLog(config Config) *Log {
	first := max(config.First, 1)
	return &Log{config: config, next: first, shown: first - 1, wanted: make(map[Type]int)}
}

// Stream is the log's id.
func (l *Log) Stream() string { return l.config.Stream }

// Tell appends what happens here and now.
func (l *Log) Tell(data Data) {
	e := Event{Time: l.config.Now(), Data: data}
	if l.config.Wall != nil {
		if claimed := l.config.Wall(); claimed.Sub(e.Time).Abs() >= time.Second {
			e.Claimed = claimed
		}
	}
	l.Append(e)
}

// Append adds an event, and sets its Offset and Type. A verbose one that nobody
// wants is dropped.
func (l *Log) Append(e Event) { l.AppendLong(e, 0) }

// AppendLong is Append of an event whose JSON form has so many bytes, as far as is known:
// they count at once, and not when it is first read.
func (l *Log) AppendLong(e Event, length int) {
	e.Type = e.Data.Type()
	l.mu.Lock()
	defer l.mu.Unlock()
	if Verbose(e.Type) && l.wanted[e.Type] == 0 {
		return
	}
	e.Offset = l.next
	l.next++
	l.records = append(l.records, &Record{Event: e, log: l, size: usualSize + length})
	l.bytes += usualSize + length
	l.forget()
	if l.observe != nil {
		l.observe(&e)
	}
	if l.config.Cold == nil {
		l.show(e.Offset)
	}
	l.added.Ring()
}

// Observe has f called with each event, those in memory first, in order. Whoever
// appends waits for f, which must be quick and may not use the log. A log has one
// observer.
func (l *Log) Observe(f func(*Event)) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, record := range l.records {
		f(&record.Event)
	}
	l.observe = f
}

// weigh reckons with a record's real size.
func (l *Log) weigh(r *Record) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if r.Offset < l.first() {
		return // is no longer in memory
	}
	size := len(r.text) + usualSize
	l.bytes += size - r.size
	r.size = size
	l.forget()
}

// forget drops the oldest events for which there is no room. The last one stays, and those
// that are not on disk yet do as long as they can: readers would miss them for good.
func (l *Log) forget() {
	for l.bytes > l.room() && len(l.records) > 1 {
		l.bytes -= l.records[0].size
		l.records[0] = nil
		l.records = l.records[1:]
	}
}

// room is how many bytes there are for events, of which the oldest is on disk or not yet.
func (l *Log) room() int {
	if l.config.Cold != nil && l.first() > l.shown {
		return maxLag * l.config.Bytes
	}
	return l.config.Bytes
}

// first is the offset of the oldest event in memory.
func (l *Log) first() uint64 { return l.next - uint64(len(l.records)) }

func (l *Log) show(offset uint64) {
	l.shown = offset
	l.more.Ring()
}

// Shown is the offset of the last event that readers see, or one before the first.
func (l *Log) Shown() uint64 {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.shown
}

// Told is the offset of the last event, whether readers see it yet or not.
func (l *Log) Told() uint64 {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.next - 1
}

// Unshown returns the events that are not shown yet, and a channel that closes when
// there are more. It is for a Cold.
func (l *Log) Unshown() ([]*Record, <-chan struct{}) {
	l.mu.Lock()
	defer l.mu.Unlock()
	records := l.between(l.shown+1, l.next-1)
	return records, l.added.Wait()
}

// Show lets readers see events up to an offset. It is for a Cold.
func (l *Log) Show(offset uint64) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.show(offset)
	l.forget()
}

// between returns the events from one offset to another that are still in memory.
func (l *Log) between(from, to uint64) []*Record {
	first := l.first()
	from = max(from, first)
	if from > to {
		return nil
	}
	return slices.Clone(l.records[from-first : to-first+1])
}

// WantedTypes lists the verbose types that somebody wants now, and returns a channel that
// closes when they are others.
func (l *Log) WantedTypes() ([]Type, <-chan struct{}) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return slices.Sorted(maps.Keys(l.wanted)), l.asked.Wait()
}

// Wanted reports whether events of a type are told: whether it is not verbose, or
// somebody wants it.
func (l *Log) Wanted(t Type) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return !Verbose(t) || l.wanted[t] > 0
}

// want counts one more, or one less, reader of verbose types.
func (l *Log) want(types []Type, by int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, t := range types {
		before := l.wanted[t]
		l.wanted[t] += by
		if l.wanted[t] == 0 {
			delete(l.wanted, t)
		}
		if before == 0 || l.wanted[t] == 0 {
			l.asked.Ring()
		}
	}
}
