package httpserver

import (
	"errors"
	"io"
	"sync/atomic"
)

const (
	// maxBodies bounds the bytes of bodies in memory, of all requests: clients
	// that send a part and then wait must not fill the memory.
	maxBodies = 32 << 20
	// fairBody is how much of a body is accepted in any case.
	fairBody = 64 << 10
)

// ErrManyBodies means that clients send more at once than may be kept.
var ErrManyBodies = errors.New("too much is being sent at once: try again in a moment")

// bodies counts the bytes of all running requests' bodies.
type bodies struct{ kept atomic.Int64 }

// share counts the bytes read of a body until release.
func (b *bodies) share(body io.ReadCloser) (counted io.ReadCloser, release func()) {
	one := &countedBody{ReadCloser: body, all: b}
	return one, func() { b.kept.Add(-one.read) }
}

// Share counts the bytes read of a message, which a client sends otherwise than as a
// body, with those of all requests' bodies, until release. A read's error may be
// ErrManyBodies.
func (s *Server) Share(message io.Reader) (counted io.Reader, release func()) {
	return s.bodies.share(io.NopCloser(message))
}

// countedBody is one request's.
type countedBody struct {
	io.ReadCloser
	all  *bodies
	read int64
}

func (b *countedBody) Read(p []byte) (int, error) {
	if b.read > fairBody && b.all.kept.Load() > maxBodies {
		return 0, ErrManyBodies
	}
	n, err := b.ReadCloser.Read(p)
	b.read += int64(n)
	b.all.kept.Add(int64(n))
	return n, err
}
