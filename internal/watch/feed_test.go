package watch

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"networkmngr/internal/api"
	"networkmngr/internal/api/client"
	"networkmngr/internal/events"
	"networkmngr/internal/events/state"
)

// told is a manager's server with a log of events, whose streams can be cut.
type told struct {
	*testing.T
	server *httptest.Server
	mu     sync.Mutex // guards what follows
	log    *events.Log
	cut    chan struct{} // closed when the streams that are open are to break
}

func serveEvents(t *testing.T) *told {
	s := &told{T: t, cut: make(chan struct{})}
	s.begin("one", 64<<20)
	mux := http.NewServeMux()
	mux.HandleFunc("GET /healthz", func(w http.ResponseWriter, _ *http.Request) { writeJSON(w, api.Health{}) })
	mux.HandleFunc("GET /state", func(w http.ResponseWriter, _ *http.Request) {
		log, _ := s.now()
		writeJSON(w, state.State{Stream: log.Stream(), Offset: log.Shown()})
	})
	mux.HandleFunc("GET /events", s.stream)
	s.server = httptest.NewServer(mux)
	t.Cleanup(func() {
		s.breakOff()
		s.server.Close()
	})
	return s
}

// begin makes another stream, of which so many bytes are kept.
func (s *told) begin(stream string, bytes int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.log = events.NewLog(events.Config{Stream: stream, Bytes: bytes, Now: time.Now})
}

func (s *told) now() (*events.Log, chan struct{}) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.log, s.cut
}

func (s *told) breakOff() {
	s.mu.Lock()
	defer s.mu.Unlock()
	close(s.cut)
	s.cut = make(chan struct{})
}

func (s *told) notice(text string) {
	log, _ := s.now()
	log.Tell(events.Notice{Text: text})
}

// stream serves what comes after Last-Event-ID.
func (s *told) stream(w http.ResponseWriter, r *http.Request) {
	log, cut := s.now()
	last, err := events.ParseID(r.Header.Get("Last-Event-ID"))
	if err != nil {
		w.WriteHeader(http.StatusBadRequest)
		return
	}
	send := func(record *events.Record) {
		fmt.Fprintf(w, "id: %s\ndata: %s\n\n", events.ID{Stream: log.Stream(), Offset: record.Offset}, record.JSON())
	}
	reader := log.Reader(last.Offset+1, events.Filter{})
	defer reader.Close()
	if last.Stream != log.Stream() {
		send(reader.Foreign())
	}
	for {
		for _, record := range reader.Next() {
			send(record)
		}
		send(reader.Bookmark())
		_ = http.NewResponseController(w).Flush() // the reader may be gone, which the next line finds out
		select {
		case <-reader.More():
		case <-cut:
			return
		case <-r.Context().Done():
			return
		}
	}
}

// following is a feed of a server that can be taken away.
type following struct {
	*testing.T
	*feed
	absent chan error // what finding the manager comes to
}

func (s *told) followed() *following {
	f := &following{T: s.T, absent: make(chan error, 100)}
	f.feed = newFeed(func(context.Context) (*client.Manager, error) {
		select {
		case err := <-f.absent:
			return nil, err
		default:
			return client.NewManager(s.server.URL, "", s.server.Client()), nil
		}
	})
	ctx, cancel := context.WithCancel(s.Context())
	var running sync.WaitGroup
	running.Go(func() { f.run(ctx) })
	s.Cleanup(func() {
		cancel()
		running.Wait()
	})
	return f
}

// next is what is told next, in words.
func (f *following) next() string {
	f.Helper()
	select {
	case what := <-f.told:
		switch what := what.(type) {
		case begun:
			return fmt.Sprintf("begun %s-%d", what.state.Stream, what.state.Offset)
		case *events.Event:
			if notice, ok := what.Data.(events.Notice); ok {
				return notice.Text
			}
			return string(what.Type)
		default:
			return fmt.Sprintf("%T", what)
		}
	case <-time.After(3 * time.Minute):
		require.Fail(f, "nothing is told")
		return ""
	}
}

func (f *following) requireNext(want ...string) {
	f.Helper()
	for _, words := range want {
		require.Equal(f, words, f.next())
	}
}

func TestTheStreamIsGoneOnWith(t *testing.T) {
	s := serveEvents(t)
	s.notice("before")
	f := s.followed()
	f.requireNext("begun one-1")
	s.notice("first")
	f.requireNext("first")
	s.breakOff()
	f.requireNext("watch.lost")
	s.notice("meanwhile")
	f.requireNext("watch.back", "meanwhile")
}

// While no manager is found it is looked for, and nothing is missed.
func TestAManagerThatIsAway(t *testing.T) {
	s := serveEvents(t)
	f := s.followed()
	f.requireNext("begun one-0")
	s.notice("first")
	f.requireNext("first")
	f.absent <- errors.New("away")
	f.absent <- errors.New("still away")
	s.breakOff()
	f.requireNext("watch.lost", "watch.lost", "watch.lost")
	s.notice("meanwhile")
	f.requireNext("watch.back", "meanwhile")
}

// What was missed is told of, and the picture begins anew.
func TestEventsThatWereMissed(t *testing.T) {
	s := serveEvents(t)
	f := s.followed()
	f.requireNext("begun one-0")
	s.notice("first")
	f.requireNext("first")
	s.begin("one", 1)
	for range 9 {
		s.notice("lost")
	}
	s.breakOff()
	f.requireNext("watch.lost", "watch.back", "gap", "begun one-9")
	s.notice("last")
	f.requireNext("last")
}

func TestAnotherNetworkComes(t *testing.T) {
	s := serveEvents(t)
	f := s.followed()
	f.requireNext("begun one-0")
	s.notice("first")
	f.requireNext("first")
	s.begin("two", 64<<20)
	s.breakOff()
	f.requireNext("watch.lost", "watch.back", "gap", "begun two-0")
}

// What comes while a frame is shown is handed over together.
func TestBatches(t *testing.T) {
	f := newFeed(nil)
	ctx, cancel := context.WithCancel(t.Context())
	var sizes []int
	var times []time.Time
	for range 100 {
		f.tell(ctx, back{})
	}
	f.batches(ctx, func(told []any) {
		sizes, times = append(sizes, len(told)), append(times, time.Now())
		if len(sizes) == 3 {
			cancel()
			return
		}
		for range 2 * len(sizes) {
			f.tell(ctx, back{})
		}
	})
	require.Equal(t, []int{100, 2, 4}, sizes)
	require.GreaterOrEqual(t, times[2].Sub(times[0]), 2*frame)
}

// A feed whose reader stands still takes no more than it has room for, and ends.
func TestAReaderThatStandsStill(t *testing.T) {
	s := serveEvents(t)
	for range 3 * maxWaiting {
		s.notice("again")
	}
	f := s.followed()
	f.requireNext(fmt.Sprintf("begun one-%d", 3*maxWaiting))
	for range 2 * maxWaiting {
		s.notice("again")
	}
	require.Eventually(t, func() bool { return len(f.told) == maxWaiting }, 3*time.Minute, time.Millisecond)
}
