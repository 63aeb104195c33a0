package server

import (
	"errors"
	"net/http"

	"networkmngr/internal/api"
	"networkmngr/internal/chain"
	"networkmngr/internal/consensus"
	"networkmngr/internal/datafolder"
	"networkmngr/internal/httpserver"
	"networkmngr/internal/links"
	"networkmngr/internal/mempool"
	"networkmngr/internal/mining"
	"networkmngr/internal/node"
	"networkmngr/internal/transport"
	"networkmngr/internal/types"
	"networkmngr/internal/wallet"
)

// errBusy means that the same costly thing is being done for somebody else.
var errBusy = errors.New("busy")

// refusals say what is answered to a node's errors, the first that fits. Our
// own failures come first, as they may wrap what looks like the client's.
var refusals = []httpserver.Refusal{
	{Err: chain.ErrStore, Status: http.StatusInternalServerError, Code: "store-failed"},
	{Err: node.ErrStopping, Status: http.StatusServiceUnavailable, Code: "shutting-down"},
	{Err: errStuck, Status: http.StatusServiceUnavailable, Code: "stuck"},

	{Err: errManaged, Status: http.StatusConflict, Code: "managed"},
	{Err: datafolder.ErrBegun, Status: http.StatusConflict, Code: "chain-begun"},
	{Err: errClock, Status: http.StatusUnprocessableEntity, Code: "bad-clock"},
	{Err: mining.ErrSettings, Status: http.StatusUnprocessableEntity, Code: "bad-settings"},
	{Err: mining.ErrOff, Status: http.StatusConflict, Code: "mining-off"},
	{Err: mining.ErrClockBehind, Status: http.StatusConflict, Code: "clock-behind"},
	{Err: mining.ErrWithholds, Status: http.StatusConflict, Code: "withholding"},
	{Err: consensus.ErrParams, Status: http.StatusUnprocessableEntity, Code: "bad-settings"},
	{Err: links.ErrLink, Status: http.StatusUnprocessableEntity, Code: "bad-faults"},
	{Err: api.ErrFigure, Status: http.StatusUnprocessableEntity, Code: "bad-settings"},

	{Err: errBan, Status: http.StatusUnprocessableEntity, Code: "bad-ban"},
	{Err: transport.ErrBan, Status: http.StatusUnprocessableEntity, Code: "bad-ban"},
	{Err: ErrManySought, Status: http.StatusTooManyRequests, Code: "busy"},
	{Err: errBusy, Status: http.StatusTooManyRequests, Code: "busy"},
	{Err: types.ErrAddress, Status: http.StatusBadRequest, Code: "malformed"},
	{Err: wallet.ErrUnknownName, Status: http.StatusUnprocessableEntity, Code: "unknown-name"},
	{Err: chain.ErrNotFound, Status: http.StatusNotFound, Code: "not-found"},

	{Err: chain.ErrNotBetter, Status: http.StatusConflict, Code: "not-better"},
	{Err: chain.ErrInvalidAncestor, Status: http.StatusUnprocessableEntity, Code: "invalid-ancestor"},
	{Err: chain.ErrInvalidated, Status: http.StatusUnprocessableEntity, Code: "invalidated"},
	{Err: chain.ErrGenesisStays, Status: http.StatusUnprocessableEntity, Code: "genesis-stays"},
	{Err: chain.ErrManyInvalidated, Status: http.StatusUnprocessableEntity, Code: "too-many-invalidated"},
	{Err: chain.ErrUnknownParent, Status: http.StatusUnprocessableEntity, Code: "unknown-parent"},

	{Err: mempool.ErrKnown, Status: http.StatusConflict, Code: "already-pending"},
	{Err: mempool.ErrFeeTooLow, Status: http.StatusUnprocessableEntity, Code: "fee-too-low"},
	{Err: mempool.ErrFull, Status: http.StatusTooManyRequests, Code: "mempool-full"},
	{Err: mempool.ErrTooMany, Status: http.StatusTooManyRequests, Code: "too-many-pending"},
}

// refusal is what is answered to an error of a node. A broken rule's code is
// the rule's name.
func refusal(err error) *api.Error {
	if known := httpserver.Find(refusals, err); known != nil {
		return known
	}
	if rule, ok := consensus.Broken(err); ok {
		return &api.Error{Status: http.StatusUnprocessableEntity, Code: string(rule), Message: err.Error()}
	}
	return nil
}
