package server

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"

	"github.com/gin-gonic/gin"

	"networkmngr/internal/api"
	"networkmngr/internal/httpserver"
	"networkmngr/internal/types"
)

// decode reads the one JSON value that the body must be into v.
func decode(c *gin.Context, v any) error {
	raw, err := httpserver.Body(c)
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
		return fmt.Errorf("%w: something follows the JSON value", httpserver.ErrMalformed)
	case !errors.Is(err, io.EOF):
		return malformed(err)
	}
	return nil
}

// malformed classes what a JSON decoder complains about.
func malformed(err error) error {
	if errors.Is(err, io.EOF) {
		return fmt.Errorf("%w: the body is empty, want JSON", httpserver.ErrMalformed)
	}
	if errors.Is(err, types.ErrJSON) || errors.Is(err, httpserver.ErrMalformed) {
		return err // says so itself
	}
	return fmt.Errorf("%w: %w", httpserver.ErrMalformed, types.PlainJSONError(err))
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
	first, err := httpserver.Number(c, "from", 0, 0, farthest)
	if err != nil {
		return 0, 0, err
	}
	count, err := httpserver.Number(c, "limit", usual, 1, most)
	return int(first), int(count), err
}

// rowLimit reads ?limit= for such a list.
func rowLimit(c *gin.Context) (int, error) {
	const usual = 20
	limit, err := httpserver.Number(c, "limit", usual, 1, api.MaxRows)
	return int(limit), err
}
