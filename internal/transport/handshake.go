package transport

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/libp2p/go-libp2p/core/network"
	tpt "github.com/libp2p/go-libp2p/core/transport"
	mss "github.com/multiformats/go-multistream"

	"networkmngr/internal/types"
)

// Codes of an offer and of a verdict.
const (
	codeYes byte = iota + 1
	codeFull
	codeDuplicate
)

// verdictSize is a code and a stamp.
const verdictSize = 1 + 8

// verdictShare is the part of HandshakeTimeout in which an arbiter must decide that holds
// a place by then.
const verdictShare = 3

// handshake makes a link of a connection, or closes it, within handshakeTime and until
// ctx ends.
func (t *Transport) handshake(ctx context.Context, conn tpt.CapableConn, outbound bool) (*link, error) {
	id, err := nodeIDOf(conn.RemotePublicKey())
	if err != nil {
		return nil, t.hangUp(conn, err)
	}
	ctx, cancel := context.WithTimeoutCause(ctx, t.handshakeTime(id, conn), fmt.Errorf("%w: too slow", ErrHandshake))
	defer cancel()
	cut := make(chan struct{})
	stop := context.AfterFunc(ctx, func() { defer close(cut); conn.Close() })
	l, err := t.greet(ctx, id, conn, outbound)
	if !stop() {
		<-cut
		err = context.Cause(ctx)
	}
	if err == nil {
		return l, nil
	}
	if l != nil {
		t.abandon(l, err)
		return nil, err
	}
	return nil, t.hangUp(conn, err)
}

// hangUp closes a connection that becomes no link, and returns why.
func (t *Transport) hangUp(conn tpt.CapableConn, reason error) error {
	if err := conn.Close(); err != nil {
		t.log.Debug("connection closed badly", "address", conn.RemoteMultiaddr().String(), "error", err)
	}
	return reason
}

// greet is the handshake of doc.go. A link that it returns is registered, also
// together with an error.
func (t *Transport) greet(ctx context.Context, id types.NodeID, conn tpt.CapableConn, outbound bool) (*link, error) {
	if id == t.self {
		return nil, ErrSelf
	}
	if t.bans.node(id, time.Now()) {
		return nil, fmt.Errorf("%w: %s", ErrBanned, id.Short())
	}
	if !outbound {
		if err := t.answerLate(ctx, id, conn); err != nil {
			return nil, err
		}
	}
	stream, err := openStream(ctx, conn, outbound, t.cfg.protocolID())
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrHandshake, err)
	}
	peer := Peer{ID: id, Address: fmt.Sprintf("%s/p2p/%s", conn.RemoteMultiaddr(), conn.RemotePeer()), Outbound: outbound}
	l := newLink(peer, conn, stream, t.cfg, t.traffic)
	if bytes.Compare(t.self[:], id[:]) < 0 {
		return t.arbitrate(ctx, l)
	}
	return t.submit(ctx, l)
}

// openStream opens or accepts the stream and negotiates the protocol. The error is
// ErrLab if the node that was dialled knows another one only.
func openStream(ctx context.Context, conn tpt.CapableConn, outbound bool, protocol string) (network.MuxedStream, error) {
	if outbound {
		stream, err := conn.OpenStream(ctx)
		if err != nil {
			return nil, err
		}
		err = mss.SelectProtoOrFail(protocol, stream)
		if errors.Is(err, mss.ErrNotSupported[string]{}) {
			err = fmt.Errorf("%w than %s", ErrLab, protocol)
		}
		return stream, err
	}
	stream, err := conn.AcceptStream()
	if err != nil {
		return nil, err
	}
	protocols := mss.NewMultistreamMuxer[string]()
	protocols.AddHandler(protocol, nil)
	_, _, err = protocols.Negotiate(stream)
	return stream, err
}

// arbitrate reads the offer and sends the verdict.
func (t *Transport) arbitrate(ctx context.Context, l *link) (*link, error) {
	var offer [1]byte
	if _, err := io.ReadFull(l.stream, offer[:]); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrHandshake, err)
	}
	if err := errorOf(offer[0]); err != nil {
		return nil, err
	}
	if err := t.register(ctx, l, t.isStale(l)); err != nil {
		return nil, refuse(l, verdict(codeOf(err), 0), err)
	}
	_, err := l.stream.Write(verdict(codeYes, l.stamp))
	return l, err
}

// isStale returns a function that reports whether the candidate must replace an
// old link. A peer dials only while it has no link to us, or had none when it
// began: if the old link is older than a dial can last, the peer has lost it.
func (t *Transport) isStale(candidate *link) func(*link) bool {
	longestDial := t.cfg.DialTimeout + t.handshakeTime(candidate.peer.ID, candidate.conn)
	return func(old *link) bool {
		return !candidate.peer.Outbound && time.Since(old.since) > longestDial
	}
}

// submit sends the offer and obeys the verdict.
func (t *Transport) submit(ctx context.Context, l *link) (*link, error) {
	if err := t.reserve(ctx, l); err != nil {
		return nil, refuse(l, []byte{codeOf(err)}, err)
	}
	if _, err := l.stream.Write([]byte{codeYes}); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrHandshake, err)
	}
	answer, err := t.awaitVerdict(l)
	if err != nil {
		return nil, fmt.Errorf("%w: verdict: %w", ErrHandshake, err)
	}
	if err := errorOf(answer[0]); err != nil {
		return nil, err
	}
	l.stamp = int64(binary.LittleEndian.Uint64(answer[1:]))
	err = t.register(ctx, l, func(old *link) bool { return old.stamp < l.stamp })
	if err != nil {
		return nil, err
	}
	return l, nil
}

// awaitVerdict reads the arbiter's verdict. An inbound link holds a place meanwhile, so
// that the arbiter has a part of the handshake's time only.
func (t *Transport) awaitVerdict(l *link) (verdict [verdictSize]byte, err error) {
	if l.slot() != nil {
		faults := t.handshakeTime(l.peer.ID, l.conn) - t.cfg.HandshakeTimeout // by which all takes longer
		if err := l.stream.SetReadDeadline(time.Now().Add(faults + t.cfg.HandshakeTimeout/verdictShare)); err != nil {
			return verdict, err
		}
	}
	if _, err := io.ReadFull(l.stream, verdict[:]); err != nil {
		return verdict, err
	}
	return verdict, l.stream.SetReadDeadline(time.Time{})
}

// refuse sends an answer and waits until the peer hangs up: closing at once could
// lose the answer before the peer reads it. HandshakeTimeout bounds the wait.
func refuse(l *link, answer []byte, reason error) error {
	if _, err := l.stream.Write(answer); err == nil {
		_, _ = l.stream.Read(make([]byte, 1)) // any result ends the wait
	}
	return reason
}

func verdict(code byte, stamp int64) []byte {
	return binary.LittleEndian.AppendUint64([]byte{code}, uint64(stamp))
}

// codeOf is the code for err.
func codeOf(err error) byte {
	if errors.Is(err, ErrDuplicate) {
		return codeDuplicate
	}
	return codeFull
}

// errorOf is the meaning of a peer's code; nil is yes.
func errorOf(code byte) error {
	switch code {
	case codeYes:
		return nil
	case codeFull:
		return ErrFull
	case codeDuplicate:
		return ErrDuplicate
	default:
		return fmt.Errorf("%w: code %d", ErrHandshake, code)
	}
}
