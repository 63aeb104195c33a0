package netgroup

import (
	"bytes"
	"crypto/ed25519"
	"encoding/binary"
	"errors"
	"fmt"
	"net/netip"

	"networkmngr/internal/types"

	ma "github.com/multiformats/go-multiaddr"
)

// ErrAddress means that an address cannot be read, or is another node's.
var ErrAddress = errors.New("is no address of the node")

// Endpoint is where a node can be dialled.
type Endpoint struct {
	At   netip.AddrPort
	Node types.NodeID // that the address names; zero if it names none
}

// Parse reads a multiaddr of TCP or QUIC on an IP address, with or without the id of the
// node. The error wraps ErrAddress.
func Parse(text string) (Endpoint, error) {
	address, err := ma.NewMultiaddr(text)
	if err != nil {
		return Endpoint{}, fmt.Errorf("%q %w: %w", text, ErrAddress, err)
	}
	var e Endpoint
	for _, part := range address {
		if err := e.take(part); err != nil {
			return Endpoint{}, fmt.Errorf("%q %w: %w", text, ErrAddress, err)
		}
	}
	if !e.At.Addr().IsValid() || e.At.Port() == 0 {
		return Endpoint{}, fmt.Errorf("%q %w: it says no IP address and port", text, ErrAddress)
	}
	return e, nil
}

// take reads a part of a multiaddr.
func (e *Endpoint) take(part ma.Component) (err error) {
	raw := part.RawValue()
	switch part.Protocol().Code {
	case ma.P_IP4, ma.P_IP6:
		if e.At.Addr().IsValid() {
			return errors.New("it says two hosts")
		}
		ip, _ := netip.AddrFromSlice(raw)
		e.At = netip.AddrPortFrom(ip.Unmap(), 0)
	case ma.P_TCP, ma.P_UDP:
		if e.At.Port() != 0 {
			return errors.New("it says two ports")
		}
		e.At = netip.AddrPortFrom(e.At.Addr(), binary.BigEndian.Uint16(raw))
	case ma.P_P2P:
		e.Node, err = nodeOf(raw)
	case ma.P_QUIC_V1:
	default:
		err = fmt.Errorf("nobody here dials by %s", part.Protocol().Name)
	}
	return err
}

// keyPrefix comes before the key in an ed25519 peer id: an identity multihash of 36
// bytes, in which a protobuf says that it is ed25519 and has 32 bytes (libp2p's
// specs/peer-ids).
var keyPrefix = []byte{0x00, 0x24, 0x08, 0x01, 0x12, 0x20}

func nodeOf(peerID []byte) (types.NodeID, error) {
	key, isKey := bytes.CutPrefix(peerID, keyPrefix)
	if !isKey || len(key) != ed25519.PublicKeySize {
		return types.NodeID{}, errors.New("its peer id is not an ed25519 key")
	}
	return types.NodeIDOf(key), nil
}

// First is the first address of a node, of which all must be its own. The error wraps
// ErrAddress.
func First(node types.NodeInfo) (first Endpoint, err error) {
	for i, text := range node.P2P {
		e, err := Parse(text)
		if err != nil {
			return Endpoint{}, err
		}
		if e.Node != (types.NodeID{}) && e.Node != node.ID {
			return Endpoint{}, fmt.Errorf("%q %w %s: it names %s", text, ErrAddress, node.ID.Short(), e.Node.Short())
		}
		if i == 0 {
			first = e
		}
	}
	if !first.At.IsValid() {
		return Endpoint{}, fmt.Errorf("%s has none: %w", node.ID.Short(), ErrAddress)
	}
	return first, nil
}

// Foreign reports whether an address of a node names another one.
func Foreign(node types.NodeInfo) bool {
	for _, text := range node.P2P {
		if e, err := Parse(text); err == nil && e.Node != (types.NodeID{}) && e.Node != node.ID {
			return true
		}
	}
	return false
}
