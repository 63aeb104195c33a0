package netgroup

import (
	"crypto/ed25519"
	"errors"
	"fmt"
	"net/netip"
	"strconv"
	"strings"

	"github.com/libp2p/go-libp2p/core/peer"

	"networkmngr/internal/types"
)

// ErrAddress means that an address cannot be read, or is another node's.
var ErrAddress = errors.New("is no address of the node")

// Endpoint is where a node can be dialled.
type Endpoint struct {
	At   netip.AddrPort
	Node types.NodeID // that the address names; zero if it names none
}

// Parse reads a multiaddr of TCP or QUIC on an IP address, with or without the id of the
// node. The error wraps ErrAddress. Nodes tell each other of thousands, so its text is read
// as it is: go-multiaddr, which a dial uses, makes its binary form, reads that and makes the
// text again.
func Parse(text string) (Endpoint, error) {
	at, id, err := read(text)
	e := Endpoint{At: at}
	if err == nil && id != "" {
		e.Node, err = nodeOf(id)
	}
	if err != nil {
		return Endpoint{}, fmt.Errorf("%q %w: %w", text, ErrAddress, err)
	}
	return e, nil
}

// Where is the address that a multiaddr says; the zero AddrPort if it cannot be read. The
// node's id, which takes longer to read than all else, may be anything.
func Where(text string) netip.AddrPort {
	at, _, err := read(text)
	if err != nil {
		return netip.AddrPort{}
	}
	return at
}

// read reads the parts of a multiaddr, one after the other.
func read(text string) (at netip.AddrPort, id string, err error) {
	rest, more := strings.CutPrefix(text, "/")
	for more && err == nil {
		var protocol, value string
		protocol, rest, more = strings.Cut(rest, "/")
		if protocol == "quic-v1" { // which says all by its name
			continue
		}
		value, rest, more = strings.Cut(rest, "/")
		switch protocol {
		case "ip4", "ip6":
			at, err = withHost(at, protocol, value)
		case "tcp", "udp":
			at, err = withPort(at, value)
		case "p2p":
			if id != "" || value == "" {
				err = errors.New("it names two nodes, or none")
			}
			id = value
		default:
			err = fmt.Errorf("nobody here dials by %q", protocol)
		}
	}
	if err == nil && (!at.Addr().IsValid() || at.Port() == 0) {
		err = errors.New("it says no IP address and port")
	}
	return at, id, err
}

func withHost(at netip.AddrPort, protocol, value string) (netip.AddrPort, error) {
	if at.Addr().IsValid() {
		return at, errors.New("it says two hosts")
	}
	ip, err := netip.ParseAddr(value)
	if err == nil && (ip.Is4() != (protocol == "ip4") || ip.Zone() != "") {
		err = fmt.Errorf("%s is no address of %s", value, protocol)
	}
	return netip.AddrPortFrom(ip.Unmap(), 0), err
}

func withPort(at netip.AddrPort, value string) (netip.AddrPort, error) {
	if at.Port() != 0 {
		return at, errors.New("it says two ports")
	}
	port, err := strconv.ParseUint(value, 10, 16)
	return netip.AddrPortFrom(at.Addr(), uint16(port)), err
}

// keyPrefix comes before the key in an ed25519 peer id: an identity multihash of 36
// bytes, in which a protobuf says that it is ed25519 and has 32 bytes (libp2p's
// specs/peer-ids).
const keyPrefix = "\x00\x24\x08\x01\x12\x20"

func nodeOf(peerID string) (types.NodeID, error) {
	id, err := peer.Decode(peerID)
	if err != nil {
		return types.NodeID{}, err
	}
	key, isKey := strings.CutPrefix(string(id), keyPrefix)
	if !isKey || len(key) != ed25519.PublicKeySize {
		return types.NodeID{}, errors.New("its peer id is not an ed25519 key")
	}
	return types.NodeIDOf(ed25519.PublicKey(key)), nil
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
