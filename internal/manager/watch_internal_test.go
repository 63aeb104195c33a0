package manager

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/hashicorp/go-hclog"
	"github.com/stretchr/testify/require"

	"networkmngr/internal/config"
	"networkmngr/internal/events"
	"networkmngr/internal/lastrun"
)

// What follows from events that are there together is done once for them, before they count
// as seen.
func TestEventsThatAreThereTogetherAreSeenTogether(t *testing.T) {
	t.Parallel()
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

// So run.json is written once for nodes that have gone together, and not once for each.
func TestNodesThatGoTogetherAreRecordedTogether(t *testing.T) {
	t.Parallel()
	settings := config.DefaultManager()
	settings.Log.Folder = t.TempDir()
	run := filepath.Join(settings.Log.Folder, "run.json")
	require.NoError(t, os.Mkdir(run, 0o700)) // so that each attempt to write it is told of
	var log bytes.Buffer
	m := New(Options{Settings: settings, Logger: hclog.New(&hclog.LoggerOptions{Output: &log})}, nil)
	require.ErrorContains(t, m.recorder.Begin(lastrun.Record{}), "run.json")
	m.newWatch(events.Config{Stream: events.NewStream()})
	for _, node := range []string{"n0", "n1", "n2"} {
		m.watcher.tell(node, events.NodeDown{})
	}
	m.watcher.end()
	m.attend()
	require.Equal(t, 1, strings.Count(log.String(), "change of the nodes is not recorded"), log.String())
}
