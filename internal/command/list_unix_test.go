//go:build unix

package command

import (
	"os"
	"strconv"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"
)

// Networks of two folders are listed from a third one, one that stands still too, and
// what has ended is not.
func TestListOfNetworks(t *testing.T) {
	one, two := startNetwork(t, 1), startNetwork(t, 2)
	t.Chdir(t.TempDir())
	listed := func(n *liveNetwork) *runForm {
		for _, r := range decode[[]runForm](t, execute(t, "list", "--json").fine().stdout) {
			if r.PID == n.record.PID {
				return &r
			}
		}
		return nil
	}
	first, second := listed(one), listed(two)
	require.Equal(t, one.record.URL, first.Manager)
	require.True(t, one.record.StartedAt.Equal(first.StartedAt))
	require.Equal(t, 1, *first.Nodes)
	require.Equal(t, 2, *second.Running)
	require.NotEmpty(t, second.Folder)
	shown := execute(t, "list")
	require.Equal(t, 0, shown.code, shown.stderr)
	require.Contains(t, shown.stdout, two.record.URL)
	require.Contains(t, shown.stdout, strconv.Itoa(two.record.PID))

	frozen, err := os.FindProcess(one.record.PID)
	require.NoError(t, err)
	require.NoError(t, frozen.Signal(syscall.SIGSTOP))
	still := listed(one)
	require.NoError(t, frozen.Signal(syscall.SIGCONT))
	require.Equal(t, one.record.URL, still.Manager)
	require.Contains(t, *still.Error, "does not answer")
	require.Nil(t, still.Nodes)

	execute(t, "stop", "--config=", "--manager="+first.Manager).fine()
	require.Nil(t, listed(one))
	require.NotNil(t, listed(two))
}
