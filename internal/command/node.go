package command

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"strconv"

	"github.com/hashicorp/go-hclog"
	"github.com/spf13/cobra"

	"networkmngr/internal/config"
	"networkmngr/internal/launch"
	"networkmngr/internal/logging"
	"networkmngr/internal/node"
)

// Node is the command that runs one node.
func Node() *cobra.Command {
	command := &cobra.Command{
		Use:   "node",
		Short: "Run one node",
		Long: `Run one node of a network. It stands alone until it is told of others, by
--peers, by POST /nodes/register, or by a manager. Ctrl-C or /shutdown ends it.`,
		Example: `  node -p 5000
  node -p 5001 --peers 127.0.0.1:5000
  curl 127.0.0.1:5000/mine`,
		Args: noArguments,
		RunE: func(command *cobra.Command, _ []string) error {
			settings, err := config.LoadNode(command.Flags())
			if err == nil {
				err = runNode(command.Context(), settings)
			}
			if err != nil && launch.Launched() {
				return errors.Join(err, launch.AnnounceError(os.Stdout, err, isMisuse(err)))
			}
			return err
		},
	}
	config.NodeFlags(command.Flags())
	return command
}

// runNode runs a node until ctx ends, it is told to shut down, or, if a manager
// started it, the manager is gone.
func runNode(ctx context.Context, settings config.Node) error {
	if !settings.Loopback() && settings.Token == "" {
		return misuse{fmt.Errorf("host %s is not loopback: set a token (--token or NETWORKMNGR_TOKEN) that changes must carry", settings.Host)}
	}
	listener, err := net.Listen("tcp", net.JoinHostPort(settings.Host, strconv.Itoa(settings.Port)))
	if err != nil {
		return misuse{fmt.Errorf("port %d: %w", settings.Port, err)}
	}
	defer listener.Close()
	port := listener.Addr().(*net.TCPAddr).Port
	if !launch.Launched() {
		settings.Log.Terminal = os.Stderr
	}
	log, closer, err := logging.Open(settings.Log, fmt.Sprintf("node-%d.log", port), fmt.Sprintf("node-%d", port))
	if err != nil {
		return badLogs(settings.Log, err)
	}
	defer closer.Close()
	h := host{settings: settings, listener: listener, log: log}
	return h.run(ctx)
}

// nodeConfig is that of a node that shares the HTTP API's host.
func nodeConfig(settings config.Node, listener net.Listener, log hclog.Logger) (node.Config, error) {
	genesis, err := nodeGenesis(settings)
	if err == nil {
		err = checkBegun(genesis, settings.Genesis)
	}
	if err != nil {
		return node.Config{}, err
	}
	address := listener.Addr().(*net.TCPAddr)
	return node.Config{
		Folder: settings.Data, Genesis: genesis,
		Address: advertised(address), Host: peerHost(settings.Host, address), P2PPort: settings.P2PPort, QUIC: settings.QUIC,
		Outbound: settings.PeersOut, MaxInbound: settings.MaxInbound,
		Threads: settings.MiningThreads(), Blocks: settings.Blocks, BlockTemplate: settings.Template, Logger: log,
	}, nil
}

// peerHost is the IP address that a host stands for. A listener on 0.0.0.0 says
// that it is on [::], which would leave peers without IPv6 out.
func peerHost(host string, listening *net.TCPAddr) string {
	if net.ParseIP(host) != nil {
		return host
	}
	return listening.IP.String()
}

// advertised is where others reach a node that listens at address: of all
// interfaces the first that is up and not loopback, if there is one.
func advertised(address *net.TCPAddr) string {
	if !address.IP.IsUnspecified() {
		return address.String()
	}
	ip := net.IPv4(127, 0, 0, 1)
	addresses, _ := net.InterfaceAddrs() // none is as good as an error here
	for _, a := range addresses {
		if network, ok := a.(*net.IPNet); ok && network.IP.IsGlobalUnicast() {
			ip = network.IP
			break
		}
	}
	return (&net.TCPAddr{IP: ip, Port: address.Port}).String()
}

// errShutdown is why a node ends that was told to over HTTP.
var errShutdown = errors.New("shutdown was asked for")

// lifeline tells the manager that started this process that the node is ready,
// and ends the node when the manager is gone. A node that was started by hand
// has none.
func lifeline(ctx context.Context, n *node.Node, shutdown context.CancelCauseFunc) error {
	if !launch.Launched() {
		return nil
	}
	self := n.Self()
	ready := launch.Ready{ID: self.ID, Address: self.Address, P2P: self.P2P, PID: os.Getpid()}
	if err := launch.AnnounceReady(os.Stdout, ready); err != nil {
		shutdown(err)
		return err
	}
	if err := launch.WatchParent(ctx, os.Stdin); errors.Is(err, launch.ErrParentGone) {
		shutdown(err)
	}
	return nil
}
