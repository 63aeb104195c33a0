package manager_test

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"networkmngr/internal/api"
	"networkmngr/internal/config"
	"networkmngr/internal/disk"
	"networkmngr/internal/manager"
	"networkmngr/internal/manager/folder"
	"networkmngr/internal/manager/loading"
	"networkmngr/internal/snapshot"
)

// save takes a snapshot.
func (h *harness) save(name string, withoutKeys bool) api.Snapshot {
	h.Helper()
	taken, err := h.client().Snapshot(h.Context(), api.SnapshotRequest{Name: name, WithoutKeys: withoutKeys})
	require.NoError(h, err)
	return taken
}

// contents are the files of a snapshot, by path.
func contents(t *testing.T, path string) (*snapshot.Manifest, map[string]string) {
	t.Helper()
	from, end, err := snapshot.Open(path)
	require.NoError(t, err)
	defer end()
	files := make(map[string]string)
	for {
		file, content, err := from.Next()
		if errors.Is(err, io.EOF) {
			return from.Manifest, files
		}
		require.NoError(t, err)
		text, err := io.ReadAll(content)
		require.NoError(t, err)
		files[file.Path] = string(text)
	}
}

// inNode puts a file in a node's folder.
func (h *harness) inNode(i int, name, content string) {
	h.Helper()
	folder := config.NodeFolder(h.config.Settings.Data, h.port(i))
	require.NoError(h, os.WriteFile(filepath.Join(folder, name), []byte(content), 0o600))
}

// A snapshot has what nodes that run say, and of others what is in their folders.
func TestASnapshotHasAllNodes(t *testing.T) {
	t.Parallel()
	h := start(t, 4, inFolder)
	require.Equal(t, 4, h.report(h.get("/start/mining")).Mined)
	for i := range 4 {
		h.inNode(i, "identity.pem", "key of "+h.address(i))
		h.inNode(i, "chain.db", "on disk")
		h.inNode(i, "strategy.json", "withheld")
	}
	h.setClock(`{"nodes": {"n1": {"offset": "1h"}}}`)
	h.act("n1", "kill")
	h.act("n2", "pause")
	_, err := h.client().RemoveNode(t.Context(), "n3")
	require.NoError(t, err)
	taken := h.save("first", false)
	require.Equal(t, filepath.Join(h.config.Settings.Log.Folder, "snapshots", "first.nmlab"), taken.File)
	require.EqualValues(t, 4, taken.Height)
	m, files := contents(t, taken.File)
	require.Equal(t, "pending at "+h.address(0), files["nodes/0/pending.jsonl"])
	for _, n := range []string{"1", "2", "3"} {
		require.Equal(t, "on disk", files["nodes/"+n+"/chain.db"])
		require.Equal(t, "withheld", files["nodes/"+n+"/strategy.json"])
	}
	require.Equal(t, "key of "+h.address(1), files["nodes/1/identity.pem"])
	require.Contains(t, files["kept/clock.json"], `"1h0m0s"`)
	require.NotEmpty(t, files["genesis.json"])
	require.Contains(t, files["events/00000000000000000001.jsonl"], `"network-up"`)
	require.Equal(t, []string{"running", "down", "paused", "down"}, []string{m.Nodes[0].State, m.Nodes[1].State, m.Nodes[2].State, m.Nodes[3].State})
	require.Equal(t, []bool{false, false, false, true}, []bool{m.Nodes[0].Removed, m.Nodes[1].Removed, m.Nodes[2].Removed, m.Nodes[3].Removed})
	require.Equal(t, h.record().Lab, m.Lab)
	info, err := os.Stat(taken.File)
	require.NoError(t, err)
	require.Zero(t, info.Mode().Perm()&0o077, "it has keys")
	m, files = contents(t, h.save("second", true).File)
	require.False(t, m.Keys)
	for path := range files {
		require.NotContains(t, path, "identity")
	}
	left, err := os.ReadDir(filepath.Dir(taken.File))
	require.NoError(t, err)
	require.Len(t, left, 2, "no drafts")
}

// The key by which the network is known stays where it is: a copy makes one of its own, and
// whoever is given a snapshot cannot stand for the network that it is of.
func TestASnapshotHasNoKeyOfTLS(t *testing.T) {
	t.Parallel()
	h := start(t, 1, inFolder, secure)
	require.FileExists(t, filepath.Join(h.config.Settings.Data, "tls.key"))
	for _, withoutKeys := range []bool{false, true} {
		_, files := contents(t, h.save(fmt.Sprintf("without-%t", withoutKeys), withoutKeys).File)
		for path, content := range files {
			require.NotContains(t, path, "tls.")
			require.NotContains(t, content, "PRIVATE KEY-----")
		}
	}
}

func TestSnapshotsThatAreRefused(t *testing.T) {
	t.Parallel()
	h := start(t, 2)
	h.save("first", false)
	for _, c := range []struct {
		body       string
		status     int
		code, part string
	}{
		{`{"name": "first"}`, http.StatusConflict, "snapshot-exists", "first.nmlab"},
		{`{"name": "../first"}`, http.StatusUnprocessableEntity, "bad-name", `"../first": want 1 to 64 letters`},
		{`{"name": ""}`, http.StatusUnprocessableEntity, "bad-name", `""`},
		{`{"name": "a/b"}`, http.StatusUnprocessableEntity, "bad-name", `"a/b"`},
		{`{"keys": true}`, http.StatusBadRequest, "malformed", "keys"},
		{``, http.StatusBadRequest, "malformed", "empty"},
	} {
		h.requireError(h.post("/network/snapshot", c.body), c.status, c.code, c.part)
	}
	h.node(1).set(func(n *fakeNode) { n.uncopied = errors.New("no disk") })
	h.requireError(h.post("/network/snapshot", `{"name": "second"}`), http.StatusBadGateway, "snapshot-failed", "node on port ")
	left, err := os.ReadDir(filepath.Join(h.config.Settings.Log.Folder, "snapshots"))
	require.NoError(t, err)
	require.Len(t, left, 1)
}

// A copy is another lab, on its own ports, which goes on with the clocks and the events
// of then, and in which who was removed still is.
func TestASnapshotIsLoaded(t *testing.T) {
	t.Parallel()
	h := start(t, 3, inFolder)
	h.setClock(`{"nodes": {"n1": {"offset": "1h"}}}`)
	_, err := h.client().RemoveNode(t.Context(), "n2")
	require.NoError(t, err)
	told := h.state().Offset
	taken := h.save("first", false)
	settings := h.config.Settings
	settings.Data, settings.Port, settings.AmountSet = "", h.port(0)-1, false
	loaded, temporary, err := loading.Load(taken.File, settings)
	require.NoError(t, err)
	require.True(t, temporary)
	require.Greater(t, loaded.Port, h.port(1), "those of the network that runs are not free")
	copied := prepare(t, 2, func(next *harness) {
		next.config.Settings, next.config.Genesis, next.config.Temporary = loaded, nil, temporary
	})
	copied.launch()
	nodes, err := copied.client().Nodes(t.Context())
	require.NoError(t, err)
	original, err := h.client().Nodes(t.Context())
	require.NoError(t, err)
	require.NotEqual(t, original.Lab, nodes.Lab)
	require.Len(t, nodes.Nodes, 2)
	require.Len(t, nodes.Removed, 1)
	copied.isOff(1, time.Hour, 0)
	require.Greater(t, copied.state().Offset, told)
	require.NotEqual(t, h.state().Stream, copied.state().Stream)
	require.NoError(t, copied.stop())
	require.NoDirExists(t, loaded.Data, "it was temporary")
}

// After a load that fails nothing is left.
func TestALoadThatFailsLeavesNothing(t *testing.T) {
	t.Parallel()
	h := start(t, 2, inFolder)
	taken := h.save("first", false)
	whole, err := os.ReadFile(taken.File)
	require.NoError(t, err)
	folder := t.TempDir()
	broken := filepath.Join(folder, "broken.nmlab")
	settings := h.config.Settings
	settings.Data, settings.Log.Folder = filepath.Join(folder, "data"), filepath.Join(folder, "logs")
	settings.PortSet = false
	for name, text := range map[string]string{
		"cut short": string(whole[:len(whole)-10]), "no snapshot": "no snapshot", "empty": "", "more": string(whole) + "x",
	} {
		require.NoError(t, os.WriteFile(broken, []byte(text), 0o600))
		_, _, err := loading.Load(broken, settings)
		require.ErrorIs(t, err, loading.ErrLoad, name)
		require.ErrorIs(t, err, snapshot.ErrDamaged, name)
		require.NoDirExists(t, settings.Data, name)
		require.NoDirExists(t, settings.Log.Folder, name)
	}
	settings.PortSet = true // and taken
	_, _, err = loading.Load(taken.File, settings)
	require.ErrorContains(t, err, "is in use")
	require.NoDirExists(t, settings.Data)
	settings.PortSet = false
	_, _, err = loading.Load(filepath.Join(folder, "none"), settings)
	require.ErrorIs(t, err, os.ErrNotExist)
	require.NoError(t, os.MkdirAll(filepath.Join(settings.Data, "mine"), 0o755))
	_, _, err = loading.Load(taken.File, settings)
	require.ErrorContains(t, err, "holds something: name a new folder")
	require.DirExists(t, filepath.Join(settings.Data, "mine"))
	require.True(t, strings.HasPrefix(err.Error(), "cannot load the snapshot: "))
}

// A node that answers nothing holds a snapshot up no longer than anything else, and no
// snapshot holds up the network's end.
func TestASnapshotOfAFrozenNode(t *testing.T) {
	t.Parallel()
	h, _ := startFrozen(t, 1, time.Hour)
	h.requireError(h.post("/network/snapshot", `{"name": "first"}`), http.StatusBadGateway, "snapshot-failed", "the node does not answer, though its process runs")
	h = prepare(t, 2, inFolder)
	h.manager.SetPulse(time.Hour, time.Hour)
	h.launch()
	frozen := h.launcher.process(h.port(1))
	asked := make(chan struct{})
	h.node(0).set(func(n *fakeNode) { n.copying = func() { close(asked) } })
	require.NoError(t, frozen.Pause())
	t.Cleanup(func() { require.NoError(t, frozen.Resume()) })
	refused := make(chan reply, 1)
	go func() {
		if got, err := h.try(h.withBody(http.MethodPost, "/network/snapshot", strings.NewReader(`{"name": "second"}`))); err == nil {
			refused <- got
		}
	}()
	receives(t, asked)
	ended := make(chan error, 1)
	go func() { ended <- h.stop() }()
	require.NotEqual(t, http.StatusCreated, receives(t, refused).status)
	receives(t, ended)
}

// The restart policy is of the lab, as its id is, and no part of a copy.
func TestASnapshotOfALabWithAPolicy(t *testing.T) {
	t.Parallel()
	h := start(t, 1, inFolder, func(h *harness) { h.config.Settings.Restart = config.OnFailure })
	_, files := contents(t, h.save("first", false).File)
	for path := range files {
		require.NotContains(t, path, "restart")
	}
}

// What a load that was killed has left is no network: no manager starts there, and the next
// load has it make room.
func TestALoadThatWasKilled(t *testing.T) {
	h := start(t, 1, inFolder, alone)
	taken := h.save("first", false)
	settings := h.config.Settings
	settings.Data, settings.PortSet, settings.AmountSet = filepath.Join(t.TempDir(), "data"), false, false
	temporary := filepath.Join(h.temporary, "networkmngr-1")
	for _, folder := range []string{settings.Data, temporary} {
		require.NoError(t, os.MkdirAll(filepath.Join(folder, "node-7"), 0o755))
		for _, name := range []string{"loading", "manager.lock", ".loading-1.jsonl"} {
			require.NoError(t, os.WriteFile(filepath.Join(folder, name), []byte("half"), 0o600))
		}
	}
	half := prepare(t, 1, func(next *harness) { next.config.Settings, next.config.Genesis = settings, nil })
	err := half.manager.Run(t.Context(), func(manager.Summary) { require.Fail(t, "started") })
	require.ErrorIs(t, err, manager.ErrCheck)
	require.ErrorContains(t, err, "holds a snapshot that was not loaded to its end")

	loaded, _, err := loading.Load(taken.File, settings)
	require.NoError(t, err)
	for _, name := range []string{"loading", "manager.lock", ".loading-1.jsonl", "node-7"} {
		require.NoFileExists(t, filepath.Join(loaded.Data, name))
		require.NoDirExists(t, filepath.Join(loaded.Data, name))
	}
	copied := prepare(t, 1, func(next *harness) { next.config.Settings, next.config.Genesis = loaded, nil })
	copied.launch()
	settings.Data = ""
	loaded, _, err = loading.Load(taken.File, settings)
	require.NoError(t, err)
	require.NoDirExists(t, temporary)
	require.DirExists(t, loaded.Data)
}

// A load touches nothing but its data folder, so that a kill leaves nothing else: the events are
// among the logs once a manager starts there, also if one was killed while it put them there.
func TestALoadsEventsAreAmongTheLogsOnceItStarts(t *testing.T) {
	t.Parallel()
	h := start(t, 2, inFolder)
	told := h.state().Offset
	taken := h.save("first", false)
	settings := h.config.Settings
	settings.Data, settings.PortSet, settings.AmountSet = filepath.Join(t.TempDir(), "data"), false, false
	settings.Log.Folder = filepath.Join(t.TempDir(), "logs")
	loaded, _, err := loading.Load(taken.File, settings)
	require.NoError(t, err)
	require.NoDirExists(t, settings.Log.Folder)

	half := filepath.Join(settings.Log.Folder, fmt.Sprintf("events-%d", loaded.Port))
	stream, err := os.ReadFile(filepath.Join(loaded.Data, "events.stream"))
	require.NoError(t, err)
	require.NoError(t, os.MkdirAll(half, 0o755))
	require.NoError(t, os.WriteFile(filepath.Join(half, "events.stream"), stream, 0o600))
	require.NoError(t, os.WriteFile(filepath.Join(half, "events.jsonl"), []byte(`{"offs`), 0o600))
	copied := prepare(t, 2, func(next *harness) { next.config.Settings, next.config.Genesis = loaded, nil })
	copied.launch()
	require.Greater(t, copied.state().Offset, told)
	require.Equal(t, strings.TrimSpace(string(stream)), copied.state().Stream)
	require.Contains(t, copied.get("/events?from=1&limit=1").body, `"offset":1,`)
	require.NoDirExists(t, filepath.Join(loaded.Data, "loaded-events"))
}

// Two loads into one folder do not mix.
func TestALoadIsForItself(t *testing.T) {
	t.Parallel()
	h := start(t, 1, inFolder)
	taken := h.save("first", false)
	settings := h.config.Settings
	settings.Data, settings.PortSet = t.TempDir(), false
	require.NoError(t, os.WriteFile(filepath.Join(settings.Data, "loading"), nil, 0o600))
	other, err := disk.Lock(filepath.Join(settings.Data, "manager.lock"))
	require.NoError(t, err)
	_, _, err = loading.Load(taken.File, settings)
	require.ErrorContains(t, err, "in use by another manager")
	require.FileExists(t, filepath.Join(settings.Data, "loading"))
	require.NoError(t, other.Close())
	_, _, err = loading.Load(taken.File, settings)
	require.NoError(t, err)
}

// Drafts that a kill has left go with the next snapshot, and one that is being taken by
// another manager is left alone.
func TestDraftsOfKilledManagersGo(t *testing.T) {
	t.Parallel()
	h := start(t, 1)
	folder := filepath.Join(h.config.Settings.Log.Folder, "snapshots")
	require.NoError(t, os.MkdirAll(folder, 0o755))
	for _, name := range []string{".section-123", ".other.nmlab", "mine.nmlab"} {
		require.NoError(t, os.WriteFile(filepath.Join(folder, name), nil, 0o600))
	}
	other, err := disk.Lock(filepath.Join(folder, ".lock"))
	require.NoError(t, err)
	h.requireError(h.post("/network/snapshot", `{"name": "first"}`), http.StatusBadGateway, "snapshot-failed", "another manager takes a snapshot there")
	h.requireError(h.post("/network/snapshot", `{"name": "mine"}`), http.StatusBadGateway, "snapshot-failed", "another manager takes a snapshot there") // what it writes is not known yet
	require.FileExists(t, filepath.Join(folder, ".section-123"))
	require.NoError(t, other.Close())
	h.requireError(h.post("/network/snapshot", `{"name": "mine"}`), http.StatusConflict, "snapshot-exists", "mine.nmlab")
	h.save("first", false)
	left, err := os.ReadDir(folder)
	require.NoError(t, err)
	require.Len(t, left, 2)
}

// A folder that somebody has taken meanwhile is not removed with a network that did not start.
func TestDiscardSparesWhatRuns(t *testing.T) {
	t.Parallel()
	h := start(t, 1, inFolder)
	require.NoError(t, folder.Discard(h.config.Settings.Data))
	require.DirExists(t, h.config.Settings.Data)
	require.NoError(t, h.stop())
	require.NoError(t, folder.Discard(h.config.Settings.Data))
	require.NoDirExists(t, h.config.Settings.Data)
	require.NoError(t, folder.Discard(h.config.Settings.Data), "there is none any more")
	require.NoDirExists(t, h.config.Settings.Data)
}
