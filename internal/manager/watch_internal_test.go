package manager

import (
	"testing"

	"github.com/stretchr/testify/require"

	"networkmngr/internal/events"
)

// What follows from events that are there together is done once for them, before they count
// as seen.
func TestEventsThatAreThereTogetherAreSeenTogether(t *testing.T) {
	m := new(Manager)
	m.newWatch(events.Config{Stream: events.NewStream()})
	w := m.watcher
	for range 3 {
		w.tell("n0", events.NodeDown{})
	}
	w.end()
	var did []string
	w.attend(func(e *events.Event) { did = append(did, string(e.Type)) }, func() {
		if did = append(did, "caught up"); len(did) == 4 {
			require.Zero(t, w.seen)
		}
	})
	require.Equal(t, []string{"node-down", "node-down", "node-down", "caught up"}, did[:4])
	require.EqualValues(t, 3, w.seen)
}
