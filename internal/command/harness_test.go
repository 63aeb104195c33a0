package command

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"math/rand/v2"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/shirou/gopsutil/v4/process"
	"github.com/stretchr/testify/require"

	"networkmngr/internal/lastrun"
	"networkmngr/internal/terminal"
	"networkmngr/internal/watch"
)

// asManager in the environment makes the test binary the whole program, whose
// nodes inherit it.
const asManager = "COMMAND_TEST_MANAGER"

func init() {
	passphraseWork = 2
	if os.Getenv(asManager) != "" {
		os.Exit(Run(Program(os.Args[1:], watch.Show)))
	}
}

// freePorts returns the first of count free ports in a row. They are below those
// that the kernel hands out to others by itself, and not among those that other
// packages' tests choose from, which run at the same time.
func freePorts(t *testing.T, count int) int {
	const lowest, highest = 20_000, 30_000
	for range 1000 {
		first := lowest + rand.IntN(highest-lowest)
		free := true
		for port := first; free && port < first+count; port++ {
			free = isFree(port)
		}
		if free {
			return first
		}
	}
	require.Fail(t, "no free ports")
	return 0
}

func isFree(port int) bool {
	listener, err := net.Listen("tcp", fmt.Sprintf("127.0.0.1:%d", port))
	return err == nil && listener.Close() == nil
}

// hasEnded reports whether a process has, perhaps without its parent knowing.
func hasEnded(pid int) bool {
	p, err := process.NewProcess(int32(pid))
	if err != nil {
		return true
	}
	status, err := p.Status() // of none, if its parent has come to know it since
	return err != nil || slices.Contains(status, process.Zombie)
}

// liveNetwork is a running network of real processes, and where its record is.
type liveNetwork struct {
	*testing.T
	place
	*child
	port   int // the manager's
	record *lastrun.Record
}

func startNetwork(t *testing.T, nodes int, args ...string) *liveNetwork {
	t.Helper()
	return startNetworkAs(t, nodes, func(*exec.Cmd) {}, args...)
}

func startNetworkAs(t *testing.T, nodes int, change func(*exec.Cmd), args ...string) *liveNetwork {
	t.Helper()
	n := &liveNetwork{T: t, place: newPlace(t), port: freePorts(t, nodes+1)}
	args = append([]string{
		"--config=", "--genesis=" + n.genesis, "--logs=" + n.logs(), "--threads=1",
		"-p", strconv.Itoa(n.port), "-a", strconv.Itoa(nodes),
	}, args...)
	n.child = start(t, args, func(c *exec.Cmd) {
		c.Env = append(os.Environ(), asManager+"=1", "TMPDIR="+t.TempDir(), "GORACE=atexit_sleep_ms=0")
		change(c)
	})
	until(t, "the network", func() bool {
		record, err := lastrun.Read(n.logs())
		n.record = record
		return err == nil && record != nil
	})
	return n
}

// node is the address of the i-th node.
func (n *liveNetwork) node(i int) string { return fmt.Sprintf("127.0.0.1:%d", n.port+1+i) }

// run runs a sub-command on the network.
func (n *liveNetwork) run(args ...string) result {
	n.Helper()
	return execute(n.T, append(args, "--config=", "--logs="+n.logs())...)
}

// result is what a command came to.
type result struct {
	t              *testing.T
	code           int
	stdout, stderr string
}

// execute runs the program in this process.
func execute(t *testing.T, args ...string) result {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	return executeWatched(ctx, t, nil, args...)
}

// executeWatched calls wrote with all that stands on standard output, or on standard
// error, so far, whenever there is more of it.
func executeWatched(ctx context.Context, t *testing.T, wrote func(text string), args ...string) result {
	t.Helper()
	stdout, stderr := watched{wrote: wrote}, watched{wrote: wrote}
	command := Program(args, watch.Show)
	command.SetArgs(args)
	command.SetOut(&stdout)
	command.SetErr(&stderr)
	code := run(ctx, command, &stderr)
	return result{t, code, stdout.text.String(), stderr.text.String()}
}

type watched struct {
	text  bytes.Buffer
	wrote func(text string) // or nil
}

func (w *watched) Write(p []byte) (int, error) {
	n, err := w.text.Write(p)
	if w.wrote != nil {
		w.wrote(w.text.String())
	}
	return n, err
}

// fine requires that the command has come to what was asked for.
func (r result) fine() result {
	r.t.Helper()
	require.Equal(r.t, 0, r.code, r.stderr)
	require.Empty(r.t, r.stderr)
	require.NotContains(r.t, r.stdout, "\x1b", "no colours off a terminal")
	if strings.HasPrefix(r.stdout, "{") || strings.HasPrefix(r.stdout, "[") {
		return r // JSON may be wider
	}
	for line := range strings.Lines(strings.ReplaceAll(r.stdout, os.TempDir(), "/tmp")) {
		require.LessOrEqual(r.t, terminal.Width(strings.TrimSpace(line)), 80, line)
	}
	return r
}

// ends requires an exit code, and a line that says why.
func (r result) ends(code int, why string) {
	r.t.Helper()
	require.Equal(r.t, code, r.code, r.stderr)
	require.Contains(r.t, r.stderr, why)
	require.Equal(r.t, 1, strings.Count(r.stderr, "\n"), r.stderr)
}

// decode reads one JSON value, all fields of which are known.
func decode[T any](t *testing.T, text string) T {
	t.Helper()
	var value T
	dec := json.NewDecoder(strings.NewReader(text))
	dec.DisallowUnknownFields()
	require.NoError(t, dec.Decode(&value), text)
	require.False(t, dec.More())
	return value
}

// keys lists those of a JSON object, or of the first one of a list, as programs
// rely on them.
func keys(t *testing.T, text string) string {
	t.Helper()
	var value any
	require.NoError(t, json.Unmarshal([]byte(text), &value), text)
	if list, isList := value.([]any); isList {
		value = list[0]
	}
	return strings.Join(slices.Sorted(maps.Keys(value.(map[string]any))), " ")
}

var variable = regexp.MustCompile(`127\.0\.0\.1:\d+( +\d+\b)?|[0-9a-f]{12,}|\d{4}-\d\d-\d\d \d\d:\d\d:\d\d|\d+\.\d{3} s|[ ─]{2,}`)

// plain is a text with all that differs from run to run as an underscore, and
// without what lines it up.
func plain(text string) string {
	return variable.ReplaceAllStringFunc(text, func(s string) string {
		if strings.Trim(s, " ─") == "" {
			return " "
		}
		return "_"
	})
}

// occupiedPort is one that somebody listens at.
func occupiedPort(t *testing.T) int {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	t.Cleanup(func() { listener.Close() })
	return listener.Addr().(*net.TCPAddr).Port
}

// writeRecord leaves a run's record in a log folder.
func writeRecord(t *testing.T, logs string, r lastrun.Record) {
	text, err := json.Marshal(r)
	require.NoError(t, err)
	require.NoError(t, os.MkdirAll(logs, 0o755))
	require.NoError(t, os.WriteFile(filepath.Join(logs, "run.json"), text, 0o600))
}
