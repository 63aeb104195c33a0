package server

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/gin-gonic/gin"

	"networkmngr/internal/api"
	"networkmngr/internal/httpserver"
	"networkmngr/internal/node"
	"networkmngr/internal/transport"
)

// Health is whether a node does its work, and how much.
type Health interface {
	// Alive returns once the node has seen to something. The error is node.ErrStopping,
	// with why it stops, or that of ctx.
	Alive(ctx context.Context) error
	Problems() []string // that do not keep it from working
	Traffic() transport.Traffic
	StoreSize() int64 // bytes on disk
	CountWith(node.Counter)
}

// reaction is how long a node that is well may take to see to something.
const reaction = 2 * time.Second

// errStuck means that a node's server answers, but the node does nothing.
var errStuck = errors.New("the node does not get on")

// healthz says that the node works, and not only its server.
func (s *Server) healthz(c *gin.Context) error {
	ctx, cancel := context.WithTimeout(c.Request.Context(), reaction)
	defer cancel()
	err := s.node.Alive(ctx)
	if errors.Is(err, context.DeadlineExceeded) {
		return fmt.Errorf("%w: nothing was seen to for %s", errStuck, reaction)
	}
	if err != nil {
		return err
	}
	health := api.Health{Status: "ok", Problems: s.node.Problems()}
	if len(health.Problems) > 0 {
		health.Status = "degraded"
	}
	return httpserver.Answer(c, http.StatusOK, health)
}
