package main_test

import (
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// limited makes a program that runs another, which may then have so many files
// open in each process.
func limited(t *testing.T, name string, files int) string {
	as := fmt.Sprintf("%s-with-%d-files", name, files)
	script := fmt.Sprintf("#!/bin/sh\nulimit -n %d\nexec %s \"$@\"\n", files, filepath.Join(bin, name))
	require.NoError(t, os.WriteFile(filepath.Join(bin, as), []byte(script), 0o755))
	return as
}

// Where a process may open hardly any files, no network stands, and none of it
// is left.
func TestTooFewOpenFiles(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	n := &network{t: t, port: freePorts(t, 7)}
	n.program = w.start(limited(t, "networkmngr", 20), "-p", strconv.Itoa(n.port), "--data", w.path("data"))
	require.NotZero(t, n.exitCode())
	require.Empty(t, n.stdout.String())
	require.Contains(t, n.stderr.String(), "too many open files")
	n.requireGone()
}

// A node that can open no more files goes on with what it has: whoever is
// connected is served, what it acknowledges is on disk, and others, clients and
// peers, get through once there is room.
func TestANodeAtItsLimitOfOpenFiles(t *testing.T) {
	t.Parallel()
	const files = 64
	w := newWorld(t)
	genesis := []string{"--genesis", w.lightGenesis("light")}
	node := w.launchNodeBy(limited(t, "node", files), append(genesis, "--log-level", "debug")...)
	connected := &http.Client{Timeout: patience, Transport: &http.Transport{}}
	defer connected.CloseIdleConnections()
	ask(t, connected, http.MethodGet, node.port, "/healthz")
	clients := dialMany(t, node.port, 2*files)
	log := "node-" + strconv.Itoa(node.port) + ".log"
	eventually(t, func() bool { return strings.Contains(w.read("logs", log), "too many open files") }, "there is room")

	ask(t, connected, http.MethodPost, node.port, "/mine?count=3")
	peer := w.launchNode(append(genesis, "--peers", address(node.port))...)
	for _, c := range clients {
		require.NoError(t, c.Close())
	}
	known := requireOneChain(t, []int{node.port, peer.port})
	require.Len(t, known.Chain, 4)
	require.NotContains(t, w.read("logs", log), "[ERROR]")
	requireEnd(t, peer, node)

	again := w.launchNode(append(genesis, "--data", w.path("data", strconv.Itoa(node.port)))...)
	require.Equal(t, known, chainOf(t, again.port))
	again.signal(syscall.SIGTERM)
	require.Zero(t, again.exitCode())
}

// ask sends a request by a client of the caller's, so that its connection is
// used again.
func ask(t *testing.T, by *http.Client, method string, port int, path string) {
	t.Helper()
	request, err := http.NewRequest(method, "http://"+address(port)+path, nil)
	require.NoError(t, err)
	response, err := by.Do(request)
	require.NoError(t, err)
	defer response.Body.Close()
	said, err := io.ReadAll(response.Body)
	require.NoError(t, err)
	require.Equal(t, http.StatusOK, response.StatusCode, "%s", said)
}

// dialMany opens connections, which last as long as the test.
func dialMany(t *testing.T, port, count int) []net.Conn {
	t.Helper()
	connections := make([]net.Conn, count)
	for i := range connections {
		connection, err := net.Dial("tcp", address(port))
		require.NoError(t, err)
		t.Cleanup(func() { _ = connection.Close() }) // the test may have closed it
		connections[i] = connection
	}
	return connections
}

// Folders that cannot be written to are named, and nothing is started.
func TestFoldersThatCannotBeWrittenTo(t *testing.T) {
	t.Parallel()
	const denied = "permission denied"
	w := newWorld(t)
	w.asNobody()
	locked, port := w.folderOf("locked", 0o555), freePorts(t, 3)
	logs, data := []string{"--logs", w.folderOf("logs", 0o777)}, []string{"--data", w.folderOf("data", 0o777)}

	requireMisuse(t, w.launchAt(port, 2, append(data, "--logs", locked)...).program, "--logs "+locked, denied)
	requireMisuse(t, w.launchAt(port, 2, append(data, "--logs", locked+"/logs")...).program, "--logs "+locked+"/logs", denied)
	requireMisuse(t, w.launchAt(port, 2, append(logs, "--data", locked)...).program, "--data "+locked, denied)
	w.env = []string{"TMPDIR=" + locked}
	requireMisuse(t, w.launchAt(port, 2, logs...).program, "temporary data folder", locked, denied)
	requireNoNode(t, w)
	w.env = nil
	inside := w.folderOf(fmt.Sprintf("data/node-%d", port+1), 0o555)
	requireMisuse(t, w.launchAt(port, 1, append(logs, data...)...).program, inside, denied)
}

// asNobody has the world's processes run by a user who may not do everything,
// where the tests are run by one who may.
func (w *world) asNobody() {
	const nobody = 65534
	if os.Getuid() != 0 {
		return
	}
	for _, path := range []string{bin, filepath.Dir(w.folder)} {
		require.NoError(w.t, os.Chmod(path, 0o755))
	}
	w.as = &syscall.Credential{Uid: nobody, Gid: nobody}
}

// folderOf makes a folder of this mode, and returns its path.
func (w *world) folderOf(name string, mode os.FileMode) string {
	path := w.path(name)
	require.NoError(w.t, os.MkdirAll(path, 0o755))
	require.NoError(w.t, os.Chmod(path, mode))
	return path
}

// Clients that send half a header, half a body, or nothing, do not keep others
// from their answers, at a node or at the manager.
func TestSlowClientsKeepNobodyOut(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	n := w.launch(1, "--genesis", w.lightGenesis("light")).awaitReady()
	for _, port := range []int{n.port, n.ports[0]} {
		said := []string{"", "GET /healthz HTTP/1.1\r\nHost: ", "POST /peers HTTP/1.1\r\nHost: " + address(port) +
			"\r\nContent-Length: 100\r\n\r\n{"}
		for i, connection := range dialMany(t, port, 400) {
			_, err := io.WriteString(connection, said[i%len(said)])
			require.NoError(t, err)
		}
	}
	require.Equal(t, 1, get[reportForm](t, n.port, "/start/mining?min=0s&max=0s").Mined)
	require.Len(t, chainOf(t, n.ports[0]).Chain, 2)
	n.stop()
}

// Clients that have asked once and then say nothing keep nobody out, at a node or
// at the manager; the first of them give way to what comes.
func TestIdleClientsGiveWay(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	n := w.launch(2, "--genesis", w.lightGenesis("light")).awaitReady()
	for _, port := range []int{n.port, n.ports[0], n.ports[1]} {
		for _, connection := range dialMany(t, port, 600) {
			_, _ = fmt.Fprintf(connection, "GET /healthz HTTP/1.1\r\nHost: %s\r\n\r\n", address(port)) // it may have given way
		}
		get[object](t, port, "/healthz")
	}
	require.Equal(t, 2, get[reportForm](t, n.port, "/start/mining?min=0s&max=0s").Mined)
	requireOneChain(t, n.ports)
	n.stop()
}

// Some hundred clients that ask for the whole chain and do not read it, or send
// headers byte by byte, or most of a large body, cost a node a bounded amount of
// memory. Others are served meanwhile, and the node ends in order.
func TestSlowClientsCostLittle(t *testing.T) {
	t.Parallel()
	const each = 150
	w := newWorld(t)
	node := w.launchNode("--genesis", w.genesis("easiest", "207fffff"))
	for range 5 {
		post[struct{}](t, node.port, "/mine?count=1000", nil)
	}
	for _, connection := range dialMany(t, node.port, each) {
		require.NoError(t, connection.(*net.TCPConn).SetReadBuffer(4096))
		_, err := fmt.Fprintf(connection, "GET /chain HTTP/1.1\r\nHost: %s\r\n\r\n", address(node.port))
		require.NoError(t, err)
	}
	body := strings.Repeat(" ", 8<<20-1)
	var sending sync.WaitGroup
	for _, connection := range dialMany(t, node.port, each) {
		sending.Go(func() { sendMost(connection, node.port, body) })
	}
	cut := cutOff(dialMany(t, node.port, each/3), node.port)
	for served := 0; ; served++ {
		post[struct{}](t, node.port, "/mine", nil)
		select {
		case <-cut:
		default:
			continue
		}
		t.Logf("%d requests were served meanwhile", served)
		break
	}
	sending.Wait()
	peak, err := peakMemory(node.cmd.Process.Pid)
	require.NoError(t, err)
	t.Logf("at most %d MiB", peak>>20)
	require.Less(t, peak, memoryBound)
	post[struct{}](t, node.port, "/shutdown", nil)
	require.Zero(t, node.exitCode())
}

// memoryBound is what a node may have in memory while clients are slow, in bytes;
// their bodies alone would be 1.2 GB. What is garbage is in it too, which on a busy
// machine is collected late. Binaries with the race detector need several times as
// much.
var memoryBound = 320 << 20

// sendMost sends a body whose last byte is missing, or as much of it as is taken.
func sendMost(connection net.Conn, port int, body string) {
	_, _ = fmt.Fprintf(connection, "POST /block/new HTTP/1.1\r\nHost: %s\r\nContent-Length: %d\r\n\r\n", address(port), len(body)+1)
	_ = connection.SetWriteDeadline(time.Now().Add(patience))
	_, _ = io.WriteString(connection, body)
}

// cutOff sends an endless header over every connection, a byte at a time, and
// closes the channel when all were cut off.
func cutOff(connections []net.Conn, port int) <-chan struct{} {
	all := make(chan struct{})
	go func() {
		defer close(all)
		header := fmt.Sprintf("GET /healthz HTTP/1.1\r\nHost: %s\r\nX-Long: ", address(port))
		pace := time.NewTicker(tick)
		defer pace.Stop()
		for at := 0; len(connections) > 0; at++ {
			<-pace.C
			next := "x"
			if at < len(header) {
				next = header[at : at+1]
			}
			for i := len(connections) - 1; i >= 0; i-- {
				if _, err := io.WriteString(connections[i], next); err != nil {
					connections = append(connections[:i], connections[i+1:]...)
				}
			}
		}
	}()
	return all
}
