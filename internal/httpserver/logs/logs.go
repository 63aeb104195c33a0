// Package logs serves the log files of a folder over HTTP, as one log: the records of all of
// them by time, page by page from the end.
package logs

import (
	"context"
	"net/http"
	"time"

	"github.com/gin-gonic/gin"

	"networkmngr/internal/httpserver"
	"networkmngr/internal/logging"
)

const (
	maxSearches = 2 // at a time
	// searchTimeout bounds a search with the wait for others, whatever it reads.
	searchTimeout = 15 * time.Second
)

// Options is what a Logs is told.
type Options struct {
	Folder string
	// Files returns what the records of files are told of under, by the names of the files:
	// of all, or of those that the parameter "node" lists.
	Files func(list string) (names map[string]string, err error)
	// Began returns the time before which records are told of only to who asks for them.
	Began func() time.Time
}

// Logs is what GET /logs answers from. Many may use it at once.
type Logs struct {
	Options
	searches chan struct{} // has room for those that run
}

// New returns the logs of a folder.
func New(options Options) *Logs {
	return &Logs{Options: options, searches: make(chan struct{}, maxSearches)}
}

// Handle answers with a part of the logs, as Parameters say. The error wraps
// [httpserver.ErrMalformed], or is that of Options.Files, of a file, or of the end of the
// client or of the time that a search may take.
func (l *Logs) Handle(c *gin.Context) error {
	q, err := l.readQuery(c)
	if err != nil {
		return err
	}
	page, err := l.search(c.Request.Context(), &q)
	if err != nil {
		return err
	}
	return httpserver.Answer(c, http.StatusOK, q.answer(page))
}

// search reads what is asked for, once there is room for another search.
func (l *Logs) search(ctx context.Context, q *query) (page logging.Page, err error) {
	ctx, cancel := context.WithTimeout(ctx, searchTimeout)
	defer cancel()
	select {
	case l.searches <- struct{}{}:
		defer func() { <-l.searches }()
		return q.read(ctx, l.Folder)
	case <-ctx.Done():
		return page, ctx.Err()
	}
}
