package feed

import (
	"slices"
	"strconv"
	"strings"

	"github.com/gin-gonic/gin"

	"networkmngr/internal/events"
	"networkmngr/internal/httpserver"
)

// form is how events are sent.
type form int

const (
	serverSent form = iota // text/event-stream
	jsonLines              // one event a line
	pages                  // a Page
)

func (f form) contentType() string {
	switch f {
	case jsonLines:
		return "application/x-ndjson"
	case pages:
		return "application/json; charset=utf-8"
	default:
		return "text/event-stream"
	}
}

const (
	usualPage = 1000
	maxLimit  = 10_000
	unlimited = -1
)

// Usual stands in types= for all types that are not verbose.
const Usual = "default"

// asked is what a request asks for.
type asked struct {
	form    form
	from    uint64
	foreign bool // it comes with an offset of another stream
	filter  events.Filter
	limit   int // events, or unlimited
}

func (f *Feed) read(c *gin.Context) (a asked, err error) {
	if err = readTypes(c, &a.filter); err != nil {
		return a, err
	}
	if a.filter.Nodes, err = f.readNodes(c); err != nil {
		return a, err
	}
	if a.limit, err = readLimit(c); err != nil {
		return a, err
	}
	a.form = formOf(c.GetHeader("Accept"), a.limit)
	if a.form == pages && a.limit == unlimited {
		a.limit = usualPage
	}
	if last := c.GetHeader("Last-Event-ID"); last != "" {
		return a, a.resume(f.log, last)
	}
	a.from, err = f.readFrom(c)
	return a, err
}

// formOf chooses the form that a client asks for. Who asks for none gets a page if it
// wants so many events, and else a stream of them, as people do who type curl -N.
func formOf(accept string, limit int) form {
	switch {
	case strings.Contains(accept, "application/x-ndjson"):
		return jsonLines
	case strings.Contains(accept, "text/event-stream"):
		return serverSent
	case strings.Contains(accept, "application/json") || limit != unlimited:
		return pages
	}
	return serverSent
}

func readLimit(c *gin.Context) (int, error) {
	if _, given := c.GetQuery("limit"); !given {
		return unlimited, nil
	}
	limit, err := httpserver.Number(c, "limit", 0, 1, maxLimit)
	return int(limit), err
}

// readFrom reads where to begin.
func (f *Feed) readFrom(c *gin.Context) (uint64, error) {
	next := f.log.Shown() + 1
	switch text := c.DefaultQuery("from", "now"); text {
	case "now":
		return next, nil
	case "start":
		return 1, nil
	default:
		from, err := strconv.ParseUint(text, 10, 64)
		if err != nil || from == 0 {
			return 0, httpserver.Malformed("from is %.64q, want start, now or an offset from 1 on", text)
		}
		if from > next {
			return 0, httpserver.Malformed("from is %d, which is still to come: the next event's offset is %d", from, next)
		}
		return from, nil
	}
}

// resume goes on behind the event that a reader has read last. One that is not of
// this stream, or that this stream does not know, begins at the start.
func (a *asked) resume(log *events.Log, last string) error {
	id, err := events.ParseID(last)
	if err != nil {
		return httpserver.Malformed("Last-Event-ID: %s", err)
	}
	a.from = id.Offset + 1
	if id.Stream != log.Stream() || id.Offset > log.Shown() {
		a.from, a.foreign = 1, true
	}
	return nil
}

// leaveOut stands in types= before a type that is left out.
const leaveOut = "-"

// readTypes reads into the filter the types that are asked for, or those in addition to all
// that are not verbose, and those that are left out.
func readTypes(c *gin.Context, filter *events.Filter) error {
	names, err := readList(c, "types")
	if err != nil {
		return err
	}
	usual := slices.Contains(names, Usual)
	for _, name := range names {
		bare, without := strings.CutPrefix(name, leaveOut)
		switch t := events.Type(bare); {
		case name == Usual:
		case !events.Known(t):
			return httpserver.Malformed("type %.64q is not known; there are %s, and %s for all that are not verbose", name, typeNames(), Usual)
		case without:
			filter.Without = append(filter.Without, t)
		case usual:
			filter.Verbose = append(filter.Verbose, t)
		default:
			filter.Types = append(filter.Types, t)
		}
	}
	return nil
}

// readNodes reads the names of nodes.
func (f *Feed) readNodes(c *gin.Context) ([]string, error) {
	nodes, err := readList(c, "nodes")
	for i := range nodes {
		if nodes[i], err = f.name(nodes[i]); err != nil {
			return nil, err
		}
	}
	return nodes, err
}

// readList reads a parameter of values between commas.
func readList(c *gin.Context, name string) ([]string, error) {
	text, given := c.GetQuery(name)
	if !given {
		return nil, nil
	}
	list := strings.Split(text, ",")
	for _, value := range list {
		if value == "" {
			return nil, httpserver.Malformed("%s is %.64q, want a list with commas between its values", name, text)
		}
	}
	return list, nil
}

func typeNames() string {
	var names []string
	for _, t := range events.Types() {
		names = append(names, string(t))
	}
	return strings.Join(names, ", ")
}
