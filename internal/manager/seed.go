package manager

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"strings"

	"github.com/gin-gonic/gin"

	"networkmngr/internal/bootstrap"
	"networkmngr/internal/httpserver"
	"networkmngr/internal/httpserver/guard"
	"networkmngr/internal/types"
)

// openSeed begins to keep the nodes that introduce themselves. Where the manager tells no
// registry and names no seed, its own nodes are among those, at a bootstrap node beside it.
func (m *Manager) openSeed() error {
	limits := bootstrap.DefaultLimits()
	grouping, err := m.settings.Grouping()
	if err != nil {
		return err
	}
	limits.Grouping = grouping
	m.seed = bootstrap.Open(bootstrap.Options{Limits: limits, TLS: m.pair != nil, Folder: m.data.Path, Own: m.ownNodes, Logger: m.log.Named("seed")})
	m.watching.Go(func() { _ = m.seed.Run(m.ctx) }) // it has no error
	if !m.settings.NoRegistry || len(m.settings.Seeds) > 0 {
		return nil
	}
	listener, err := net.Listen("tcp", net.JoinHostPort(m.settings.Host, "0"))
	if err != nil {
		return fmt.Errorf("listen for nodes that ask for each other: %w", err)
	}
	m.settings.Seeds = []string{addressOf(listener)}
	m.log.Info("nodes find each other by a bootstrap node", "address", m.settings.Seeds[0])
	m.watching.Go(func() { m.serveSeed(m.ctx, m.pair.Listen(listener)) })
	return nil
}

// serveSeed answers nodes that ask for each other until ctx ends.
func (m *Manager) serveSeed(ctx context.Context, listener net.Listener) {
	server := bootstrap.NewServer(bootstrap.ServerOptions{
		Guard:    guard.Guard{Hosts: append([]string{m.settings.Host}, m.settings.Hosts...)},
		Software: m.config.Software, Logger: m.log.Named("seed"),
	}, m.seed)
	if err := server.Serve(ctx, listener); err != nil {
		m.log.Warn("nodes cannot find each other by the manager any more", "error", err)
	}
}

// introduce gives nodes to a node's registry, unless nodes find each other without the manager.
func (m *Manager) introduce(ctx context.Context, c node, registry []types.NodeInfo) error {
	if m.settings.NoRegistry {
		return nil
	}
	_, err := c.client.Register(ctx, registry)
	return err
}

func (m *Manager) handleGreeting(c *gin.Context) error { return m.seed.HandleGreeting(c) }

// handleNodes lists the network's nodes and their processes or, as tutorials have it of
// GET /nodes/ and of nodes that introduce themselves, where nodes answer.
func (m *Manager) handleNodes(c *gin.Context) error {
	path, _, _ := strings.Cut(c.Request.RequestURI, "?")
	switch {
	case c.Request.ContentLength != 0 || strings.HasSuffix(path, "/"):
		return m.seed.HandleNodes(c, m.peersOf)
	case c.Query("limit") != "":
		return fmt.Errorf("%w: limit is for GET /nodes/, which lists where nodes answer; GET /nodes lists all", httpserver.ErrMalformed)
	default:
		return httpserver.Answer(c, http.StatusOK, m.nodesNow())
	}
}

// ownNodes are the running nodes, of whose ids no other node is.
func (m *Manager) ownNodes() []types.NodeInfo { return entriesOf(m.running()) }

// peersOf are the running nodes, of which those of another lab are not told: they never
// meet.
func (m *Manager) peersOf(asker *bootstrap.Introduction) []types.NodeInfo {
	if asker != nil && asker.Lab != m.settings.Lab {
		return nil
	}
	return m.ownNodes()
}
