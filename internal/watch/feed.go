package watch

import (
	"context"
	"errors"
	"time"

	"networkmngr/internal/api/client"
	"networkmngr/internal/events"
	"networkmngr/internal/events/state"
	"networkmngr/internal/httpclient"
)

const (
	// retry is how long is waited before a manager that does not answer is asked again.
	retry = 500 * time.Millisecond
	// frame is the shortest time between two redraws.
	frame = 50 * time.Millisecond
	// maxWaiting is how many events may wait to be drawn. Beyond that, the manager waits.
	maxWaiting = 4096
)

var (
	errLost   = errors.New("the connection is lost")
	errMissed = errors.New("events were missed")
)

// Find leads to the network's manager, which may have another address than last time.
// The error says why there is none now.
type Find = func(context.Context) (*client.Manager, error)

// What a feed tells.
type (
	// begun: a manager answers, and this is what its network is like.
	begun struct {
		manager *client.Manager
		state   state.State
	}
	// back: a manager answers again, and nothing was missed.
	back struct{ manager *client.Manager }
	// lost: no manager answers.
	lost struct{ err error }
)

// feed follows a network through all that becomes of it.
type feed struct {
	find   Find
	told   chan any          // begun, back, lost, *events.Event
	follow httpclient.Follow // where the stream was left; without Last, it is begun anew
}

func newFeed(find Find) *feed {
	return &feed{find: find, told: make(chan any, maxWaiting)}
}

// run tells what happens until ctx ends. Whoever receives may take its time.
func (f *feed) run(ctx context.Context) {
	for ctx.Err() == nil {
		if err := f.once(ctx); !errors.Is(err, errMissed) {
			f.tell(ctx, lost{err})
			select {
			case <-time.After(retry):
			case <-ctx.Done():
			}
		}
	}
}

// once finds a manager, and follows it until it is lost or events were missed.
func (f *feed) once(ctx context.Context) error {
	manager, err := f.find(ctx)
	if err != nil {
		return err
	}
	if err := f.open(ctx, manager); err != nil {
		return err
	}
	f.follow.Take = func(e httpclient.Followed) error { return f.take(ctx, e) }
	f.follow.Lost = func(err error) error { return errors.Join(errLost, err) }
	err = manager.Follow(ctx, &f.follow)
	if errors.Is(err, errMissed) {
		f.follow.Last = ""
	}
	return err
}

// open tells that a manager answers: with its state, if nothing of it is known.
func (f *feed) open(ctx context.Context, manager *client.Manager) error {
	if f.follow.Last != "" {
		_, err := manager.Health(ctx)
		if err == nil {
			f.tell(ctx, back{manager})
		}
		return err
	}
	now, err := manager.State(ctx)
	if err != nil {
		return err
	}
	f.follow.Last = events.ID{Stream: now.Stream, Offset: now.Offset}.String()
	f.tell(ctx, begun{manager, now})
	return nil
}

func (f *feed) take(ctx context.Context, e httpclient.Followed) error {
	switch e.Data.(type) {
	case events.Bookmark:
		return nil
	case events.Gap:
		f.tell(ctx, &e.Event)
		return errMissed
	}
	f.tell(ctx, &e.Event)
	return nil
}

func (f *feed) tell(ctx context.Context, what any) {
	select {
	case f.told <- what:
	case <-ctx.Done():
	}
}

// batches hands over what was told: the first at once, then at most once a frame, until
// ctx ends.
func (f *feed) batches(ctx context.Context, hand func([]any)) {
	for {
		select {
		case first := <-f.told:
			hand(f.waiting(first))
		case <-ctx.Done():
			return
		}
		select {
		case <-time.After(frame):
		case <-ctx.Done():
			return
		}
	}
}

// waiting is first and what waits behind it.
func (f *feed) waiting(first any) []any {
	batch := []any{first}
	for {
		select {
		case next := <-f.told:
			batch = append(batch, next)
		default:
			return batch
		}
	}
}
