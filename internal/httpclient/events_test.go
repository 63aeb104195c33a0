package httpclient

import (
	"errors"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func reading(take func(Event) error) streaming {
	return streaming{most: 1 << 16, heard: func() {}, take: take}
}

func read(t *testing.T, stream string) []Event {
	var got []Event
	require.NoError(t, reading(func(e Event) error {
		got = append(got, e)
		return nil
	}).read(strings.NewReader(stream)))
	return got
}

func TestReadEvents(t *testing.T) {
	got := read(t, ": hello\nevent: result\ndata: {\"a\":1}\n\nevent:done\ndata:one\ndata: two\nid: 7\n\n\n\ndata: bare\n\n")
	require.Equal(t, []Event{
		{Name: "result", Data: []byte(`{"a":1}`)}, {Name: "done", Data: []byte("one\ntwo"), ID: "7"}, {Data: []byte("bare")},
	}, got)
}

func TestACutEventIsNone(t *testing.T) {
	require.Len(t, read(t, "event: a\ndata: 1\n\nevent: b\ndata: 2\n"), 1)
}

func TestWhoTakesEventsMayEndThem(t *testing.T) {
	enough := errors.New("enough")
	taken := 0
	err := reading(func(Event) error { taken++; return enough }).read(strings.NewReader(strings.Repeat("data: x\n\n", 3)))
	require.ErrorIs(t, err, enough)
	require.Equal(t, 1, taken)
}

func TestAnEventIsBounded(t *testing.T) {
	for _, line := range []string{"x", "data: x\n"} { // of one line, and of many
		err := reading(func(Event) error { return nil }).read(endless(line))
		require.ErrorIs(t, err, ErrTooLong, line)
	}
}

// endless is a text again and again.
type endless string

func (e endless) Read(p []byte) (int, error) {
	whole := strings.Repeat(string(e), len(p)/len(e))
	return copy(p, whole), nil
}

func FuzzReadEvents(f *testing.F) {
	f.Add("event: a\ndata: 1\n\n")
	f.Add("data\n\n:\n\r\n")
	f.Fuzz(func(t *testing.T, stream string) {
		for _, e := range read(t, stream) {
			require.NotContains(t, e.Name, "\n")
		}
	})
}
