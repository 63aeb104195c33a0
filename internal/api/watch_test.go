package api

import (
	"bytes"
	"encoding/json"
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"networkmngr/internal/types"
)

// page is one of so many events.
func page(count int) EventPage {
	p := EventPage{Stream: "9f3c", Next: 7, Events: []json.RawMessage{}}
	for i := range count {
		p.Events = append(p.Events, fmt.Appendf(nil, `{"offset":%d,"type":"transaction-submitted","data":{"id":"%064x","sender":"<&>"}}`, i+1, i))
	}
	return p
}

// What is made of parts is what encoding/json makes of the form.
func TestEventPageInParts(t *testing.T) {
	for _, count := range []int{0, 1, 3} {
		want, err := types.MarshalPlain(page(count))
		require.NoError(t, err)
		parts, err := page(count).JSONParts()
		require.NoError(t, err)
		require.Equal(t, string(want)+"\n", string(bytes.Join(parts, nil)))
	}
}
