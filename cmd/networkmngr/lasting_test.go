package main_test

import (
	"bufio"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"
)

// A network that was started to ignore signals, as nohup does with SIGHUP, and a
// script with SIGINT for what it puts into the background, goes on at them.
func TestIgnoredSignalsStayIgnored(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	port := freePorts(t, 2)
	n := w.networkOf(w.run(exec.Command("sh", "-c", `trap "" HUP INT; exec "$0" "$@"`,
		filepath.Join(bin, "networkmngr"), "-p", strconv.Itoa(port), "-a", "1")), port, 1).awaitReady()
	n.signalGroup(syscall.SIGHUP)
	n.signalGroup(syscall.SIGINT)
	require.Equal(t, 3, get[reportForm](t, port, "/start/mining?rounds=3&min=0&max=0").Mined)
	n.stop()
}

// A node by hand, too.
func TestANodeIgnoresSignals(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	port := freePorts(t, 1)
	p := w.run(exec.Command("nohup", filepath.Join(bin, "node"), "-p", strconv.Itoa(port), "--data="+w.path("data")))
	eventually(t, func() bool { return answers(port) }, "no node")
	p.signal(syscall.SIGHUP)
	get[struct{}](t, port, "/mine?count=3")
	p.signal(syscall.SIGTERM)
	require.Zero(t, p.exitCode())
}

// Who reads the network's output may leave, as after "| head -1", before the manager
// has to say that a node has died.
func TestALostReaderEndsNothing(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	port := freePorts(t, 3)
	reader, writer, err := os.Pipe()
	require.NoError(t, err)
	p := &program{world: w, stdout: &output{}, stderr: &output{}, ended: make(chan struct{})}
	p.cmd = exec.Command(filepath.Join(bin, "networkmngr"), "-p", strconv.Itoa(port), "-a", "2")
	p.begin(writer, writer)
	require.NoError(t, writer.Close())
	n := w.networkOf(p, port, 2)
	_, err = bufio.NewReader(io.TeeReader(reader, p.stdout)).ReadString('\n')
	require.NoError(t, err)
	eventually(t, func() bool { return answers(port) }, "no network")
	require.NoError(t, reader.Close())
	require.NoError(t, syscall.Kill(n.pid(n.ports[0]), syscall.SIGKILL))
	n.awaitLog("node has ended by itself")
	require.Equal(t, 1, get[nodesForm](t, port, "/nodes").Running)
	require.Equal(t, 1, get[reportForm](t, port, "/start/mining?min=0&max=0").Mined)
	n.signal(syscall.SIGTERM)
	n.exitCode()
	require.Contains(t, w.read("logs", "run.json"), `"state": "ended"`)
}

func answers(port int) bool {
	_, err := try[struct{}]("GET", port, "/healthz", nil)
	return err == nil
}
