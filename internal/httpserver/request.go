package httpserver

import (
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"time"

	"networkmngr/internal/strictjson"

	"github.com/gin-gonic/gin"
)

// orEnded replaces the error of a read that the server's end broke off by that end.
func orEnded(c *gin.Context, err error) error {
	var broken net.Error
	if ended := c.Request.Context().Err(); ended != nil && errors.As(err, &broken) && broken.Timeout() {
		return ended
	}
	return err
}

// allowSize limits the size of a request's body.
func allowSize(c *gin.Context, maxSize int64) error {
	if c.Request.ContentLength > maxSize {
		return &http.MaxBytesError{Limit: maxSize}
	}
	c.Request.Body = http.MaxBytesReader(c.Writer, c.Request.Body, maxSize)
	return nil
}

// noBody checks that a request has no body, in which a client may have put
// parameters. An empty JSON object passes, as many programs send one with every
// POST. The body is read in any case, as only then a client that hangs up is
// noticed.
func noBody(c *gin.Context) error {
	const enough = 4 << 10 // to see what it is
	if err := allowSize(c, enough); err != nil {
		return err
	}
	body, err := Body(c)
	if err != nil {
		return err
	}
	if text := strings.TrimSpace(string(body)); text != "" && text != "{}" {
		return fmt.Errorf("%w: %s takes no body, its parameters are part of the URL", ErrMalformed, c.Request.URL.Path)
	}
	return nil
}

// Body reads a whole body. The error wraps ErrMalformed, or is that of the
// connection.
func Body(c *gin.Context) ([]byte, error) {
	raw, err := io.ReadAll(c.Request.Body)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrMalformed, err)
	}
	return raw, Arrived(c)
}

// Decode reads a whole body, one JSON value, into v. The error wraps
// [strictjson.ErrMalformed], or is that of Body or of v's own UnmarshalJSON.
func Decode(c *gin.Context, v any) error {
	raw, err := Body(c)
	if err != nil {
		return err
	}
	return strictjson.Unmarshal(raw, v)
}

// DecodeIfAny is Decode for a body that may be missing: v stays as it is then. The error is
// as that of Decode.
func DecodeIfAny(c *gin.Context, v any) error {
	raw, err := Body(c)
	if err != nil || len(raw) == 0 {
		return err
	}
	return strictjson.Unmarshal(raw, v)
}

// Arrived must be called when a body has been read otherwise than by Body: the
// body's time limit must not break off a request with a slow answer. The error
// means that the connection is closed.
func Arrived(c *gin.Context) error { return readUntil(c, time.Time{}) }
