package httpserver

import (
	"cmp"
	"fmt"
	"net/http"
	"time"

	"github.com/gin-gonic/gin"
)

// The server's end shortens the limits of running requests (connections.cutOff). One that
// is set at that moment would undo this, so each is set before it is asked whether the
// end has come: either the end is seen, or the end sees the limit.

// allowBody limits the time for the rest of a request to arrive. The error wraps
// errGone.
func allowBody(c *gin.Context, limit time.Duration) error {
	if c.Request.ContentLength == 0 {
		return nil
	}
	err := readUntil(c, time.Now().Add(cmp.Or(limit, bodyTimeout)))
	if c.Request.Context().Err() != nil {
		return readUntil(c, time.Now())
	}
	return err
}

// readUntil sets the time limit of reading, or takes it away if zero. The error
// wraps errGone: the connection is closed, as it gave way to another one while
// this request came. Every route returns it before it acts, so that the client
// may send the request again.
func readUntil(c *gin.Context, deadline time.Time) error {
	if err := http.NewResponseController(c.Writer).SetReadDeadline(deadline); err != nil {
		return fmt.Errorf("%w: %w", errGone, err)
	}
	return nil
}

// allowWrite limits the time for the client to read the next part of an answer. The error
// means that the connection is closed.
func allowWrite(c *gin.Context, limit time.Duration) error {
	control := http.NewResponseController(c.Writer)
	err := control.SetWriteDeadline(time.Now().Add(limit))
	if c.Request.Context().Err() != nil {
		return control.SetWriteDeadline(time.Now().Add(min(limit, lastWrite)))
	}
	return err
}
