package config

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"networkmngr/internal/netgroup"
)

func TestManagerBounds(t *testing.T) {
	require.NoError(t, DefaultManager().Validate())
	for _, test := range []struct {
		name string
		edit func(*ManagerSettings)
		want string // empty if the edit is right
	}{
		{"no nodes", func(m *ManagerSettings) { m.Amount = 0 }, "amount 0: want 1 to 1000"},
		{"many nodes", func(m *ManagerSettings) { m.Amount = 1000 }, ""},
		{"too many nodes", func(m *ManagerSettings) { m.Amount = 1001 }, "amount 1001: want 1 to 1000"},
		{"no port", func(m *ManagerSettings) { m.Port = 0 }, "port 0: want 1 to 65535"},
		{"port too high", func(m *ManagerSettings) { m.Port = 65536 }, "port 65536: want 1 to 65535"},
		{"last node on the last port", func(m *ManagerSettings) { m.Port, m.Amount = 65529, 6 }, ""},
		{"nodes beyond the last port", func(m *ManagerSettings) { m.Port = 65530 }, "port 65530 with 6 nodes after it"},
		{"restart policy", func(m *ManagerSettings) { m.Restart = "on-failure" }, ""},
		{"no restart policy", func(m *ManagerSettings) { m.Restart = "sometimes" }, `restart "sometimes": want never, on-failure or always`},
		{"threads", func(m *ManagerSettings) { m.Threads = -1 }, "threads -1: want 0 to 1024"},
		{"logs", func(m *ManagerSettings) { m.Log.Folder = "" }, "logs is empty: want a folder"},
		{"level", func(m *ManagerSettings) { m.Log.Level = "loud" }, `"loud": want trace, debug`},
		{"block files", func(m *ManagerSettings) { m.Template = "my-Block_1.v2" }, ""},
		{"no template", func(m *ManagerSettings) { m.Template = "" }, `block-template "": want 1 to 64`},
		{"template that leads elsewhere", func(m *ManagerSettings) { m.Template = "../block" }, `block-template "../block"`},
		{"template that hides", func(m *ManagerSettings) { m.Template = ".block" }, `block-template ".block"`},
		{"long template", func(m *ManagerSettings) { m.Template = strings.Repeat("x", 65) }, "block-template"},
		{"token with a space", func(m *ManagerSettings) { m.Token = "open sesame" }, "token of 11 bytes: want 16 to 256 ASCII"},
		{"short token", func(m *ManagerSettings) { m.Token = strings.Repeat("x", 15) }, "token of 15 bytes"},
		{"long token", func(m *ManagerSettings) { m.Token = strings.Repeat("x", 257) }, "token of 257 bytes"},
		{"good token", func(m *ManagerSettings) { m.Token = "dG9r-en_~=dG9r-e" }, ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			m := DefaultManager()
			test.edit(&m)
			requireRefusal(t, m.Validate(), test.want)
		})
	}
}

func TestNodeBounds(t *testing.T) {
	require.NoError(t, DefaultNode().Validate())
	for _, test := range []struct {
		name string
		edit func(*NodeSettings)
		want string
	}{
		{"any port", func(n *NodeSettings) { n.Port = 0 }, ""},
		{"port", func(n *NodeSettings) { n.Port = -1 }, "port -1: want 0 to 65535"},
		{"p2p port", func(n *NodeSettings) { n.P2PPort = 70000 }, "p2p-port 70000: want 0 to 65535"},
		{"inbound", func(n *NodeSettings) { n.MaxInbound = -1 }, "max-inbound -1: want 0 to 1000"},
		{"outbound", func(n *NodeSettings) { n.PeersOut = 1001 }, "peers-out 1001: want 0 to 1000"},
		{"lab", func(n *NodeSettings) { n.Lab = "spring-2027" }, ""},
		{"no lab's name", func(n *NodeSettings) { n.Lab = "a/b" }, `lab "a/b": want at most 32 letters, digits and hyphens`},
		{"long lab", func(n *NodeSettings) { n.Lab = strings.Repeat("x", 33) }, "at most 32"},
		{"offset", func(n *NodeSettings) { n.Offset = -time.Hour }, ""},
		{"great offset", func(n *NodeSettings) { n.Offset = 87601 * time.Hour }, "clock-offset 87601h0m0s is out of bounds: want -87600h0m0s to 87600h0m0s"},
		{"drift", func(n *NodeSettings) { n.Drift = "-50ppm" }, ""},
		{"great drift", func(n *NodeSettings) { n.Drift = "51%" }, "clock-drift: no drift: 51%: want -50% to 50%"},
		{"drift without a unit", func(n *NodeSettings) { n.Drift = "3" }, `clock-drift: no drift: "3": want a share such as 0.01% or 100ppm`},
		{"peers", func(n *NodeSettings) { n.Peers = []string{"localhost:1", "[::1]:65535"} }, ""},
		{"peer without port", func(n *NodeSettings) { n.Peers = []string{"localhost"} }, `peers "localhost": want host:port`},
		{"peer's port", func(n *NodeSettings) { n.Peers = []string{"a:0"} }, `peers "a:0"`},
		{"peer without host", func(n *NodeSettings) { n.Peers = []string{":5000"} }, `peers ":5000"`},
		{"peer with a slip", func(n *NodeSettings) { n.Peers = []string{"300.1.1.1:5"} }, `peers "300.1.1.1:5": want host:port`},
		{"peer with a zone", func(n *NodeSettings) { n.Peers = []string{"[fe80::1%eth0]:5"} }, `peers "[fe80::1%eth0]:5": want host:port`},
		{"seed with a slip", func(n *NodeSettings) { n.Seeds = []string{"127.0.1:5"} }, `seeds "127.0.1:5": want host:port`},
		{"peer as URL", func(n *NodeSettings) { n.Peers = []string{"http://a:5000"} }, `peers "http://a:5000"`},
	} {
		t.Run(test.name, func(t *testing.T) {
			n := DefaultNode()
			test.edit(&n)
			requireRefusal(t, n.Validate(), test.want)
		})
	}
}

func TestHosts(t *testing.T) {
	for _, host := range []string{"127.0.0.1", "0.0.0.0", "::1", "::", "fe80::1%eth0", "localhost", "node-1.example.org"} {
		n := DefaultNode()
		n.Host = host
		require.NoError(t, n.Validate(), host)
	}
	for _, host := range []string{"", "127.0.0.1:80", "[::1]", "http://a", "a b", "user@a", "300.1.1.1"} {
		n := DefaultNode()
		n.Host = host
		requireRefusal(t, n.Validate(), "want an address or a name without a port")
	}
}

func TestFurtherHosts(t *testing.T) {
	for _, host := range []string{"lab.example", "localhost:8080", "[::1]:8080", "::1", "192.0.2.7"} {
		n := DefaultNode()
		n.Hosts = []string{host}
		require.NoError(t, n.Validate(), host)
	}
	for _, host := range []string{"", ":80", "localhost:0", "localhost:http", "localhost:65536", "http://localhost", "a/b", "*"} {
		n := DefaultNode()
		n.Hosts = []string{"lab.example", host}
		requireRefusal(t, n.Validate(), "allow-hosts")
	}
}

func TestFurtherOrigins(t *testing.T) {
	for _, origin := range []string{"https://class.example", "http://localhost:3000", "http://[::1]:3000", "https://class.example:80"} {
		n := DefaultNode()
		n.Origins = []string{origin}
		require.NoError(t, n.Validate(), origin)
	}
	for _, origin := range []string{
		"", "null", "*", "class.example", "https://", "https://class.example/", "https://class.example/page", "https://class.example:443",
		"http://localhost:80", "https://*", "https://*.example", "HTTPS://class.example", "ftp://class.example", "file:///page.html", "https://user@class.example", "https://class.example?x",
	} {
		n := DefaultNode()
		n.Origins = []string{origin}
		requireRefusal(t, n.Validate(), "allow-origins")
	}
}

func requireRefusal(t *testing.T, err error, want string) {
	t.Helper()
	if want == "" {
		require.NoError(t, err)
		return
	}
	require.ErrorIs(t, err, ErrSetting)
	require.ErrorContains(t, err, want)
}

func TestAllPortsOfAValidManagerExist(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		m := DefaultManager()
		m.Port = rapid.IntRange(-10, 70000).Draw(t, "port")
		m.Amount = rapid.IntRange(-10, 1100).Draw(t, "amount")
		first, last := m.Port, m.Port+m.Amount
		exist := first >= 1 && last <= 65535 && m.Amount >= 1 && m.Amount <= 1000
		if err := m.Validate(); (err == nil) != exist {
			t.Fatalf("ports %d to %d: %v", first, last, err)
		}
	})
}

func TestGroups(t *testing.T) {
	elsewhere(t)
	n, err := loadNode(t)
	require.NoError(t, err)
	grouping, err := n.Grouping()
	require.NoError(t, err)
	require.Equal(t, netgroup.Default(), grouping)

	write(t, "groups.txt", "# as in the lesson\neast=5000-5009\nwest=5010-5019\n")
	n, err = loadNode(t, "--group-by=label:groups.txt", "--group-v4=24", "--group-v6=0", "--group-members=255")
	require.NoError(t, err)
	grouping, err = n.Grouping()
	require.NoError(t, err)
	require.Equal(t, netgroup.Grouping{V4: 24, Members: 255, Labels: []netgroup.Label{{Name: "east", First: 5000, Last: 5009}, {Name: "west", First: 5010, Last: 5019}}}, grouping)

	for _, bad := range []string{"--group-by=", "--group-by=as", "--group-by=label:none.txt", "--group-v4=33", "--group-v6=-1", "--group-members=-1"} {
		_, err := loadNode(t, bad)
		require.ErrorIs(t, err, ErrSetting, bad)
		require.ErrorContains(t, err, "group-", bad)
	}
}
