package manager_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"networkmngr/internal/manager"
)

// holding makes a data folder that holds nodes on these ports, counted from the
// manager's first, and has the network live in it.
func holding(nodes ...int) func(*harness) {
	return func(h *harness) {
		h.config.Settings.Data = h.TempDir()
		for _, i := range nodes {
			require.NoError(h, os.Mkdir(filepath.Join(h.config.Settings.Data, fmt.Sprintf("node-%d", h.port(i))), 0o755))
		}
		for _, other := range []string{"node-x", "node-05000", "nodes"} {
			require.NoError(h, os.Mkdir(filepath.Join(h.config.Settings.Data, other), 0o755))
		}
	}
}

// A folder's nodes are known by their ports: a network that would leave some of
// them behind and start others beside them is refused, and told which would be
// right.
func TestFolderOfOtherPortsIsRefused(t *testing.T) {
	t.Parallel()
	for _, kept := range [][]int{{-3, -2, -1}, {1, 2, 3, 4}, {-2, -1, 0}, {4, 6}} {
		t.Run(fmt.Sprint(kept), func(t *testing.T) {
			h := prepare(t, 3, holding(kept...))
			err := h.manager.Run(t.Context(), func(manager.Summary) { require.Fail(t, "started") })
			require.ErrorIs(t, err, manager.ErrCheck)
			require.ErrorContains(t, err, "--data "+h.config.Settings.Data)
			require.ErrorContains(t, err, "resume it without --port and --amount")
			require.ErrorContains(t, err, fmt.Sprintf("not on %d-%d", h.port(0), h.port(2)))
			require.Empty(t, h.launcher.processes)
		})
	}
}

func TestFolderOfTheSamePortsIsResumed(t *testing.T) {
	t.Parallel()
	for _, kept := range [][]int{{}, {0, 1, 2}, {-1, 0, 1, 2, 3}} {
		h := start(t, 3, holding(kept...))
		require.NoError(t, h.stop())
		require.Empty(t, h.notices.String())
	}
}

// Who names no number has those nodes start that the folder holds; or the usual number,
// if it holds none that come after the manager's port.
func TestTheFolderKnowsTheNumber(t *testing.T) {
	t.Parallel()
	unsaid := func(h *harness) { h.config.Settings.AmountSet = false }
	for _, c := range []struct{ kept, start []int }{
		{nil, []int{0, 1, 2}}, {[]int{0, 1}, []int{0, 1}}, {[]int{0, 1, 2, 3, 4}, []int{0, 1, 2, 3, 4}},
		{[]int{0, 3}, []int{0, 3}}, {[]int{1}, []int{0, 1, 2}},
	} {
		h := start(t, 3, holding(c.kept...), unsaid)
		var names []string
		for i, n := range h.record().Nodes {
			require.Equal(t, h.port(c.start[i]), n.Port)
			names = append(names, n.Name)
		}
		require.Equal(t, []string{"n0", "n1", "n2", "n3", "n4"}[:len(c.start)], names)
		require.EqualValues(t, len(c.start), h.record().Settings["amount"])
		require.NoError(t, h.stop())
	}
	refused := prepare(t, 3, holding(1, 2, 3), unsaid)
	require.ErrorContains(t, refused.manager.Run(t.Context(), nil), "resume it without --port and --amount")
}

// A node's folder may be elsewhere, behind a link.
func TestALinkedFolderIsCounted(t *testing.T) {
	t.Parallel()
	h := start(t, 3, holding(0), func(h *harness) {
		h.config.Settings.AmountSet = false
		require.NoError(h, os.Symlink(h.TempDir(), filepath.Join(h.config.Settings.Data, fmt.Sprintf("node-%d", h.port(1)))))
	})
	require.Equal(t, []int{h.port(0), h.port(1)}, h.ports())
}

// A list of removed nodes that is none is named, and nothing starts.
func TestADamagedListOfRemovedNodes(t *testing.T) {
	t.Parallel()
	for text, part := range map[string]string{
		`[`: "cut off", `{}`: "want an array", `[5001.5]`: "5001.5", `[0]`: "0 is no port", `[65536]`: "65536 is no port",
		`[5001, 5001]`: "5001 is there twice", `[5001] [5002]`: "follows", "": "empty",
	} {
		h := prepare(t, 3, holding(0, 1, 2), func(h *harness) { h.config.Settings.AmountSet = false })
		require.NoError(t, os.WriteFile(filepath.Join(h.config.Settings.Data, "removed.json"), []byte(text), 0o644))
		err := h.manager.Run(t.Context(), func(manager.Summary) { require.Fail(t, "started", text) })
		require.ErrorIs(t, err, manager.ErrCheck)
		require.ErrorContains(t, err, "removed.json")
		require.ErrorContains(t, err, part)
	}
}

// Nodes that start anew beside all that the folder holds are told of.
func TestFolderOfFewerNodesIsResumed(t *testing.T) {
	t.Parallel()
	h := start(t, 4, holding(0, 2))
	require.NoError(t, h.stop())
	require.Equal(t, 1, strings.Count(h.notices.String(), "\n"))
	require.Contains(t, h.notices.String(), fmt.Sprintf("new in the data folder, which held the nodes on ports %d, %d: the nodes on ports %d, %d", h.port(0), h.port(2), h.port(1), h.port(3)))
}

// Two folders of nodes with one identity do not make a network, and the cause is named.
func TestACopiedFolder(t *testing.T) {
	t.Parallel()
	h := prepare(t, 2, func(h *harness) { h.launcher.twins = map[int]int{h.port(1): h.port(0)} })
	err := h.manager.Run(t.Context(), func(manager.Summary) { require.Fail(t, "it stands") })
	require.ErrorContains(t, err, "a copy of another one's: "+h.address(0)+" and "+h.address(1)+" both have the id")
	h.launcher.requireAllEnded(t)
}

// Of a network that the data folder cannot be made one of, nothing else is written there.
func TestAFolderThatTakesNoNetwork(t *testing.T) {
	t.Parallel()
	h := prepare(t, 1, inFolder)
	require.NoError(t, os.Mkdir(filepath.Join(h.config.Settings.Data, ".genesis.json"), 0o755)) // where it is written first
	err := h.manager.Run(t.Context(), func(manager.Summary) { t.Error("stands") })
	require.ErrorContains(t, err, "write down the network")
	for _, name := range []string{"lab", "restart", "clock.json"} {
		require.NoFileExists(t, filepath.Join(h.config.Settings.Data, name))
	}
}
