package main_test

import (
	"fmt"
	"net"
	"os"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// requireMisuse checks that a program refuses with one line that has all of
// texts in it, and leaves nothing behind.
func requireMisuse(t *testing.T, p *program, texts ...string) {
	t.Helper()
	require.Equal(t, 2, p.exitCode(), p.stderr)
	require.Empty(t, p.stdout.String())
	line := p.stderr.String()
	require.Equal(t, 1, strings.Count(line, "\n"), line)
	for _, text := range texts {
		require.Contains(t, line, text)
	}
	require.Empty(t, p.world.processes())
	p.world.requireTidy()
}

// requireNoNode checks that no node has ever been started.
func requireNoNode(t *testing.T, w *world) {
	t.Helper()
	entries, err := os.ReadDir(w.folder)
	require.NoError(t, err)
	for _, entry := range entries {
		logs, err := os.ReadDir(w.path(entry.Name()))
		if err != nil {
			continue // a file
		}
		for _, log := range logs {
			require.NotContains(t, log.Name(), "node-")
		}
	}
}

// misuses are flags that are refused, and what the refusal has to name. The
// files are those of writeFaulty.
var misuses = []struct {
	name  string
	args  []string
	texts []string
}{
	{"no nodes", []string{"-a", "0"}, []string{"amount 0", "1 to 1000"}},
	{"too many nodes", []string{"-a", "1001"}, []string{"amount 1001"}},
	{"ports beyond the last", []string{"-p", "65530"}, []string{"65530", "65535"}},
	{"port 0", []string{"-p", "0"}, []string{"port 0"}},
	{"port that is no number", []string{"-p", "http"}, []string{"http", "--port"}},
	{"unknown flag", []string{"--amuont=6"}, []string{"--amuont"}},
	{"unknown argument", []string{"strat"}, []string{"strat"}},
	{"foreign address", []string{"-H", "192.0.2.1", "--token", "long-enough-for-me"}, []string{"192.0.2.1"}},
	{"token that can be guessed", []string{"--token", "fifteen-letters"}, []string{"token of 15 bytes"}},
	{"no token file", []string{"--token-file", "none"}, []string{"token-file none"}},
	{"log folder is a file", []string{"--logs", "file"}, []string{"--logs file"}},
	{"log folder in a file", []string{"--logs", "file/logs"}, []string{"--logs file/logs"}},
	{"data folder is a file", []string{"-d", "file"}, []string{"--data file"}},
	{"no such settings file", []string{"--config", "none.yaml"}, []string{"none.yaml"}},
	{"unknown key", []string{"--config", "key.yaml"}, []string{"nodes", "key.yaml"}},
	{"bad value in a file", []string{"--config", "value.json"}, []string{"amount", "many", "value.json"}},
	{"garbled settings file", []string{"--config", "garbled.yaml"}, []string{"garbled.yaml"}},
	{"no such genesis file", []string{"--genesis", "none.json"}, []string{"none.json"}},
	{"garbled genesis file", []string{"--genesis", "half.json"}, []string{"half.json"}},
	{"bad genesis file", []string{"--genesis", "rules.json"}, []string{"rules.json", "block_time"}},
	{"genesis of the future", []string{"--genesis", "later.json"}, []string{"later.json", "2096-10-02", time.Now().UTC().Format("2006-01-")}},
	{"name that is not printable", []string{"--genesis", "name.json"}, []string{"name.json", "not printable"}},
}

func writeFaulty(w *world) {
	w.write("file", "")
	w.write("key.yaml", "amount: 2\nnodes: 3\n")
	w.write("value.json", `{"amount": "many"}`)
	w.write("garbled.yaml", "{")
	w.write("half.json", `{"name": "half"`)
	w.write("rules.json", `{"name": "x", "block_time": 0, "floor_bits": "1f0fffff"}`)
	w.write("later.json", `{"name": "x", "time": 4000000000, "block_time": 1, "floor_bits": "1f0fffff"}`)
	w.write("name.json", `{"name": "x\u001b[31m\n", "block_time": 1, "floor_bits": "1f0fffff"}`)
}

func TestMisuseStartsNothing(t *testing.T) {
	t.Parallel()
	port := strconv.Itoa(freePorts(t, 7))
	for _, c := range misuses {
		t.Run(c.name, func(t *testing.T) {
			w := newWorld(t)
			writeFaulty(w)
			p := w.start("networkmngr", append([]string{"-p", port}, c.args...)...)
			requireMisuse(t, p, c.texts...)
			requireNoNode(t, w)
		})
	}
}

func TestMisuseByTheEnvironment(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.env = []string{"NETWORKMNGR_AMOUNT=-1"}
	requireMisuse(t, w.start("networkmngr"), "amount -1")
	requireNoNode(t, w)
}

func TestTheSettingsFileOfTheFolderIsRead(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.write("networkmngr.yaml", "amuont: 2\n")
	requireMisuse(t, w.start("networkmngr"), "amuont", "networkmngr.yaml")
}

// A port that somebody has, be it the manager's or one in the middle of the
// nodes'.
func TestTakenPorts(t *testing.T) {
	t.Parallel()
	for _, taken := range []int{0, 2, 3} {
		t.Run(fmt.Sprint(taken), func(t *testing.T) {
			w := newWorld(t)
			first := freePorts(t, 4)
			listener, err := net.Listen("tcp", address(first+taken))
			require.NoError(t, err)
			defer listener.Close()
			n := w.launchAt(first, 3)
			requireMisuse(t, n.program, strconv.Itoa(first+taken), "in use")
			requireNoNode(t, w)
			require.NoError(t, listener.Close())
			require.Zero(t, takenPort(first, 4))
		})
	}
}

func TestHelp(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for _, c := range [][]string{{"networkmngr", "--help"}, {"networkmngr", "node", "--help"}, {"node", "-h"}} {
		p := w.start(c[0], c[1:]...)
		require.Zero(t, p.exitCode())
		require.Empty(t, p.stderr.String())
		for _, text := range []string{"Usage:", "Examples:", "--port", "--data", "--logs", "--config"} {
			require.Contains(t, p.stdout.String(), text)
		}
	}
	requireNoNode(t, w)
}
