package node

import (
	"context"
	"crypto/ed25519"
	"errors"
	"strconv"
	"sync"
	"time"

	"github.com/hashicorp/go-hclog"
	ma "github.com/multiformats/go-multiaddr"

	"networkmngr/internal/core"
	"networkmngr/internal/events"
	"networkmngr/internal/transport"
	"networkmngr/internal/types"
)

// linkPatience is how long after a successful dial the link must have been
// told of. A dial can succeed and the link fail at once; the engine must not
// wait for it for ever.
const linkPatience = 10 * time.Second

// listen opens the transport: on the port that was asked for, or that of last
// time, as others may remember it, or else on any.
func (n *Node) listen(key ed25519.PrivateKey) error {
	port, chosen := n.config.P2PPort, n.config.P2PPort != 0
	if !chosen {
		port = n.lastPort()
	}
	err := n.listenOn(key, port)
	if err != nil && !chosen && port != 0 {
		n.log.Warn("port for peers is taken, using another", "port", port, "error", err)
		err = n.listenOn(key, 0)
	}
	return err
}

func (n *Node) listenOn(key ed25519.PrivateKey, port int) error {
	addresses, err := n.config.listen(port)
	if err != nil {
		return err
	}
	config := transport.Default()
	config.Key, config.Lab, config.Listen = key, n.config.Lab, addresses
	config.Announce = n.config.Advertise
	config.MaxInbound, config.Grouping, config.MaxFrame = n.config.MaxInbound, n.config.Grouping, core.MaxFrame
	config.Kinds, config.KindOf = core.Kinds(), core.KindOf
	config.Logger = n.log.Named("transport")
	if n.transport, err = transport.New(config, handler{n}); err == nil {
		n.SetFaults(n.config.Faults)
		n.restoreBans()
	}
	return err
}

// lastPort is the TCP port of the node's last life, or 0.
func (n *Node) lastPort() int {
	last, err := readJSON[types.NodeInfo](n.config.Folder, selfFile)
	if err != nil {
		n.log.Warn("own addresses of last time cannot be read, choosing new ones", "error", err)
	}
	for _, address := range last.P2P {
		if port, err := tcpPort(address); err == nil {
			return port
		}
	}
	return 0
}

func tcpPort(address string) (int, error) {
	parsed, err := ma.NewMultiaddr(address)
	if err != nil {
		return 0, err
	}
	component, err := parsed.ValueForProtocol(ma.P_TCP)
	if err != nil {
		return 0, err
	}
	return strconv.Atoi(component)
}

// handler brings what the transport tells to the loop. While the loop is busy
// the transport waits, and so does the peer.
type handler struct{ n *Node }

func (h handler) Connected(p transport.Peer) {
	h.n.log.Debug("peer connected", "peer", p.ID.Short(), "address", p.Address, "outbound", p.Outbound)
	h.n.tell(context.Background(), core.Connected{Peer: p.ID, Outbound: p.Outbound, Address: p.Address})
}

func (h handler) Disconnected(id types.NodeID, reason error) {
	h.n.log.Debug("peer disconnected", "peer", id.Short(), "error", reason)
	h.n.tell(context.Background(), core.Disconnected{Peer: id})
}

func (h handler) Received(id types.NodeID, frame []byte) {
	h.n.tell(context.Background(), core.Received{Peer: id, Frame: frame})
}

// noteSource tells the transport which peer a block of the main chain came from.
func (n *Node) noteSource(data events.Data) {
	if block, is := data.(events.BlockConnected); is && block.From != nil {
		n.transport.BroughtBlock(*block.From)
	}
}

// dialAll dials what the engine asks for, each in a goroutine of its own, and
// waits for them in the end.
func (n *Node) dialAll(ctx context.Context) error {
	var dialling sync.WaitGroup
	defer dialling.Wait()
	return n.dials.Drain(ctx, func(to types.NodeInfo) {
		dialling.Go(func() { n.dial(ctx, to) })
	})
}

func (n *Node) dial(ctx context.Context, to types.NodeInfo) {
	if err := n.dialAny(ctx, to.P2P); err != nil {
		level := hclog.Debug
		if errors.Is(err, transport.ErrLab) {
			level = hclog.Warn // nothing mends it but the person
		}
		n.log.Log(level, "dial", "peer", to.ID.Short(), "error", err)
	} else {
		select {
		case <-time.After(linkPatience):
		case <-ctx.Done():
		}
	}
	n.tell(ctx, core.DialFailed{Peer: to.ID})
}

// dialAny tries addresses in turn until one answers.
func (n *Node) dialAny(ctx context.Context, addresses []string) error {
	var failures []error
	for _, address := range addresses {
		err := n.transport.Dial(ctx, address)
		if err == nil {
			return nil
		}
		failures = append(failures, err)
		n.count(func(c Counter) { c.CountFailedDial(transport.Failure(err)) })
	}
	return errors.Join(failures...)
}
