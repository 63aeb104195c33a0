package api

import "encoding/json"

// Error is an error as a server answers with it and a client returns it. Code is
// for programs and stays; the message is for users and may change.
type Error struct {
	Status  int    `json:"-"` // HTTP's
	Code    string `json:"code"`
	Message string `json:"message"`

	// Blocks are those of a Partial, as a client has read them, or nil.
	Blocks json.RawMessage `json:"-"`
}

func (e *Error) Error() string { return e.Message }

// ErrorForm is the body of an answer with an Error.
type ErrorForm struct {
	Error  *Error `json:"error"`
	Blocks any    `json:"blocks,omitempty"` // of a Partial
}
