package manager

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
	"path/filepath"

	"github.com/gin-gonic/gin"
	"github.com/google/renameio/v2"

	"networkmngr/internal/api"
	"networkmngr/internal/httpserver"
	"networkmngr/internal/node"
)

var (
	// errSettings means that not every node took the network's settings.
	errSettings = errors.New("the network's settings were not changed")
	// errSeveral means that the nodes are on networks of their own.
	errSeveral = errors.New("the nodes are on several networks")
)

// handleBlockchain answers for the network with the figures of its first node.
func (m *Manager) handleBlockchain(c *gin.Context) error {
	running := m.members.running()
	if len(running) == 0 {
		return errNoNode
	}
	figures, err := running[0].client.Blockchain(c.Request.Context())
	if err != nil {
		return m.unreachable(c, running[0], err)
	}
	httpserver.Answer(c, http.StatusOK, figures)
	return nil
}

func (m *Manager) handleSetBlockchain(c *gin.Context) error {
	settings, err := api.ReadSettings(c)
	if err != nil {
		return err
	}
	set, err := m.setBlockchain(c.Request.Context(), settings)
	if err != nil {
		return err
	}
	httpserver.Answer(c, http.StatusOK, set)
	return nil
}

// setBlockchain makes another network of all nodes, or of none: what the first
// refuses is asked of no other, and if one fails, the others are set back.
func (m *Manager) setBlockchain(ctx context.Context, settings api.Settings) (set api.Blockchain, err error) {
	release, err := m.change(ctx)
	if err != nil {
		return set, err
	}
	defer release()
	nodes := m.members.running()
	before, err := m.unbegun(ctx, nodes)
	if err != nil {
		return set, err
	}
	ctx = context.WithoutCancel(ctx) // or else a client that goes away leaves two networks
	if set, err = m.setOne(ctx, nodes[0], settings); err != nil || set.Genesis == before.Genesis {
		return set, err
	}
	err = each(ctx, len(nodes)-1, func(_ context.Context, i int) error {
		other, err := m.setOne(ctx, nodes[1+i], settings)
		if err == nil && other.Genesis != set.Genesis {
			err = errSeveral
		}
		return err
	})
	if err != nil {
		m.setBack(ctx, nodes, before)
		return set, fmt.Errorf("%w: a node failed, and the others are set back: %v", errSettings, err) // whose own refusal is not the answer
	}
	m.log.Info("network changed", "from", before.Name, "to", set.Name, "genesis", set.Genesis)
	m.keepGenesis(nodes[0])
	m.reunite(ctx, nodes)
	return set, nil
}

// unbegun gives what all nodes are on, which must be one network without a
// block.
func (m *Manager) unbegun(ctx context.Context, nodes []*child) (figures api.Blockchain, err error) {
	switch {
	case m.isMining():
		return figures, errMining
	case len(nodes) == 0:
		return figures, errNoNode
	}
	of := make([]api.Blockchain, len(nodes))
	err = each(ctx, len(nodes), func(ctx context.Context, i int) error {
		one, err := nodes[i].client.Blockchain(ctx)
		if err != nil {
			return nodes[i].unreachable(ctx, err)
		}
		of[i] = one
		return nil
	})
	if err != nil {
		return figures, err
	}
	for i := range of {
		switch {
		case of[i].Genesis != of[0].Genesis:
			return figures, fmt.Errorf("%w: %s on %q, %s on %q", errSeveral, nodes[0].entry.Address, of[0].Name, nodes[i].entry.Address, of[i].Name)
		case of[i].Height > 0:
			return figures, fmt.Errorf("%w: the height of %s is %d; settings change while all are at 0, as the genesis block commits to them",
				api.ErrStarted, nodes[i].entry.Address, of[i].Height)
		}
	}
	return of[0], nil
}

func (m *Manager) isMining() bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.session != nil
}

func (m *Manager) setOne(ctx context.Context, c *child, settings api.Settings) (api.Blockchain, error) {
	ctx, cancel := context.WithTimeout(ctx, m.limits.start)
	defer cancel()
	set, err := c.client.SetBlockchain(ctx, settings)
	var refusal *api.Error
	if err != nil && !errors.As(err, &refusal) {
		err = c.unreachable(ctx, err)
	}
	return set, err
}

// setBack has nodes take the settings that they had before.
func (m *Manager) setBack(ctx context.Context, nodes []*child, before api.Blockchain) {
	settings := api.Settings{
		Name: &before.Name, BlockTime: &before.BlockTime, HalfLife: &before.HalfLife, BlockReward: &before.BlockReward,
	}
	_ = each(ctx, len(nodes), func(_ context.Context, i int) error {
		if _, err := m.setOne(ctx, nodes[i], settings); err != nil {
			m.log.Error("node was not set back to its network", "node", nodes[i].entry.Address, "network", before.Name, "error", err)
		}
		return nil // the others are set back all the same
	})
	m.reunite(ctx, nodes)
}

// keepGenesis has nodes that start later be of the network that this one is
// on now, in this run and when the folder is resumed.
func (m *Manager) keepGenesis(of *child) {
	path := filepath.Join(m.settings.Data, node.GenesisFile)
	text, err := os.ReadFile(filepath.Join(m.settings.Node(of.port).Data, node.GenesisFile))
	if err == nil {
		err = renameio.WriteFile(path, text, 0o644)
	}
	if err != nil {
		m.log.Error("changed network is not kept for nodes that start later", "error", err)
		return
	}
	m.settings.Genesis = path
}

// keptGenesis is the file of the network that a folder's was changed to, or the
// one that was named.
func keptGenesis(folder, named string) string {
	path := filepath.Join(folder, node.GenesisFile)
	if _, err := os.Stat(path); named == "" && err == nil {
		return path
	}
	return named
}

// reunite tells nodes of each other again: they forget who is on another
// network.
func (m *Manager) reunite(ctx context.Context, nodes []*child) {
	ctx, cancel := context.WithTimeout(ctx, m.limits.link)
	defer cancel()
	registry := entriesOf(nodes)
	_ = each(ctx, len(nodes), func(ctx context.Context, i int) error {
		_, err := nodes[i].client.Register(ctx, registry)
		if err == nil {
			err = m.awaitPeers(ctx, nodes[i])
		}
		if err != nil {
			m.log.Warn("node has not found its peers yet", "node", nodes[i].entry.Address, "error", err)
		}
		return nil // and nobody else's wait is cut short
	})
}
