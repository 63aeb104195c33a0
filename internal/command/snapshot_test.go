package command

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"networkmngr/internal/api"
	"networkmngr/internal/api/client"
	"networkmngr/internal/lastrun"
	"networkmngr/internal/snapshot"
	"networkmngr/internal/types"
)

// loaded has a copy of a network stand, beside it or after it.
func (n *liveNetwork) loaded(args ...string) *liveNetwork {
	n.Helper()
	copied := &liveNetwork{T: n.T, place: newPlace(n.T), port: freePorts(n.T, 5)}
	args = append(args, "-p", strconv.Itoa(copied.port), "--config=", "--logs="+copied.logs(), "--threads=1")
	copied.child = start(n.T, args, func(c *exec.Cmd) {
		c.Env = append(os.Environ(), asManager+"=1", "TMPDIR="+n.TempDir(), "GORACE=atexit_sleep_ms=0")
	})
	until(n.T, "the copy", func() bool {
		record, err := lastrun.Read(copied.logs())
		copied.record = record
		return err == nil && record != nil
	})
	return copied
}

// post sends transfers of alice's from a node, until told to end, and lists those that
// the node has acknowledged so far.
func (n *liveNetwork) post() (acknowledged func() []types.Hash, end func()) {
	var mu sync.Mutex
	var ids []types.Hash
	var posting sync.WaitGroup
	stop := make(chan struct{})
	posting.Go(func() {
		for i := 0; ; i++ {
			select {
			case <-stop:
				return
			default:
			}
			got := execute(n.T, "send", "alice", "bob", fmt.Sprintf("0.%08d", i+1), "--config=", "--logs="+n.logs(), "--json")
			var sent struct {
				ID types.Hash `json:"id"`
			}
			if got.code == 0 && assert.NoError(n.T, json.Unmarshal([]byte(got.stdout), &sent)) {
				mu.Lock()
				ids = append(ids, sent.ID)
				mu.Unlock()
			}
		}
	})
	end = sync.OnceFunc(func() {
		close(stop)
		posting.Wait()
	})
	n.Cleanup(end)
	return func() []types.Hash {
		mu.Lock()
		defer mu.Unlock()
		return append([]types.Hash{}, ids...)
	}, end
}

// A snapshot of a network whose nodes race and take transfers has all that was
// acknowledged before; its copy mines on beside the network, and the two never meet.
func TestASnapshotOfANetworkThatRaces(t *testing.T) {
	n := startNetwork(t, 3, "--genesis=") // in which alice has coins
	n.run("mining", "--mode", "interval", "--interval", "200ms").fine()
	acknowledged, end := n.post()
	until(t, "blocks and transfers", func() bool { return len(acknowledged()) >= 5 && *n.status().Nodes[0].Height >= 3 })
	had, height := acknowledged(), *n.status().Nodes[0].Height
	taken := decode[api.Snapshot](t, n.run("snapshot", "save", "hot", "--json").fine().stdout)
	end()
	require.Equal(t, filepath.Join(n.logs(), "snapshots", "hot.nmlab"), taken.File)
	shown := decode[snapshot.Manifest](t, execute(t, "snapshot", "show", taken.File, "--json").fine().stdout)
	require.Len(t, shown.Nodes, 3)
	require.Contains(t, n.run("snapshot", "show", "hot").fine().stdout, "the nodes' keys are in it")

	copied := n.loaded("snapshot", "load", taken.File)
	copied.mineOn(0, 1) // as nodes that were copied at equal branches stay there until one has more work
	until(t, "agreement", func() bool { return copied.status().Agree })
	require.GreaterOrEqual(t, *copied.status().Nodes[0].Height, height)
	require.NotEqual(t, n.status().Lab, copied.status().Lab)
	node := client.NewNode("http://"+copied.node(0), "", newClient(nil))
	for _, id := range had {
		_, err := node.Transaction(t.Context(), id)
		require.NoError(t, err, "transfer %s", id)
	}
	n.run("mining", "--mode", "demand").fine()
	n.mineOn(0, 1)
	until(t, "the network's agreement", func() bool { return n.status().Agree })
	before, copiedBefore := *n.status().Nodes[0].Height, *copied.status().Nodes[0].Height
	copied.run("mine", "--min=0s", "--max=0s").fine()
	until(t, "the copy's blocks", func() bool { s := copied.status(); return s.Agree && *s.Nodes[0].Height == copiedBefore+3 })
	require.Equal(t, before, *n.status().Nodes[0].Height)
	for i := range 3 {
		mine, theirs := client.NewNode("http://"+n.node(i), "", newClient(nil)), client.NewNode("http://"+copied.node(i), "", newClient(nil))
		a, err := mine.Info(t.Context())
		require.NoError(t, err)
		b, err := theirs.Info(t.Context())
		require.NoError(t, err)
		require.Equal(t, a.ID, b.ID, "it has its keys")
	}
	copied.end()
	n.end()
}

// Without keys the nodes of a copy are others, and its time is that of the snapshot.
func TestABranchWithoutKeysAndWrongUse(t *testing.T) {
	n := startNetwork(t, 2)
	n.run("mine", "--min=0s", "--max=0s").fine()
	n.run("clock", "set", "--node", "n1", "--offset", "-1h").fine()
	require.Contains(t, n.run("snapshot", "list").fine().stdout, "no snapshot is in this folder:\n")
	n.run("snapshot", "save", "shared", "--without-keys").fine()
	n.run("snapshot", "save", "later").fine()
	require.NoError(t, os.WriteFile(filepath.Join(n.logs(), "snapshots", "broken.nmlab"), []byte("no"), 0o600))
	list := decode[[]snapshotRow](t, n.run("snapshot", "list", "--json").fine().stdout)
	require.Len(t, list, 3)
	require.Equal(t, []string{"later", "shared", "broken"}, []string{list[0].Name, list[1].Name, list[2].Name})
	require.EqualValues(t, 2, *list[1].Height)
	require.Equal(t, 2, *list[1].Nodes)
	require.Nil(t, list[2].Created)
	shown := n.run("snapshot", "list").fine().stdout
	require.Regexp(t, `\d{4}-\d\d-\d\d \d\d:\d\d:\d\d +2 +2 +[0-9.]+ k?B +shared\n`, shown)
	require.Contains(t, strings.Join(strings.Fields(shown), " "), " broken: damaged snapshot")
	require.NoError(t, os.Remove(filepath.Join(n.logs(), "snapshots", "broken.nmlab")))
	n.run("snapshot", "save", "shared").ends(exitMisuse, "there is a snapshot of this name already")
	n.run("snapshot", "save", "a/b").ends(exitMisuse, "no name of a snapshot")
	n.run("snapshot", "save").ends(exitMisuse, "the name of a snapshot")
	n.run("snapshot", "show", "none").ends(exitMisuse, "none.nmlab")
	n.run("snapshot", "show", n.genesis).ends(exitMisuse, "damaged snapshot")
	execute(t, "snapshot", "load", n.genesis, "--config=", "--logs="+n.logs()).ends(exitMisuse, "cannot load the snapshot")
	copied := n.loaded("snapshot", "load", filepath.Join(n.logs(), "snapshots", "shared.nmlab"))
	until(t, "agreement", func() bool { return copied.status().Agree })
	for i, node := range copied.status().Nodes {
		require.NotEqual(t, n.status().Nodes[i].ID, node.ID)
		require.EqualValues(t, 2, *node.Height)
	}
	clocks := decode[api.LabClock](t, copied.run("clock", "--json").fine().stdout)
	require.Equal(t, "-1h0m0s", clocks.Nodes[1].Wanted.Offset)
	require.Contains(t, copied.run("clock").fine().stdout, "lab clock: ")
	copied.end()
	branched := n.loaded("snapshot", "branch", "what-if", "--manager", n.record.URL)
	until(t, "agreement", func() bool { return branched.status().Agree })
	require.Equal(t, n.status().Nodes[0].ID, branched.status().Nodes[0].ID)
	branched.end()
	n.end()
}

// A snapshot that holds what no network can begin with is wrong input, and leaves nothing of the
// data folder that was made for it.
func TestASnapshotThatCannotStart(t *testing.T) {
	t.Setenv(asManager, "1") // nodes are of this program
	for name, text := range map[string]string{
		"faults.json": `{"generation": 1, "desired": {"links": [{"from": ["n9"], "to": ["all"], "delay": "1s"}]}}`,
		"mining.json": `{"mode": "always", "power": "real"}`,
		"clock.json":  "nonsense",
	} {
		here := newPlace(t)
		execute(t, "snapshot", "load", here.snapshotWith(t, name, text), "--config=", "--logs="+here.logs(), "--data="+here.data(),
			"-p", strconv.Itoa(freePorts(t, 2))).ends(exitMisuse, name+": ")
		require.NoDirExists(t, here.data(), name)
	}
}

// snapshotWith makes a snapshot of a network of one node, with a file of what is kept of it.
func (p place) snapshotWith(t *testing.T, name, text string) string {
	t.Helper()
	described, err := os.ReadFile(p.genesis)
	require.NoError(t, err)
	var content bytes.Buffer
	section, err := snapshot.NewSection(&content)
	require.NoError(t, err)
	require.NoError(t, section.AddBytes(snapshot.GenesisFile, described))
	require.NoError(t, section.AddBytes(snapshot.KeptFile(name), []byte(text)))
	files, err := section.Close()
	require.NoError(t, err)
	file, err := os.Create(filepath.Join(p.folder, "made.nmlab"))
	require.NoError(t, err)
	defer file.Close()
	require.NoError(t, snapshot.Write(file, snapshot.Manifest{Name: "made", Nodes: []snapshot.Node{{}}, Files: files}, &content))
	return file.Name()
}

// The whole network stands still, and goes on with its time.
func TestClocksAndAPausedNetwork(t *testing.T) {
	n := startNetwork(t, 2)
	n.run("clock", "set").ends(exitMisuse, "nothing to set")
	n.run("clock", "set", "--drift", "fast").ends(exitMisuse, "no drift")
	n.run("clock", "set", "--node", "n7", "--offset", "1h").ends(exitMisuse, "there is no node n7")
	got := decode[api.LabClock](t, n.run("clock", "set", "--node", "n1", "--offset", "90s", "--drift", "0.01%", "--json").fine().stdout)
	require.Equal(t, api.ClockSetting{Offset: "1m30s", Drift: "0.01%"}, got.Nodes[1].Wanted)
	require.Contains(t, n.run("clock").fine().stdout, "lab clock: the machine's")
	n.run("clock", "reset").fine()
	require.False(t, decode[api.LabClock](t, n.run("clock", "--json").fine().stdout).Nodes[1].Own)
	n.run("pause").fine()
	require.Zero(t, n.status().Running)
	n.run("pause").ends(exitFailed, "paused already")
	n.run("resume").fine()
	until(t, "agreement", func() bool { return n.status().Agree })
	n.run("mine", "--min=0s", "--max=0s").fine()
	n.end()
}

// How far a lab is behind is said in the largest unit of which there are two or more.
func TestBehindInWords(t *testing.T) {
	for text, want := range map[string]string{
		"0s": "the machine's", "900ms": "the machine's", "1s": "1 second behind", "90s": "90 seconds behind", "2m": "2 minutes behind",
		"90m": "90 minutes behind", "96h0m1s": "4 days behind", "-2h": "2 hours ahead", "": "the machine's",
	} {
		require.Equal(t, want, behindInWords(text), text)
	}
}
