package manager

import (
	"context"
	"fmt"
	"maps"
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/gin-gonic/gin"

	"networkmngr/internal/api"
	"networkmngr/internal/config"
	"networkmngr/internal/httpserver"
	"networkmngr/internal/logging"
)

const (
	maxEntries   = 1000 // of one answer
	usualEntries = 200
	maxMatch     = 200 // bytes of an expression
	maxSearches  = 2   // at a time
	// searchTimeout bounds a search with the wait for others, whatever it reads.
	searchTimeout = 15 * time.Second
)

var logParameters = []string{"node", "level", "match", "from", "to", "before", "around", "limit"}

// logQuery is what GET /logs asks for.
type logQuery struct {
	logging.Query
	nodes  map[string]string // names of whose log a file is
	up     logging.Mark
	around time.Time // zero for what is up to up
}

// handleLogs answers with a part of the logs of the manager and the nodes, as one.
func (m *Manager) handleLogs(c *gin.Context) error {
	q, err := m.readLogQuery(c)
	if err != nil {
		return err
	}
	page, err := m.search(c.Request.Context(), &q)
	if err != nil {
		return err
	}
	return httpserver.Answer(c, http.StatusOK, q.answer(page))
}

// search reads what is asked for, once there is room for another search.
func (m *Manager) search(ctx context.Context, q *logQuery) (page logging.Page, err error) {
	ctx, cancel := context.WithTimeout(ctx, searchTimeout)
	defer cancel()
	select {
	case m.searches <- struct{}{}:
		defer func() { <-m.searches }()
		return q.read(ctx, m.settings.Log.Folder)
	case <-ctx.Done():
		return page, ctx.Err()
	}
}

func (q *logQuery) read(ctx context.Context, folder string) (logging.Page, error) {
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

func (q *logQuery) answer(page logging.Page) api.Logs {
	answer := api.Logs{Entries: make([]api.LogEntry, len(page.Records))}
	for i, r := range page.Records {
		answer.Entries[i] = api.LogEntry{
			Time: r.Time.UTC(), Level: r.Level.String(), Logger: r.Logger, Node: q.nodes[strings.TrimSuffix(r.File, logging.OlderSuffix)],
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

func (m *Manager) readLogQuery(c *gin.Context) (q logQuery, err error) {
	if q.nodes, err = m.logsOf(c.Query("node")); err != nil {
		return q, err
	}
	q.Names = slices.Collect(maps.Keys(q.nodes))
	limit, err := httpserver.Number(c, "limit", usualEntries, 1, maxEntries)
	if err != nil {
		return q, err
	}
	q.Limit = int(limit)
	if q.Level, err = logging.ParseLevel(c.DefaultQuery("level", "trace")); err != nil {
		return q, malformed("level: %v", err)
	}
	text := c.Query("match")
	if len(text) > maxMatch {
		return q, malformed("match has %d bytes, want %d at most", len(text), maxMatch)
	}
	if text != "" {
		if q.Match, err = regexp.Compile(text); err != nil {
			return q, malformed("match: %v", err)
		}
	}
	return q, q.readTimes(c, m.began)
}

// readTimes reads what the records' times are to be. Where nobody says it, they are of
// this run.
func (q *logQuery) readTimes(c *gin.Context, began time.Time) (err error) {
	if q.Since, err = moment(c, "from", began.Truncate(time.Millisecond)); err != nil {
		return err
	}
	if q.around, err = moment(c, "around", time.Time{}); err != nil {
		return err
	}
	to, err := moment(c, "to", time.Now().Add(time.Hour)) // a clock may have been set back
	if err != nil {
		return err
	}
	q.up = logging.Behind(to)
	text, given := c.GetQuery("before")
	_, until := c.GetQuery("to")
	switch {
	case !q.around.IsZero() && (given || until):
		return malformed("around says already which time is wanted, to and before say another")
	case !given:
		return nil
	case until:
		return malformed("to and before both say where the answer ends: want one of them")
	}
	if q.up, err = logging.ParseMark(text); err != nil {
		return malformed("before is %v", err)
	}
	return nil
}

// moment reads the parameter key, a time.
func moment(c *gin.Context, key string, missing time.Time) (time.Time, error) {
	text, given := c.GetQuery(key)
	if !given {
		return missing, nil
	}
	at, err := time.Parse(time.RFC3339, text)
	if err != nil {
		return at, malformed("%s is %.64q, want a time such as 2026-11-29T08:30:00.5Z", key, text)
	}
	return at, nil
}

// logsOf returns the names of the nodes, and the manager, whose logs are wanted, by the
// files of these: all, or those that a list names.
func (m *Manager) logsOf(list string) (map[string]string, error) {
	names := make(map[string]string)
	if list == "" {
		names[m.config.LogFile] = api.LogManager
		for _, member := range slices.Concat(m.fleet.Removed(), m.fleet.All()) {
			if member.Machine() == "" {
				names[config.NodeLog(strconv.Itoa(member.Port()))] = member.Name()
			}
		}
		return names, nil
	}
	for reference := range strings.SplitSeq(list, ",") {
		if reference == api.LogManager {
			names[m.config.LogFile] = api.LogManager
			continue
		}
		member, err := m.fleet.FindAny(m.local(reference))
		if err != nil {
			return nil, fmt.Errorf("%w; or %s", err, api.LogManager)
		}
		if there := member.Machine(); there != "" {
			return nil, fmt.Errorf("%w: %s, whose log %s/logs?node=%[2]s has", errElsewhere, member.Name(), there)
		}
		names[config.NodeLog(strconv.Itoa(member.Port()))] = member.Name()
	}
	return names, nil
}
