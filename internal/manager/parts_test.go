package manager_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"networkmngr/internal/api"
	"networkmngr/internal/manager/folder"
	"networkmngr/internal/manager/loading"
	"networkmngr/internal/snapshot"
	"networkmngr/internal/types"
)

// copyOf runs a network from a snapshot, of so many nodes.
func copyOf(t *testing.T, taken api.Snapshot, like *harness, nodes int) *harness {
	settings := like.config.Settings
	settings.Data, settings.PortSet, settings.AmountSet, settings.Join = "", false, false, ""
	settings.Log.Folder = filepath.Join(t.TempDir(), "logs")
	loaded, temporary, err := loading.Load(taken.File, settings)
	require.NoError(t, err)
	copied := prepare(t, nodes, func(next *harness) {
		next.config.Settings, next.config.Genesis, next.config.Temporary = loaded, nil, temporary
	})
	copied.launch()
	return copied
}

// A snapshot of several machines has the nodes of all, and says of which machine each was.
// Loaded, all run on one machine, with their names, and with what was wanted of them by these.
func TestASnapshotOfTwoMachines(t *testing.T) {
	t.Parallel()
	first := start(t, 2, inFolder)
	second := join(t, first, 3, inFolder)
	first.awaitStates(running("n0", "n1", "n2", "n3", "n4"))
	require.Equal(t, http.StatusCreated, first.send(http.MethodPost, "/nodes").status)
	require.Equal(t, 6, first.report(first.get("/start/mining")).Mined)
	for i := range 3 {
		second.inNode(i, "identity.pem", "key of "+second.address(i))
		second.inNode(i, "chain.db", "on disk there")
	}
	first.setClock(`{"nodes": {"n4": {"offset": "1h"}}}`)
	first.act("n2", "kill")
	require.Equal(t, http.StatusOK, first.send(http.MethodDelete, "/nodes/n3").status)

	taken := first.save("all", false)
	require.Equal(t, 6, taken.Nodes)
	require.EqualValues(t, 3, taken.Height, "fake nodes of two managers have chains of their own")
	m, files := contents(t, taken.File)
	require.Equal(t, "on disk there", files["nodes/2/chain.db"], "it is down")
	require.Equal(t, "pending at "+second.address(2), files["nodes/4/pending.jsonl"])
	nodes, err := first.client().Nodes(t.Context())
	require.NoError(t, err)
	require.Equal(t, "pending at "+nodes.Nodes[4].Address, files["nodes/5/pending.jsonl"])
	require.Equal(t, "key of "+second.address(2), files["nodes/4/identity.pem"])
	for i, want := range []string{"", "", second.summary.URL, second.summary.URL, second.summary.URL, ""} {
		require.Equal(t, want, m.Nodes[i].Machine, i)
		require.Equal(t, i == 3, m.Nodes[i].Removed, i)
	}
	for _, h := range []*harness{first, second} {
		drafts, err := filepath.Glob(filepath.Join(h.config.Settings.Data, ".section-*"))
		require.NoError(t, err)
		require.Empty(t, drafts)
	}
	_, files = contents(t, first.save("shared", true).File)
	for path := range files {
		require.NotContains(t, path, "identity")
	}

	for i := range 3 { // which a real node could not read
		second.inNode(i, "chain.db", "")
		require.NoError(t, os.Remove(filepath.Join(second.config.Settings.Data, fmt.Sprintf("node-%d", second.port(i)), "chain.db")))
		require.NoError(t, os.Remove(filepath.Join(second.config.Settings.Data, fmt.Sprintf("node-%d", second.port(i)), "identity.pem")))
	}
	copied := copyOf(t, first.save("good", false), first, 6)
	copied.awaitStates(running("n0", "n1", "n2", "n4", "n5"))
	copied.isOff(4, time.Hour, 0)
	second.requireError(second.post("/network/snapshot", `{"name": "mine"}`), http.StatusForbidden, "joined", first.summary.URL)
}

// Names that nodes had in a snapshot they have where it is loaded, though a machine was taken
// out whose nodes came between.
func TestASnapshotAfterAMachineHasGone(t *testing.T) {
	t.Parallel()
	first := start(t, 1, inFolder)
	second := join(t, first, 2)
	first.awaitStates(running("n0", "n1", "n2"))
	require.Equal(t, http.StatusCreated, first.send(http.MethodPost, "/nodes").status)
	first.setClock(`{"nodes": {"n3": {"offset": "1h"}}}`)
	require.NoError(t, second.stop())
	first.awaitStates(running("n0", "n3"))
	taken := first.save("left", false)
	require.Equal(t, 2, taken.Nodes)
	copied := copyOf(t, taken, first, 4)
	copied.awaitStates(running("n0", "n3"))
	copied.isOff(3, time.Hour, 0)
}

// machineWith is a machine of one node, of this number, whose manager sends a part.
func machineWith(t *testing.T, first *harness, number int, part func(io.Writer)) *httptest.Server {
	return machineThat(t, first, number, map[string]http.HandlerFunc{
		"GET /snapshot": func(w http.ResponseWriter, _ *http.Request) { part(w) },
	})
}

// machineThat is a machine of one node, of this number, that answers requests so, by method
// and path, besides those that ask how its node is.
func machineThat(t *testing.T, first *harness, number int, answers map[string]http.HandlerFunc) *httptest.Server {
	there, err := first.client().Machines(t.Context())
	require.NoError(t, err)
	there.First = first.summary.URL
	var server *httptest.Server
	began := time.Now()
	server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if answer := answers[r.Method+" "+r.URL.Path]; answer != nil {
			answer(w, r)
			return
		}
		nodes := api.Nodes{Count: 1, Lab: there.Lab, Nodes: []api.NodeState{{
			NodeInfo: types.NodeInfo{ID: types.NodeID{byte(number)}, Address: strings.TrimPrefix(server.URL, "http://"), P2P: []string{p2p}},
			Name:     fmt.Sprint("n", number), Port: 1, State: api.Running, Lives: []api.Life{{Boot: 1, PID: 1, StartedAt: began}},
		}}}
		w.Header().Set("Content-Type", "application/json")
		_ = json.NewEncoder(w).Encode(map[string]any{"/machines": there, "/nodes": nodes}[r.URL.Path])
	}))
	t.Cleanup(server.Close)
	body := fmt.Sprintf(`{"url": %q, "lab": %q, "nodes": [{"port": 1}]}`, server.URL, there.Lab)
	require.Equal(t, http.StatusOK, first.post("/machines", body).status)
	first.eventually(func() bool { return len(first.states()) == 1+number }, "its node is listed")
	return server
}

// pack makes a part of a manifest and files.
func pack(t *testing.T, m snapshot.Manifest, files map[string]string, order ...string) []byte {
	t.Helper()
	var text, whole bytes.Buffer
	section, err := snapshot.NewSection(&text)
	require.NoError(t, err)
	for _, path := range order {
		require.NoError(t, section.AddBytes(path, []byte(files[path])))
	}
	m.Files, err = section.Close()
	require.NoError(t, err)
	require.NoError(t, snapshot.Write(&whole, m, &text))
	return whole.Bytes()
}

// What a machine sends is taken for its own nodes only, and refused as a whole if it is none of
// the network's, or larger than the disk.
func TestPartsThatAreRefused(t *testing.T) {
	t.Parallel()
	first := start(t, 1, inFolder)
	first.manager.SetLink(0) // nobody links to a node that there is not
	var part atomic.Pointer[[]byte]
	machine := machineWith(t, first, 1, func(w io.Writer) { _, _ = w.Write(*part.Load()) })
	manifest := func(change func(*snapshot.Manifest)) snapshot.Manifest {
		m := snapshot.Manifest{Genesis: pastGenesis().Params.GenesisID.String(), Nodes: []snapshot.Node{{Name: "n1"}}}
		change(&m)
		return m
	}
	same := func(*snapshot.Manifest) {}
	files := map[string]string{"genesis.json": "other", "kept/clock.json": "bad", "nodes/0/chain.db": "chain", "nodes/0/identity.pem": "key", "nodes/0/pending.jsonl": "waits"}
	good := []string{"genesis.json", "kept/clock.json", "nodes/0/chain.db", "nodes/0/identity.pem"}
	whole := pack(t, manifest(same), files, good...)
	for name, c := range map[string]struct {
		text []byte
		part string
	}{
		"another network": {pack(t, manifest(func(m *snapshot.Manifest) { m.Genesis = "x" }), files, good...), "of the genesis block"},
		"another's node":  {pack(t, manifest(func(m *snapshot.Manifest) { m.Nodes[0].Name = "n0" }), files, good...), `no node of it is "n0"`},
		"a node too many": {pack(t, manifest(func(m *snapshot.Manifest) { m.Nodes = append(m.Nodes, m.Nodes[0]) }), files, good...), "2 nodes"},
		"a node too few":  {pack(t, manifest(func(m *snapshot.Manifest) { m.Nodes = nil }), files, "genesis.json"), "n1 is not in it"},
		"no order":        {pack(t, manifest(same), files, "genesis.json", "nodes/0/chain.db", "kept/clock.json", "nodes/0/pending.jsonl"), "not beside each other"},
		"cut short":       {whole[:len(whole)-9], "damaged"},
		"no snapshot":     {[]byte("nothing"), "damaged"},
	} {
		part.Store(&c.text)
		first.requireError(first.post("/network/snapshot", `{"name": "all"}`), http.StatusBadGateway, "snapshot-failed", c.part)
		left, err := os.ReadDir(filepath.Join(first.config.Settings.Log.Folder, "snapshots"))
		require.NoError(t, err)
		require.Empty(t, left, name)
	}
	part.Store(&whole)
	_, taken := contents(t, first.save("all", true).File)
	require.Equal(t, "chain", taken["nodes/1/chain.db"])
	require.Empty(t, taken["nodes/1/identity.pem"], "it was not asked for")
	require.NotEqual(t, "bad", taken["kept/clock.json"], "the first one's is taken")
	require.NotEqual(t, "other", taken["genesis.json"])
	first.manager.SetFree(folder.Reserve + 30) // of which the files may have a third
	first.requireError(first.post("/network/snapshot", `{"name": "large"}`), http.StatusBadGateway, "snapshot-failed", "more than 10 bytes")
	first.manager.SetFree(1 << 40)
	machine.CloseClientConnections()
	machine.Close()
	first.requireError(first.post("/network/snapshot", `{"name": "none"}`), http.StatusBadGateway, "snapshot-failed", machine.URL)
}

// What a machine sends is read as it comes, whatever the next one waits for: nobody waits for
// a reader for ever.
func TestPartsAreReadAsTheyCome(t *testing.T) {
	t.Parallel()
	first := start(t, 1, inFolder)
	first.manager.SetLink(0)      // nobody links to a node that there is not
	large := make([]byte, 16<<20) // more than a connection keeps
	_, _ = rand.NewChaCha8([32]byte{}).Read(large)
	manifest := snapshot.Manifest{Genesis: pastGenesis().Params.GenesisID.String()}
	of := func(name string) []byte {
		manifest.Nodes = []snapshot.Node{{Name: name}}
		return pack(t, manifest, map[string]string{"genesis.json": "{}", "nodes/0/chain.db": string(large)}, "genesis.json", "nodes/0/chain.db")
	}
	parts, read := [][]byte{of("n1"), of("n2")}, make(chan struct{})
	machineWith(t, first, 1, func(w io.Writer) {
		if _, err := w.Write(parts[0]); err == nil {
			close(read)
		}
	})
	machineWith(t, first, 2, func(w io.Writer) {
		<-read
		_, _ = w.Write(parts[1])
	})
	require.Equal(t, 3, first.save("all", true).Nodes)
}

// Machines send their parts side by side, and nobody waits for that who changes the network.
func TestPartsHoldNobodyUp(t *testing.T) {
	t.Parallel()
	first := start(t, 1, inFolder)
	first.manager.SetLink(0) // nobody links to a node that there is not
	asked, hangs := make(chan struct{}, 2), make(chan struct{})
	for number := 1; number <= 2; number++ {
		machineWith(t, first, number, func(io.Writer) {
			asked <- struct{}{}
			<-hangs
		})
	}
	taken := make(chan error, 1)
	go func() {
		_, err := first.client().Snapshot(t.Context(), api.SnapshotRequest{Name: "all"})
		taken <- err
	}()
	receives(t, asked)
	receives(t, asked)
	require.Equal(t, http.StatusCreated, first.send(http.MethodPost, "/nodes").status)
	close(hangs)
	require.Error(t, receives(t, taken), "nothing is no part")
}
