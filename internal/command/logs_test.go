package command

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/hashicorp/go-hclog"
	"github.com/stretchr/testify/require"

	"networkmngr/internal/api"
	"networkmngr/internal/config"
	"networkmngr/internal/lastrun"
	"networkmngr/internal/logging"
	"networkmngr/internal/logging/logtest"
	"networkmngr/internal/terminal"
)

// logFolder has a manager's log and two nodes', of yesterday and of today.
func logFolder(t *testing.T) (folder string, noon time.Time) {
	noon = time.Date(2026, 11, 20, 12, 0, 0, 0, time.UTC)
	folder = t.TempDir()
	writeLog(t, folder, "networkmngr.log", noon.AddDate(0, 0, -1), "INFO", "networkmngr", "old")
	writeLog(t, folder, "networkmngr.log", noon, "INFO", "networkmngr", "network started: nodes=2")
	writeLog(t, folder, "node-5000.log", noon.Add(2*time.Second), "WARN", "node-5000.peers", "peer is slow")
	writeLog(t, folder, "node-5001.log", noon.Add(time.Second), "DEBUG", "node-5001", "tip moved: height=3")
	writeLog(t, folder, "other.log", noon, "INFO", "other", "not ours")
	return folder, noon
}

func writeLog(t *testing.T, folder, file string, at time.Time, level, logger, message string) {
	f, err := os.OpenFile(filepath.Join(folder, file), os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
	require.NoError(t, err)
	defer f.Close()
	_, err = fmt.Fprintf(f, "%s [%s] %s: %s\n", at.Format("2006-01-02T15:04:05.000Z07:00"), level, logger, message)
	require.NoError(t, err)
}

// messages are the last words of each line.
func messages(text string) []string {
	list := []string{}
	for line := range strings.Lines(text) {
		list = append(list, line[strings.LastIndex(line, " ")+1:len(line)-1])
	}
	return list
}

// What has a log's name and is none costs the other logs nothing, and is told of.
func TestLogsBesideWhatIsNone(t *testing.T) {
	folder, _ := logFolder(t)
	require.NoError(t, os.Mkdir(filepath.Join(folder, "node-5002.log"), 0o700))
	r := execute(t, "logs", "--config=", "--since=all", "--logs="+folder)
	require.Zero(t, r.code)
	require.Equal(t, []string{"old", "nodes=2", "height=3", "slow"}, messages(r.stdout))
	require.Equal(t, "networkmngr logs: node-5002.log is left out: is no regular file\n", r.stderr)
}

func TestWhichLogsAreShown(t *testing.T) {
	folder, noon := logFolder(t)
	for _, test := range []struct {
		args []string
		want []string
	}{
		{nil, []string{"old", "nodes=2", "height=3", "slow"}},
		{[]string{"--node=manager"}, []string{"old", "nodes=2"}},
		{[]string{"--node=5001"}, []string{"height=3"}},
		{[]string{"--level=warn"}, []string{"slow"}},
		{[]string{"--level=info"}, []string{"old", "nodes=2", "slow"}},
		{[]string{"--grep=height=[0-9]"}, []string{"height=3"}},
		{[]string{"--grep=^node-5000"}, []string{"slow"}},
		{[]string{"--since=2026-11-20T12:00:01Z"}, []string{"height=3", "slow"}},
		{[]string{"--since=0s"}, []string{}},
		{[]string{"--since=all", "--node=manager"}, []string{"old", "nodes=2"}},
	} {
		r := execute(t, append([]string{"logs", "--config=", "--logs=" + folder}, test.args...)...)
		require.Zero(t, r.code, r.stderr)
		require.Equal(t, test.want, messages(r.stdout), test.args)
	}
	writeRecord(t, folder, lastrun.Record{State: lastrun.Ended, StartedAt: noon})
	r := execute(t, "logs", "--config=", "--logs="+folder)
	require.Equal(t, []string{"nodes=2", "height=3", "slow"}, messages(r.stdout), "the last run's")
	r = execute(t, "logs", "--config=", "--logs="+folder, "--since=all")
	require.Len(t, messages(r.stdout), 4)
}

func TestANodeWithoutALogIsRefused(t *testing.T) {
	folder, _ := logFolder(t)
	for _, node := range []string{"n9", "5009", "http://10.0.0.2:5000"} {
		r := execute(t, "logs", "--config=", "--logs="+folder, "--node="+node)
		require.Equal(t, exitMisuse, r.code, node)
		require.Contains(t, r.stderr, "the log folder "+folder+" has no log of "+node)
	}
}

func TestSince(t *testing.T) {
	now := time.Date(2026, 11, 20, 12, 0, 0, 0, time.Local)
	for text, want := range map[string]time.Time{
		"10m": now.Add(-10 * time.Minute), "all": {}, "": {},
		"2026-11-19": now.AddDate(0, 0, -1).Add(-12 * time.Hour), "11:30:00": now.Add(-30 * time.Minute),
		"2026-11-20 11:00:00": now.Add(-time.Hour),
	} {
		got, err := logQuery{since: text}.start(time.Time{}, now)
		require.NoError(t, err)
		require.True(t, want.Equal(got), "%s: %s", text, got)
	}
}

func TestColoursOfLogs(t *testing.T) {
	out, text := screen()
	e := logging.Record{Time: time.Now(), Level: hclog.Error, Logger: "node-1", Message: "disk is full"}
	require.NoError(t, printEntry(out, e))
	require.Contains(t, text.String(), "\x1b[31mERROR\x1b[0m \x1b[1mnode-1\x1b[0m disk is full\n")
}

func TestFollow(t *testing.T) {
	folder, noon := logFolder(t)
	ctx, interrupt := context.WithCancel(t.Context())
	var text logtest.Buffer
	ended := make(chan error, 1)
	go func() {
		ended <- showLogs(ctx, folder, "", logQuery{follow: true, level: "info"}, terminal.New(&text, false), func(string) {})
	}()
	shows := func(what string) {
		until(t, what, func() bool { return strings.Contains(text.String(), what) })
	}
	shows("slow")
	writeLog(t, folder, "node-5000.log", noon.Add(time.Minute), "INFO", "node-5000", "more")
	shows("more")
	writeLog(t, folder, "node-5002.log", noon.Add(time.Minute), "INFO", "node-5002", "newcomer")
	shows("newcomer")
	require.NoError(t, os.Truncate(filepath.Join(folder, "node-5000.log"), 0))
	writeLog(t, folder, "node-5000.log", noon.Add(time.Hour), "INFO", "node-5000", "again")
	shows("again")
	interrupt()
	require.NoError(t, <-ended)
	require.Equal(t, 1, strings.Count(text.String(), "newcomer"))
}

// Two networks that run with one log folder are shown together, or one of them alone.
func TestLogsOfTwoNetworks(t *testing.T) {
	folder, noon := logFolder(t)
	began := noon.Add(-time.Hour)
	for i, manager := range []struct{ port, node int }{{4999, 5000}, {6000, 5001}} {
		file := fmt.Sprintf("networkmngr%s.log", []string{"", "-6000"}[i])
		r := lastrun.Recorder{Logs: folder}
		require.NoError(t, r.Begin(lastrun.Record{
			State: api.Running, PID: os.Getpid(), StartedAt: began.Add(time.Duration(i)*time.Minute + time.Since(began)), LogFile: file,
			URL: fmt.Sprintf("http://127.0.0.1:%d", manager.port), Nodes: []api.NodeState{{Name: "n0", Port: manager.node}},
		}))
		t.Cleanup(func() { require.NoError(t, r.Update(func(r *lastrun.Record) { r.State = lastrun.Ended })) })
	}
	writeLog(t, folder, "networkmngr-6000.log", noon, "INFO", "networkmngr-6000", "second")
	logs := func(args ...string) result {
		return execute(t, append([]string{"logs", "--config=", "--since=all", "--logs=" + folder}, args...)...)
	}
	second := "--manager=http://localhost:6000/"
	require.ElementsMatch(t, []string{"old", "nodes=2", "second", "height=3", "slow"}, messages(logs().fine().stdout))
	require.Equal(t, []string{"second", "height=3"}, messages(logs(second).fine().stdout))
	require.Equal(t, []string{"second"}, messages(logs(second, "--node=manager").fine().stdout))
	require.Equal(t, []string{"height=3"}, messages(logs(second, "--node=n0").fine().stdout))
	require.Equal(t, []string{"old", "nodes=2", "slow"}, messages(logs("--manager=http://127.0.0.1:4999").fine().stdout))
	logs("--node=n0").ends(exitMisuse, "2 networks with this log folder have a node n0: name one with --manager http://127.0.0.1:4999 or --manager http://127.0.0.1:6000")
	logs("--manager=http://127.0.0.1:1").ends(exitMisuse, "no run of a manager at http://127.0.0.1:1 is recorded")

	settings := config.DefaultManager()
	settings.Log.Folder = folder
	require.Equal(t, "networkmngr-4999", loggerOf(settings), "beside the one at 6000")
	settings.Log.Folder = t.TempDir()
	require.Equal(t, "networkmngr", loggerOf(settings))
}
