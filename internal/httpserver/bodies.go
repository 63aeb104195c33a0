package httpserver

import (
	"errors"
	"io"
	"sync/atomic"

	"github.com/gin-gonic/gin"
)

const (
	// maxBodies bounds the bytes of bodies in memory, of all requests: clients
	// that send a part and then wait must not fill the memory.
	maxBodies = 32 << 20
	// fairBody is how much of a body is accepted in any case.
	fairBody = 64 << 10
)

// errManyBodies means that clients send more at once than maxBodies.
var errManyBodies = errors.New("too much is being sent at once: try again in a moment")

// bodies counts the bytes of all running requests' bodies.
type bodies struct{ kept atomic.Int64 }

// share counts the bytes read of a request's body until release.
func (b *bodies) share(c *gin.Context) (release func()) {
	body := &countedBody{ReadCloser: c.Request.Body, all: b}
	c.Request.Body = body
	return func() { b.kept.Add(-body.read) }
}

// countedBody is one request's.
type countedBody struct {
	io.ReadCloser
	all  *bodies
	read int64
}

func (b *countedBody) Read(p []byte) (int, error) {
	if b.read > fairBody && b.all.kept.Load() > maxBodies {
		return 0, errManyBodies
	}
	n, err := b.ReadCloser.Read(p)
	b.read += int64(n)
	b.all.kept.Add(int64(n))
	return n, err
}
