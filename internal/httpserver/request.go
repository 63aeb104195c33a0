package httpserver

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/gin-gonic/gin"
)

// allowTime limits how long the rest of a request may take to come.
func allowTime(c *gin.Context, limit time.Duration) error {
	if c.Request.ContentLength == 0 {
		return nil
	}
	deadline := time.Now().Add(cmp.Or(limit, bodyTimeout))
	return http.NewResponseController(c.Writer).SetReadDeadline(deadline)
}

// orEnded gives the end of the server in the place of a read that it broke off.
func orEnded(c *gin.Context, err error) error {
	var broken net.Error
	if ended := c.Request.Context().Err(); ended != nil && errors.As(err, &broken) && broken.Timeout() {
		return ended
	}
	return err
}

// allowSize limits the size of a request's body.
func allowSize(c *gin.Context, most int64) error {
	if c.Request.ContentLength > most {
		return &http.MaxBytesError{Limit: most}
	}
	c.Request.Body = http.MaxBytesReader(c.Writer, c.Request.Body, most)
	return nil
}

// noBody makes sure that a request has no body, in which somebody may have put
// parameters. An empty JSON object passes, as many programs send one with every
// POST. The body is read in any case, since only then a client that hangs up is
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

// Body reads a whole body.
func Body(c *gin.Context) ([]byte, error) {
	raw, err := io.ReadAll(c.Request.Body)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrMalformed, err)
	}
	return raw, Arrived(c)
}

// Arrived must be called when a body has been read otherwise than by Body: the
// time that it was given must not break off a request that waits for a long
// answer.
func Arrived(c *gin.Context) error {
	return http.NewResponseController(c.Writer).SetReadDeadline(time.Time{})
}

// Number is the parameter key of the query, from least to most, or missing if
// it is not there.
func Number(c *gin.Context, key string, missing, least, most uint64) (uint64, error) {
	text, given := c.GetQuery(key)
	if !given {
		return missing, nil
	}
	n, err := strconv.ParseUint(text, 10, 64)
	if err != nil || n < least || n > most {
		return 0, fmt.Errorf("%w: %s is %.128q, want a number from %d to %d", ErrMalformed, key, text, least, most)
	}
	return n, nil
}
