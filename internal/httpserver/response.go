package httpserver

import (
	"cmp"
	"errors"
	"fmt"
	"net/http"
	"runtime/debug"
	"time"

	"github.com/gin-gonic/gin"

	"networkmngr/internal/api"
	"networkmngr/internal/httpserver/guard"
)

// observe logs and tells of every request, and a panic ends only its own request.
func (s *Server) observe(c *gin.Context) {
	start := time.Now()
	defer func() {
		reason := recover()
		if err, _ := reason.(error); reason != nil && !errors.Is(err, http.ErrAbortHandler) {
			s.log.Error("request panicked", "method", c.Request.Method, "path", c.Request.URL.EscapedPath(),
				"panic", reason, "stack", string(debug.Stack()))
			reason = s.answerPanic(c)
		}
		took := time.Since(start)
		s.log.Debug("request answered", "method", c.Request.Method, "path", c.Request.URL.EscapedPath(),
			"status", c.Writer.Status(), "duration", took)
		s.config.Answered(Answered{Method: c.Request.Method, Route: c.FullPath(), Status: c.Writer.Status(), Took: took})
		if reason != nil {
			panic(http.ErrAbortHandler)
		}
	}()
	c.Next()
}

// answerPanic answers after a panic. If the answer was begun, it can only be
// broken off, and answerPanic returns the reason.
func (s *Server) answerPanic(c *gin.Context) any {
	if c.Writer.Written() {
		return http.ErrAbortHandler
	}
	_ = Answer(c, http.StatusInternalServerError, api.ErrorForm{Error: s.refusal(errPanic)})
	return nil
}

// refuse answers with an error. An answer that was begun is broken off so that
// the client sees that it is incomplete.
func (s *Server) refuse(c *gin.Context, err error) {
	refused := s.refusal(err)
	if refused.Status == http.StatusInternalServerError {
		s.log.Error("request failed", "method", c.Request.Method, "path", c.Request.URL.EscapedPath(), "error", err)
	}
	if c.Writer.Written() {
		panic(http.ErrAbortHandler)
	}
	explain(c, refused.Status, err)
	form := api.ErrorForm{Error: s.reworded(refused)}
	var partial *Partial
	if errors.As(err, &partial) {
		form.Blocks = partial.Blocks
	}
	_ = Answer(c, refused.Status, form)
}

func (s *Server) reworded(refused *api.Error) *api.Error {
	if s.config.Reword == nil {
		return refused
	}
	reworded := *refused
	reworded.Message = s.config.Reword(refused.Message)
	return &reworded
}

// explain sets the headers that go with a refusal.
func explain(c *gin.Context, status int, err error) {
	var moved *guard.Moved
	switch {
	case errors.As(err, &moved):
		c.Header("Location", moved.URL)
		c.Header("Cache-Control", "no-store")
	case status == http.StatusUnauthorized:
		c.Header("WWW-Authenticate", "Bearer")
	case status == http.StatusUnsupportedMediaType:
		c.Header("Accept-Encoding", "identity") // RFC 9110, 15.5.16
	}
}

// Answer sends v as JSON without HTML escapes, so that a transaction's data is as
// it was signed. It ignores a client that is gone, and returns nil: a handler's last
// word.
func Answer(c *gin.Context, status int, v any) error {
	_ = allowWrite(c, writeTimeout)
	c.PureJSON(status, v)
	return nil
}

// InParts makes its JSON itself, as encoding/json has it without HTML escapes: for what has
// megabytes that are JSON already, which encoding/json would go over again.
type InParts interface{ JSONParts() ([][]byte, error) }

// AnswerInParts is as Answer.
func AnswerInParts(c *gin.Context, status int, v InParts) error {
	parts, err := v.JSONParts()
	if err != nil {
		return err
	}
	_ = allowWrite(c, writeTimeout)
	c.Header("Content-Type", "application/json; charset=utf-8")
	c.Status(status)
	for _, part := range parts {
		_, _ = c.Writer.Write(part)
	}
	return nil
}

// TimedWriter sends parts of an answer, with a time limit for each.
type TimedWriter struct {
	Context *gin.Context
	Time    time.Duration // for each part, 0 for the usual
}

// Write sends one part. The error means that the client does not read it.
func (w TimedWriter) Write(part []byte) (int, error) {
	if err := allowWrite(w.Context, cmp.Or(w.Time, writeTimeout)); err != nil {
		return 0, err
	}
	n, err := w.Context.Writer.Write(part)
	if err != nil {
		return n, fmt.Errorf("%w: %w", errGone, err)
	}
	return n, nil
}
