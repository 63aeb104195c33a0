// Package daemon is what a node's process does: it runs one node and its HTTP
// server, starts them anew when their network is changed, and tells the manager
// that started the process, if one did, when the node is ready or why it is not.
package daemon

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"time"

	"github.com/hashicorp/go-hclog"

	"networkmngr/internal/api/server"
	"networkmngr/internal/certificate"
	"networkmngr/internal/clock"
	"networkmngr/internal/config"
	"networkmngr/internal/consensus"
	"networkmngr/internal/datafolder"
	"networkmngr/internal/disk"
	"networkmngr/internal/genesis"
	"networkmngr/internal/launch"
	"networkmngr/internal/launch/process"
	"networkmngr/internal/logging"
	"networkmngr/internal/node"
)

// Run runs a node until ctx ends, a request shuts it down, or, if a manager
// started this process, the manager is gone. An error that the user can mend is a
// [config.ErrSetting]; one that ended the node is that of [node.Node.Run].
func Run(ctx context.Context, settings config.NodeSettings) error {
	listener, err := process.Listen(net.JoinHostPort(settings.Host, strconv.Itoa(settings.Port)))
	if err != nil {
		return config.Misuse(fmt.Errorf("port %d: %w", settings.Port, err))
	}
	defer listener.Close()
	port := listener.Addr().(*net.TCPAddr).Port
	if !process.Launched() {
		settings.Log.Terminal = os.Stderr
	}
	log, closer, err := logging.Open(settings.Log, config.NodeLog(strconv.Itoa(port)), fmt.Sprintf("node-%d", port))
	if err != nil {
		return config.Misuse(fmt.Errorf("--logs %s: %w", settings.Log.Folder, err))
	}
	defer closer.Close()
	logging.Begin(log, config.Software)
	shifted, err := settings.Clock()
	if err != nil {
		return config.Misuse(err)
	}
	if settings.MakeToken() {
		remove, err := keepToken(settings, port, log)
		if err != nil {
			return config.Misuse(err)
		}
		defer remove()
	}
	faults, err := readFaults(settings)
	if err != nil {
		return config.Misuse(err)
	}
	pair, err := openCertificate(&settings, log)
	if err != nil {
		return config.Misuse(err)
	}
	d := daemon{settings: settings, pair: pair, trust: settings.Trust(pair), listener: listener, log: log, clock: shifted, faults: faults}
	return d.run(ctx)
}

// openCertificate returns what the server shows, nil if it speaks plain HTTP. One that is made
// is kept in the data folder, for the next start.
func openCertificate(settings *config.NodeSettings, log hclog.Logger) (*certificate.Pair, error) {
	if settings.Secure() {
		if err := disk.MakeFolder(settings.Data, 0o755); err != nil {
			return nil, fmt.Errorf("data folder %s: %w", settings.Data, err)
		}
	}
	pair, made, err := settings.OpenCertificate(filepath.Join(settings.Data, certificateName))
	if err == nil && pair != nil {
		log.Info("speaks TLS", "fingerprint", pair.Fingerprint(), "certificate", pair.CertFile, "ends", pair.Ends().Format(time.DateOnly), "made", made)
		pair.LogTo(log)
	}
	return pair, err
}

// certificateName is how the files of a certificate of one's own making begin.
const certificateName = "tls"

// keepToken writes the token that was made for this run where its owner finds it,
// until remove.
func keepToken(settings config.NodeSettings, port int, log hclog.Logger) (remove func(), err error) {
	file := filepath.Join(settings.Log.Folder, fmt.Sprintf("node-%d.token", port))
	if err := disk.WriteFile(file, []byte(settings.Token+"\n"), 0o600); err != nil {
		return nil, fmt.Errorf("token file: %w", err)
	}
	log.Info("made a token, which changes must carry, as others can reach this host", "host", settings.Host, "file", file)
	return func() { _ = os.Remove(file) }, nil // nobody can use it any more
}

// readFaults are those that the links of a node have from its start.
func readFaults(settings config.NodeSettings) (node.Faults, error) {
	text, err := settings.ReadFaults()
	if text == nil || err != nil {
		return node.Faults{}, err
	}
	faults, err := server.ParseFaults(text)
	if err != nil {
		return node.Faults{}, fmt.Errorf("faults %s: %w", settings.Faults, err)
	}
	return faults, nil
}

// nodeConfig is that of a node that shares the HTTP API's host.
func nodeConfig(settings config.NodeSettings, listener net.Listener, wall *clock.Clock, log hclog.Logger) (node.Config, error) {
	network, err := nodeGenesis(settings, wall.Now())
	if err == nil {
		err = genesis.CheckBegun(network, settings.Genesis, wall.Now())
	}
	if err != nil {
		return node.Config{}, err
	}
	grouping, err := settings.Grouping()
	if err != nil {
		return node.Config{}, err
	}
	address := listener.Addr().(*net.TCPAddr)
	announced, err := announcedIP(settings.Advertise)
	if err != nil {
		return node.Config{}, err
	}
	return node.Config{
		Folder: settings.Data, Genesis: network,
		Address: settings.Advertised(address), Advertise: announced, Host: peerHost(settings.Host, address), P2PPort: settings.P2PPort, QUIC: settings.QUIC,
		Outbound: settings.PeersOut, MaxInbound: settings.MaxInbound, Grouping: grouping, NoRelay: settings.NoRelay,
		Threads: settings.Threads, Blocks: settings.Blocks, BlockTemplate: settings.Template, Software: config.ThisVersion().String(), Record: settings.Record, Lab: settings.Lab,
		Logger: log, Now: wall.Now,
	}, nil
}

// nodeGenesis is the network of a node: its folder's, or else the named one, or
// else the built-in one.
func nodeGenesis(settings config.NodeSettings, now time.Time) (*consensus.Genesis, error) {
	named, err := genesis.LoadNamed(settings.Genesis, now)
	if err != nil {
		return nil, err
	}
	network, err := dataFolder(settings).Network(context.Background(), named, genesis.Dev)
	if errors.Is(err, datafolder.ErrOther) {
		err = fmt.Errorf("%w of --genesis %s: leave that out, or name another folder", err, settings.Genesis)
	}
	if err != nil {
		return nil, fmt.Errorf("data folder %s: %w", settings.Data, err)
	}
	return network, nil
}

// dataFolder is a node's own.
func dataFolder(settings config.NodeSettings) datafolder.Folder {
	return datafolder.Folder{Path: settings.Data, Nodes: []string{settings.Data}, Data: node.Data{ByHand: true}}
}

// peerHost is the IP address that a host stands for. A listener on 0.0.0.0 says
// that it is on [::], which would leave peers without IPv6 out.
func peerHost(host string, listening *net.TCPAddr) string {
	if net.ParseIP(host) != nil {
		return host
	}
	return listening.IP.String()
}

// announcedIP is the address of an advertised host, which peers dial; nil if there is none.
func announcedIP(host string) (net.IP, error) {
	if host == "" {
		return nil, nil
	}
	address, err := net.ResolveIPAddr("ip", host)
	if err != nil {
		return nil, fmt.Errorf("--advertise %s: %w", host, err)
	}
	return address.IP, nil
}

// errShutdown is why a node ends that a request has shut down.
var errShutdown = errors.New("shutdown was asked for")

// reportReady tells the manager that started this process, if one did, that the
// node is ready, and shuts the node down when the manager is gone.
func reportReady(ctx context.Context, n *node.Node, shutdown context.CancelCauseFunc) error {
	if !process.Launched() {
		return nil
	}
	self := n.Self()
	ready := launch.Ready{ID: self.ID, Address: self.Address, P2P: self.P2P, PID: os.Getpid()}
	if err := process.AnnounceReady(os.Stdout, ready); err != nil {
		shutdown(err)
		return err
	}
	if err := process.WatchParent(ctx, os.Stdin); errors.Is(err, process.ErrParentGone) {
		shutdown(err)
	}
	return nil
}

// Data does with the data of nodes what the manager that started this process has
// asked for, and tells it what has come of that; the error is that of
// [process.DoData].
func Data(ctx context.Context, args []string) error {
	return process.DoData(ctx, node.Data{}, args, os.Stdout)
}

// ReportFailure tells the manager that started this process, if one did, why the
// node does not run. It returns err, joined with that of writing to the manager
// if there is one.
func ReportFailure(err error) error {
	if err == nil || !process.Launched() {
		return err
	}
	return errors.Join(err, process.AnnounceError(os.Stdout, err, errors.Is(err, config.ErrSetting)))
}
