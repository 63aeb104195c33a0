package api

import (
	"context"
	"errors"
	"fmt"
	"net/http"

	"networkmngr/internal/api/guard"
	"networkmngr/internal/chain"
	"networkmngr/internal/consensus"
	"networkmngr/internal/mempool"
	"networkmngr/internal/node"
	"networkmngr/internal/types"
)

// Error is a refusal, as the server sends and the client returns it. Code is
// for programs and stays; the message is for people and may change.
type Error struct {
	Status  int    `json:"-"` // HTTP's
	Code    string `json:"code"`
	Message string `json:"message"`
}

func (e *Error) Error() string { return e.Message }

// errorForm is how an Error travels.
type errorForm struct {
	Error *Error `json:"error"`
}

var (
	// errMalformed is wrapped by every refusal of a body that is not the JSON
	// it should be, and of parameters.
	errMalformed = errors.New("malformed request")
	// errNotFound means that there is no such thing, or no such route.
	errNotFound = errors.New("not found")
	// errTooLarge means that a request has more in it than is taken.
	errTooLarge = errors.New("too large")
	// errBusy means that the same costly thing is being done for somebody else.
	errBusy = errors.New("busy")
	// errGone means that the client does not take the answer.
	errGone = errors.New("client is gone")
	// errPanic means that a handler has a bug; what it is stands in the log.
	errPanic = errors.New("handler panicked")
)

// refusals say what is answered to an error, the first that fits. Our own
// failures come first, as they may wrap what looks like the client's.
var refusals = []struct {
	err    error
	status int
	code   string
}{
	{chain.ErrStore, http.StatusInternalServerError, "store-failed"},
	{context.Canceled, http.StatusServiceUnavailable, "shutting-down"},
	{node.ErrStopping, http.StatusServiceUnavailable, "shutting-down"},
	{context.DeadlineExceeded, http.StatusServiceUnavailable, "timed-out"},
	{errGone, http.StatusServiceUnavailable, "client-gone"},

	{guard.ErrHost, http.StatusForbidden, "wrong-host"},
	{guard.ErrCrossSite, http.StatusForbidden, "cross-site"},
	{guard.ErrPrefetch, http.StatusForbidden, "prefetch"},
	{guard.ErrToken, http.StatusUnauthorized, "token-needed"},

	{errTooLarge, http.StatusRequestEntityTooLarge, "too-large"},
	{errBusy, http.StatusTooManyRequests, "busy"},
	{errMalformed, http.StatusBadRequest, "malformed"},
	{types.ErrJSON, http.StatusBadRequest, "malformed"},
	{errNotFound, http.StatusNotFound, "not-found"},
	{chain.ErrNotFound, http.StatusNotFound, "not-found"},

	{chain.ErrNotBetter, http.StatusConflict, "not-better"},
	{chain.ErrInvalidAncestor, http.StatusUnprocessableEntity, "invalid-ancestor"},
	{chain.ErrUnknownParent, http.StatusUnprocessableEntity, "unknown-parent"},

	{mempool.ErrKnown, http.StatusConflict, "already-pending"},
	{mempool.ErrFeeTooLow, http.StatusUnprocessableEntity, "fee-too-low"},
	{mempool.ErrFull, http.StatusTooManyRequests, "mempool-full"},
	{mempool.ErrTooMany, http.StatusTooManyRequests, "too-many-pending"},
}

// refusal is what is answered to err. A broken rule's code is the rule's name;
// what no row and no rule knows is our own fault.
func refusal(err error) *Error {
	var ready *Error
	if errors.As(err, &ready) {
		return ready
	}
	var size *http.MaxBytesError
	if errors.As(err, &size) {
		err = fmt.Errorf("%w: the body may have %d bytes", errTooLarge, size.Limit)
	}
	for _, row := range refusals {
		if errors.Is(err, row.err) {
			return &Error{row.status, row.code, message(row.status, err)}
		}
	}
	if rule, ok := consensus.Broken(err); ok {
		return &Error{http.StatusUnprocessableEntity, string(rule), err.Error()}
	}
	return &Error{http.StatusInternalServerError, "internal", message(http.StatusInternalServerError, err)}
}

// message leaves to the log what a client can do nothing about.
func message(status int, err error) string {
	if status == http.StatusInternalServerError {
		return "the node failed to do this; its log says why"
	}
	return err.Error()
}
