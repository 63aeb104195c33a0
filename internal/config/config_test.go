package config

import (
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/spf13/pflag"
	"github.com/stretchr/testify/require"
)

// elsewhere puts the test into an empty folder, with none of our variables.
func elsewhere(t *testing.T) {
	t.Chdir(t.TempDir())
	for _, entry := range os.Environ() {
		if name, _, _ := strings.Cut(entry, "="); strings.HasPrefix(name, envPrefix) {
			t.Setenv(name, "") // empty counts as unset
		}
	}
}

func write(t *testing.T, file, content string) {
	t.Helper()
	require.NoError(t, os.WriteFile(file, []byte(content), 0o600))
}

func parse(t *testing.T, define func(*pflag.FlagSet), args []string) *pflag.FlagSet {
	t.Helper()
	flags := pflag.NewFlagSet("test", pflag.ContinueOnError)
	define(flags)
	require.NoError(t, flags.Parse(args))
	return flags
}

func loadManager(t *testing.T, args ...string) (ManagerSettings, error) {
	t.Helper()
	return LoadManager(parse(t, ManagerFlags, args))
}

func loadNode(t *testing.T, args ...string) (NodeSettings, error) {
	t.Helper()
	return LoadNode(parse(t, NodeFlags, args))
}

func TestDefaults(t *testing.T) {
	elsewhere(t)
	m, err := loadManager(t)
	require.NoError(t, err)
	require.Equal(t, DefaultManager(), m)
	require.Equal(t, 4999, m.Port)
	require.Equal(t, 6, m.Amount)
	require.Equal(t, "127.0.0.1", m.Host)
	require.Equal(t, "logs", m.Log.Folder)
	require.Equal(t, "info", m.Log.Level)
	require.Equal(t, 8, m.PeersOut)
	require.Empty(t, m.Data)
	require.Empty(t, m.Token)

	n, err := loadNode(t)
	require.NoError(t, err)
	want := DefaultNode()
	want.Data = filepath.Join("data", "node-5000")
	want.Threads = runtime.GOMAXPROCS(0)
	require.Equal(t, want, n)
	require.Equal(t, 5000, n.Port)
	require.Equal(t, 64, n.MaxInbound)

	n, err = loadNode(t, "-p", "7000")
	require.NoError(t, err)
	require.Equal(t, filepath.Join("data", "node-7000"), n.Data)
}

// A node that others reach signs for nobody unless it is told to.
func TestSigns(t *testing.T) {
	elsewhere(t)
	for _, row := range []struct {
		args []string
		want bool
	}{
		{nil, true}, {[]string{"-H", "::1"}, true}, {[]string{"-H", "0.0.0.0"}, false},
		{[]string{"-H", "0.0.0.0", "--sign"}, true}, {[]string{"-H", "example.org"}, false},
	} {
		n, err := loadNode(t, row.args...)
		require.NoError(t, err)
		require.Equal(t, row.want, n.Signs(), row.args)
		m, err := loadManager(t, row.args...)
		require.NoError(t, err)
		m.Data = "d"
		require.Equal(t, row.want, m.Node(5000).Signs(), row.args)
	}
}

func TestShortFlags(t *testing.T) {
	elsewhere(t)
	m, err := loadManager(t, "-p", "4000", "-a", "3", "-H", "0.0.0.0", "-d", "kept")
	require.NoError(t, err)
	require.Equal(t, []any{4000, 3, "0.0.0.0", "kept"}, []any{m.Port, m.Amount, m.Host, m.Data})
}

func TestFlagBeatsEnvironmentBeatsFileBeatsDefault(t *testing.T) {
	elsewhere(t)
	load := func(args ...string) int {
		m, err := loadManager(t, args...)
		require.NoError(t, err)
		return m.Amount
	}
	require.Equal(t, 6, load())
	write(t, managerFile, "amount: 7\n")
	require.Equal(t, 7, load())
	t.Setenv("NETWORKMNGR_AMOUNT", "8")
	require.Equal(t, 8, load())
	require.Equal(t, 9, load("--amount", "9"))
	require.Equal(t, 6, load("--amount", "6"), "a flag that gives the default is a flag still")
}

// everything sets each of a node's settings, in each of the ways.
func everything() NodeSettings {
	n := DefaultNode()
	n.Host, n.Port, n.Data, n.Genesis = "localhost", 5500, "d", "g.json"
	n.Threads, n.PeersOut, n.Token, n.Sign = 3, 4, "0123456789012345", true
	n.Blocks, n.Template = "b", "t"
	n.Lab, n.Offset, n.Drift = "0a1b", -90*time.Second, "20ppm"
	n.Log.Folder, n.Log.Level, n.Log.JSON = "l", "debug", true
	n.Faults = "f.json"
	n.GroupBy, n.GroupV4, n.GroupV6, n.Members = "port:10", 24, 48, 255
	n.P2PPort, n.Peers, n.MaxInbound, n.QUIC, n.NoRelay = 6500, []string{"127.0.0.1:5001", "[::1]:5002"}, 9, true, true
	return n
}

func TestEverySettingInEveryForm(t *testing.T) {
	files := map[string]string{
		"all.yaml": `{host: localhost, port: 5500, data: d, genesis: g.json, threads: 3, peers-out: 4, token: "0123456789012345", sign: true, lab: 0a1b, clock-offset: -1m30s, clock-drift: 20ppm,
			blocks: b, block-template: t, logs: l, log-level: debug, log-json: true, p2p-port: 6500, max-inbound: 9, quic: true, no-relay: true, faults: f.json, group-by: "port:10", group-v4: 24, group-v6: 48, group-members: 255,
			peers: ["127.0.0.1:5001", "[::1]:5002"]}`,
		"all.yml": "host: localhost\nblocks: b\nblock-template: t\nport: 5500\ndata: d\ngenesis: g.json\nthreads: 3\npeers-out: 4\ntoken: '0123456789012345'\nsign: true\nlab: 0a1b\nclock-offset: -90s\nclock-drift: 20ppm\n" +
			"logs: l\nlog-level: debug\nlog-json: true\np2p-port: 6500\nmax-inbound: 9\nquic: true\nno-relay: true\nfaults: f.json\ngroup-by: port:10\ngroup-v4: 24\ngroup-v6: 48\ngroup-members: 255\n" +
			"peers: 127.0.0.1:5001, [::1]:5002\n",
		"all.toml": "host = 'localhost'\nblocks = 'b'\nblock-template = 't'\nport = 5500\ndata = 'd'\ngenesis = 'g.json'\nthreads = 3\npeers-out = 4\ntoken = '0123456789012345'\nsign = true\nlab = '0a1b'\nclock-offset = '-90s'\nclock-drift = '20ppm'\n" +
			"logs = 'l'\nlog-level = 'debug'\nlog-json = true\np2p-port = 6500\nmax-inbound = 9\nquic = true\nno-relay = true\nfaults = 'f.json'\ngroup-by = 'port:10'\ngroup-v4 = 24\ngroup-v6 = 48\ngroup-members = 255\n" +
			"peers = ['127.0.0.1:5001', '[::1]:5002']\n",
		"all.json": `{"host": "localhost", "blocks": "b", "block-template": "t", "port": 5500, "data": "d", "genesis": "g.json", "threads": 3, "peers-out": 4,
			"token": "0123456789012345", "sign": true, "lab": "0a1b", "clock-offset": "-90s", "clock-drift": "20ppm", "logs": "l", "log-level": "debug", "log-json": true, "p2p-port": 6500, "max-inbound": 9,
			"quic": true, "no-relay": true, "faults": "f.json", "group-by": "port:10", "group-v4": 24, "group-v6": 48, "group-members": 255, "peers": ["127.0.0.1:5001", "[::1]:5002"]}`,
	}
	for file, content := range files {
		t.Run(file, func(t *testing.T) {
			elsewhere(t)
			write(t, file, content)
			n, err := loadNode(t, "--config", file)
			require.NoError(t, err)
			require.Equal(t, everything(), n)
		})
	}
	t.Run("environment", func(t *testing.T) {
		elsewhere(t)
		want := everything()
		for _, s := range want.settings() {
			t.Setenv(variable(s.name), s.text())
		}
		n, err := loadNode(t)
		require.NoError(t, err)
		require.Equal(t, want, n)
	})
	t.Run("flags", func(t *testing.T) {
		elsewhere(t)
		n, err := loadNode(t, append(Args(everything().Named()), "--token=0123456789012345")...)
		require.NoError(t, err)
		require.Equal(t, everything(), n)
	})
}

func TestTablesFitTheirStructs(t *testing.T) {
	m, n := DefaultManager(), DefaultNode()
	for _, table := range [][]setting{m.settings(), n.settings()} {
		seen := map[string]bool{configName: true}
		for _, s := range table {
			require.False(t, seen[s.name], "%s is there twice", s.name)
			seen[s.name] = true
			require.NotEmpty(t, s.usage, s.name)
			require.Contains(t, []any{"*string", "*int", "*bool", "*time.Duration", "*[]string"}, typeName(s.field), s.name)
		}
	}
	require.Len(t, n.settings(), 38)
	require.Len(t, m.settings(), 40)
}

func typeName(field any) any {
	switch field.(type) {
	case *string:
		return "*string"
	case *int:
		return "*int"
	case *bool:
		return "*bool"
	case *time.Duration:
		return "*time.Duration"
	case *[]string:
		return "*[]string"
	default:
		return nil
	}
}

func TestFiles(t *testing.T) {
	for _, test := range []struct{ name, file, content, want string }{
		{"unknown key", "my.yaml", "amuont: 3\n", "amuont in my.yaml is unknown: want one of advertise, allow-hosts, allow-origins, amount, block-template, blocks, clock-drift, clock-offset, dashboard, data"},
		{"unknown nested key", "my.json", `{"network": {"port": 1}}`, "network.port in my.json is unknown"},
		{"another program's key", "my.yaml", "p2p-port: 6500\n", "p2p-port in my.yaml is unknown"},
		{"config in a file", "my.yaml", "config: other.yaml\n", "config in my.yaml is unknown"},
		{"not a number", "my.yaml", "amount: many\n", "amount (from my.yaml): many: want a whole number"},
		{"half a node", "my.json", `{"amount": 1.5}`, "amount (from my.json): 1.5: want a whole number"},
		{"a truth for a number", "my.toml", "port = true\n", "port (from my.toml): true: want a whole number"},
		{"a section for a value", "my.yaml", "port: {http: 1}\n", "port (from my.yaml): map[http:1]: want a whole number"},
		{"a number for a truth", "my.yaml", "log-json: 2\n", "log-json (from my.yaml): 2: want true or false"},
		{"a number for a time", "my.yaml", "clock-offset: 90\n", "clock-offset (from my.yaml): 90: want a time with its unit"},
		{"a number for text", "my.yaml", "token: 0123\n", "token (from my.yaml): int: want text, in quotes"},
		{"broken", "my.json", `{"amount": `, "my.json"},
		{"another type", "my.ini", "amount=3", "my.ini: want a name that ends in .yaml, .yml, .toml, .json"},
		{"no type", "settings", "amount: 3", "settings: want a name that ends in"},
	} {
		t.Run(test.name, func(t *testing.T) {
			elsewhere(t)
			write(t, test.file, test.content)
			_, err := loadManager(t, "--config", test.file)
			require.ErrorIs(t, err, ErrSetting)
			require.ErrorContains(t, err, test.want)
			require.NotContains(t, err.Error(), "83", "a token stays secret")
		})
	}
}

func TestANamedFileMustExist(t *testing.T) {
	elsewhere(t)
	_, err := loadManager(t, "--config", "gone.yaml")
	require.ErrorIs(t, err, ErrSetting)
	require.ErrorIs(t, err, os.ErrNotExist)
	require.ErrorContains(t, err, "gone.yaml")

	t.Setenv("NETWORKMNGR_CONFIG", "lost.yaml")
	_, err = loadManager(t)
	require.ErrorContains(t, err, "lost.yaml")

	write(t, managerFile, "unknown: 1\n")
	_, err = loadManager(t, "--config=")
	require.NoError(t, err, "an empty name means no file at all")
}

func TestAnEmptyFileAndAnEmptyValueChangeNothing(t *testing.T) {
	elsewhere(t)
	for _, content := range []string{"", "# nothing\n", "amount:\n"} {
		write(t, managerFile, content)
		m, err := loadManager(t)
		require.NoError(t, err)
		require.Equal(t, DefaultManager(), m)
	}
}

func TestEachProgramHasItsOwnDefaultFile(t *testing.T) {
	elsewhere(t)
	write(t, managerFile, "amount: 3\n")
	write(t, nodeFile, "max-inbound: 3\n")
	m, err := loadManager(t)
	require.NoError(t, err)
	require.Equal(t, 3, m.Amount)
	n, err := loadNode(t)
	require.NoError(t, err)
	require.Equal(t, 3, n.MaxInbound)
}

func TestWrongEnvironmentIsNamed(t *testing.T) {
	elsewhere(t)
	t.Setenv("NETWORKMNGR_PEERS_OUT", "few")
	_, err := loadNode(t)
	require.ErrorIs(t, err, ErrSetting)
	require.ErrorContains(t, err, "peers-out (from NETWORKMNGR_PEERS_OUT): few: want a whole number")
}

func TestAManagersNode(t *testing.T) {
	elsewhere(t)
	t.Setenv("NETWORKMNGR_PORT", "1234")
	t.Setenv("NETWORKMNGR_CONFIG", "the-managers.yaml")
	write(t, nodeFile, "threads: 77\n")

	m := DefaultManager()
	m.Data, m.Token, m.Host, m.Log.Level, m.Amount = "net", "secret-enough-for-me", "0.0.0.0", "debug", 1
	n := m.Node(5003)
	require.NoError(t, n.Validate())
	require.Equal(t, filepath.Join("net", "node-5003"), n.Data)
	require.Equal(t, runtime.GOMAXPROCS(0), n.Threads, "one node has all cores")
	require.NotContains(t, strings.Join(Args(n.Named()), " "), "secret")

	ours := slices.DeleteFunc(Env(n.Token), func(entry string) bool { return !strings.HasPrefix(entry, envPrefix) })
	require.Equal(t, []string{"NETWORKMNGR_TOKEN=secret-enough-for-me"}, ours)
	t.Setenv("NETWORKMNGR_TOKEN", "secret-enough-for-me")
	child, err := loadNode(t, Args(n.Named())...)
	require.NoError(t, err)
	require.Equal(t, n, child)

	m.Amount = 1000
	require.Equal(t, 1, m.Node(5003).Threads)
	m.Threads = 5
	require.Equal(t, 5, m.Node(5003).Threads)
}

func TestFileOfFaults(t *testing.T) {
	elsewhere(t)
	none, err := NodeSettings{}.ReadFaults()
	require.NoError(t, err)
	require.Nil(t, none)
	write(t, "f.json", `{"generation": 7}`)
	text, err := NodeSettings{Faults: "f.json"}.ReadFaults()
	require.NoError(t, err)
	require.Equal(t, `{"generation": 7}`, string(text))
	_, err = NodeSettings{Faults: "g.json"}.ReadFaults()
	require.ErrorIs(t, err, ErrSetting)
	require.ErrorContains(t, err, "faults g.json: open g.json")
}
