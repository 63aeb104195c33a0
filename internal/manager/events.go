package manager

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"

	"github.com/gin-gonic/gin"

	"networkmngr/internal/api"
	"networkmngr/internal/httpserver"
)

const eventStream = "text/event-stream"

// wantsEvents reports whether the client asks for server-sent events.
func wantsEvents(c *gin.Context) bool {
	return strings.Contains(c.GetHeader("Accept"), eventStream)
}

// stream sends each result of a session as an event as it comes, and the
// report as the last one.
func stream(c *gin.Context, s *session) error {
	c.Header("Content-Type", eventStream)
	c.Header("Cache-Control", "no-store")
	c.Status(http.StatusOK)
	known := 0
	for {
		results, all, moved, final := s.since(known)
		known = all
		for _, result := range results {
			if err := send(c, api.ResultEvent, result); err != nil {
				return err
			}
		}
		if final {
			<-s.done
			return send(c, api.DoneEvent, s.answer())
		}
		c.Writer.Flush()
		select {
		case <-moved:
		case <-c.Request.Context().Done():
			return c.Request.Context().Err()
		}
	}
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
