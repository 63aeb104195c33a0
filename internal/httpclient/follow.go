package httpclient

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"time"

	"networkmngr/internal/api"
	"networkmngr/internal/certificate"
	"networkmngr/internal/events"
)

const (
	retry  = 500 * time.Millisecond // before a stream that broke is asked for again
	silent = 45 * time.Second       // after which a stream is taken to be dead
)

// errSilent means that a server's signs of life have stopped.
var errSilent = fmt.Errorf("nothing came for %s", silent)

// Followed is an event, and the stream that it came in.
type Followed struct {
	*events.Record
	Stream string
}

// Follow says how a stream of events is followed.
type Follow struct {
	Query url.Values // of GET /events: from, types, nodes
	// Last is the id of the last event taken, or empty. It goes before from=, and is
	// kept up to date, so that the same Follow goes on where it was.
	Last string
	// Most is how many bytes an event may have; 0 for 64 MiB. One with more ends it, with
	// ErrTooLong.
	Most int
	Take func(Followed) error
	// Lost is told why the connection broke, each time before it is tried again, and
	// returns an error to give up. It may be nil.
	Lost func(error) error
}

// Follow hands over each event of the server's stream as it comes, and goes on where
// it was when the connection breaks or the server restarts. It returns when ctx ends,
// with the error of Take or Lost, with an *api.Error if the server refuses, or
// with a certificate.ErrUntrusted if it is another one.
func (c *Client) Follow(ctx context.Context, f *Follow) error {
	for {
		err := c.followOnce(ctx, f)
		var taken stopped
		switch {
		case ctx.Err() != nil:
			return ctx.Err()
		case errors.As(err, &taken):
			return taken.error
		case final(err):
			return err
		}
		if f.Lost != nil {
			if err := f.Lost(err); err != nil {
				return err
			}
		}
		select {
		case <-time.After(retry):
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// final reports whether err is a refusal, an event that is too long, an address that is
// none, or another server than the one that is meant, which asking again does not change.
func final(err error) bool {
	var refused *api.Error
	var address *url.Error
	return errors.Is(err, ErrTooLong) || errors.Is(err, certificate.ErrUntrusted) || errors.As(err, &address) && address.Op == "parse" ||
		errors.As(err, &refused) && refused.Status/100 == 4 && refused.Status != http.StatusTooManyRequests
}

// stopped is an error of Take.
type stopped struct{ error }

// followOnce follows until the stream ends, which is an error of ctx or the
// connection, or nil.
func (c *Client) followOnce(ctx context.Context, f *Follow) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	watchdog := time.AfterFunc(silent, func() { cancel(errSilent) })
	defer watchdog.Stop()
	err := c.events(ctx, http.MethodGet, "/events?"+f.Query.Encode(), nil, streaming{
		last: f.Last, most: cmp.Or(f.Most, longestEvent), heard: func() { watchdog.Reset(silent) }, take: f.take,
	})
	if cause := context.Cause(ctx); cause != nil {
		return cause
	}
	return err
}

func (f *Follow) take(e Event) error {
	record, err := events.ParseRecord(e.Data)
	if err != nil {
		return stopped{fmt.Errorf("event %s: %w", e.ID, err)}
	}
	id, err := events.ParseID(e.ID)
	if err != nil {
		return stopped{err}
	}
	if err := f.Take(Followed{record, id.Stream}); err != nil {
		return stopped{err}
	}
	f.Last = e.ID
	return nil
}
