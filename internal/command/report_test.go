package command

import (
	"encoding/csv"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"networkmngr/internal/lastrun"
	"networkmngr/internal/report"
	"networkmngr/internal/types"
)

// takeChainOf has the first node of a network hear of another network's node, which has more
// work, and waits until all that run are on its chain.
func (n *liveNetwork) takeChainOf(other *liveNetwork, height int) {
	n.Helper()
	node := clientOf(other.node(0))
	_, err := node.Mine(n.Context(), height)
	require.NoError(n, err)
	theirs, err := node.Info(n.Context())
	require.NoError(n, err)
	_, err = clientOf(n.node(0)).Register(n.Context(), []types.NodeInfo{theirs.NodeInfo})
	require.NoError(n, err)
	until(n.T, "one chain", func() bool {
		now := n.status()
		return now.Agree && *now.Nodes[0].Tip == theirs.Tip.Hash
	})
}

// told is the report of the network's run.
func (n *liveNetwork) told(args ...string) (told report.Report) {
	n.Helper()
	require.NoError(n, json.Unmarshal([]byte(n.run(append([]string{"report", "--json"}, args...)...).fine().stdout), &told))
	return told
}

// A run with two reorgs, a transfer that one of them undid, and a node that was killed is
// told of on paper, while it runs and after its end.
func TestReportOfARealRun(t *testing.T) {
	file, _ := ledgerGenesis(t)
	one := startNetwork(t, 2, "--lab=paper", "--genesis="+file)
	two, three := startNetwork(t, 1, "--lab=paper", "--genesis="+file), startNetwork(t, 1, "--lab=paper", "--genesis="+file)
	one.run("pay", "alice", "bob", "3").fine()
	_, err := clientOf(one.node(0)).Mine(t.Context(), 2)
	require.NoError(t, err)
	until(t, "one chain of the two nodes", func() bool { return one.status().Agree })
	one.takeChainOf(two, 3)
	one.takeChainOf(three, 5)
	until(t, "word of all reorgs", func() bool { return one.told().Reorgs.Events == 4 })
	one.run("nodes", "kill", "n1").fine()

	folder := t.TempDir()
	page := filepath.Join(folder, "run.html")
	shown := one.run("report", "-o", page).fine().stdout
	require.Contains(t, shown, "2 nodes, 10 blocks, 2 reorgs\n")
	require.Contains(t, shown, "open it in a browser: file://")
	text, err := os.ReadFile(page)
	require.NoError(t, err)
	for _, part := range []string{
		"2 nodes, ", "height of the best chain", "4 reorgs of nodes, by which they left 1 branch of 2 blocks, 1 branch of 3 blocks",
		"was killed: ended by signal 9", "3 blocks above height 0, left by 2 nodes", "1 returned to the mempool", "The network still runs",
	} {
		require.Contains(t, string(text), part)
	}

	two.run("stop").fine()
	three.run("stop").fine()
	one.run("stop").fine()
	told := one.told()
	require.Equal(t, 4, told.Reorgs.Events)
	require.Equal(t, 3, told.Reorgs.Deepest)
	require.Equal(t, 5, told.Totals.Main)
	require.Equal(t, []string{"n0", "n1"}, told.Network.OnTip)
	require.True(t, told.Network.Runs[0].Ended != nil)
	require.Equal(t, "n1", told.Faults[0].Node)
	require.Equal(t, 1, told.Network.Transfer)

	table := filepath.Join(folder, "run.csv")
	one.run("report", "-o", table).fine()
	text, err = os.ReadFile(table)
	require.NoError(t, err)
	rows, err := csv.NewReader(strings.NewReader(string(text))).ReadAll()
	require.NoError(t, err)
	require.Len(t, rows, 11)
	require.Equal(t, string(text), one.run("report", "--format", "csv", "-o", "-").stdout)
}

// A network that mined nothing has a page, and a folder in which none ran says so.
func TestReportOfNothing(t *testing.T) {
	n := startNetwork(t, 1)
	t.Chdir(t.TempDir())
	n.run("report").fine()
	n.run("stop").fine()
	n.run("report").fine()
	text, err := os.ReadFile("report.html")
	require.NoError(t, err)
	require.Contains(t, string(text), "No block beyond genesis is known")
	execute(t, "report", "--config=", "--logs="+t.TempDir()).ends(exitMisuse, "no network has run with it")
	execute(t, "report", "--config=", "--logs="+t.TempDir(), "--format=pdf").ends(exitMisuse, `--format "pdf": want html, json, csv`)
	n.run("report", "--manager=http://127.0.0.1:1").ends(exitMisuse, "no run of a manager at")
}

// Of two networks with one log folder, each has its own story.
func TestReportOfTwoNetworksWithOneLogFolder(t *testing.T) {
	one := startNetwork(t, 1)
	port := freePorts(t, 3)
	start(t, []string{"--config=", "--genesis=" + one.genesis, "--logs=" + one.logs(), "--threads=1", "-p", strconv.Itoa(port), "-a", "2"}, func(c *exec.Cmd) {
		c.Env = append(os.Environ(), asManager+"=1", "TMPDIR="+t.TempDir(), "GORACE=atexit_sleep_ms=0")
	})
	until(t, "both records", func() bool {
		all, err := lastrun.All(one.logs())
		return err == nil && len(all) == 2
	})
	one.run("report", "-o", "-").ends(exitMisuse, "2 networks run with this log folder")
	for manager, nodes := range map[string]int{one.record.URL: 1, fmt.Sprintf("http://127.0.0.1:%d", port): 2} {
		told := one.told("--manager", manager)
		require.Len(t, told.Nodes, nodes)
		require.NotContains(t, strings.Join(told.Unknown, "\n"), "The events are those of")
		one.run("stop", "--manager", manager).fine()
	}
}
