// Package transport carries opaque frames between nodes over libp2p: TCP with
// Noise and yamux, or QUIC. It knows neither the chain nor what a frame means.
//
// # A link
//
// A link is one connection with one long-lived stream, on which both sides
// send frames: the length in four little-endian bytes, then that many bytes.
// A pair of nodes has at most one link, however many connections they open.
// The node with the smaller NodeID, the arbiter, decides which one:
//
//	dialer              listener
//	  | -- connection, stream, protocol -->  |
//	other node           arbiter
//	  | ---------- offer: code ----------->  |  "I have room", or why not
//	  | <---- verdict: code, stamp --------  |  "this one", or why not
//
// As one side decides for a pair, both sides keep the same connection, and the
// Handler never sees a connection that is not kept. The arbiter's stamps grow, so
// that the other node knows the newest verdict even if two of them arrive at once.
//
// libp2p's swarm and host are left out on purpose: the swarm keeps several
// connections to a peer, decides when to dial, and has an address book, none of
// which fits the rule above. The wire protocol is plain libp2p.
//
// # Faults
//
// What is wrong with a link on purpose, see [Transport.SetFaults], acts where a node
// sends: on whole frames, between the queue of a link and its stream, and on handshakes.
// What connections say beside frames, such as that one was closed, comes through.
package transport

import "errors"

// version begins what the two ends of a stream agree on with multistream-select;
// see [Config.protocolID].
const version = "/networkmngr/1"

// Errors that end or prevent a link; match with errors.Is.
var (
	ErrConfig       = errors.New("invalid transport setting")
	ErrAddress      = errors.New("not a usable peer address")
	ErrBanned       = errors.New("node is banned")
	ErrClosed       = errors.New("transport is closed")
	ErrCut          = errors.New("link is cut on purpose")
	ErrDuplicate    = errors.New("nodes have another link")
	ErrEvicted      = errors.New("made room for another inbound link")
	ErrFrameSize    = errors.New("frame is too large")
	ErrFull         = errors.New("no room for another inbound link")
	ErrHandshake    = errors.New("peer does not keep to the handshake")
	ErrLab          = errors.New("peer is of another lab, or speaks another version")
	ErrNotConnected = errors.New("node is not connected")
	ErrReplaced     = errors.New("peer has opened a newer link")
	ErrSelf         = errors.New("address is this node's own")
	ErrSlow         = errors.New("peer takes frames too slowly")
)
