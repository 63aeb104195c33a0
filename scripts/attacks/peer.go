//go:build linux

package main

import (
	"context"
	"crypto/ed25519"
	"crypto/rand"
	"fmt"
	"sync"
	"sync/atomic"

	"networkmngr/internal/consensus"
	"networkmngr/internal/protocol"
	"networkmngr/internal/transport"
	"networkmngr/internal/types"
)

// cost is what an attack takes of the attacker.
type cost struct{ links, bytes, hashes, requests atomic.Int64 }

func (c *cost) text() string {
	return fmt.Sprintf("%d links, %.1f MB, %d hashes, %d requests",
		c.links.Load(), float64(c.bytes.Load())/1e6, c.hashes.Load(), c.requests.Load())
}

// peer has an identity of its own. By itself it sends a Hello and answers Pings.
type peer struct {
	link  *transport.Transport
	hello protocol.Hello
	cost  *cost // nil for an honest one
	// hear is called with every other message, unless it is nil.
	hear func(protocol.Message)
	gone chan struct{} // holds a value once a link has ended

	mu    sync.Mutex // guards what follows
	tip   protocol.Claim
	other types.NodeID
}

// maxQueue bounds the bytes that wait on a peer's link: as many as its transport
// allows on all links.
const maxQueue = 64 << 20

// newPeer makes a peer of a network that runs until ctx ends, with this tip.
func newPeer(ctx context.Context, genesis *consensus.Genesis, c *cost, tip protocol.Claim) (*peer, error) {
	_, key, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		return nil, err
	}
	config := transport.Default()
	config.Key, config.MaxFrame, config.MaxQueue = key, protocol.MaxFrame, maxQueue
	p := &peer{cost: c, tip: tip, gone: make(chan struct{}, 1)}
	if p.link, err = transport.New(config, p); err != nil {
		return nil, err
	}
	p.hello = protocol.Hello{
		Version: protocol.Version, Genesis: genesis.Params.GenesisID,
		Self: types.NodeInfo{ID: types.NodeIDOf(key.Public().(ed25519.PublicKey)), Address: "127.0.0.1:1", P2P: p.link.Addrs()},
	}
	go func() { _ = p.link.Run(ctx) }() // whose end is ctx's
	return p, nil
}

// dial links the peer to a node.
func (p *peer) dial(ctx context.Context, address string) error {
	err := p.link.Dial(ctx, address)
	if err == nil && p.cost != nil {
		p.cost.links.Add(1)
	}
	return err
}

// Connected is called by the transport.
func (p *peer) Connected(other transport.Peer) {
	p.mu.Lock()
	p.other = other.ID
	hello := p.hello
	hello.Tip = p.tip
	p.mu.Unlock()
	p.say(hello)
}

// Disconnected is called by the transport.
func (p *peer) Disconnected(types.NodeID, error) {
	select {
	case p.gone <- struct{}{}:
	default:
	}
}

// Received is called by the transport.
func (p *peer) Received(_ types.NodeID, frame []byte) {
	m, err := protocol.Decode(frame)
	if err != nil {
		return
	}
	if ping, ok := m.(protocol.Ping); ok {
		p.say(protocol.Pong{Number: ping.Number, Tip: p.claim()})
	} else if p.hear != nil {
		p.hear(m)
	}
}

func (p *peer) claim() protocol.Claim {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.tip
}

func (p *peer) setClaim(tip protocol.Claim) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.tip = tip
}

// say sends a message, if there is a link.
func (p *peer) say(m protocol.Message) {
	p.mu.Lock()
	other := p.other
	p.mu.Unlock()
	frame := protocol.Encode(m)
	if p.link.Send(other, frame) == nil && p.cost != nil {
		p.cost.bytes.Add(int64(len(frame)))
	}
}
