package command

import (
	"encoding/json"
	"net/http"
	"os"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"networkmngr/internal/api"
	"networkmngr/internal/api/client"
	"networkmngr/internal/genesis"
	"networkmngr/internal/httpclient"
	"networkmngr/internal/launch"
	"networkmngr/internal/launch/process"
	"networkmngr/internal/links"
	"networkmngr/internal/times"
	"networkmngr/internal/types"
)

func peerCount(t *testing.T, c *client.Node) int {
	peers, err := c.Peers(t.Context(), 0, 10)
	require.NoError(t, err)
	return peers.Count
}

// Two processes are cut apart from before they dial, mine apart, are healed, and have one
// chain; then their link is slow, and they say how slow.
func TestProcessesWithFaults(t *testing.T) {
	stays := newPlace(t)
	file := filepath.Join(stays.folder, "faults.json")
	cut := api.LinkFaults{Generation: 1, Links: []api.PeerFaults{}, Others: links.Link{Cut: links.Silent}}
	text, err := json.Marshal(cut)
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(file, text, 0o600))
	first := start(t, stays.args("--faults="+file))
	one := stays.client(t)
	self, err := one.Info(t.Context())
	require.NoError(t, err)

	p := newPlace(t)
	p.genesis = stays.genesis
	second := start(t, p.args("--faults="+file))
	other := p.client(t)
	_, err = other.Register(t.Context(), []types.NodeInfo{self.NodeInfo})
	require.NoError(t, err)
	for _, c := range []*client.Node{one, other} {
		has, err := c.Faults(t.Context())
		require.NoError(t, err)
		require.Equal(t, cut, has)
	}
	_, err = one.Mine(t.Context(), 3)
	require.NoError(t, err)
	_, err = other.Mine(t.Context(), 1)
	require.NoError(t, err)
	require.Zero(t, peerCount(t, other))

	slow := api.LinkFaults{Generation: 2, Links: []api.PeerFaults{}, Others: links.Link{Delay: times.Duration(30 * time.Millisecond)}}
	for _, c := range []*client.Node{one, other} {
		has, err := c.SetFaults(t.Context(), slow)
		require.NoError(t, err)
		require.Equal(t, slow, has)
	}
	until(t, "one chain", func() bool {
		chain, err := other.Blockchain(t.Context())
		return err == nil && chain.Height == 3
	})
	until(t, "a measured delay", func() bool {
		said, err := one.Links(t.Context())
		return err == nil && said.Generation == 2 && len(said.Links) == 1 && said.Links[0].Delay != nil &&
			said.Links[0].Delay.Mean >= slow.Others.Delay && said.Links[0].Asked == slow.Others
	})
	for _, c := range []*child{first, second} {
		require.NoError(t, c.command.Process.Signal(syscall.SIGTERM))
		require.Zero(t, c.awaitExit(), c.stderr.String())
	}
}

// A launcher's node has its faults, beside its network, from its standard input. It keeps
// what it has when its network is changed, for which it starts again.
func TestLaunchedNodeHasFaults(t *testing.T) {
	p := newPlace(t)
	text, err := os.ReadFile(p.genesis)
	require.NoError(t, err)
	t.Setenv(asNode, "1")
	settings := map[string]string{"port": "0", "threads": "1", "data": p.data(), "logs": p.logs()}
	node, err := process.Launcher{Path: os.Args[0]}.Start(t.Context(), launch.Spec{
		Settings: settings, Genesis: text, Faults: json.RawMessage(`{"generation": 7, "seed": 3, "others": {"drop": "1%"}}`),
	})
	require.NoError(t, err)
	t.Cleanup(func() { node.Kill() })
	want := api.LinkFaults{Generation: 7, Seed: 3, Links: []api.PeerFaults{}, Others: links.Link{Drop: 0.01}}
	c := clientOf(node.Ready().Address)
	has, err := c.Faults(t.Context())
	require.NoError(t, err)
	require.Equal(t, want, has)
	chain, err := c.Blockchain(t.Context())
	require.NoError(t, err)
	require.Equal(t, "test", chain.Name)
	require.True(t, node.Stop(patience).Clean())
}

func TestFaultsOutlastAChangeOfTheNetwork(t *testing.T) {
	p := newPlace(t)
	first := start(t, p.args())
	c := p.client(t)
	info, err := c.Info(t.Context())
	require.NoError(t, err)
	want := api.LinkFaults{Generation: 9, Links: []api.PeerFaults{}, Others: links.Link{Drop: 0.01}}
	_, err = c.SetFaults(t.Context(), want)
	require.NoError(t, err)
	direct := httpclient.Client{Base: "http://" + info.Address, HTTP: &http.Client{}, Most: 1 << 20}
	changed, err := httpclient.Call[api.Blockchain](t.Context(), &direct, http.MethodPut, "/blockchain", genesis.Settings{Name: new("class")})
	require.NoError(t, err)
	require.Equal(t, "class", changed.Name)
	var has api.LinkFaults
	until(t, "the next node", func() bool {
		has, err = c.Faults(t.Context())
		return err == nil
	})
	require.Equal(t, want, has)
	require.NoError(t, first.command.Process.Signal(syscall.SIGTERM))
	require.Zero(t, first.awaitExit(), first.stderr.String())
}

func TestFaultsThatAreNone(t *testing.T) {
	p := newPlace(t)
	file := filepath.Join(p.folder, "faults.json")
	for text, says := range map[string]string{
		`{"others": {"drop": 2}}`: "others: invalid link: drop: 200%, want 0% to 100%",
		`{"other": {}}`:           `unknown key "other"`,
	} {
		require.NoError(t, os.WriteFile(file, []byte(text), 0o600))
		code, stderr := attempt(t, p.args("--faults="+file)...)
		require.Equal(t, 2, code)
		require.Contains(t, stderr, file)
		require.Contains(t, stderr, says)
	}
}
