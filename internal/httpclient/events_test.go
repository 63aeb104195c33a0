package httpclient

import (
	"errors"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func read(t *testing.T, stream string) []Event {
	var got []Event
	require.NoError(t, readEvents(strings.NewReader(stream), func() {}, func(e Event) error {
		got = append(got, e)
		return nil
	}))
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
	err := readEvents(strings.NewReader(strings.Repeat("data: x\n\n", 3)), func() {}, func(Event) error { taken++; return enough })
	require.ErrorIs(t, err, enough)
	require.Equal(t, 1, taken)
}

func TestAnEventIsBounded(t *testing.T) {
	err := readEvents(endless{}, func() {}, func(Event) error { return nil })
	require.ErrorContains(t, err, "too long")
}

type endless struct{}

func (endless) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = 'x'
	}
	return len(p), nil
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
