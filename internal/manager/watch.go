package manager

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"networkmngr/internal/config"
	"networkmngr/internal/disk"
	"networkmngr/internal/events"
	"networkmngr/internal/events/archive"
	"networkmngr/internal/events/state"
	"networkmngr/internal/fleet"
	"networkmngr/internal/httpserver/feed"
)

const (
	eventsBytes  = 16 << 20 // of memory that events take
	refolded     = 5000     // last events of a stream that goes on, from which its state is known again
	streamInData = "events.stream"
)

// watcher is the network's one stream of events, and what the network is like after
// those that the manager itself has seen.
type watcher struct {
	log  *events.Log
	feed *feed.Feed
	past *state.Past

	stop    context.CancelFunc // of the archive
	written sync.WaitGroup     // until the archive has ended
	unkept  func() error       // why events are no longer kept on disk, or nil
	kept    *archive.Archive   // nil if events never were kept on disk

	attending sync.WaitGroup     // until the last event was seen
	watched   chan struct{}      // closed once the last event was watched
	closing   context.Context    // ends with the stream
	end       context.CancelFunc // of closing

	mu    sync.Mutex // guards what follows
	fold  *state.Fold
	won   *state.Won
	seen  uint64                        // offset of the last event that the manager has seen to
	moved chan struct{}                 // closed, and replaced, with each
	ends  map[*fleet.Life]chan struct{} // closed once all that a node has told in a life is in the stream
}

// openWatch goes on with the stream of a data folder, if its events are there, or begins
// another one.
func (m *Manager) openWatch() error {
	kept, stream, err := m.openEvents()
	switch {
	case errors.Is(err, disk.ErrLocked):
		m.log.Warn("events are not kept on disk, as other managers keep theirs there", "folder", m.ownEvents())
		m.newWatch(events.Config{Stream: events.NewStream()})
		return nil
	case err != nil:
		return err
	}
	m.newWatch(events.Config{Stream: stream, First: kept.Next(), Cold: kept})
	m.refold(kept)
	ctx, stop := context.WithCancel(context.Background())
	m.watcher.stop, m.watcher.unkept, m.watcher.kept = stop, kept.Failure, kept
	m.watcher.written.Go(func() {
		if err := kept.Run(ctx, m.watcher.log); err != nil {
			m.log.Error("events may not all be on disk", "error", err)
		}
	})
	return nil
}

// openEvents keeps events in the log folder or, while another manager keeps its own
// there, in a folder within it; in that, too, if that is where the stream goes on. The
// error wraps [disk.ErrLocked] if neither is free.
func (m *Manager) openEvents() (kept *archive.Archive, stream string, err error) {
	folder := m.settings.Log.Folder
	before, err := readStream(m.data.path)
	if err != nil {
		return nil, "", err
	}
	if err := m.plantEvents(before); err != nil {
		return nil, "", err
	}
	if !archive.Holds(m.ownEvents(), before) {
		kept, stream, err = m.openArchive(folder)
		if !errors.Is(err, disk.ErrLocked) {
			return kept, stream, err
		}
	}
	if err := os.MkdirAll(m.ownEvents(), 0o755); err != nil {
		return nil, "", err
	}
	m.log.Info("events have a folder of their own, as other managers have the same log folder", "folder", m.ownEvents())
	return m.openArchive(m.ownEvents())
}

// ownEvents is the folder for the events of a manager that shares its log folder with
// others: no manager at another port writes there.
func (m *Manager) ownEvents() string { return ownEvents(m.settings) }

func ownEvents(settings config.ManagerSettings) string {
	return filepath.Join(settings.Log.Folder, fmt.Sprintf("events-%d", settings.Port))
}

func (m *Manager) openArchive(folder string) (*archive.Archive, string, error) {
	stream, err := streamOf(m.data.path, folder)
	if err != nil {
		return nil, "", err
	}
	kept, err := archive.Open(folder, stream, archive.DefaultLimits(), m.log.Named("events"))
	return kept, stream, err
}

func (m *Manager) newWatch(config events.Config) {
	config.Bytes, config.Now = eventsBytes, time.Now
	log := events.NewLog(config)
	m.watcher = &watcher{
		log: log, feed: feed.New(log, m.resolve), past: state.NewPast(log), stop: func() {}, unkept: func() error { return nil },
		fold: state.NewFold(config.Stream), won: state.NewWon(), moved: make(chan struct{}), ends: make(map[*fleet.Life]chan struct{}),
		watched: make(chan struct{}),
	}
	m.watcher.closing, m.watcher.end = context.WithCancel(context.Background())
}

// streamOf returns the id of the stream that a data folder is of and that a folder of
// events can go on with. Failing that, it is a new one.
func streamOf(data, kept string) (string, error) {
	stream, err := readStream(data)
	if err != nil || archive.Holds(kept, stream) {
		return stream, err
	}
	return events.NewStream(), nil
}

// keepStream has the data folder say which stream goes on with it, if that is kept on disk.
func (m *Manager) keepStream() error {
	stream, err := readStream(m.data.path)
	if err != nil || m.watcher.kept == nil || stream == m.watcher.log.Stream() {
		return err
	}
	return disk.WriteFile(filepath.Join(m.data.path, streamInData), []byte(m.watcher.log.Stream()+"\n"), 0o644)
}

// readStream returns the id of the stream that a data folder is of, or nothing.
func readStream(data string) (string, error) {
	text, err := disk.ReadFile(filepath.Join(data, streamInData))
	if errors.Is(err, fs.ErrNotExist) {
		return "", nil
	}
	return strings.TrimSpace(string(text)), err
}

// refold finds out what the network was like when its last manager ended, and tells
// that the nodes of then are gone.
func (m *Manager) refold(kept *archive.Archive) {
	m.clock.last = timeOfLast(kept)
	w := m.watcher
	for record := range kept.Since(max(kept.Next(), refolded+1) - refolded) {
		w.fold.Apply(&record.Event)
		w.won.Apply(&record.Event)
	}
	for _, n := range w.fold.State().Nodes {
		down := events.NodeDown{PID: n.PID, Address: n.Address, Why: events.Gone, Left: true}
		if n.State == state.Down { // which has been told, and how
			down.Why, down.Clean = events.Asked, true
		}
		w.log.Append(events.Event{Time: time.Now(), Node: n.Name, Data: down})
	}
}

// startWatch begins to see what is told.
func (m *Manager) startWatch() error {
	if err := m.openWatch(); err != nil {
		return fmt.Errorf("events: %w", err)
	}
	w := m.watcher
	from := w.fold.Offset() + 1
	w.attending.Go(m.attend)
	go func() {
		defer close(w.watched)
		if m.config.Watch != nil {
			_ = w.follow(w.closing, from, events.Filter{}, func(e *events.Event) error { m.config.Watch(e); return nil })
		}
	}()
	return nil
}

// attend has the manager see every event; see [watcher.attend].
func (m *Manager) attend() { m.watcher.attend(m.see, m.recordSeen) }

// tell appends what the manager has to say of a node, or with no name of the network.
func (w *watcher) tell(node string, data events.Data) {
	w.log.Append(events.Event{Time: time.Now(), Node: node, Data: data})
}

// attend has see called with every event that is told from now on, in order, after the
// state has followed, and caughtUp with those that were there together: only then do they
// count as seen. It returns once the stream is closed and all of it was seen.
func (w *watcher) attend(see func(*events.Event), caughtUp func()) {
	w.mu.Lock()
	from := w.fold.Offset() + 1
	w.mu.Unlock()
	_ = w.followTo(w.closing, from, events.Filter{}, func(e *events.Event) error {
		w.apply(e)
		see(e)
		return nil
	}, func(offset uint64) {
		caughtUp()
		w.pass(offset)
	})
}

// state is what the network is like now, after all that was told.
func (w *watcher) state() state.State {
	w.settle()
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.fold.State()
}

// blocksWon counts the blocks that nodes have won since one of them was told last to mine another
// way, by name, and says when that was; the zero time means that none ever was.
func (w *watcher) blocksWon() (won map[string]int, since time.Time) {
	now := w.state()
	w.mu.Lock()
	defer w.mu.Unlock()
	of := w.won.On(now.Best().Hash)
	won = make(map[string]int, len(now.Nodes))
	for i := range now.Nodes {
		won[now.Nodes[i].Name] = of[now.Nodes[i].Account]
	}
	return won, w.won.Since()
}

func (w *watcher) apply(e *events.Event) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.fold.Apply(e)
	w.won.Apply(e)
	w.past.Keep(w.fold)
}

// pass wakes whoever waits for the events up to an offset to have been seen.
func (w *watcher) pass(offset uint64) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if offset == w.seen {
		return
	}
	w.seen = offset
	close(w.moved)
	w.moved = make(chan struct{})
}

// await waits until a condition on the network's state holds, and returns the error of
// ctx if that ends first. The condition is called with mu held.
func (w *watcher) await(ctx context.Context, holds func(*state.Fold) bool) error {
	for {
		w.mu.Lock()
		good, moved := holds(w.fold), w.moved
		w.mu.Unlock()
		if good {
			return nil
		}
		select {
		case <-moved:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// settle waits until everything that was told before has been seen.
func (w *watcher) settle() {
	told := w.log.Told()
	_ = w.await(context.Background(), func(*state.Fold) bool { return w.seen >= told }) // which it will be
}

// follow hands over events from an offset on as they come, until take returns an error,
// which is returned, or ctx has ended and all that was told before was handed over.
func (w *watcher) follow(ctx context.Context, from uint64, filter events.Filter, take func(*events.Event) error) error {
	return w.followTo(ctx, from, filter, take, func(uint64) {})
}

// followTo is follow, and tells up to which offset it has come, also where the last events
// were held back by the filter.
func (w *watcher) followTo(ctx context.Context, from uint64, filter events.Filter, take func(*events.Event) error, passed func(offset uint64)) error {
	reader := w.log.Reader(from, filter)
	defer reader.Close()
	for {
		more, ended := reader.More(), context.Cause(ctx)
		for records := reader.Next(); len(records) > 0; records = reader.Next() {
			for _, record := range records {
				if err := take(&record.Event); err != nil {
					return err
				}
			}
			passed(reader.Offset())
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

func (w *watcher) setMerged(life *fleet.Life, merged chan struct{}) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.ends[life] = merged
}

// merged returns a channel that closes once all that a node has told in a life is in
// the stream. It is closed for a life whose end was told.
func (w *watcher) merged(life *fleet.Life) <-chan struct{} {
	w.mu.Lock()
	defer w.mu.Unlock()
	if merged, known := w.ends[life]; known {
		return merged
	}
	merged := make(chan struct{})
	close(merged)
	return merged
}

// forget is for a life whose end was told.
func (w *watcher) forget(life *fleet.Life) {
	w.mu.Lock()
	defer w.mu.Unlock()
	delete(w.ends, life)
}

// close ends the stream. All that was told is on disk and was seen then. Whoever watches
// may stand still, as a terminal does after Ctrl-S, and is waited for so long only.
func (w *watcher) close(patience time.Duration) {
	w.stop()
	w.written.Wait()
	w.end()
	w.attending.Wait()
	select {
	case <-w.watched:
	case <-time.After(patience):
	}
}
