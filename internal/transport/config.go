package transport

import (
	"crypto/ed25519"
	"fmt"
	"net"
	"regexp"
	"time"

	"github.com/hashicorp/go-hclog"

	"networkmngr/internal/links"
	"networkmngr/internal/netgroup"
)

// Config has a node's identity, its listen addresses and its limits for peers.
type Config struct {
	// Key is the node's identity: its NodeID and its libp2p peer id.
	Key ed25519.PrivateKey
	// Lab is the one that the node is of: letters, digits and hyphens, or empty for
	// none. Nodes of different labs have no links, as if each lab had a network of
	// machines for itself.
	Lab string
	// Listen lists multiaddrs such as /ip4/127.0.0.1/tcp/0 and
	// /ip4/0.0.0.0/udp/0/quic-v1. Without any, the node only dials.
	Listen []string
	// Announce is the IP address that others are told in place of those of Listen, as where a
	// router forwards the ports; nil for these.
	Announce net.IP
	// MaxInbound bounds the links that others open to this node; half of them,
	// rounded up, may come from one group of Grouping. Zero allows none.
	MaxInbound int
	Grouping   netgroup.Grouping
	// Protected says how many of these are kept for a reason; nil is ProtectedOf them all.
	Protected *Protected
	// YoungLink is how long an inbound link surely stays. Later it may be evicted for
	// another.
	YoungLink time.Duration
	// MaxFrame is the longest frame in bytes, sent or received.
	MaxFrame int
	// Kinds names the kinds of frames that are counted apart, and KindOf says of which a
	// frame is, by its place there.
	Kinds  []string
	KindOf func(frame []byte) int
	// MaxQueue bounds the bytes that wait to be sent on a link, overhead included;
	// beyond, the peer is dropped with ErrSlow.
	MaxQueue int
	// MaxQueued bounds the bytes that wait on all links together; beyond, the peer
	// with the longest queue is dropped with ErrSlow.
	MaxQueued int
	// MaxInFlight bounds the bytes that are in flight on a link with faults, overhead
	// included, while no other one has any. All links together have twice as many at
	// most, and each at most half of what the others leave: frames that have no room wait.
	MaxInFlight int
	// DialTimeout bounds the time to open and encrypt a connection.
	DialTimeout time.Duration
	// HandshakeTimeout bounds the time to encrypt an inbound connection, and after
	// that the time of any connection to become a link.
	HandshakeTimeout time.Duration
	// StallTimeout bounds the time of a frame to arrive once its first byte has,
	// and the time to send 64 KiB.
	StallTimeout time.Duration
	// Logger may be nil, which discards.
	Logger hclog.Logger
}

// Default returns a Config for a node on a developer's machine, without a Key. All of its
// frames are of one kind.
func Default() Config {
	return Config{
		Listen:           []string{"/ip4/127.0.0.1/tcp/0"},
		MaxInbound:       64,
		Grouping:         netgroup.Default(),
		YoungLink:        5 * time.Second,
		MaxFrame:         2 << 20,
		Kinds:            []string{"frame"},
		KindOf:           func([]byte) int { return 0 },
		MaxQueue:         16 << 20,
		MaxQueued:        64 << 20,
		MaxInFlight:      links.MaxInFlight + links.MaxInFlight/16, // as the model has it, and the overhead of frames of 448 bytes or more
		DialTimeout:      10 * time.Second,
		HandshakeTimeout: 10 * time.Second,
		StallTimeout:     30 * time.Second,
		Logger:           hclog.NewNullLogger(),
	}
}

func (c Config) protected() Protected {
	if c.Protected != nil {
		return *c.Protected
	}
	return ProtectedOf(c.MaxInbound)
}

// labs are the names that a lab may have.
var labs = regexp.MustCompile(`^[0-9A-Za-z-]*$`)

// protocolID is what both ends of a stream must say.
func (c Config) protocolID() string {
	if c.Lab == "" {
		return version
	}
	return version + "/" + c.Lab
}

// roomShare is the part of a queue that may be in use while there is room.
const roomShare = 32

// HasRoom reports whether a link with so many bytes queued may get an answer whose
// size the peer decides.
func (c Config) HasRoom(queued int) bool { return queued <= c.MaxQueue/roomShare }

const (
	limitInbound = 100_000
	limitFrame   = 1 << 28
	limitQueue   = 1 << 30
	minTimeout   = 10 * time.Millisecond
)

// Validate returns an error that names the first field out of bounds, its value
// and the bound. It wraps ErrConfig.
func (c Config) Validate() error {
	if len(c.Key) != ed25519.PrivateKeySize {
		return fmt.Errorf("%w: Key has %d bytes, want %d", ErrConfig, len(c.Key), ed25519.PrivateKeySize)
	}
	if !labs.MatchString(c.Lab) {
		return fmt.Errorf("%w: Lab is %q, want letters, digits and hyphens", ErrConfig, c.Lab)
	}
	for _, addr := range c.Listen {
		if _, err := parseListen(addr); err != nil {
			return fmt.Errorf("%w: Listen: %w", ErrConfig, err)
		}
	}
	if len(c.Kinds) == 0 || c.KindOf == nil {
		return fmt.Errorf("%w: Kinds are %q, and KindOf must say of which a frame is", ErrConfig, c.Kinds)
	}
	if err := c.validateSizes(); err != nil {
		return err
	}
	if err := c.Grouping.Validate(); err != nil {
		return fmt.Errorf("%w: Grouping: %w", ErrConfig, err)
	}
	return c.validateTimes()
}

func (c Config) validateSizes() error {
	for _, size := range []struct {
		name             string
		value, low, high int
	}{
		{"MaxInbound", c.MaxInbound, 0, limitInbound},
		{"MaxFrame", c.MaxFrame, 1, limitFrame},
		{"MaxQueue", c.MaxQueue, c.MaxFrame + FrameOverhead, limitQueue},
		{"MaxQueued", c.MaxQueued, c.MaxQueue, limitQueue},
		{"MaxInFlight", c.MaxInFlight, c.MaxFrame + FrameOverhead, limitQueue},
	} {
		if size.value < size.low || size.value > size.high {
			return fmt.Errorf("%w: %s is %d, want %d to %d", ErrConfig, size.name, size.value, size.low, size.high)
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
