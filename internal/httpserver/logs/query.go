package logs

import (
	"context"
	"maps"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/gin-gonic/gin"

	"networkmngr/internal/api"
	"networkmngr/internal/httpserver"
	"networkmngr/internal/logging"
)

const (
	maxEntries   = 1000 // of one answer
	usualEntries = 200
	maxMatch     = 200 // bytes of an expression
)

// Parameters returns the names of those that a request may have.
func Parameters() []string {
	return []string{"node", "level", "match", "from", "to", "before", "around", "limit"}
}

// query is what GET /logs asks for.
type query struct {
	logging.Query
	names  map[string]string // that a file's records are told of under
	up     logging.Mark
	around time.Time // zero for what is up to up
}

// readQuery reads the parameters. The error wraps [httpserver.ErrMalformed], or is that of
// Options.Files.
func (l *Logs) readQuery(c *gin.Context) (q query, err error) {
	if q.names, err = l.Files(c.Query("node")); err != nil {
		return q, err
	}
	q.Names = slices.Collect(maps.Keys(q.names))
	limit, err := httpserver.Number(c, "limit", usualEntries, 1, maxEntries)
	if err != nil {
		return q, err
	}
	q.Limit = int(limit)
	if q.Level, err = logging.ParseLevel(c.DefaultQuery("level", "trace")); err != nil {
		return q, httpserver.Malformed("level: %v", err)
	}
	text := c.Query("match")
	if len(text) > maxMatch {
		return q, httpserver.Malformed("match has %d bytes, want %d at most", len(text), maxMatch)
	}
	if text != "" {
		if q.Match, err = regexp.Compile(text); err != nil {
			return q, httpserver.Malformed("match: %v", err)
		}
	}
	return q, q.readTimes(c, l.Began())
}

// readTimes reads what the records' times are to be. Where nobody says it, they are of
// this run.
func (q *query) readTimes(c *gin.Context, began time.Time) (err error) {
	if q.Since, err = httpserver.Moment(c, "from", began.Truncate(time.Millisecond)); err != nil {
		return err
	}
	if q.around, err = httpserver.Moment(c, "around", time.Time{}); err != nil {
		return err
	}
	to, err := httpserver.Moment(c, "to", time.Now().Add(time.Hour)) // a clock may have been set back
	if err != nil {
		return err
	}
	q.up = logging.Behind(to)
	text, given := c.GetQuery("before")
	_, until := c.GetQuery("to")
	switch {
	case !q.around.IsZero() && (given || until):
		return httpserver.Malformed("around says already which time is wanted, to and before say another")
	case !given:
		return nil
	case until:
		return httpserver.Malformed("to and before both say where the answer ends: want one of them")
	}
	if q.up, err = logging.ParseMark(text); err != nil {
		return httpserver.Malformed("before is %v", err)
	}
	return nil
}

func (q *query) read(ctx context.Context, folder string) (logging.Page, error) {
	if q.around.IsZero() {
		return logging.Last(ctx, folder, q.Query, q.up)
	}
	later := q.Query
	later.Limit = (q.Limit + 1) / 2
	after, err := logging.First(ctx, folder, later, q.around)
	if err != nil {
		return logging.Page{}, err
	}
	q.Limit -= len(after)
	page, err := logging.Last(ctx, folder, q.Query, logging.At(q.around))
	page.Records = append(page.Records, after...)
	return page, err
}

func (q *query) answer(page logging.Page) api.Logs {
	answer := api.Logs{Entries: make([]api.LogEntry, len(page.Records))}
	for i, r := range page.Records {
		answer.Entries[i] = api.LogEntry{
			Time: r.Time.UTC(), Level: r.Level.String(), Logger: r.Logger, Node: q.names[strings.TrimSuffix(r.File, logging.OlderSuffix)],
			Message: r.Message, File: r.File, Values: maps.Collect(maps.All(r.Values)), // an object, also where there are none
		}
	}
	for _, s := range page.Skipped {
		answer.Skipped = append(answer.Skipped, api.LogSkipped{File: s.File, Why: s.Why.Error()})
	}
	if page.More != nil {
		answer.More, answer.Before = true, page.More.String()
	}
	return answer
}
