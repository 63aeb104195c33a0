package transport

import (
	"crypto/ed25519"
	"fmt"
	"time"

	"github.com/hashicorp/go-hclog"
)

// Config says who a node is, where it listens and what a peer may cost it.
type Config struct {
	// Key is the node's identity: its NodeID and its libp2p peer id.
	Key ed25519.PrivateKey
	// Listen lists multiaddrs such as /ip4/127.0.0.1/tcp/0 and
	// /ip4/0.0.0.0/udp/0/quic-v1. Only what is listed is listened on; none
	// makes a node that only dials.
	Listen []string
	// MaxInbound is how many links others may open to this node; half of them,
	// rounded up, may come from one IP group (see groupOf). Zero takes none.
	MaxInbound int
	// MaxFrame is the longest frame in bytes, sent or received.
	MaxFrame int
	// MaxQueue is how many bytes may wait to be sent on a link, bookkeeping
	// included, before the peer is dropped with ErrSlow.
	MaxQueue int
	// MaxQueued is how many bytes may wait on all links together before the
	// peer for which most waits is dropped with ErrSlow.
	MaxQueued int
	// DialTimeout is how long a connection may take to be open and encrypted.
	DialTimeout time.Duration
	// HandshakeTimeout is how long an inbound connection may take to be
	// encrypted, and after that any connection to become a link.
	HandshakeTimeout time.Duration
	// StallTimeout is how long a frame may take to arrive once its first byte
	// has, and how long 64 KiB may take to be sent.
	StallTimeout time.Duration
	// Logger may be nil, which discards.
	Logger hclog.Logger
}

// Default is a Config for a node on the developer's machine; it lacks a Key.
func Default() Config {
	return Config{
		Listen:           []string{"/ip4/127.0.0.1/tcp/0"},
		MaxInbound:       64,
		MaxFrame:         2 << 20,
		MaxQueue:         16 << 20,
		MaxQueued:        64 << 20,
		DialTimeout:      10 * time.Second,
		HandshakeTimeout: 10 * time.Second,
		StallTimeout:     30 * time.Second,
		Logger:           hclog.NewNullLogger(),
	}
}

// roomShare is the part of a queue that may be taken while there is room.
const roomShare = 32

// HasRoom reports whether a link with so many bytes queued may take an answer
// whose size the peer decided.
func (c Config) HasRoom(queued int) bool { return queued <= c.MaxQueue/roomShare }

const (
	limitInbound = 100_000
	limitFrame   = 1 << 28
	limitQueue   = 1 << 30
	minTimeout   = 10 * time.Millisecond
)

// Validate names the first field that is out of bounds, its value and the
// bound; the error wraps ErrConfig.
func (c Config) Validate() error {
	if len(c.Key) != ed25519.PrivateKeySize {
		return fmt.Errorf("%w: Key has %d bytes, want %d", ErrConfig, len(c.Key), ed25519.PrivateKeySize)
	}
	for _, addr := range c.Listen {
		if _, err := parseListen(addr); err != nil {
			return fmt.Errorf("%w: Listen: %w", ErrConfig, err)
		}
	}
	if err := c.validateSizes(); err != nil {
		return err
	}
	return c.validateTimes()
}

func (c Config) validateSizes() error {
	for _, size := range []struct {
		name               string
		value, least, most int
	}{
		{"MaxInbound", c.MaxInbound, 0, limitInbound},
		{"MaxFrame", c.MaxFrame, 1, limitFrame},
		{"MaxQueue", c.MaxQueue, c.MaxFrame + FrameOverhead, limitQueue},
		{"MaxQueued", c.MaxQueued, c.MaxQueue, limitQueue},
	} {
		if size.value < size.least || size.value > size.most {
			return fmt.Errorf("%w: %s is %d, want %d to %d", ErrConfig, size.name, size.value, size.least, size.most)
		}
	}
	return nil
}

func (c Config) validateTimes() error {
	for _, timeout := range []struct {
		name  string
		value time.Duration
	}{
		{"DialTimeout", c.DialTimeout},
		{"HandshakeTimeout", c.HandshakeTimeout},
		{"StallTimeout", c.StallTimeout},
	} {
		if timeout.value < minTimeout {
			return fmt.Errorf("%w: %s is %s, want at least %s", ErrConfig, timeout.name, timeout.value, minTimeout)
		}
	}
	return nil
}
