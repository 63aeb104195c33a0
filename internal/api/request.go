package api

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"time"

	"github.com/gin-gonic/gin"
)

// allowTime limits how long the rest of a request may take to come.
func allowTime(c *gin.Context, most int64) error {
	limit := bodyTimeout
	if most == chainBody {
		limit = chainTimeout
	}
	if c.Request.ContentLength == 0 {
		return nil
	}
	return http.NewResponseController(c.Writer).SetReadDeadline(time.Now().Add(limit))
}

// allowSize limits the size of a request's body.
func allowSize(c *gin.Context, most int64) error {
	if most > 0 && c.Request.ContentLength > most {
		return &http.MaxBytesError{Limit: most}
	}
	c.Request.Body = http.MaxBytesReader(c.Writer, c.Request.Body, most)
	return nil
}

// arrived ends allowTime: its deadline must not break off a request that waits
// for a long answer.
func arrived(c *gin.Context) error {
	return http.NewResponseController(c.Writer).SetReadDeadline(time.Time{})
}

// readBody reads a whole body.
func readBody(c *gin.Context) ([]byte, error) {
	raw, err := io.ReadAll(c.Request.Body)
	if err != nil {
		return nil, malformed(err)
	}
	return raw, arrived(c)
}

// decode reads the one JSON value that the body must be into v.
func decode(c *gin.Context, v any) error {
	raw, err := readBody(c)
	if err != nil {
		return err
	}
	return unmarshal(raw, v)
}

// unmarshal reads one JSON value into v, and refuses unknown keys.
func unmarshal(text []byte, v any) error {
	dec := json.NewDecoder(bytes.NewReader(text))
	dec.DisallowUnknownFields()
	if err := dec.Decode(v); err != nil {
		return malformed(err)
	}
	return ended(dec)
}

// ended checks that nothing follows the value that dec has read.
func ended(dec *json.Decoder) error {
	switch _, err := dec.Token(); {
	case err == nil:
		return fmt.Errorf("%w: something follows the JSON value", errMalformed)
	case !errors.Is(err, io.EOF):
		return malformed(err)
	}
	return nil
}

// malformed classes what a JSON decoder complains about.
func malformed(err error) error {
	if errors.Is(err, io.EOF) {
		return fmt.Errorf("%w: the body is empty, want JSON", errMalformed)
	}
	return fmt.Errorf("%w: %w", errMalformed, err)
}

// number is the parameter key of the query, from least to most, or missing if
// it is not there.
func number(c *gin.Context, key string, missing, least, most uint64) (uint64, error) {
	text, given := c.GetQuery(key)
	if !given {
		return missing, nil
	}
	n, err := strconv.ParseUint(text, 10, 64)
	if err != nil || n < least || n > most {
		return 0, fmt.Errorf("%w: %s is %q, want a number from %d to %d", errMalformed, key, text, least, most)
	}
	return n, nil
}

// page cuts what ?from= and ?limit= ask for out of a list. The limit is 100 if
// none is given.
func page[T any](c *gin.Context, list []T) ([]T, error) {
	from, limit, err := pageOf(c)
	if err != nil {
		return nil, err
	}
	from = min(from, len(list))
	return append([]T{}, list[from:min(from+limit, len(list))]...), nil
}

// pageOf reads ?from= and ?limit=.
func pageOf(c *gin.Context) (from, limit int, err error) {
	const usual, most, farthest = 100, 500, 1 << 31
	first, err := number(c, "from", 0, 0, farthest)
	if err != nil {
		return 0, 0, err
	}
	count, err := number(c, "limit", usual, 1, most)
	return int(first), int(count), err
}
