package main_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"networkmngr/internal/types"
)

// network is a manager and its nodes.
type network struct {
	*program
	t     *testing.T
	port  int   // the manager's
	ports []int // the nodes'
}

// launch starts a manager on free ports without waiting for it.
func (w *world) launch(amount int, args ...string) *network {
	const joining = 2 // nodes that may join the network take the ports after those
	return w.launchAt(freePorts(w.t, 1+amount+joining), amount, args...)
}

func (w *world) launchAt(port, amount int, args ...string) *network {
	args = append([]string{"-p", strconv.Itoa(port), "-a", strconv.Itoa(amount)}, args...)
	return w.networkOf(w.start("networkmngr", args...), port, amount)
}

func (w *world) networkOf(p *program, port, amount int) *network {
	n := &network{program: p, t: w.t, port: port}
	for i := range amount {
		n.ports = append(n.ports, port+1+i)
	}
	return n
}

// awaitReady waits until the manager says that all stands.
func (n *network) awaitReady() *network {
	n.t.Helper()
	ready := func() bool { return strings.Contains(n.stdout.String(), "\n  data ") }
	eventually(n.t, func() bool { return ready() || n.hasEnded() }, "no network stands")
	require.True(n.t, ready(), "the manager has ended")
	return n
}

// awaitLogFile waits for the manager's first sign of life: from then on it
// catches signals, and has started nothing yet.
func (n *network) awaitLogFile() {
	n.t.Helper()
	file := n.world.path("logs", "networkmngr.log")
	eventually(n.t, func() bool { _, err := os.Stat(file); return err == nil }, "no log")
}

// awaitLog waits until text stands in the manager's log.
func (n *network) awaitLog(text string) {
	n.t.Helper()
	eventually(n.t, func() bool {
		log, _ := os.ReadFile(n.world.path("logs", "networkmngr.log"))
		return strings.Contains(string(log), text)
	}, "%q is not in the log", text)
}

// stop asks for the end as a service manager does, which must be clean.
func (n *network) stop() {
	n.t.Helper()
	n.signal(syscall.SIGTERM)
	n.requireCleanEnd()
}

// requireCleanEnd waits for an end that leaves nothing behind.
func (n *network) requireCleanEnd() {
	n.t.Helper()
	require.Equal(n.t, 0, n.exitCode())
	require.Empty(n.t, n.stderr.String())
	require.Empty(n.t, n.world.processes())
	require.Zero(n.t, takenPort(n.port, 1+len(n.ports)))
	n.world.requireTidy()
}

// requireGone waits until nothing is left of a network whose manager was
// killed.
func (n *network) requireGone() {
	n.t.Helper()
	n.world.requireNobody()
	eventually(n.t, func() bool { return takenPort(n.port, 1+len(n.ports)) == 0 }, "ports are still taken")
}

// killAfter kills the manager after some time.
func (n *network) killAfter(wait time.Duration) {
	timer := time.AfterFunc(wait, n.kill)
	<-n.ended
	timer.Stop()
}

// nodesForm is GET /nodes.
type nodesForm struct {
	Running int `json:"running"`
	Nodes   []struct {
		ID    string `json:"id"`
		Port  int    `json:"port"`
		PID   int    `json:"pid"`
		State string `json:"state"`
		Exit  *struct {
			Signal *string `json:"signal"`
		} `json:"exit"`
	} `json:"nodes"`
}

// pid is that of the node on port.
func (n *network) pid(port int) int {
	for _, node := range get[nodesForm](n.t, n.port, "/nodes").Nodes {
		if node.Port == port {
			return node.PID
		}
	}
	require.FailNow(n.t, "no such node")
	return 0
}

// reportForm answers /start/mining and /stop/mining.
type reportForm struct {
	Message string       `json:"message"`
	Sent    int          `json:"sent"`
	Mined   int          `json:"mined"`
	Height  int          `json:"height"`
	Results []resultForm `json:"results"`
	Tips    []any        `json:"tips"`
}

type resultForm struct {
	Node  string  `json:"node"`
	Index int     `json:"index"`
	Hash  string  `json:"hash"`
	Error *string `json:"error"`
}

func parseResult(e event) (r resultForm, err error) {
	err = json.Unmarshal([]byte(e.data), &r)
	return r, err
}

// requireOneChain waits until all nodes have the same tip, checks the chains,
// and returns one of them.
func requireOneChain(t *testing.T, ports []int) chainForm {
	t.Helper()
	eventually(t, func() bool { return sameTip(ports) }, "the nodes' tips differ")
	first := chainOf(t, ports[0])
	for _, port := range ports[1:] {
		require.Equal(t, first, chainOf(t, port))
	}
	return first
}

// sameTip reports whether all nodes answer with one tip.
func sameTip(ports []int) bool {
	var first string
	for _, port := range ports {
		tip, err := tipOf(port)
		if err != nil || first != "" && tip != first {
			return false
		}
		first = tip
	}
	return true
}

func tipOf(port int) (string, error) {
	info, err := try[struct {
		Tip struct {
			Hash string `json:"hash"`
		} `json:"tip"`
	}]("GET", port, "/node/id", nil)
	return info.Tip.Hash, err
}

// lightGenesis is a file for a network whose blocks cost hardly any work,
// however fast they come. Alice has a thousand coins, or others have.
func (w *world) lightGenesis(name string, rich ...string) string {
	const someThousandHashes = "1f0fffff"
	return w.genesis(name, someThousandHashes, rich...)
}

// endlessGenesis is a file for a network in which nobody will find a block.
func (w *world) endlessGenesis() string { return w.genesis("endless", "1600ffff") }

func (w *world) genesis(name, floor string, rich ...string) string {
	if len(rich) == 0 {
		rich = []string{"alice"}
	}
	balances := make(map[string]any)
	for _, name := range rich {
		balances[types.NamedAddress(name).String()] = 1000
	}
	text, err := json.Marshal(map[string]any{
		"name": name, "time": 1_767_225_600, "block_time": 1, "half_life": 1_000_000, "reward": 1.5,
		"floor_bits": floor, "balances": balances,
	})
	require.NoError(w.t, err)
	return w.write(name+".json", string(text))
}

// files gives what is in the files of a name in all nodes' folders, by path.
func (w *world) files(name string) map[string][]byte {
	paths, err := filepath.Glob(w.path("data", "*", name))
	require.NoError(w.t, err)
	require.NotEmpty(w.t, paths)
	content := make(map[string][]byte)
	for _, path := range paths {
		content[path], err = os.ReadFile(path)
		require.NoError(w.t, err)
	}
	return content
}
