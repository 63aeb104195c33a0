package strictjson

import (
	"encoding/json"
	"fmt"
)

// List reads a list item by item: one that is not what it should be is left out. It is for
// files that programs write, of which one bad item is no reason to lose the rest.
type List[T any] struct {
	Items []T
	Left  []error // why items were left out; each wraps ErrMalformed
}

// UnmarshalJSON reads a list. The error, which wraps ErrMalformed, is that of what is none.
func (l *List[T]) UnmarshalJSON(text []byte) error {
	var raw []json.RawMessage
	if err := json.Unmarshal(text, &raw); err != nil {
		return Malformed(err)
	}
	*l = List[T]{}
	for i, item := range raw {
		var v T
		if err := Unmarshal(item, &v); err != nil {
			l.Left = append(l.Left, fmt.Errorf("item %d: %w", i, err))
			continue
		}
		l.Items = append(l.Items, v)
	}
	return nil
}
