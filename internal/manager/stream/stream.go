// Package stream is a network's one stream of events: what its manager tells and what its nodes
// tell, in one order, in memory and on disk, and what the network is like after it.
package stream

import (
	"context"
	"errors"
	"sync"
	"time"

	"github.com/hashicorp/go-hclog"

	"networkmngr/internal/disk"
	"networkmngr/internal/events"
	"networkmngr/internal/events/archive"
	"networkmngr/internal/events/state"
	"networkmngr/internal/httpserver/feed"
)

const (
	inMemory = 16 << 20 // bytes that events take
	refolded = 5000     // last events of a stream that goes on, from which its state is known again
)

// Stream is a network's one stream of events, and what the network is like after those that
// its manager has seen. Its methods may be called from any goroutine; Start and Close once.
type Stream struct {
	Log  *events.Log
	Feed *feed.Feed  // of Log
	Past *state.Past // of Log

	place   Place
	before  time.Time          // when the last event of earlier runs happened
	archive *archive.Archive   // nil if events never were kept on disk
	stop    context.CancelFunc // of the archive's writing
	written sync.WaitGroup     // until the archive has ended

	attending sync.WaitGroup     // until the last event was seen
	watching  chan struct{}      // closed once the last event was watched
	closing   context.Context    // ends with the stream
	end       context.CancelFunc // of closing

	mu    sync.Mutex // guards what follows
	fold  *state.Fold
	won   *state.Won
	seen  uint64        // offset of the last event that the manager has seen to
	moved chan struct{} // closed, and replaced, with each
}

// Resolve returns the name of the node that a text means. The error is for who asked.
type Resolve func(text string) (name string, err error)

// New begins a stream that is in memory only.
func New(resolve Resolve) *Stream {
	return begin(events.Config{Stream: events.NewStream()}, resolve)
}

func begin(config events.Config, resolve Resolve) *Stream {
	config.Bytes, config.Now = inMemory, time.Now
	log := events.NewLog(config)
	s := &Stream{
		Log: log, Feed: feed.New(log, resolve, nil), Past: state.NewPast(log), stop: func() {},
		watching: make(chan struct{}), fold: state.NewFold(config.Stream), won: state.NewWon(), moved: make(chan struct{}),
	}
	s.closing, s.end = context.WithCancel(context.Background())
	return s
}

// Open goes on with the stream of a data folder, if its events are there, or begins another
// one. Where others keep their events in all places for them, it is in memory only. The error
// is that of the file system.
func Open(place Place, resolve Resolve, log hclog.Logger) (*Stream, error) {
	kept, id, err := place.open(log)
	switch {
	case errors.Is(err, disk.ErrLocked):
		log.Warn("events are not kept on disk, as other managers keep theirs there", "folder", place.own())
		s := New(resolve)
		s.place = place
		return s, nil
	case err != nil:
		return nil, err
	}
	s := begin(events.Config{Stream: id, First: kept.Next(), Cold: kept}, resolve)
	s.place, s.archive = place, kept
	s.refold()
	s.write(log)
	return s, nil
}

// refold finds out what the network was like when its last manager ended, and tells that the
// nodes of then are gone.
func (s *Stream) refold() {
	for record := range s.archive.Since(max(s.archive.Next(), refolded+1) - refolded) {
		s.fold.Apply(&record.Event)
		s.won.Apply(&record.Event)
		s.before = record.Event.Time
	}
	for _, n := range s.fold.State().Nodes {
		down := events.NodeDown{PID: n.PID, Address: n.Address, Why: events.Gone, Left: true}
		if n.State == state.Down { // which has been told, and how
			down.Why, down.Clean = events.Asked, true
		}
		s.Tell(n.Name, down)
	}
}

// write has the archive write all that is told, until stop.
func (s *Stream) write(log hclog.Logger) {
	ctx, stop := context.WithCancel(context.Background())
	s.stop = stop
	s.written.Go(func() {
		if err := s.archive.Run(ctx, s.Log); err != nil {
			log.Error("events may not all be on disk", "error", err)
		}
	})
}

// Tell appends what the manager has to say of a node, or with no name of the network.
func (s *Stream) Tell(node string, data events.Data) {
	s.Log.Append(events.Event{Time: time.Now(), Node: node, Data: data})
}

// Start begins to have see called with every event that is told after those of earlier runs,
// in order, after the state has followed, and caughtUp with those that were there together:
// only then do they count as seen. Nobody waits for watch, which is called with each as well;
// it may be nil.
func (s *Stream) Start(see func(*events.Event), caughtUp func(), watch func(*events.Event)) {
	from := s.fold.Offset() + 1
	s.attending.Go(func() { s.attend(from, see, caughtUp) })
	go func() {
		defer close(s.watching)
		if watch != nil {
			_ = s.Follow(s.closing, from, events.Filter{}, func(e *events.Event) error { watch(e); return nil })
		}
	}()
}

// attend returns once the stream is closed and all of it was seen.
func (s *Stream) attend(from uint64, see func(*events.Event), caughtUp func()) {
	_ = s.follow(s.closing, from, events.Filter{}, func(e *events.Event) error {
		s.apply(e)
		see(e)
		return nil
	}, func(offset uint64) {
		caughtUp()
		s.pass(offset)
	})
}

// Follow hands over events from an offset on as they come, until take returns an error,
// which is returned, or ctx has ended and all that was told before was handed over.
func (s *Stream) Follow(ctx context.Context, from uint64, filter events.Filter, take func(*events.Event) error) error {
	return s.follow(ctx, from, filter, take, func(uint64) {})
}

// follow is Follow, and tells up to which offset it has come, also where the last events were
// held back by the filter.
func (s *Stream) follow(ctx context.Context, from uint64, filter events.Filter, take func(*events.Event) error, passed func(offset uint64)) error {
	reader := s.Log.Reader(from, filter)
	defer reader.Close()
	for {
		more, ended := reader.More(), context.Cause(ctx)
		if err := rest(reader, take, passed); err != nil {
			return err
		}
		passed(reader.Offset())
		if ended != nil {
			return ended
		}
		select {
		case <-more:
		case <-ctx.Done():
		}
	}
}

// rest hands over all events that are there, and tells after each part how far that is.
func rest(reader *events.Reader, take func(*events.Event) error, passed func(offset uint64)) error {
	for records := reader.Next(); len(records) > 0; records = reader.Next() {
		for _, record := range records {
			if err := take(&record.Event); err != nil {
				return err
			}
		}
		passed(reader.Offset())
	}
	return nil
}

// Close ends the stream. All that was told is on disk and was seen then. Whoever watches
// may stand still, as a terminal does after Ctrl-S, and is waited for so long only.
func (s *Stream) Close(patience time.Duration) {
	s.stop()
	s.written.Wait()
	s.end()
	s.attending.Wait()
	select {
	case <-s.watching:
	case <-time.After(patience):
	}
}
