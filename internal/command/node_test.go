package command

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/spf13/cobra"
	"github.com/stretchr/testify/require"

	"networkmngr/internal/api"
	"networkmngr/internal/config"
	"networkmngr/internal/genesis"
	"networkmngr/internal/launch"
	"networkmngr/internal/launch/process"
)

func TestMisuseIsToldInOneLineAndExitsWith2(t *testing.T) {
	p := newPlace(t)
	file := filepath.Join(p.folder, "file")
	require.NoError(t, os.WriteFile(file, []byte(`{"name": "x"}`), 0o600))
	later := filepath.Join(p.folder, "later.json")
	require.NoError(t, os.WriteFile(later, []byte(`{"name": "x", "time": 4000000000, "block_time": 1, "floor_bits": "207fffff"}`), 0o600))
	other := t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(other, "identity.pem"), []byte("garbage"), 0o600))
	taken := occupied(t)
	for name, test := range map[string]struct {
		arg, want string
	}{
		"unknown flag":      {"--nonsense", "--nonsense"},
		"argument":          {"nonsense", `"nonsense"`},
		"port out of range": {"--port=70000", "port 70000"},
		"port not a number": {"--port=x", `"x"`},
		"port taken":        {"--port=" + taken, "port " + taken},
		"p2p port taken":    {"--p2p-port=" + taken, taken},
		"host":              {"--host=a b", `"a b"`},
		"token too short":   {"--token=fifteen-letters", "token of 15 bytes"},
		"no token file":     {"--token-file=" + other + "/none", other + "/none"},
		"peers":             {"--peers=nonsense", `"nonsense"`},
		"log level":         {"--log-level=loud", `"loud"`},
		"log folder":        {"--logs=" + file, file},
		"data folder":       {"--data=" + file, file},
		"identity":          {"--data=" + other, filepath.Join(other, "identity.pem")},
		"no genesis file":   {"--genesis=" + filepath.Join(other, "none"), "none"},
		"bad genesis file":  {"--genesis=" + file, file},
		"genesis to come":   {"--genesis=" + later, "2096-10-02T07:06:40Z, and the clock says " + time.Now().UTC().Format("2006-01-")},
		"no config file":    {"--config=" + filepath.Join(other, "none.yaml"), "none.yaml"},
	} {
		t.Run(name, func(t *testing.T) {
			code, stderr := attempt(t, p.args(test.arg)...)
			require.Equal(t, exitMisuse, code, stderr)
			require.Contains(t, stderr, test.want)
			require.True(t, strings.HasPrefix(stderr, "node: "), stderr)
			require.Equal(t, 1, strings.Count(stderr, "\n"), stderr)
		})
	}
}

func TestHelpIsNoError(t *testing.T) {
	command := Node()
	var help, stderr bytes.Buffer
	command.SetArgs([]string{"--help"})
	command.SetOut(&help)
	require.Zero(t, run(t.Context(), command, &stderr))
	require.Empty(t, stderr.String())
	for _, flag := range []string{"--port", "--host", "--data", "--logs", "--genesis", "--peers", "--threads", "--config"} {
		require.Contains(t, help.String(), flag)
	}
}

func TestSignalsEndTheNode(t *testing.T) {
	for _, signal := range []os.Signal{os.Interrupt, syscall.SIGTERM, syscall.SIGHUP} {
		t.Run(signal.String(), func(t *testing.T) {
			p := newPlace(t)
			c := start(t, p.args())
			p.client(t)
			require.NoError(t, c.command.Process.Signal(signal))
			require.Zero(t, c.awaitExit(), c.stderr.String())
			require.Contains(t, p.log(t), "node stopped")
		})
	}
}

func TestShutdownEndsTheNodeAndItsMining(t *testing.T) {
	p := newPlace(t)
	c := start(t, p.args())
	client := p.client(t)
	mined := make(chan error, 1)
	go func() {
		for {
			if _, err := client.Mine(context.Background(), 1000); err != nil {
				mined <- err
				return
			}
		}
	}()
	until(t, "a block", func() bool {
		info, err := client.Info(t.Context())
		return err == nil && info.Tip.Index > 0
	})
	answer, err := client.Shutdown(t.Context())
	require.NoError(t, err)
	require.NotEmpty(t, answer.Message)
	require.Zero(t, c.awaitExit(), c.stderr.String())
	require.Error(t, <-mined)
	require.Contains(t, p.log(t), "shutdown was asked for")
}

// The peers of a node forget it when it is told to shut down, and not when it is stopped
// otherwise.
func TestPeersForgetWhoIsShutDown(t *testing.T) {
	stays := newPlace(t)
	first := start(t, stays.args())
	client := stays.client(t)
	for _, told := range []bool{true, false} {
		p := newPlace(t)
		p.genesis = stays.genesis
		self, err := client.Info(t.Context())
		require.NoError(t, err)
		c := start(t, p.args("--peers="+self.Address))
		other := p.client(t)
		until(t, "the link", func() bool {
			peers, err := client.Peers(t.Context(), 0, 10)
			return err == nil && peers.Count == 1
		})
		if told {
			_, err = other.Shutdown(t.Context())
		} else {
			err = c.command.Process.Signal(syscall.SIGTERM)
		}
		require.NoError(t, err)
		require.Zero(t, c.awaitExit(), c.stderr.String())
		after, err := client.Info(t.Context())
		require.NoError(t, err)
		require.Equal(t, told, len(after.Nodes) == 0)
	}
	require.NoError(t, first.command.Process.Signal(syscall.SIGTERM))
	require.Zero(t, first.awaitExit())
}

func TestNodeComesBackWithItsData(t *testing.T) {
	p := newPlace(t)
	first := start(t, p.args())
	client := p.client(t)
	mined, err := client.Mine(t.Context(), 3)
	require.NoError(t, err)
	before, err := client.Info(t.Context())
	require.NoError(t, err)
	require.Equal(t, "test", before.Network)
	require.NoError(t, first.command.Process.Kill())
	first.awaitExit()

	require.NoError(t, os.RemoveAll(p.logs()))
	start(t, p.args())
	after, err := p.client(t).Info(t.Context())
	require.NoError(t, err)
	require.Equal(t, before.ID, after.ID)
	if log := p.log(t); !strings.Contains(log, "port for peers is taken") { // by a stranger, meanwhile
		require.Equal(t, before.P2P, after.P2P, log)
	}
	require.Equal(t, api.Tip{Index: 3, Hash: mined.Block.Hash()}, after.Tip)
}

func TestSecondNodeOnAFolderIsRefused(t *testing.T) {
	p := newPlace(t)
	start(t, p.args())
	p.client(t)
	code, stderr := attempt(t, p.args()...)
	require.Equal(t, exitMisuse, code)
	require.Contains(t, stderr, p.data())
}

func TestFolderOfAnotherNetworkIsRefused(t *testing.T) {
	p := newPlace(t)
	first := start(t, p.args())
	_, err := p.client(t).Shutdown(t.Context())
	require.NoError(t, err)
	require.Zero(t, first.awaitExit())
	other := writeGenesis(t, p.folder, "other")
	code, stderr := attempt(t, p.args("--genesis="+other)...)
	require.Equal(t, exitMisuse, code)
	for _, part := range []string{p.data(), "another network", `"test"`, `"other"`, "--genesis " + other} {
		require.Contains(t, stderr, part)
	}
}

func TestFullDiskEndsTheNode(t *testing.T) {
	p := newPlace(t)
	c := start(t, p.args(), func(c *exec.Cmd) { c.Env = append(c.Env, smallFiles+"=200000") })
	client := p.client(t)
	until(t, "the disk is full", func() bool {
		_, err := client.Mine(t.Context(), 100)
		return err != nil
	})
	require.Equal(t, exitFailed, c.awaitExit())
	require.Contains(t, c.stderr.String(), "store failed")
	require.Contains(t, c.stderr.String(), "file too large")
	require.Regexp(t, `node stopped: why="store failed: .*file too large"`, p.log(t))
}

func TestLaunchedNodeAnnouncesItself(t *testing.T) {
	p := newPlace(t)
	started, err := process.Start(t.Context(), p.spec(t))
	require.NoError(t, err)
	t.Cleanup(func() { started.Kill() })
	info, err := clientOf(started.Ready().Address).Info(t.Context())
	require.NoError(t, err)
	require.Equal(t, info.ID, started.Ready().ID)
	require.Equal(t, info.P2P, started.Ready().P2P)
	exit := started.Stop(patience)
	require.True(t, exit.Clean(), exit)
	require.Empty(t, started.Logs(), "its log is in a file")
}

func TestLaunchedNodeTellsWhyItCannotStart(t *testing.T) {
	p := newPlace(t)
	taken := occupied(t)
	_, err := process.Start(t.Context(), p.spec(t, func(n *config.NodeSettings) { n.Port, _ = strconv.Atoi(taken) }))
	require.ErrorContains(t, err, "port "+taken)
	file := filepath.Join(p.folder, "file")
	require.NoError(t, os.WriteFile(file, nil, 0o600))
	_, err = process.Start(t.Context(), p.spec(t, func(n *config.NodeSettings) { n.Data = file }))
	require.ErrorContains(t, err, file)
	require.ErrorIs(t, err, launch.ErrMisuse, "the person can mend that")
}

func TestLaunchedNodeEndsWithItsParent(t *testing.T) {
	p := newPlace(t)
	stdin, lifeline, err := os.Pipe()
	require.NoError(t, err)
	defer lifeline.Close()
	said, stdout, err := os.Pipe()
	require.NoError(t, err)
	defer said.Close()
	c := start(t, p.args(), func(c *exec.Cmd) {
		c.Env = append(c.Env, "NETWORKMNGR_LAUNCHED=1")
		c.Stdin, c.Stdout = stdin, stdout
	})
	require.NoError(t, stdin.Close())
	require.NoError(t, stdout.Close())
	line, err := bufio.NewReader(said).ReadString('\n')
	require.NoError(t, err)
	require.Contains(t, line, "ready")
	require.NoError(t, lifeline.Close())
	require.Zero(t, c.awaitExit(), c.stderr.String())
	require.Contains(t, p.log(t), process.ErrParentGone.Error())
}

// A genesis block that is ahead of the clock by less than its half-life will do
// until a change makes the half-life shorter.
func TestNoChangeIntoTheFuture(t *testing.T) {
	p := newPlace(t)
	text := fmt.Sprintf(`{"name": "ahead", "time": %d, "block_time": 1, "half_life": 7200, "floor_bits": "207fffff"}`,
		time.Now().Add(time.Hour).Unix())
	require.NoError(t, os.WriteFile(p.genesis, []byte(text), 0o600))
	start(t, p.args())
	client := p.client(t)
	info, err := client.Info(t.Context())
	require.NoError(t, err)
	_, err = put(t.Context(), info.Address, genesis.Settings{HalfLife: new(uint32(60))})
	var refusal *api.Error
	require.ErrorAs(t, err, &refusal)
	require.Equal(t, http.StatusUnprocessableEntity, refusal.Status)
	require.Contains(t, refusal.Message, "no block can follow")
	figures, err := client.Blockchain(t.Context())
	require.NoError(t, err)
	require.Equal(t, uint32(7200), figures.HalfLife)
}

// A node's process has none of the other commands, and says the same about its own.
func TestANodesProgramIsThatOfTheNetworks(t *testing.T) {
	require.Len(t, Program([]string{"node", "-p", "5000"}, nil).Commands(), 1)
	for _, args := range [][]string{{"node", "--help"}, {"node", "--version"}, {"node", "data", "--help"}, {"node", "--por=1"}, {"node", "5000"}, {"node", "data"}} {
		say := func(program *cobra.Command) string {
			var out bytes.Buffer
			program.SetArgs(args)
			program.SetOut(&out)
			program.SetErr(&out)
			return fmt.Sprint(run(t.Context(), program, &out), out.String())
		}
		require.Equal(t, say(Manager(nil)), say(Program(args, nil)), args)
	}
}

// The process of a manager has none of them either, and says the same about its own; it is
// one of whoever asks for anything else.
func TestAManagersProgramIsThatOfTheNetworks(t *testing.T) {
	for _, args := range [][]string{{}, {"-p", "4999", "-a", "6"}, {"--quiet", "--seeds", "a:1,b:2"}} {
		require.Empty(t, Program(args, nil).Commands(), args)
	}
	for _, args := range [][]string{{"-q", "mine"}, {"-p", "4999", "mine"}, {"mien"}, {"-h"}, {"--help"}, {"--version"}, {"--por=1"}, {"help", "mine"}} {
		require.NotEmpty(t, Program(args, nil).Commands(), args)
	}
	for _, args := range [][]string{{"--amount=0"}, {"--lab=%"}, {"--config=none.yaml"}} {
		say := func(program *cobra.Command) string {
			var out bytes.Buffer
			program.SetArgs(args)
			return fmt.Sprint(run(t.Context(), program, &out), out.String())
		}
		require.Equal(t, say(Manager(nil)), say(Program(args, nil)), args)
	}
}

// What packages make before main is made in every process of a network.
func TestPackagesMakeLittleAtAProcessesStart(t *testing.T) {
	const most = 32 << 10 // bytes of one package
	executable, err := os.Executable()
	require.NoError(t, err)
	command := exec.CommandContext(t.Context(), executable, "node", "--version")
	command.Env = append(os.Environ(), asManager+"=1", "GODEBUG=inittrace=1")
	told, err := command.CombinedOutput()
	require.NoError(t, err, string(told))
	made := regexp.MustCompile(`(?m)^init (networkmngr/\S+) .* (\d+) bytes`).FindAllStringSubmatch(string(told), -1)
	require.Greater(t, len(made), 10, string(told))
	for _, one := range made {
		bytes, err := strconv.Atoi(one[2])
		require.NoError(t, err)
		require.LessOrEqual(t, bytes, most, one[1])
	}
}
