// Package feed serves a stream of events over HTTP: as server-sent events, as lines
// of JSON, or page by page.
package feed

import (
	"bytes"
	"fmt"
	"net/http"
	"time"

	"github.com/gin-gonic/gin"

	"networkmngr/internal/api"
	"networkmngr/internal/events"
	"networkmngr/internal/httpserver"
)

// What readers may cost.
const (
	maxReaders = 64               // of this machine, and as many of strangers
	patience   = 10 * time.Minute // for a reader that sleeps to take the next part
	sign       = 15 * time.Second // of life, while nothing happens
	maxPart    = 64 << 10         // bytes that are written in one go, about
)

// retry is how long a reader should wait before it connects again, in milliseconds.
const retry = 500

// Feed is what GET /events answers from.
type Feed struct {
	log    *events.Log
	name   func(string) (string, error)
	others func() int
	slots  *httpserver.Slots
}

// New makes the feed of a log. name returns the name of the node that a reader means
// in nodes=, or refuses; it is nil where all events are of one node. others counts the nodes
// that get a block when this one does, and are to have the processor first; it may be nil.
func New(log *events.Log, name func(string) (string, error), others func() int) *Feed {
	if others == nil {
		others = func() int { return 0 }
	}
	return &Feed{log: log, name: name, others: others, slots: httpserver.NewSlots(maxReaders)}
}

// Parameters are those of GET /events; nodes= only where there are several.
var Parameters = []string{"from", "types", "limit", "nodes"}

// Route is GET /events of a node.
func (f *Feed) Route() httpserver.Route {
	return httpserver.Route{Methods: httpserver.Get, Path: "/events", Handle: f.Answer, Query: Parameters[:3]}
}

// Readers counts the clients that read events now.
func (f *Feed) Readers() int { return f.slots.Taken() }

// Answer answers GET /events. The error is an *api.Error, where there are too many readers
// say, or httpserver.ErrMalformed, or that of the connection.
func (f *Feed) Answer(c *gin.Context) error {
	asked, err := f.read(c)
	if err != nil {
		return err
	}
	if c.Request.Method == http.MethodHead {
		header(c, asked.form)
		return nil
	}
	from := httpserver.OriginOfRequest(c.Request)
	if !f.slots.Acquire(from) {
		return &api.Error{
			Status: http.StatusTooManyRequests, Code: "too-many-readers",
			Message: fmt.Sprintf("as many read events as may: %d from this machine, and %d from all others, of whom each has a share", maxReaders, maxReaders),
		}
	}
	defer f.slots.Release(from)
	reader := f.log.Reader(asked.from, asked.filter)
	defer reader.Close()
	if asked.form == pages {
		return httpserver.AnswerInParts(c, http.StatusOK, f.page(reader, asked))
	}
	s := &stream{Context: c, asked: asked, reader: reader, id: f.log.Stream(), others: f.others}
	return s.run()
}

// stream is one answer that goes on.
type stream struct {
	*gin.Context
	asked  asked
	reader *events.Reader
	id     string // of the log's stream
	part   bytes.Buffer
	pace   pace
	others func() int
}

// run sends events until the client or the server ends it, or so many were sent as
// were asked for. What happens in quick succession is sent together.
func (s *stream) run() error {
	header(s.Context, s.asked.form)
	s.greet()
	alive := time.NewTicker(sign)
	defer alive.Stop()
	for ctx := s.Request.Context(); ; {
		ended := ctx.Err() != nil // looked at first, so that all that was told before the end is sent
		s.collect()
		sent, err := s.send()
		if err != nil || s.asked.limit == 0 || ended {
			return err
		}
		if sent {
			alive.Reset(sign)
		}
		select {
		case <-s.reader.More():
			s.rest()
		case <-alive.C:
			s.signOfLife()
		case <-ctx.Done():
		}
	}
}

// header begins the answer. A proxy such as nginx must not hold events back.
func header(c *gin.Context, f form) {
	c.Header("Content-Type", f.contentType())
	c.Header("Cache-Control", "no-store")
	c.Header("X-Accel-Buffering", "no")
	c.Status(http.StatusOK)
}

// rest lets what happens in quick succession come together, and those who do it have the
// processor first: a block is everywhere before anybody is told of it.
func (s *stream) rest() {
	timer := time.NewTimer(s.pace.rest(time.Now(), shortest(s.others(), s.reader.Ahead())))
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-s.Request.Context().Done():
	}
}

// greet begins the answer.
func (s *stream) greet() {
	if s.asked.form == serverSent {
		fmt.Fprintf(&s.part, "retry: %d\n\n", retry)
	}
	if s.asked.foreign {
		s.put(s.reader.Foreign())
	}
}

// collect puts into the next part what there is, as far as it has room.
func (s *stream) collect() {
	for s.part.Len() < maxPart && s.asked.limit != 0 {
		records := s.reader.Next()
		if len(records) == 0 {
			return
		}
		for _, record := range records {
			if s.asked.limit == 0 {
				return
			}
			s.asked.limit--
			s.put(record)
		}
	}
}

func (s *stream) put(record *events.Record) {
	if s.asked.form == serverSent {
		fmt.Fprintf(&s.part, "id: %s\nevent: %s\ndata: ", events.ID{Stream: s.id, Offset: record.Offset}, record.Type)
	}
	s.part.Write(record.JSON())
	s.part.WriteByte('\n')
	if s.asked.form == serverSent {
		s.part.WriteByte('\n')
	}
}

// signOfLife tells a reader that gets nothing how far it has come all the same.
func (s *stream) signOfLife() {
	if s.asked.form == serverSent && !s.asked.filter.Partial() {
		s.part.WriteString(": nothing new\n\n")
	} else {
		s.put(s.reader.Bookmark())
	}
}

// send sends the part, and reports whether there was anything in it.
func (s *stream) send() (sent bool, err error) {
	if !s.Writer.Written() {
		s.Writer.WriteHeaderNow()
		s.Writer.Flush()
	}
	if s.part.Len() == 0 {
		return false, nil
	}
	if _, err := (httpserver.TimedWriter{Context: s.Context, Time: patience}).Write(s.part.Bytes()); err != nil {
		return false, err
	}
	s.Writer.Flush()
	s.part.Reset()
	return true, nil
}
