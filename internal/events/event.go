package events

import (
	"cmp"
	"encoding/json"
	"fmt"
	"time"
)

// Type names a kind of event, such as "block-connected".
type Type string

// Data is what an event says, one struct for each Type.
type Data interface{ Type() Type }

// Event is one thing that happened. A node's own stream leaves Node, Boot and Seq
// out: the manager adds them, as it knows the node by name and the stream that an
// event came from.
type Event struct {
	Offset  uint64    `json:"offset"`           // place in the stream: 1, 2, 3, … without a hole
	Time    time.Time `json:"time"`             // of the machine's clock, where it happened
	Claimed time.Time `json:"claimed,omitzero"` // by the node's own clock, where that differs by a second or more
	Type    Type      `json:"type"`             // of Data
	Node    string    `json:"node,omitempty"`   // name of the node that it happened on, such as "n0"; none is the manager's
	Boot    string    `json:"boot,omitempty"`   // that node's stream, another one after each start
	Seq     uint64    `json:"seq,omitempty"`    // offset in that stream
	Data    Data      `json:"data"`
}

// CompareNames orders names of nodes, n2 before n10.
func CompareNames(a, b string) int {
	return cmp.Or(cmp.Compare(len(a), len(b)), cmp.Compare(a, b))
}

// UnmarshalJSON reads the form that Event marshals to. A Type that is not known
// here, as a newer node may tell of, has an Unknown for its Data. The error is that of
// [json.Unmarshal].
func (e *Event) UnmarshalJSON(text []byte) error {
	type plain Event // without this method
	form := struct {
		*plain
		Data json.RawMessage `json:"data"`
	}{plain: (*plain)(e)}
	if err := json.Unmarshal(text, &form); err != nil {
		return err
	}
	data, err := decode(e.Type, form.Data)
	if err != nil {
		return fmt.Errorf("event %d: data of %s: %w", e.Offset, e.Type, err)
	}
	e.Data = data
	return nil
}

// Unknown is the data of a type that is not known here, as it came.
type Unknown struct {
	Of   Type
	JSON json.RawMessage
}

func (u Unknown) Type() Type { return u.Of }

// MarshalJSON returns the data as it came.
func (u Unknown) MarshalJSON() ([]byte, error) { return u.JSON, nil }
