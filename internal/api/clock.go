package api

import "time"

// Clock answers GET and PUT /clock: a node's wall clock at the moment of the answer.
type Clock struct {
	Message string    `json:"message,omitempty"` // of PUT
	Offset  string    `json:"offset"`            // ahead of the machine's, such as "1m30s"
	Drift   string    `json:"drift"`             // by which it runs fast, such as "0.01%"
	Stopped bool      `json:"stopped"`           // it stands still
	Time    time.Time `json:"time"`              // by the clock
	Machine time.Time `json:"machine_time"`      // by the machine's
}

// ClockChange is the body of PUT /clock. What is nil stays as it is: the time goes on
// from where it is unless an Offset comes.
type ClockChange struct {
	Offset  *string `json:"offset,omitempty"`
	Drift   *string `json:"drift,omitempty"`
	Stopped *bool   `json:"stopped,omitempty"`
}
