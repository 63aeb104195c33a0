// Package config holds the settings of the two programs, the manager and the
// node: their defaults, their bounds, and where they come from. A flag wins
// over the environment, the environment over the file, the file over the
// default.
package config

import (
	"cmp"
	"errors"
	"fmt"
	"net"
	"path/filepath"
	"runtime"
	"strconv"
	"time"

	"github.com/spf13/pflag"

	"networkmngr/internal/clock"
	"networkmngr/internal/logging"
)

// Software is the name and version that nodes tell of themselves.
const Software = "networkmngr/0.1.0"

// ErrSetting means that a setting or a settings file is not valid.
var ErrSetting = errors.New("bad setting")

// Misuse makes err an ErrSetting without another word: of a port that is taken,
// say, which the user can mend who has chosen the port.
func Misuse(err error) error { return misuse{err} }

type misuse struct{ error }

func (m misuse) Is(target error) bool { return target == ErrSetting }
func (m misuse) Unwrap() error        { return m.error }

const (
	managerFile = "networkmngr.yaml"
	nodeFile    = "node.yaml"
)

// Common are the settings of both programs.
type Common struct {
	Host      string   // address to bind, without a port
	Port      int      // TCP port of the HTTP API
	Data      string   // data folder
	Genesis   string   // genesis file; empty for the data folder's network, or the built-in dev one
	Threads   int      // threads that mine
	QUIC      bool     // nodes speak QUIC beside TCP
	Advertise string   // host that others are told, an address or a name; empty for what is bound
	PeersOut  int      // peers that a node connects to by itself
	GroupBy   string   // which addresses count as one party; see netgroup.Read
	GroupV4   int      // bits that the IPv4 addresses of a group have in common
	GroupV6   int      // and IPv6 addresses
	Members   int      // addresses of one group that a node knows or is linked to; 0 for any number
	Seeds     []string // host:port of bootstrap nodes, or of other nodes, to find nodes by
	Known     int      // nodes that a node wants to know of, before it asks seeds no more
	Blocks    string   // folder for a JSON file of each block; empty for none
	Template  string   // that the names of these files begin with
	Token     string   // that every change must carry on a host that is not loopback; empty for none yet, see MakeToken
	TokenFile string   // whose first line is the token; empty for none
	TLS       bool     // speak TLS, with the certificate of TLSCert, or else with one of one's own making
	TLSCert   string   // file of a certificate to show, with those that vouch for it, PEM; empty for none
	TLSKey    string   // file of its key, PEM
	// Fingerprints are those of the certificates of servers to ask, each "sha256:" and 64
	// hex digits; empty to ask those that this system's authorities vouch for.
	Fingerprints []string
	Hosts        []string        // name or name:port that requests may name beside the server's own
	Origins      []string        // scheme://host:port of other sites' pages that may use the server as its own may
	Sign         bool            // sign for named accounts on a host that is not loopback too
	Lab          string          // nodes of other labs are no peers; empty for none, or for the manager's own choice
	Offset       time.Duration   // of the nodes' wall time, ahead of this machine's
	Drift        string          // of the nodes' wall time; see clock.ParseDrift
	Log          logging.Options // Terminal is no setting; the program fills it in
}

// ManagerSettings are the manager's settings. Port is the manager's own, and nodes have the
// ports after it; an empty Data is a fresh temporary folder; Threads is for each
// node, 0 for a fair share of the cores.
type ManagerSettings struct {
	Common
	Amount    int    // of nodes
	PortSet   bool   // somebody has named Port; else a data folder that holds nodes has its own
	AmountSet bool   // and the same of Amount
	OffsetSet bool   // and of Offset; else a data folder has its own
	DriftSet  bool   // and of Drift
	RealTime  bool   // a resumed network has the machine's time, and does not go on in its own
	Snapshots string // folder for snapshots; empty for one in the log folder
	Record    bool   // have each node write down what it is told
	Quiet     bool   // say no more than must be known
	Join      string // URL of the manager whose network this one joins; empty for a network of its own
	Dashboard string // folder whose files are the page; empty for the page that is built in
	// NoRegistry has nodes find each other by Seeds, or else by a bootstrap node beside the
	// manager, which tells none of the others.
	NoRegistry bool
	Restart    string // which nodes that have ended start again by themselves; empty for what the data folder says, or Never
}

// What Restart may say, in the words of Kubernetes.
const (
	Never     = "never"
	OnFailure = "on-failure" // those that crashed or were killed
	Always    = "always"     // those too that ended in order, but for who was taken out
)

// NodeSettings are a node's settings. Port 0 lets the kernel choose; LoadNode replaces an
// empty Data with data/node-<port>, and Threads 0 with the number of cores.
type NodeSettings struct {
	Common
	P2PPort    int      // for TCP and QUIC alike; 0 lets the kernel choose
	Peers      []string // host:port of the HTTP APIs of nodes to connect to
	MaxInbound int      // peers that may connect to this node
	NoRelay    bool     // announce nothing, and catch up with peers only when asked to
	Record     string   // file to write down in what the node is told; empty for none
	Faults     string   // file of what is wrong with its links from the start; empty for none
	Bootstrap  bool     // be a bootstrap node, which holds no chain
}

func defaultCommon() Common {
	return Common{
		Host:     "127.0.0.1",
		PeersOut: 8,
		GroupBy:  "address",
		GroupV4:  16,
		GroupV6:  32,
		Known:    8,
		Template: "block",
		Drift:    clock.Drift(0).String(),
		Log:      logging.Options{Folder: "logs", Level: "info"},
	}
}

// DefaultManager returns the manager's default settings.
func DefaultManager() ManagerSettings {
	m := ManagerSettings{Common: defaultCommon(), Amount: 6}
	m.Port = 4999
	return m
}

// DefaultNode returns a node's default settings.
func DefaultNode() NodeSettings {
	n := NodeSettings{Common: defaultCommon(), MaxInbound: 64}
	n.Port = 5000
	return n
}

// ManagerFlags registers the manager's flags, and --config.
func ManagerFlags(flags *pflag.FlagSet) {
	m := DefaultManager()
	register(flags, m.settings(), managerFile)
}

// NodeFlags registers a node's flags, and --config.
func NodeFlags(flags *pflag.FlagSet) {
	n := DefaultNode()
	register(flags, n.settings(), nodeFile)
}

// LoadManager returns the manager's settings from parsed flags, which ManagerFlags
// has registered, environment and file. The error wraps ErrSetting.
func LoadManager(flags *pflag.FlagSet) (ManagerSettings, error) {
	m, _, err := managerFrom(flags)
	return m, err
}

func managerFrom(flags *pflag.FlagSet) (ManagerSettings, sources, error) {
	m := DefaultManager()
	found, err := load(flags, m.settings(), managerFile)
	m.PortSet = err == nil && found.of("port") != byDefault
	m.AmountSet = err == nil && found.of("amount") != byDefault
	m.OffsetSet = err == nil && found.of("clock-offset") != byDefault
	m.DriftSet = err == nil && found.of("clock-drift") != byDefault
	if err == nil {
		err = m.readToken()
	}
	if err == nil {
		err = m.Validate()
	}
	if err != nil {
		return ManagerSettings{}, found, err
	}
	return m, found, nil
}

// LoadNode returns a node's settings from parsed flags, which NodeFlags has
// registered, environment and file. The error wraps ErrSetting.
func LoadNode(flags *pflag.FlagSet) (NodeSettings, error) { return loadNodeFrom(flags, DefaultNode()) }

func loadNodeFrom(flags *pflag.FlagSet, n NodeSettings) (NodeSettings, error) {
	found, err := load(flags, n.settings(), nodeFile)
	if err != nil {
		return NodeSettings{}, err
	}
	if n.Bootstrap && found.of("port") == byDefault {
		n.Port = BootstrapPort
	}
	if n.Data == "" {
		n.Data = filepath.Join("data", n.folder())
	}
	n.Threads = cmp.Or(n.Threads, runtime.GOMAXPROCS(0))
	if err := n.readToken(); err != nil {
		return NodeSettings{}, err
	}
	if err := n.Validate(); err != nil {
		return NodeSettings{}, err
	}
	return n, nil
}

// Node returns the settings of the manager's node on port. Its data is in a folder
// of m.Data, which must not be empty.
func (m ManagerSettings) Node(port int) NodeSettings {
	n := DefaultNode()
	n.Common = m.Common
	n.Port = port
	n.Data = NodeFolder(m.Data, port)
	if m.Blocks != "" {
		n.Blocks = filepath.Join(m.Blocks, strconv.Itoa(port))
	}
	if m.Record {
		n.Record = filepath.Join(n.Data, "record")
	}
	if n.Threads == 0 {
		n.Threads = max(1, runtime.GOMAXPROCS(0)/m.Amount)
	}
	return n
}

// SnapshotFolder is where snapshots of the network go.
func (m ManagerSettings) SnapshotFolder() string {
	return cmp.Or(m.Snapshots, filepath.Join(m.Log.Folder, "snapshots"))
}

// NodePorts lists the ports of the manager's nodes.
func (m ManagerSettings) NodePorts() []int {
	ports := make([]int, m.Amount)
	for i := range ports {
		ports[i] = m.Port + 1 + i
	}
	return ports
}

// NodeFolder is the data folder of a network's node on port.
func NodeFolder(data string, port int) string { return filepath.Join(data, nodeFolder(port)) }

// NodeLog is the file in the log folder of the node on a port.
func NodeLog(port string) string { return "node-" + port + ".log" }

// folder is the name of a node's data folder.
func (n NodeSettings) folder() string {
	if n.Bootstrap {
		return fmt.Sprintf("bootstrap-%d", n.Port)
	}
	return nodeFolder(n.Port)
}

// nodeFolder is the name of the data folder of the node on port.
func nodeFolder(port int) string { return fmt.Sprintf("node-%d", port) }

// NodePort is the port of the node that a data folder of this name is for.
func NodePort(folder string) (port int, ok bool) {
	_, err := fmt.Sscanf(folder, "node-%d", &port)
	return port, err == nil && nodeFolder(port) == folder
}

func (m *ManagerSettings) settings() []setting {
	return append([]setting{
		{"port", "p", "the manager's `port`; nodes take the ports after it", &m.Port},
		{"amount", "a", "how many nodes; a data folder that holds a network has its own number", &m.Amount},
		{"data", "d", "data `folder`; one that holds a network is resumed (default a fresh temporary one)", &m.Data},
		{"threads", "", "threads that mine in each node; 0 for a fair share of the cores", &m.Threads},
		{"real-time", "", "resume a network at the machine's time; by default it goes on in its own, as if it had not rested", &m.RealTime},
		{"snapshots", "", "`folder` for snapshots of the network (default snapshots in the log folder)", &m.Snapshots},
		{"record", "", "have each node write down what it is told, for replay, in a file record of its folder; keep those with --data", &m.Record},
		{"no-manager-registry", "", "have nodes find each other by --seeds, or without these by a bootstrap node beside the manager, which tells none of the others", &m.NoRegistry},
		{"join", "", "`URL` of the manager of a running network that the nodes are to be of, such as https://192.0.2.7:4999 (default a network of their own)", &m.Join},
		{"quiet", "q", "no lines of what happens in the network", &m.Quiet},
		{"restart", "", "`policy` by which nodes that have ended start again by themselves: never, on-failure (crashed or killed) or always (default what the data folder's network had, or never)", &m.Restart},
		{"dashboard", "", "`folder` whose files are served as the page, as they are at each request (default the page that is built in)", &m.Dashboard},
	}, m.Common.settings()...)
}

func (n *NodeSettings) settings() []setting {
	return append([]setting{
		{"port", "p", "the node's `port`; 0 for any", &n.Port},
		{"data", "d", "data `folder` (default data/node-<port>)", &n.Data},
		{"threads", "", "threads that mine; 0 for all cores", &n.Threads},
		{"p2p-port", "", "`port` for the connections between nodes; 0 for any", &n.P2PPort},
		{"peers", "", "nodes to connect to, as `host:port,...`", &n.Peers},
		{bootstrapName, "", "be a bootstrap node, which holds no chain and tells nodes of each other; on port 42020 unless -p says otherwise", &n.Bootstrap},
		{"max-inbound", "", "how many peers may connect to this node", &n.MaxInbound},
		{"no-relay", "", "announce no blocks and transfers, and take those of peers only when asked to, as by /sync-chain; for lessons", &n.NoRelay},
		{"record", "", "`file` to write down in what the node is told, for networkmngr replay (default none)", &n.Record},
		{"faults", "", "`file` of what is to be wrong with the node's links from the start, the body of PUT /faults (default none)", &n.Faults},
	}, n.Common.settings()...)
}

func (c *Common) settings() []setting {
	return []setting{
		{"host", "H", "`address` to bind", &c.Host},
		{"genesis", "", "genesis `file` (default the data folder's network, or the built-in dev one)", &c.Genesis},
		{"blocks", "", "`folder` for a JSON file of each block (default none; -bf is short for it); the manager gives each node one of its own in it", &c.Blocks},
		{"block-template", "", "what the `name` of a block's file begins with (-bt is short for it); the height and .json follow", &c.Template},
		{"advertise", "", "`host`, an address or a name, by which others reach what is here (default the address that is bound, or of 0.0.0.0 the machine's)", &c.Advertise},
		{"quic", "", "have nodes speak QUIC beside TCP", &c.QUIC},
		{"peers-out", "", "how many peers a node connects to by itself", &c.PeersOut},
		{"group-by", "", "which nodes count as one `party`, so that nobody gets more by having many of them: address (IPv4 and IPv6 prefixes), or in a lab on one machine port:NUMBER (so many ports after each other) or label:NAME=FIRST-LAST,... (ports by name; or label:FILE with a line for each)", &c.GroupBy},
		{"group-v4", "", "`bits` that the IPv4 addresses of one party have in common; 0 for no such parties", &c.GroupV4},
		{"group-v6", "", "`bits` that the IPv6 addresses of one party have in common; 0 for no such parties", &c.GroupV6},
		{"group-members", "", "how many nodes of one party a node knows, or has as peers that came by themselves; 0 for any number", &c.Members},
		{"seeds", "", "bootstrap nodes or other nodes, as `host:port,...`, that a node asks for nodes when it has no other way to find them", &c.Seeds},
		{"known-nodes", "", "how many nodes a node wants to know of, beside the peers that it wants, before it asks seeds no more", &c.Known},
		{tokenName, "", "what every change must carry on a host that is not loopback, 16 characters or more; whoever lists processes sees it here, so rather use " + variable(tokenName) + " or a file (default a new one, in a file beside the logs)", &c.Token},
		{tokenFileName, "", "`file` whose first line is the token", &c.TokenFile},
		{"tls", "", "speak TLS (HTTPS), with a certificate that is made on the spot and kept, unless --tls-cert names one", &c.TLS},
		{tlsCertName, "", "`file` of a certificate to show, PEM, with those that vouch for it", &c.TLSCert},
		{tlsKeyName, "", "`file` of its key, PEM", &c.TLSKey},
		{fingerprintName, "", "fingerprints of the certificates of servers to ask, as `sha256:HEX,...`, which these show at their start (default whatever this system's authorities vouch for)", &c.Fingerprints},
		{"allow-hosts", "", "further `name,name:port,...` that requests may name as their host, as with a forwarded port", &c.Hosts},
		{"allow-origins", "", "further `origin,...`, such as https://class.example, whose pages may read and act here", &c.Origins},
		{"sign", "", "sign transfers for named accounts and the node's own on a host that is not loopback too", &c.Sign},
		{"lab", "", "`id` of the lab, letters, digits and hyphens; nodes of different labs never meet (default none, and of a network the data folder's, or a new one)", &c.Lab},
		{"clock-offset", "", "`time` by which the nodes' wall clocks are ahead of this machine's, such as 90s or -1h", &c.Offset},
		{"clock-drift", "", "`share` by which the nodes' wall clocks run fast, such as 0.01% or -50ppm", &c.Drift},
		{logsName, "", "log `folder`", &c.Log.Folder},
		{"log-level", "", "least severe `level` to log: trace, debug, info, warn, error or off", &c.Log.Level},
		{"log-json", "", "log JSON lines", &c.Log.JSON},
	}
}

// Clock is the wall clock that the settings want, from now on. The error is that of
// [clock.Clock.Set].
func (n NodeSettings) Clock() (*clock.Clock, error) {
	drift, err := clock.ParseDrift(n.Drift)
	if err != nil {
		return nil, err
	}
	c := new(clock.Clock)
	return c, c.Set(clock.Change{Offset: &n.Offset, Drift: &drift})
}

// Loopback reports whether only programs on this machine can connect.
func (c Common) Loopback() bool { return IsLoopback(c.Host) }

// Names are those that requests may name what is here by, besides its addresses.
func (c Common) Names() []string {
	names := append([]string{c.Host}, c.Hosts...)
	if c.Advertise != "" {
		names = append(names, c.Advertise)
	}
	return names
}

// Advertised is where others reach what listens at address: at the host that is said of it
// or, if there is none and it listens on all interfaces, on the first that is up and not
// loopback, if there is one.
func (c Common) Advertised(address *net.TCPAddr) string {
	ip := address.IP
	switch {
	case c.Advertise != "":
		return net.JoinHostPort(c.Advertise, strconv.Itoa(address.Port))
	case ip.IsUnspecified():
		ip = net.ParseIP(append(interfaceIPs(), "127.0.0.1")[0])
	}
	return (&net.TCPAddr{IP: ip, Port: address.Port, Zone: address.Zone}).String()
}

// interfaceIPs are the addresses of this machine that are up and not loopback.
func interfaceIPs() (ips []string) {
	addresses, _ := net.InterfaceAddrs() // none is as good as an error here
	for _, a := range addresses {
		if network, ok := a.(*net.IPNet); ok && network.IP.IsGlobalUnicast() {
			ips = append(ips, network.IP.String())
		}
	}
	return ips
}

// IsLoopback reports whether only this machine reaches a host.
func IsLoopback(host string) bool {
	ip := net.ParseIP(host)
	return ip != nil && ip.IsLoopback() || host == "localhost"
}

// Signs reports whether a node signs for clients that do not have the keys.
func (c Common) Signs() bool { return c.Sign || c.Loopback() }
