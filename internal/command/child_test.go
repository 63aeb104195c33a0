package command

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"networkmngr/internal/api/client"
	"networkmngr/internal/config"
	"networkmngr/internal/genesis"
	"networkmngr/internal/launch/process"
	"networkmngr/internal/signaltest"
	"networkmngr/internal/types"
)

// asNode in the environment makes the test binary the node's program.
const asNode = "COMMAND_TEST_NODE"

// smallFiles in the environment is how many bytes a file of the node's may have:
// more is what a full disk is.
const smallFiles = "COMMAND_TEST_SMALL_FILES"

// The arguments are a node's, so they must not get as far as the tests' flags.
func init() {
	if os.Getenv(asNode) == "" {
		return
	}
	if text := os.Getenv(smallFiles); text != "" {
		if err := limitFiles(text); err != nil {
			panic(err)
		}
	}
	os.Exit(Run(Node()))
}

func limitFiles(text string) error {
	var limit syscall.Rlimit
	if _, err := fmt.Sscan(text, &limit.Max); err != nil { // signed on some systems
		return err
	}
	limit.Cur = limit.Max
	signal.Ignore(syscall.SIGXFSZ) // so that writing fails instead
	return syscall.Setrlimit(syscall.RLIMIT_FSIZE, &limit)
}

// patience is how long a test waits for what should happen at once.
const patience = 3 * time.Minute

func until(t *testing.T, what string, condition func() bool) {
	t.Helper()
	deadline := time.After(patience)
	look := time.NewTicker(2 * time.Millisecond)
	defer look.Stop()
	for !condition() {
		select {
		case <-look.C:
		case <-deadline:
			require.Fail(t, "waited in vain", what)
		}
	}
}

// place is a folder for a node, on a network whose blocks cost next to nothing.
type place struct {
	folder  string
	genesis string // file
}

func newPlace(t *testing.T) place {
	folder := t.TempDir()
	return place{folder, writeGenesis(t, folder, "test")}
}

func writeGenesis(t *testing.T, folder, name string) string {
	text, err := json.Marshal(genesis.Description{
		Name: name, Time: uint32(time.Now().Add(-time.Hour).Unix()), BlockTime: 1, HalfLife: 1 << 25,
		Reward: types.Coin, FloorBits: "207fffff",
	})
	require.NoError(t, err)
	file := filepath.Join(folder, name+".json")
	require.NoError(t, os.WriteFile(file, text, 0o600))
	return file
}

func (p place) logs() string { return filepath.Join(p.folder, "logs") }
func (p place) data() string { return filepath.Join(p.folder, "data") }

// args are a node's flags, with more of them; the last of two wins.
func (p place) args(more ...string) []string {
	return append([]string{
		"--config=", "--port=0", "--threads=1", "--logs=" + p.logs(), "--data=" + p.data(), "--genesis=" + p.genesis,
	}, more...)
}

// child is a node's process, started by hand.
type child struct {
	t       *testing.T
	command *exec.Cmd
	stderr  bytes.Buffer // once ended
	ended   chan struct{}
}

func start(t *testing.T, args []string, change ...func(*exec.Cmd)) *child {
	t.Helper()
	signaltest.Heed(os.Interrupt, syscall.SIGHUP)
	c := &child{t: t, command: exec.Command(os.Args[0], args...), ended: make(chan struct{})}
	c.command.Env = append(os.Environ(), asNode+"=1")
	c.command.Stderr = &c.stderr
	for _, f := range change {
		f(c.command)
	}
	require.NoError(t, c.command.Start())
	go func() {
		defer close(c.ended)
		_ = c.command.Wait() // how it ended is in its state
	}()
	t.Cleanup(func() {
		_ = c.command.Process.Kill()
		<-c.ended
	})
	return c
}

func (c *child) awaitExit() int {
	c.t.Helper()
	select {
	case <-c.ended:
		return c.command.ProcessState.ExitCode()
	case <-time.After(patience):
		require.Fail(c.t, "the node goes on")
		return 0
	}
}

// client waits until the node whose log is in p answers.
func (p place) client(t *testing.T) *client.Node {
	t.Helper()
	var client *client.Node
	until(t, "the node's answer", func() bool {
		files, err := filepath.Glob(filepath.Join(p.logs(), "node-*.log"))
		require.NoError(t, err)
		if len(files) == 0 {
			return false
		}
		newest := files[len(files)-1]
		for _, file := range files {
			if age(t, file) < age(t, newest) {
				newest = file
			}
		}
		port := strings.TrimSuffix(strings.TrimPrefix(filepath.Base(newest), "node-"), ".log")
		client = clientOf("127.0.0.1:" + port)
		_, err = client.Health(t.Context())
		return err == nil
	})
	return client
}

func age(t *testing.T, file string) time.Duration {
	info, err := os.Stat(file)
	require.NoError(t, err)
	return time.Since(info.ModTime())
}

func clientOf(address string) *client.Node {
	return client.NewNode("http://"+address, "", &http.Client{Transport: &http.Transport{DisableKeepAlives: true}})
}

func (p place) log(t *testing.T) string {
	files, err := filepath.Glob(filepath.Join(p.logs(), "node-*.log"))
	require.NoError(t, err)
	var all strings.Builder
	for _, file := range files {
		text, err := os.ReadFile(file)
		require.NoError(t, err)
		all.Write(text)
	}
	return all.String()
}

// attempt runs a node in this process that is not expected to get far.
func attempt(t *testing.T, args ...string) (code int, stderr string) {
	t.Helper()
	command := Node()
	command.SetArgs(args)
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	var out bytes.Buffer
	code = run(ctx, command, &out)
	require.NoError(t, ctx.Err(), "it went on")
	return code, out.String()
}

func occupied(t *testing.T) string {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	t.Cleanup(func() { listener.Close() })
	return strconv.Itoa(listener.Addr().(*net.TCPAddr).Port)
}

// spec is a node for the manager's way to start one.
func (p place) spec(t *testing.T, change ...func(*config.NodeSettings)) process.Command {
	settings := config.DefaultNode()
	settings.Port, settings.Threads = 0, 1
	settings.Data, settings.Log.Folder, settings.Genesis = p.data(), p.logs(), p.genesis
	for _, f := range change {
		f(&settings)
	}
	return process.Command{Path: os.Args[0], Args: config.Args(settings.Named()), Env: append(config.Env(settings.Token), asNode+"=1")}
}
