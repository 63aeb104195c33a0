package server

import (
	"io"
	"net/http"

	"github.com/gin-gonic/gin"

	"networkmngr/internal/httpserver"
)

// Copier makes a copy of what the node has on disk.
type Copier interface {
	// Copy writes it as a tar archive, without the node's identity.
	Copy(w io.Writer) error
}

// snapshot sends what the node has on disk. If that fails once it was begun, the answer
// is broken off.
func (s *Server) snapshot(c *gin.Context) error {
	if !s.copying.TryLock() {
		return errBusy
	}
	defer s.copying.Unlock()
	c.Header("Content-Type", "application/x-tar")
	c.Header("Cache-Control", "no-store")
	c.Status(http.StatusOK)
	err := s.node.Copy(httpserver.TimedWriter{Context: c})
	if err != nil && !c.Writer.Written() {
		c.Writer.Header().Del("Content-Type") // it is another answer
	}
	return err
}
