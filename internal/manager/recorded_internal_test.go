package manager

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/hashicorp/go-hclog"
	"github.com/stretchr/testify/require"

	"networkmngr/internal/config"
	"networkmngr/internal/events"
	"networkmngr/internal/lastrun"
	"networkmngr/internal/manager/stream"
)

// run.json is written once for nodes that have gone together, and not once for each.
func TestNodesThatGoTogetherAreRecordedTogether(t *testing.T) {
	t.Parallel()
	settings := config.DefaultManager()
	settings.Log.Folder = t.TempDir()
	run := filepath.Join(settings.Log.Folder, "run.json")
	require.NoError(t, os.Mkdir(run, 0o700)) // so that each attempt to write it is told of
	var log bytes.Buffer
	m := New(Options{Settings: settings, Logger: hclog.New(&hclog.LoggerOptions{Output: &log})}, nil)
	require.ErrorContains(t, m.recorder.Begin(lastrun.Record{}), "run.json")
	m.stream = stream.New(m.resolve)
	for _, node := range []string{"n0", "n1", "n2"} {
		m.stream.Tell(node, events.NodeDown{})
	}
	m.stream.Start(m.see, m.recordSeen, nil)
	m.stream.Close(time.Minute)
	require.Equal(t, 1, strings.Count(log.String(), "change of the nodes is not recorded"), log.String())
}
