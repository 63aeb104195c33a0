package httpserver

import (
	"errors"
	"fmt"
	"net/http"
	"runtime/debug"
	"time"

	"github.com/gin-gonic/gin"
)

// observe logs every request, and keeps a panic from ending more than the
// request that it happened in.
func (s *Server) observe(c *gin.Context) {
	start := time.Now()
	defer func() {
		reason := recover()
		if reason != nil && reason != http.ErrAbortHandler {
			s.log.Error("request panicked", "method", c.Request.Method, "path", c.Request.URL.EscapedPath(),
				"panic", reason, "stack", string(debug.Stack()))
			reason = s.answerPanic(c)
		}
		s.log.Debug("request answered", "method", c.Request.Method, "path", c.Request.URL.EscapedPath(),
			"status", c.Writer.Status(), "duration", time.Since(start))
		if reason != nil {
			panic(http.ErrAbortHandler)
		}
	}()
	c.Next()
}

// answerPanic answers after a panic. If the answer was begun, it can only be
// broken off, and apologise gives the reason to.
func (s *Server) answerPanic(c *gin.Context) any {
	if c.Writer.Written() {
		return http.ErrAbortHandler
	}
	Answer(c, http.StatusInternalServerError, ErrorForm{Error: s.refusal(errPanic)})
	return nil
}

// refuse answers with an error. An answer that was begun is broken off so that
// the client sees that it is not whole.
func (s *Server) refuse(c *gin.Context, err error) {
	refused := s.refusal(err)
	if refused.Status == http.StatusInternalServerError {
		s.log.Error("request failed", "method", c.Request.Method, "path", c.Request.URL.EscapedPath(), "error", err)
	}
	if c.Writer.Written() {
		panic(http.ErrAbortHandler)
	}
	if refused.Status == http.StatusUnauthorized {
		c.Header("WWW-Authenticate", "Bearer")
	}
	form := ErrorForm{Error: refused}
	var partial *Partial
	if errors.As(err, &partial) {
		form.Blocks = partial.Blocks
	}
	Answer(c, refused.Status, form)
}

// Answer sends v as JSON, not escaped for HTML: the data of a transaction must
// come out as it was signed. A client that is gone is nobody's error.
func Answer(c *gin.Context, status int, v any) {
	_ = http.NewResponseController(c.Writer).SetWriteDeadline(time.Now().Add(writeTimeout))
	c.PureJSON(status, v)
}

// TimedWriter sends parts of an answer, and gives the client some time for
// each. Its error is one of the client.
type TimedWriter struct{ Context *gin.Context }

func (w TimedWriter) Write(part []byte) (int, error) {
	if err := w.allow(); err != nil {
		return 0, err
	}
	n, err := w.Context.Writer.Write(part)
	if err != nil {
		return n, fmt.Errorf("%w: %w", errGone, err)
	}
	return n, nil
}

// allow gives the time that one part may take. The server's end, which shortens
// it, comes before this looks for it, or after and sees what this has set.
func (w TimedWriter) allow() error {
	control := http.NewResponseController(w.Context.Writer)
	err := control.SetWriteDeadline(time.Now().Add(writeTimeout))
	if w.Context.Request.Context().Err() != nil {
		err = control.SetWriteDeadline(time.Now().Add(lastWrite))
	}
	return err
}
