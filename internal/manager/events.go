package manager

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"

	"github.com/gin-gonic/gin"

	"networkmngr/internal/api"
	"networkmngr/internal/events"
	"networkmngr/internal/httpserver"
	"networkmngr/internal/manager/session"
)

// errOver means that the last event of a session was read.
var errOver = errors.New("the mining session is over")

const eventStream = "text/event-stream"

// wantsEvents reports whether the client asks for server-sent events.
func wantsEvents(c *gin.Context) bool {
	return strings.Contains(c.GetHeader("Accept"), eventStream)
}

// reconnects reports whether a browser asks anew for the events of a session whose
// connection has ended, as it does by itself.
func reconnects(c *gin.Context) bool { return wantsEvents(c) && c.GetHeader("Last-Event-ID") != "" }

// beginStream begins an answer of server-sent events.
func beginStream(c *gin.Context) {
	c.Header("Content-Type", eventStream)
	c.Header("Cache-Control", "no-store")
	c.Header("X-Accel-Buffering", "no") // a proxy such as nginx must not hold events back
	c.Status(http.StatusOK)
}

// answerSession sends each result of a session as an event as it comes, and the
// report as the last one.
func (m *Manager) answerSession(c *gin.Context, s *session.Session) error {
	beginStream(c)
	if _, err := fmt.Fprintf(httpserver.TimedWriter{Context: c}, "id: %d\n\n", s.From); err != nil {
		return err
	}
	c.Writer.Flush()
	types := events.Filter{Types: []events.Type{events.MiningResult{}.Type(), events.MiningStopped{}.Type()}}
	err := m.stream.Follow(c.Request.Context(), s.From, types, func(e *events.Event) error {
		switch data := e.Data.(type) {
		case events.MiningResult:
			defer c.Writer.Flush()
			return send(c, api.ResultEvent, resultOf(data))
		case events.MiningStopped:
			if e.Node == "" {
				return errOver
			}
		}
		return nil
	})
	if !errors.Is(err, errOver) {
		return err
	}
	<-s.Done()
	return send(c, api.DoneEvent, s.Report())
}

func resultOf(told events.MiningResult) api.MiningResult {
	result := api.MiningResult{Node: told.Address, Seconds: told.Seconds}
	if told.Block != nil {
		result.Index, result.Hash = &told.Block.Index, &told.Block.Hash
	}
	if told.Error != "" {
		result.Error = &told.Error
	}
	return result
}

// send writes one event.
func send(c *gin.Context, name string, v any) error {
	var data bytes.Buffer
	enc := json.NewEncoder(&data) // ends with a newline, and has no other
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil {
		return err
	}
	_, err := fmt.Fprintf(httpserver.TimedWriter{Context: c}, "event: %s\ndata: %s\n", name, &data)
	return err
}
