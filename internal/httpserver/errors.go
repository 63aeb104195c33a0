package httpserver

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"

	"networkmngr/internal/api"
	"networkmngr/internal/httpserver/guard"
	"networkmngr/internal/strictjson"
)

// Partial is Err with what was done before it. Its answer is that of Err, with the
// blocks beside it.
type Partial struct {
	Err    error
	Blocks any // that were mined
}

func (p *Partial) Error() string { return p.Err.Error() }

// Unwrap returns Err.
func (p *Partial) Unwrap() error { return p.Err }

var (
	// ErrMalformed means that a body or a parameter does not have the form that
	// it should.
	ErrMalformed = errors.New("malformed request")
	// ErrNotFound means that what is asked for, or the route, does not exist.
	ErrNotFound = errors.New("not found")
	// ErrTooLarge means that a request is larger than its route accepts.
	ErrTooLarge = errors.New("too large")
	// errEncoded means that a body is compressed.
	errEncoded = errors.New("the body must not be compressed")
	// errGone means that the client does not read the answer, or cannot.
	errGone = errors.New("client is gone")
	// errPanic means that a handler has a bug; the log has the stack.
	errPanic = errors.New("handler panicked")
)

// Refusal is the answer to an error that wraps Err.
type Refusal struct {
	Err    error
	Status int
	Code   string
}

// ends say in a client's words what Go says of the end of a request's time.
var ends = []struct {
	err  error
	says string
}{
	{context.Canceled, "the server ends, or the client has closed its side of the connection, which a request lasts as long as"},
	{context.DeadlineExceeded, "the time for this is over"},
}

// refusals are those of every server; the first that fits counts.
var refusals = []Refusal{
	{context.Canceled, http.StatusServiceUnavailable, "shutting-down"},
	{context.DeadlineExceeded, http.StatusServiceUnavailable, "timed-out"},
	{errGone, http.StatusServiceUnavailable, "client-gone"},

	{guard.ErrHost, http.StatusForbidden, "wrong-host"},
	{guard.ErrCrossSite, http.StatusForbidden, "cross-site"},
	{guard.ErrPrefetch, http.StatusForbidden, "prefetch"},
	{guard.ErrPart, http.StatusForbidden, "part-of-page"},
	{guard.ErrUnknownPage, http.StatusForbidden, "unknown-page"},
	{guard.ErrToken, http.StatusUnauthorized, "token-needed"},

	{ErrManyBodies, http.StatusTooManyRequests, "busy"},
	{errEncoded, http.StatusUnsupportedMediaType, "encoded-body"},
	{ErrTooLarge, http.StatusRequestEntityTooLarge, "too-large"},
	{ErrMalformed, http.StatusBadRequest, "malformed"},
	{strictjson.ErrMalformed, http.StatusBadRequest, "malformed"},
	{ErrNotFound, http.StatusNotFound, "not-found"},
}

// Find returns the answer of the first row that fits err, or nil.
func Find(rows []Refusal, err error) *api.Error {
	for _, row := range rows {
		if errors.Is(err, row.Err) {
			return &api.Error{Status: row.Status, Code: row.Code, Message: err.Error()}
		}
	}
	return nil
}

// inClientsWords has an answer to err say what ends has in the place of Go's words.
func inClientsWords(answer *api.Error, err error) *api.Error {
	for _, end := range ends {
		if errors.Is(err, end.err) {
			answer.Message = strings.Replace(answer.Message, end.err.Error(), end.says, 1)
		}
	}
	return answer
}

// refusal is the answer to err. The routes' own errors come first, as they may
// wrap one of the client's. An unknown error is the server's fault.
func (s *Server) refusal(err error) *api.Error {
	var ready *api.Error
	if errors.As(err, &ready) {
		return ready
	}
	var size *http.MaxBytesError
	if errors.As(err, &size) {
		err = fmt.Errorf("%w: the body may have %d bytes", ErrTooLarge, size.Limit)
	}
	var moved *guard.Moved
	if errors.As(err, &moved) {
		return &api.Error{Status: http.StatusTemporaryRedirect, Code: "moved", Message: err.Error()}
	}
	known := s.config.Refuse(err)
	if known == nil {
		known = inClientsWords(Find(refusals, err), err)
	}
	if known == nil {
		known = &api.Error{Status: http.StatusInternalServerError, Code: "internal"}
	}
	if known.Status == http.StatusInternalServerError {
		// A client can do nothing about the details.
		known.Message = "the server failed to do this; its log says why"
	}
	return known
}
