package httpserver

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"

	"networkmngr/internal/httpserver/guard"
)

// Error is a refusal, as a server sends and a client returns it. Code is for
// programs and stays; the message is for people and may change.
type Error struct {
	Status  int    `json:"-"` // HTTP's
	Code    string `json:"code"`
	Message string `json:"message"`

	// Blocks are those of a Partial, as a client has read them; or nil.
	Blocks json.RawMessage `json:"-"`
}

func (e *Error) Error() string { return e.Message }

// ErrorForm is how an Error travels.
type ErrorForm struct {
	Error  *Error `json:"error"`
	Blocks any    `json:"blocks,omitempty"` // of a Partial
}

// Partial is what was done before Err put an end to it. Its answer is that of
// Err, with the blocks beside it.
type Partial struct {
	Err    error
	Blocks any // that were mined
}

func (p *Partial) Error() string { return p.Err.Error() }

// Unwrap returns what put an end to it.
func (p *Partial) Unwrap() error { return p.Err }

var (
	// ErrMalformed is wrapped by every refusal of a body that is not the JSON
	// it should be, and of parameters.
	ErrMalformed = errors.New("malformed request")
	// ErrNotFound means that there is no such thing, or no such route.
	ErrNotFound = errors.New("not found")
	// ErrTooLarge means that a request has more in it than is taken.
	ErrTooLarge = errors.New("too large")
	// errGone means that the client does not take the answer.
	errGone = errors.New("client is gone")
	// errPanic means that a handler has a bug; what it is stands in the log.
	errPanic = errors.New("handler panicked")
)

// Refusal says what is answered to an error that wraps Err.
type Refusal struct {
	Err    error
	Status int
	Code   string
}

// refusals are those that every server knows, the first that fits.
var refusals = []Refusal{
	{context.Canceled, http.StatusServiceUnavailable, "shutting-down"},
	{context.DeadlineExceeded, http.StatusServiceUnavailable, "timed-out"},
	{errGone, http.StatusServiceUnavailable, "client-gone"},

	{guard.ErrHost, http.StatusForbidden, "wrong-host"},
	{guard.ErrCrossSite, http.StatusForbidden, "cross-site"},
	{guard.ErrPrefetch, http.StatusForbidden, "prefetch"},
	{guard.ErrToken, http.StatusUnauthorized, "token-needed"},

	{errManyBodies, http.StatusTooManyRequests, "busy"},
	{ErrTooLarge, http.StatusRequestEntityTooLarge, "too-large"},
	{ErrMalformed, http.StatusBadRequest, "malformed"},
	{ErrNotFound, http.StatusNotFound, "not-found"},
}

// Find gives the answer of the first row that fits err, or nil.
func Find(rows []Refusal, err error) *Error {
	for _, row := range rows {
		if errors.Is(err, row.Err) {
			return &Error{Status: row.Status, Code: row.Code, Message: err.Error()}
		}
	}
	return nil
}

// refusal is what is answered to err. The routes' own errors come first, as
// they may wrap what looks like the client's. What nobody knows is our fault.
func (s *Server) refusal(err error) *Error {
	var ready *Error
	if errors.As(err, &ready) {
		return ready
	}
	var size *http.MaxBytesError
	if errors.As(err, &size) {
		err = fmt.Errorf("%w: the body may have %d bytes", ErrTooLarge, size.Limit)
	}
	known := s.config.Refuse(err)
	if known == nil {
		known = Find(refusals, err)
	}
	if known == nil {
		known = &Error{Status: http.StatusInternalServerError, Code: "internal"}
	}
	if known.Status == http.StatusInternalServerError {
		// A client can do nothing about the details.
		known.Message = "the server failed to do this; its log says why"
	}
	return known
}
