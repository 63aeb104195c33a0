package stream

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/hashicorp/go-hclog"
	"github.com/stretchr/testify/require"

	"networkmngr/internal/disk"
	"networkmngr/internal/events"
	"networkmngr/internal/events/archive"
	"networkmngr/internal/events/state"
)

const soon = time.Minute

// open goes on with the stream of a place, and keeps it.
func open(t *testing.T, place Place) *Stream {
	s, err := Open(place, nil, hclog.NewNullLogger())
	require.NoError(t, err)
	require.NoError(t, s.Keep())
	return s
}

// run has events told in a stream that nobody sees to, and closes it.
func run(s *Stream, nodes ...string) {
	s.Start(func(*events.Event) {}, func() {}, nil)
	for _, node := range nodes {
		s.Tell(node, events.NodePaused{})
	}
	s.Close(soon)
}

// told lists the nodes that a stream has told of.
func told(t *testing.T, s *Stream) (nodes []string) {
	require.NoError(t, s.Each([]events.Type{events.NodePaused{}.Type()}, func(e *events.Event) error {
		nodes = append(nodes, e.Node)
		return nil
	}))
	return nodes
}

// newPlace has folders of its own.
func newPlace(t *testing.T) Place { return Place{Data: t.TempDir(), Logs: t.TempDir(), Port: 4999} }

// What follows from events that are there together is done once for them, before they count
// as seen.
func TestEventsThatAreThereTogetherAreSeenTogether(t *testing.T) {
	s := New(nil)
	for range 3 {
		s.Tell("n0", events.NodeDown{})
	}
	s.end()
	var did []string
	s.attend(1, func(e *events.Event) { did = append(did, string(e.Type)) }, func() {
		if did = append(did, "caught up"); len(did) == 4 {
			require.Zero(t, s.seen)
		}
	})
	require.Equal(t, []string{"node-down", "node-down", "node-down", "caught up"}, did[:4])
	require.EqualValues(t, 3, s.seen)
}

func TestAStreamGoesOnWhereItIsKept(t *testing.T) {
	place := newPlace(t)
	first := open(t, place)
	require.Zero(t, first.Before())
	run(first, "n0", "n1")
	second := open(t, place)
	require.Equal(t, first.Log.Stream(), second.Log.Stream())
	require.False(t, second.Before().IsZero())
	run(second, "n2")
	require.Equal(t, []string{"n0", "n1", "n2"}, told(t, second))
	require.Equal(t, place.Logs, second.Folder())
}

func TestADataFolderWhoseEventsAreElsewhereHasAnotherStream(t *testing.T) {
	place := newPlace(t)
	first := open(t, place)
	run(first, "n0")
	second := open(t, Place{Data: place.Data, Logs: t.TempDir(), Port: place.Port})
	defer run(second)
	require.NotEqual(t, first.Log.Stream(), second.Log.Stream())
	require.Empty(t, told(t, second))
}

// Two managers have one log folder: the second goes on in a folder of its own, and there once it
// is alone as well.
func TestAStreamHasAFolderOfItsOwnWhereAnotherIsKept(t *testing.T) {
	other := newPlace(t)
	place := Place{Data: t.TempDir(), Logs: other.Logs, Port: other.Port + 1}
	held := open(t, other)
	first := open(t, place)
	own := filepath.Join(other.Logs, "events-5000")
	require.Equal(t, own, first.Folder())
	run(first, "n0")
	run(held)
	second := open(t, place)
	run(second)
	require.Equal(t, own, second.Folder())
	require.Equal(t, []string{"n0"}, told(t, second))
}

func TestAStreamIsInMemoryWhereNoPlaceIsFree(t *testing.T) {
	place := newPlace(t)
	for _, folder := range []string{place.Logs, place.own()} {
		require.NoError(t, os.MkdirAll(folder, 0o755))
		lock, err := disk.Lock(filepath.Join(folder, "events.lock"))
		require.NoError(t, err)
		defer lock.Close()
	}
	s := open(t, place)
	run(s, "n0")
	require.Empty(t, s.Folder())
	require.NoError(t, s.Unkept(), "it never was kept")
	require.NoFileExists(t, filepath.Join(place.Data, FileName), "there is nothing to go on with")
	parts, err := s.Parts()
	require.NoError(t, err)
	require.Empty(t, parts)
	require.Equal(t, []string{"n0"}, told(t, s))
}

func TestAwaitEndsWithItsContext(t *testing.T) {
	s := New(nil)
	defer run(s)
	ctx, cancel := context.WithCancelCause(t.Context())
	cancel(errors.New("enough"))
	require.ErrorIs(t, s.Await(ctx, func(*state.Fold) bool { return false }), context.Canceled)
}

// A terminal may stand still for good.
func TestCloseDoesNotWaitLongForWhoeverWatches(t *testing.T) {
	s, still := New(nil), make(chan struct{})
	defer close(still)
	var seen int
	s.Start(func(*events.Event) { seen++ }, func() {}, func(*events.Event) { <-still })
	s.Tell("n0", events.NodePaused{})
	s.Close(0)
	require.Equal(t, 1, seen, "the manager itself has seen it")
}

func TestPartsHaveOneName(t *testing.T) {
	for _, part := range []archive.Part{{First: 1}, {First: 1 << 63, Packed: true}} {
		read, err := parsePartName(PartName(part))
		require.NoError(t, err)
		require.Equal(t, part, read)
	}
	for _, name := range []string{"", "1.jsonl", "00000000000000000001", "00000000000000000001.gz", "-0000000000000000001.jsonl", "99999999999999999999.jsonl", "x.jsonl"} {
		require.ErrorIs(t, CheckPartName(name), ErrPartName, name)
	}
}
