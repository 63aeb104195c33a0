package command

import (
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"testing"

	"github.com/stretchr/testify/require"

	"networkmngr/internal/disk/disktest"
	"networkmngr/internal/lastrun"
)

// kept is a network whose data folder stays, and that is started again and again.
func kept(t *testing.T, nodes int) *liveNetwork {
	n := &liveNetwork{T: t, place: newPlace(t), port: freePorts(t, 5)}
	n.resume("-p", strconv.Itoa(n.port), "-a", strconv.Itoa(nodes), "--genesis="+n.genesis)
	return n
}

// manage has a manager run on the folder, with no flags that say what is in it but these.
func (n *liveNetwork) manage(args ...string) *child {
	args = append([]string{"--config=", "--logs=" + n.logs(), "--data=" + n.data(), "--threads=1"}, args...)
	return start(n.T, args, func(c *exec.Cmd) {
		c.Env = append(os.Environ(), asManager+"=1", "TMPDIR="+n.TempDir(), "GORACE=atexit_sleep_ms=0")
	})
}

// resume has the network stand again.
func (n *liveNetwork) resume(args ...string) {
	n.Helper()
	n.child = n.manage(args...)
	until(n.T, "the network", func() bool {
		record, err := lastrun.Read(n.logs())
		n.record = record
		return err == nil && record != nil && record.PID == n.command.Process.Pid
	})
}

func (n *liveNetwork) end() {
	n.Helper()
	n.run("stop").fine()
	require.Equal(n, 0, n.awaitExit(), n.stderr.String())
}

// stands requires these nodes, by number, and that all are on the first network at a
// height.
func (n *liveNetwork) stands(height int, nodes ...int) {
	n.Helper()
	until(n.T, "agreement", func() bool { return n.status().Agree })
	s := n.status()
	require.Equal(n, "test", s.Network)
	require.Len(n, s.Nodes, len(nodes))
	for i, node := range s.Nodes {
		require.Equal(n, fmt.Sprintf("n%d", nodes[i]), node.Name)
		require.Equal(n, n.port+1+nodes[i], node.Port)
		require.EqualValues(n, height, *node.Height)
	}
}

// A folder knows which network is in it, which nodes, and on which ports.
func TestAFolderIsResumedWithoutFlags(t *testing.T) {
	n := kept(t, 2)
	n.run("mine", "--min=0s", "--max=0s").fine()
	n.end()
	n.resume()
	n.stands(2, 0, 1)
	n.end()
	n.resume("-a", "3")
	n.stands(2, 0, 1, 2)
	n.end()
	require.Contains(t, n.stderr.String(), fmt.Sprintf(": the node on port %d\n", n.port+3))
	n.resume()
	n.stands(2, 0, 1, 2)
	n.run("nodes", "remove", "n1").fine()
	n.end()
	n.resume()
	n.stands(2, 0, 2)
	n.end()
	require.Contains(t, n.stderr.String(), fmt.Sprintf("removed or not fully added, and left out: the node on port %d;", n.port+2))
	n.resume("-a", "2")
	n.stands(2, 0, 1)
	n.end()
}

// fails starts the network in vain, and requires that its folder is as it was.
func (n *liveNetwork) fails(why string, args ...string) {
	n.Helper()
	before := disktest.Tree(n.T, n.data())
	c := n.manage(args...)
	require.Equal(n, exitMisuse, c.awaitExit(), why)
	require.Contains(n, c.stderr.String(), why)
	require.Equal(n, before, disktest.Tree(n.T, n.data()), why)
}

// spoilt is fails with other content of a file of the folder.
func (n *liveNetwork) spoilt(file, content, why string) {
	n.Helper()
	path := filepath.Join(n.data(), file)
	text, err := os.ReadFile(path)
	require.NoError(n, err)
	require.NoError(n, os.WriteFile(path, []byte(content), 0o600))
	n.fails(why, "-a", "3") // of which one would be new
	require.NoError(n, os.WriteFile(path, text, 0o600))
}

// A start that fails changes no file of a folder, and adds none.
func TestAFailedStartLeavesAFolderAsItWas(t *testing.T) {
	n := kept(t, 2)
	n.run("mine", "--min=0s", "--max=0s").fine()
	n.end()
	for _, port := range []int{n.port, n.port + 2} {
		listener, err := net.Listen("tcp", fmt.Sprintf("127.0.0.1:%d", port))
		require.NoError(t, err)
		n.fails(fmt.Sprintf("port %d on 127.0.0.1 is in use", port))
		require.NoError(t, listener.Close())
	}
	n.fails("genesis file", "--genesis="+filepath.Join(n.folder, "none"))
	n.fails(`holds another network: "test"`, "--genesis="+writeGenesis(t, n.folder, "other"))
	n.fails("amount 0", "-a", "0")
	n.fails("holds other nodes", "-p", strconv.Itoa(n.port+1), "-a", "2")
	n.fails("lab", "--lab", "a/b")
	second := fmt.Sprintf("node-%d", n.port+2)
	first, err := os.ReadFile(filepath.Join(n.data(), fmt.Sprintf("node-%d", n.port+1), "identity.pem"))
	require.NoError(t, err)
	for _, c := range [][3]string{
		{"genesis.json", "{", "genesis.json"},
		{"lab", "a/b", `lab "a/b"`},
		{filepath.Join(second, "chain.db"), "no database", "chain.db"},
		{filepath.Join(second, "identity.pem"), "no key", "identity.pem"},
		{filepath.Join(second, "identity.pem"), string(first), "two nodes of one identity"},
	} {
		n.spoilt(c[0], c[1], c[2])
	}
	n.resume()
	n.stands(2, 0, 1)
	n.end()
}
