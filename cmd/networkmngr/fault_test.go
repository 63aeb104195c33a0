package main_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"
)

// A network whose files were damaged between two runs is not started: one line
// names the file, nothing runs, and no file is changed.
func TestADamagedFileIsRefused(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	args := []string{"--data", w.path("data"), "--genesis", w.lightGenesis("light")}
	n := w.launch(3, args...).awaitReady()
	get[reportForm](t, n.port, "/start/mining?min=0s&max=0s")
	tip := requireOneChain(t, n.ports).tip()
	n.stop()
	for name, change := range map[string]func(t *testing.T, file string){
		"chain.db":     func(t *testing.T, file string) { damage(t, file, tip) },
		"identity.pem": halve,
	} {
		file := filepath.Join(filepath.Dir(chainFile(w, n.ports[1])), name)
		whole := w.read("data", "node-"+strconv.Itoa(n.ports[1]), name)
		change(t, file)
		before := w.files("*")
		requireMisuse(t, w.launchAt(n.port, 3, args...).program, file)
		require.Equal(t, before, w.files("*"))
		require.NoError(t, os.WriteFile(file, []byte(whole), 0o600))
	}
	w.launchAt(n.port, 3, args...).awaitReady().stop()
}

// What a node can learn or make anew is no reason not to start; that it was damaged
// is in the log.
func TestADamagedFileThatCanBeMadeAnew(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	args := []string{"--data", w.path("data"), "--genesis", w.lightGenesis("light")}
	n := w.launch(3, args...).awaitReady()
	n.stop()
	folder := filepath.Dir(chainFile(w, n.ports[1]))
	for _, name := range []string{"nodes.json", "node.json"} {
		halve(t, filepath.Join(folder, name))
	}
	n = w.launchAt(n.port, 3, args...).awaitReady()
	requireLinked(t, n)
	get[reportForm](t, n.port, "/start/mining?min=0s&max=0s")
	require.Len(t, requireOneChain(t, n.ports).Chain, 4)
	n.stop()
	log := w.read("logs", fmt.Sprintf("node-%d.log", n.ports[1]))
	for _, name := range []string{"nodes.json", "node.json"} {
		require.Contains(t, log, "[WARN]")
		require.Contains(t, log, filepath.Join(folder, name))
	}
}

// halve cuts a file short.
func halve(t *testing.T, file string) {
	info, err := os.Stat(file)
	require.NoError(t, err)
	require.NoError(t, os.Truncate(file, info.Size()/2))
}

func chainFile(w *world, port int) string {
	return w.path("data", "node-"+strconv.Itoa(port), "chain.db")
}

// damage flips a bit wherever a block's name stands in the file.
func damage(t *testing.T, file, hash string) {
	content, err := os.ReadFile(file)
	require.NoError(t, err)
	name := unhex(t, hash)
	require.Contains(t, string(content), string(name))
	wrong := bytes.Clone(name)
	wrong[len(wrong)/2] ^= 1
	require.NoError(t, os.WriteFile(file, bytes.ReplaceAll(content, name, wrong), 0o600))
}

// A node whose folder is removed under it ends before it says of a block that
// it has it. The others go on, and the next run starts that node anew: it gets
// the chain from them.
func TestADataFolderIsRemovedWhileRunning(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	args := []string{"--data", w.path("data"), "--genesis", w.lightGenesis("light")}
	n := w.launch(3, args...).awaitReady()
	get[reportForm](t, n.port, "/start/mining?min=0s&max=0s")
	victim := n.ports[0]
	require.NoError(t, os.RemoveAll(filepath.Dir(chainFile(w, victim))))
	_, err := try[struct{}](http.MethodPost, victim, "/mine", nil)
	require.Error(t, err)
	requireEnded(t, n, victim)
	require.Contains(t, w.read("logs", "networkmngr.log"), chainFile(w, victim)+": removed while in use")
	require.Equal(t, 2, get[reportForm](t, n.port, "/start/mining?min=0s&max=0s").Mined)
	before := requireOneChain(t, n.ports[1:])
	require.Len(t, before.Chain, 6)
	n.signal(syscall.SIGTERM)
	require.Zero(t, n.exitCode())

	n = w.launchAt(n.port, 3, args...).awaitReady()
	require.Equal(t, before, requireOneChain(t, n.ports))
	n.signal(syscall.SIGTERM)
	require.Zero(t, n.exitCode())
	require.Contains(t, n.stderr.String(), fmt.Sprintf(": the node on port %d\n", victim))
}

// Without its log folder a network goes on, and ends in order.
func TestTheLogFolderIsRemovedWhileRunning(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	n := w.launch(2, "--genesis", w.lightGenesis("light")).awaitReady()
	require.NoError(t, os.RemoveAll(w.path("logs")))
	require.Equal(t, 2, get[reportForm](t, n.port, "/start/mining?min=0s&max=0s").Mined)
	require.Len(t, requireOneChain(t, n.ports).Chain, 3)
	n.stop()
}

// garbage are bodies that no route takes.
var garbage = []struct{ name, kind, body string }{
	{"deep", "application/json", strings.Repeat("[", 100_000)},
	{"deep objects", "application/json", strings.Repeat(`{"a":`, 20_000)},
	{"huge number", "application/json", `{"length": 1` + strings.Repeat("0", 4000) + `}`},
	{"NUL", "application/json", "\x00\x00\x00\x00"},
	{"other kind", "text/plain", "mine, please"},
	{"form", "application/x-www-form-urlencoded", "a=b&c=d"},
}

// Garbage on any route that takes a POST is refused in the form of errors, and
// changes nothing.
func TestGarbageIsRefusedEverywhere(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	n := w.launch(1, "--genesis", w.lightGenesis("light")).awaitReady()
	post[struct{}](t, n.ports[0], "/mine", nil)
	before := chainOf(t, n.ports[0])
	for port, paths := range map[int][]string{
		n.port:     {"/start/mining", "/stop/mining", "/shutdown/all"},
		n.ports[0]: {"/chain/replace", "/block/new", "/mine", "/transactions", "/nodes/register", "/peers", "/shutdown"},
	} {
		for _, path := range paths {
			for _, g := range garbage {
				requireClientsFault(t, port, path, g.kind, g.body)
			}
		}
		get[struct{}](t, port, "/healthz")
	}
	http.DefaultClient.CloseIdleConnections()
	require.Equal(t, before, chainOf(t, n.ports[0]))
	n.stop()
}

// requireClientsFault checks that a body gets a 4xx in the form of errors.
func requireClientsFault(t *testing.T, port int, path, kind, body string) {
	t.Helper()
	status, said := sendBody(t, port, path, kind, body)
	require.Equal(t, 4, status/100, "%s: status %d: %s", path, status, said)
	var form struct {
		Error struct{ Code, Message string }
	}
	require.NoError(t, json.Unmarshal([]byte(said), &form), said)
	require.NotEmpty(t, form.Error.Code)
	require.NotEmpty(t, form.Error.Message)
}

func sendBody(t *testing.T, port int, path, kind, body string) (status int, said string) {
	t.Helper()
	response, err := http.Post("http://"+address(port)+path, kind, strings.NewReader(body))
	require.NoError(t, err)
	defer response.Body.Close()
	var text bytes.Buffer
	_, err = text.ReadFrom(response.Body)
	require.NoError(t, err)
	return response.StatusCode, text.String()
}

// Many large bodies at once that are no chain are refused or cut off, and the
// node stays what it was.
func TestAFloodOfGarbage(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	node := w.launchNode("--genesis", w.lightGenesis("light"))
	post[struct{}](t, node.port, "/mine", nil)
	before := chainOf(t, node.port)
	body := `{"chain": [` + strings.Repeat("[", 8<<20)
	var sending sync.WaitGroup
	for range 50 {
		sending.Go(func() {
			response, err := client.Post("http://"+address(node.port)+"/chain/replace", "application/json", strings.NewReader(body))
			if err != nil {
				return // cut off while it was still being sent
			}
			defer response.Body.Close()
			if response.StatusCode/100 != 4 {
				t.Errorf("status %d", response.StatusCode)
			}
		})
	}
	sending.Wait()
	get[struct{}](t, node.port, "/healthz")
	require.Equal(t, before, chainOf(t, node.port))
	post[struct{}](t, node.port, "/shutdown", nil)
	require.Zero(t, node.exitCode())
}
