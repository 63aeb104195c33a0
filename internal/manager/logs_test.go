package manager_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"networkmngr/internal/api"
)

// logged writes lines of a log, each so many seconds after the run's begin.
func (h *harness) logged(file string, seconds ...int) {
	f, err := os.OpenFile(filepath.Join(h.config.Settings.Log.Folder, file), os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
	require.NoError(h, err)
	defer f.Close()
	for _, s := range seconds {
		_, err := fmt.Fprintf(f, "%s [INFO]  node-1.chain: at %d\n", h.after(s).Format("2006-01-02T15:04:05.000Z07:00"), s)
		require.NoError(h, err)
	}
}

// after is so many seconds after the run's begin.
func (h *harness) after(seconds int) time.Time {
	return h.record().StartedAt.Truncate(time.Millisecond).Add(time.Duration(seconds) * time.Second)
}

// logs asks for logs, and returns what they say, and all that was answered.
func (h *harness) logs(query ...string) ([]string, api.Logs) {
	values := make(url.Values)
	for i := 0; i < len(query); i += 2 {
		values.Set(query[i], query[i+1])
	}
	got := h.get("/logs?" + values.Encode())
	require.Equal(h, http.StatusOK, got.status, got.body)
	var answer api.Logs
	require.NoError(h, json.Unmarshal([]byte(got.body), &answer))
	said := []string{}
	for _, e := range answer.Entries {
		said = append(said, e.Node+" "+e.Message)
	}
	return said, answer
}

func TestLogsOfAllAsOne(t *testing.T) {
	t.Parallel()
	h := start(t, 2)
	n0, n1 := fmt.Sprintf("node-%d.log", h.port(0)), fmt.Sprintf("node-%d.log", h.port(1))
	h.logged("networkmngr.log", -10, 1, 4)
	h.logged(n0, 2)
	h.logged(n1+".older", -20, 3)
	h.logged(n1, 5)
	h.logged("node-1.log", 3)
	said, answer := h.logs()
	require.Equal(t, []string{"manager at 1", "n0 at 2", "n1 at 3", "manager at 4", "n1 at 5"}, said, "those of this run, and of no other network's node")
	require.Equal(t, api.LogEntry{
		Time: h.after(3).UTC(), Level: "info", Logger: "node-1.chain", Node: "n1", Message: "at 3", File: n1 + ".older", Values: map[string]json.RawMessage{},
	}, answer.Entries[2])
	require.False(t, answer.More)

	said, answer = h.logs("limit", "2")
	require.Equal(t, []string{"manager at 4", "n1 at 5"}, said)
	require.True(t, answer.More)
	said, answer = h.logs("limit", "2", "before", answer.Before)
	require.Equal(t, []string{"n0 at 2", "n1 at 3"}, said)
	said, answer = h.logs("limit", "2", "before", answer.Before)
	require.Equal(t, []string{"manager at 1"}, said)
	require.Empty(t, answer.Before)

	at := func(seconds int) string { return h.after(seconds).Format(time.RFC3339Nano) }
	for _, row := range []struct{ query, want []string }{
		{[]string{"from", at(-30)}, []string{"n1 at -20", "manager at -10", "manager at 1", "n0 at 2", "n1 at 3", "manager at 4", "n1 at 5"}},
		{[]string{"from", at(2), "to", at(4)}, []string{"n0 at 2", "n1 at 3", "manager at 4"}},
		{[]string{"before", at(3)}, []string{"manager at 1", "n0 at 2"}},
		{[]string{"around", at(3), "limit", "3"}, []string{"n0 at 2", "n1 at 3", "manager at 4"}},
		{[]string{"around", at(5), "limit", "4"}, []string{"n0 at 2", "n1 at 3", "manager at 4", "n1 at 5"}},
		{[]string{"around", at(9), "limit", "1"}, []string{"n1 at 5"}},
		{[]string{"node", "n1"}, []string{"n1 at 3", "n1 at 5"}},
		{[]string{"node", fmt.Sprintf("manager,%d", h.port(0))}, []string{"manager at 1", "n0 at 2", "manager at 4"}},
		{[]string{"match", "at [45]"}, []string{"manager at 4", "n1 at 5"}},
		{[]string{"match", "^node-1.chain: at 2$"}, []string{"n0 at 2"}},
		{[]string{"level", "warn"}, []string{}},
	} {
		said, _ := h.logs(row.query...)
		require.Equal(t, row.want, said, row.query)
	}
}

func TestLogsOfOneThatIsGone(t *testing.T) {
	t.Parallel()
	h := start(t, 2)
	h.logged(fmt.Sprintf("node-%d.log", h.port(1)), 1)
	require.Equal(t, http.StatusOK, h.send(http.MethodDelete, "/nodes/n1").status)
	for _, query := range [][]string{nil, {"node", "n1"}} {
		said, _ := h.logs(query...)
		require.Equal(t, []string{"n1 at 1"}, said)
	}
}

func TestLogsThatNobodyHas(t *testing.T) {
	t.Parallel()
	h := start(t, 1)
	now := time.Now().UTC().Format(time.RFC3339)
	for query, part := range map[string]string{
		"limit=0": "1000", "limit=1001": "1000", "level=loud": "loud", "match=(": "match", "from=yesterday": "from", "to=1": "to",
		"before=now": "before", "around=now": "around", "around=" + now + "&to=" + now: "around", "to=" + now + "&before=" + now: "before", "node=me": "manager",
	} {
		h.requireError(h.get("/logs?"+query), http.StatusBadRequest, "malformed", part)
	}
	h.requireError(h.get("/logs?node=n7"), http.StatusNotFound, "unknown-node", "n7")
}

// What has a log's name and is none costs the other logs nothing, and is told of.
func TestLogsBesideWhatIsNone(t *testing.T) {
	t.Parallel()
	h := start(t, 2)
	n0, n1 := fmt.Sprintf("node-%d.log", h.port(0)), fmt.Sprintf("node-%d.log", h.port(1))
	h.logged(n1, 5)
	require.NoError(t, os.Mkdir(filepath.Join(h.config.Settings.Log.Folder, n0), 0o700))
	said, answer := h.logs("node", "n0,n1")
	require.Len(t, said, 1)
	require.Equal(t, []api.LogSkipped{{File: n0, Why: "is no regular file"}}, answer.Skipped)
}

func TestASearchOfLogsIsBounded(t *testing.T) {
	t.Parallel()
	h := start(t, 1)
	h.requireError(h.get("/logs?match="+strings.Repeat("a", 201)), http.StatusBadRequest, "malformed", "match")
	require.Equal(t, http.StatusOK, h.get("/logs?match="+strings.Repeat("a", 200)).status)
}
