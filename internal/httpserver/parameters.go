package httpserver

import (
	"fmt"
	"strconv"
	"time"

	"github.com/gin-gonic/gin"

	"networkmngr/internal/strictjson"
)

// Malformed is an error that wraps ErrMalformed and says what is wrong with a request.
func Malformed(format string, values ...any) error {
	return fmt.Errorf("%w: %s", ErrMalformed, fmt.Sprintf(format, values...))
}

// Number returns the parameter key of the query, from low to high, or missing
// without one. The error wraps ErrMalformed.
func Number(c *gin.Context, key string, missing, low, high uint64) (uint64, error) {
	text, given := c.GetQuery(key)
	if !given {
		return missing, nil
	}
	n, err := strconv.ParseUint(text, 10, 64)
	if err != nil || n < low || n > high {
		return 0, Malformed("%s is %.128q, want a number from %d to %s", key, text, low, strictjson.Bound(high))
	}
	return n, nil
}

// Bool returns the parameter key of the query, true or false, or false without one. The
// error wraps ErrMalformed.
func Bool(c *gin.Context, key string) (bool, error) {
	switch text := c.DefaultQuery(key, "false"); text {
	case "true":
		return true, nil
	case "false":
		return false, nil
	default:
		return false, Malformed("%s is %.64q, want true or false", key, text)
	}
}

// Moment returns the parameter key of the query, a time as RFC 3339 writes it, or missing
// without one. The error wraps ErrMalformed.
func Moment(c *gin.Context, key string, missing time.Time) (time.Time, error) {
	text, given := c.GetQuery(key)
	if !given {
		return missing, nil
	}
	at, err := time.Parse(time.RFC3339, text)
	if err != nil {
		return at, Malformed("%s is %.64q, want a time such as 2026-11-29T08:30:00.5Z", key, text)
	}
	return at, nil
}
