package manager_test

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"networkmngr/internal/api"
	"networkmngr/internal/events"
	"networkmngr/internal/lastrun"
	"networkmngr/internal/launch"
)

// unrecorded is what the log says of a record that cannot be written.
var unrecorded = regexp.MustCompile(`\[WARN\]  (.*) is not recorded`)

func (h *harness) record() *lastrun.Record {
	r, err := lastrun.Read(h.config.Settings.Log.Folder)
	require.NoError(h, err)
	require.NotNil(h, r)
	return r
}

func TestTheRunIsRecorded(t *testing.T) {
	t.Parallel()
	h := start(t, 2, func(h *harness) { h.config.Settings.Token = "secret-enough-for-me" })
	r := h.record()
	require.Equal(t, api.Running, r.State)
	require.Equal(t, os.Getpid(), r.PID)
	require.Equal(t, h.summary.URL, r.URL)
	require.Equal(t, h.summary.Data, r.Data)
	require.True(t, r.Temporary)
	require.True(t, filepath.IsAbs(r.Logs))
	require.Equal(t, "networkmngr test", r.Software)
	require.Nil(t, r.EndedAt)
	require.Equal(t, r.Settings["lab"], r.Lab)
	require.EqualValues(t, 2, r.Settings["amount"])
	require.Len(t, r.Nodes, 2)
	require.Equal(t, h.node(1).self, r.Nodes[1].NodeInfo)
	text, err := os.ReadFile(filepath.Join(r.Logs, "run.json"))
	require.NoError(t, err)
	require.NotContains(t, string(text), "secret-enough-for-me")
	var keys []string
	for key := range object(t, string(text)) {
		keys = append(keys, key)
	}
	require.ElementsMatch(t, []string{"state", "software", "pid", "url", "started_at", "ready_at", "ended_at",
		"logs", "log_file", "events", "data", "temporary", "lab", "settings", "nodes"}, keys)

	h.launcher.process(h.port(0)).Die(launch.Exit{Code: 2}, "")
	h.eventually(func() bool { return h.record().Nodes[0].State == api.Exited }, "recorded")
	require.Equal(t, 2, h.record().Nodes[0].Exit.Code)

	require.NoError(t, h.stop())
	r = h.record()
	require.Equal(t, lastrun.Ended, r.State)
	require.False(t, r.EndedAt.Before(r.StartedAt))
	require.Equal(t, 2, r.Nodes[0].Exit.Code)
	require.Equal(t, 0, r.Nodes[1].Exit.Code)
}

// Of two managers with one log folder, the one that started last is recorded.
func TestTheLastRunHasTheRecord(t *testing.T) {
	t.Parallel()
	first := start(t, 1)
	second := start(t, 1, func(h *harness) { h.config.Settings.Log.Folder = first.config.Settings.Log.Folder })
	require.Equal(t, second.summary.URL, second.record().URL)
	require.NoError(t, first.stop())
	r := second.record()
	require.Equal(t, api.Running, r.State)
	require.Equal(t, second.summary.URL, r.URL)
	require.NoError(t, second.stop())
	require.Equal(t, lastrun.Ended, second.record().State)
}

// The one that started first is found again once the other one has ended.
func TestTheFirstRunKeepsItsRecord(t *testing.T) {
	t.Parallel()
	first := start(t, 1)
	second := start(t, 1, func(h *harness) { h.config.Settings.Log.Folder = first.config.Settings.Log.Folder })
	require.NoError(t, second.stop())
	require.Equal(t, first.summary.URL, first.record().URL)
	require.Equal(t, api.Running, first.record().State)
	all, err := lastrun.All(first.config.Settings.Log.Folder)
	require.NoError(t, err)
	require.Len(t, all, 2)
}

// A network whose run cannot be recorded is one all the same. Each attempt is told of: there is
// one when the network stands, one for a node that goes, and one for the network's end with all
// nodes that go at it.
func TestARecordThatCannotBeWritten(t *testing.T) {
	t.Parallel()
	h := start(t, 4, func(h *harness) {
		require.NoError(t, os.MkdirAll(filepath.Join(h.config.Settings.Log.Folder, "run.json", "x"), 0o755))
	})
	h.requireUnrecorded("run")
	h.launcher.process(h.port(0)).Die(launch.Exit{Code: 2}, "")
	h.eventually(func() bool { return strings.Contains(h.log.String(), "nodes is not recorded") }, "tried to")
	require.NoError(t, h.stop())
	h.requireUnrecorded("run", "change of the nodes", "end of the run")
}

// requireUnrecorded checks what could not be recorded until now, in the order of the attempts.
func (h *harness) requireUnrecorded(want ...string) {
	h.Helper()
	var got []string
	for _, found := range unrecorded.FindAllStringSubmatch(h.log.String(), -1) {
		got = append(got, found[1])
	}
	require.Equal(h, want, got)
}

func TestProgressOfAStart(t *testing.T) {
	t.Parallel()
	var told []events.NetworkStarting
	h := start(t, 3, func(h *harness) {
		h.config.Watch = func(e *events.Event) {
			if p, ok := e.Data.(events.NetworkStarting); ok {
				told = append(told, p)
			}
		}
	})
	require.NoError(t, h.stop())
	var want []events.NetworkStarting
	for _, doing := range []string{"starting nodes", "telling nodes of each other", "connecting nodes"} {
		for done := range 4 {
			want = append(want, events.NetworkStarting{Doing: doing, Done: done, Nodes: 3})
		}
	}
	require.Equal(t, want, told)
}
