package manager_test

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/signal"
	"path/filepath"
	"runtime"
	"strconv"
	"syscall"
	"testing"
	"time"

	"github.com/hashicorp/go-hclog"
	"github.com/spf13/pflag"
	"github.com/stretchr/testify/require"

	"networkmngr/internal/api/server"
	"networkmngr/internal/config"
	"networkmngr/internal/launch"
	"networkmngr/internal/launch/process"
	"networkmngr/internal/leaktest"
	"networkmngr/internal/manager"
	"networkmngr/internal/node"
)

// role is the argument with which the test binary runs itself as a node.
const role = "node"

func TestMain(m *testing.M) {
	if !process.Launched() {
		runWaiting()
		leaktest.Main(m)
		return
	}
	if err := runChild(os.Args[1:]); err != nil {
		_ = process.AnnounceError(os.Stdout, err, false)
		os.Exit(1)
	}
}

// runWaiting has more tests run side by side than there are cores, unless somebody says how
// many: they wait for limits of time, and for processes to start, more than they work.
func runWaiting() {
	const perCore = 3
	flag.Parse()
	parallel := flag.Lookup("test.parallel")
	if parallel.Value.String() == parallel.DefValue {
		_ = parallel.Value.Set(strconv.Itoa(perCore * runtime.GOMAXPROCS(0)))
	}
}

// runChild is a process with a fake node, each on a chain of its own.
func runChild(args []string) error {
	if args[0] != role {
		return fmt.Errorf("run as %q", args[0])
	}
	if args[1] == process.DataCommand {
		return process.DoData(context.Background(), node.Data{}, append(args[2:3:3], args[4:]...), os.Stdout)
	}
	flags := pflag.NewFlagSet(role, pflag.ContinueOnError)
	config.NodeFlags(flags)
	if err := flags.Parse(args[1:]); err != nil {
		return err
	}
	settings, err := config.LoadNode(flags)
	if err != nil {
		return err
	}
	if err := os.MkdirAll(settings.Data, 0o755); err != nil {
		return err
	}
	listener, err := process.Listen(net.JoinHostPort(settings.Host, strconv.Itoa(settings.Port)))
	if err != nil {
		return err
	}
	var genesis json.RawMessage
	if err := json.NewDecoder(os.Stdin).Decode(&genesis); err != nil {
		return err
	}
	n, err := newFakeNode(&fakeNetwork{}, listener.Addr().String(), settings.Port, genesis)
	if err != nil {
		return err
	}
	return serveChild(n, listener)
}

func serveChild(n *fakeNode, listener net.Listener) error {
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM)
	defer stop()
	ready := launch.Ready{ID: n.self.ID, Address: n.self.Address, P2P: n.self.P2P, PID: os.Getpid()}
	if err := process.AnnounceReady(os.Stdout, ready); err != nil {
		return err
	}
	go func() {
		_ = process.WatchParent(ctx, os.Stdin)
		stop()
	}()
	server := server.New(server.Options{Shutdown: stop, Logger: hclog.NewNullLogger()}, n.parts())
	return server.Serve(ctx, listener)
}

// processes is a manager of real processes; h.launcher stays empty.
func processes(t *testing.T, amount int, change ...func(*harness)) *harness {
	h := prepare(t, amount, change...)
	h.manager = manager.New(h.config, h.processLauncher())
	h.manager.SetPause(h.pauses.take)
	return h
}

func (h *harness) processLauncher() process.Launcher {
	path, err := os.Executable()
	require.NoError(h, err)
	return process.Launcher{Path: path, Args: []string{role}}
}

func (h *harness) awaitReady() {
	ready := make(chan manager.Summary, 1)
	h.run(func(s manager.Summary) { ready <- s })
	h.summary = receives(h.T, ready)
}

// pids lists the nodes' processes as GET /nodes gives them.
func (h *harness) pids() []int {
	var pids []int
	for _, n := range object(h.T, h.get("/nodes").body)["nodes"].([]any) {
		pids = append(pids, int(n.(map[string]any)["pid"].(float64)))
	}
	return pids
}

// requireGone checks that no such processes exist, not even as zombies.
func requireGone(t *testing.T, pids []int) {
	for _, pid := range pids {
		require.ErrorIs(t, syscall.Kill(pid, 0), syscall.ESRCH)
	}
}

func TestProcesses(t *testing.T) {
	t.Parallel()
	h := processes(t, 3)
	h.awaitReady()
	pids := h.pids()
	for i := range 3 {
		require.DirExists(t, filepath.Join(h.summary.Data, fmt.Sprintf("node-%d", h.port(i))))
	}
	require.NoError(t, syscall.Kill(pids[1], syscall.SIGKILL))
	h.eventually(func() bool { return h.notices.String() != "" }, "seen")
	require.Contains(t, h.notices.String(), h.address(1)+" has ended by itself: ended by signal 9 (killed)")
	got := h.send(http.MethodPost, "/shutdown/all")
	require.Equal(t, "2 nodes stopped, 1 had ended before", object(t, got.body)["message"])
	requireGone(t, pids)
	require.NoError(t, receives(t, h.ended))
	require.DirExists(t, h.summary.Data)
}

func TestProcessesEndWithTheManager(t *testing.T) {
	h := processes(t, 3, alone)
	h.awaitReady()
	pids := h.pids()
	require.NoError(t, syscall.Kill(pids[0], 0))
	require.NoError(t, h.stop())
	requireGone(t, pids)
	require.Empty(t, h.temporaryFolders())
}

// A process that dies while it is asked is told of as such.
func TestProcessDiesWhileMining(t *testing.T) {
	t.Parallel()
	h := processes(t, 2)
	h.awaitReady()
	pids := h.pids()
	require.NoError(t, syscall.Kill(pids[1], syscall.SIGSTOP))
	h.manager.SetPause(func(context.Context, time.Duration) error {
		return syscall.Kill(pids[1], syscall.SIGKILL) // between its turn and the request
	})
	r := h.report(h.get("/start/mining"))
	require.Equal(t, 1, r.Mined)
	require.Equal(t, "the node has ended: ended by signal 9 (killed)", *r.Results[1].Error)
}

// What a node says when it cannot start is what the person reads.
func TestProcessDoesNotStart(t *testing.T) {
	t.Parallel()
	h := processes(t, 3)
	h.config.Settings.Data = filepath.Join(t.TempDir(), "data")
	path, err := os.Executable()
	require.NoError(t, err)
	h.manager = manager.New(h.config, process.Launcher{Path: path, Args: []string{role}})
	obstacle := filepath.Join(h.config.Settings.Data, fmt.Sprintf("node-%d", h.port(1)))
	require.NoError(t, os.MkdirAll(h.config.Settings.Data, 0o755))
	require.NoError(t, os.WriteFile(obstacle, nil, 0o600))
	err = h.manager.Run(t.Context(), func(manager.Summary) { require.Fail(t, "ready") })
	require.EqualError(t, err, fmt.Sprintf("start node %s: node reports: mkdir %s: not a directory", h.address(1), obstacle))
}
