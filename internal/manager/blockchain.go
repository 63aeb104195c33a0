package manager

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/http"
	"sync"

	"github.com/gin-gonic/gin"

	"networkmngr/internal/api"
	"networkmngr/internal/consensus"
	"networkmngr/internal/datafolder"
	"networkmngr/internal/events"
	"networkmngr/internal/genesis"
	"networkmngr/internal/httpserver"
	"networkmngr/internal/manager/each"
)

var (
	// errChanging means that the nodes end and start again, on another network.
	errChanging = errors.New("the network is being changed, ask again in a moment")
	// errSettings means that the network stays as it was.
	errSettings = errors.New("the network's settings were not changed")
)

// handleBlockchain answers for the network with the figures of its first node.
func (m *Manager) handleBlockchain(c *gin.Context) error {
	figures, err := m.figures(c.Request.Context())
	if err != nil {
		return err
	}
	return httpserver.Answer(c, http.StatusOK, figures)
}

func (m *Manager) figures(ctx context.Context) (figures api.Blockchain, err error) {
	if m.isChanging() {
		return figures, errChanging
	}
	running := m.running()
	if len(running) == 0 {
		return figures, errNoNode
	}
	if figures, err = running[0].client.Blockchain(ctx); err != nil {
		err = running[0].unanswered(ctx, err)
	}
	return figures, err
}

func (m *Manager) handleSetBlockchain(c *gin.Context) error {
	var form struct {
		genesis.Settings
		api.Figures
	}
	if err := httpserver.Decode(c, &form); err != nil {
		return err
	}
	if form.Figures != (api.Figures{}) {
		now, err := m.figures(c.Request.Context())
		if err = cmp.Or(err, form.Check(now)); err != nil {
			return err
		}
	}
	if err := m.setBlockchain(c.Request.Context(), form.Settings); err != nil {
		return err
	}
	return m.handleBlockchain(c)
}

// setBlockchain makes another network of all nodes, or of none. It goes on when
// the client has gone away.
func (m *Manager) setBlockchain(ctx context.Context, settings genesis.Settings) error {
	release, err := m.change(ctx)
	if err != nil {
		return err
	}
	defer release()
	next, err := settings.Genesis(m.network())
	if err != nil {
		return err
	}
	return m.changeNetwork(ctx, next)
}

// changeNetwork is setBlockchain for another genesis block, of who has the change.
func (m *Manager) changeNetwork(ctx context.Context, next *consensus.Genesis) error {
	if err := next.Params.CheckBegun(m.clock.now()); err != nil { // a shorter half-life allows less
		return err
	}
	resume, err := m.suspend()
	if err != nil {
		return err
	}
	defer resume()
	if m.first == nil && len(m.running()) == 0 {
		return errNoNode
	}
	err = m.changeable(ctx)
	if err == nil {
		err = m.checkMachines(ctx)
	}
	if err != nil {
		return err
	}
	ctx, cancel := m.untilStopping(context.WithoutCancel(ctx))
	defer cancel()
	if next.Params.GenesisID == m.network().Params.GenesisID {
		return m.leadMachines(ctx) // one may not have followed yet
	}
	return m.moveTo(ctx, m.ownRunning(), next)
}

// suspend keeps mining and questions to nodes away until resume.
func (m *Manager) suspend() (resume func(), err error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	switch {
	case m.stopping:
		return nil, errStopping
	case m.session != nil:
		return nil, errMining
	}
	m.suspended = true
	return func() {
		m.mu.Lock()
		defer m.mu.Unlock()
		m.suspended = false
	}, nil
}

func (m *Manager) isChanging() bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.suspended
}

// unbegun refuses nodes whose chains have begun.
func (m *Manager) unbegun(ctx context.Context, nodes []node) error {
	ctx, cancel := context.WithTimeout(ctx, m.limits.ask)
	defer cancel()
	return each.Do(ctx, len(nodes), func(ctx context.Context, i int) error {
		figures, err := nodes[i].client.Blockchain(ctx)
		if err != nil {
			return nodes[i].unanswered(ctx, err)
		}
		return datafolder.CheckUnbegun(nodes[i].address(), figures.Height)
	})
}

// moveTo ends the nodes, makes the data folder one of another network, and
// starts them again, on the network that the folder is of then. Other machines follow.
func (m *Manager) moveTo(ctx context.Context, nodes []node, next *consensus.Genesis) error {
	m.log.Info("network is being changed", "from", m.network().Params.Name, "to", next.Params.Name, "genesis", next.Params.GenesisID)
	change, err := m.data.Begin(next)
	if err != nil {
		return fmt.Errorf("%w: %w", errSettings, err)
	}
	m.endToRestart(nodes)
	refused := change.Commit(context.WithoutCancel(ctx))
	if refused == nil {
		m.data.SetGenesis(next)
		m.log.Info("network changed", "network", next.Params.Name)
		m.stream.Tell("", events.NetworkChanged{
			Network: next.Params.Name, Genesis: next.Params.GenesisID, Parameters: genesis.Parameters(next.Params),
		})
	}
	started := m.replaceAll(ctx, nodes)
	if refused == nil {
		started = cmp.Or(started, m.leadMachines(ctx))
	}
	m.meetAgain(ctx)
	if refused != nil {
		m.log.Warn("network was not changed", "network", m.network().Params.Name, "error", refused)
		return fmt.Errorf("%w: %w", errSettings, refused)
	}
	return started
}

// endToRestart returns when the nodes have ended.
func (m *Manager) endToRestart(nodes []node) {
	var ending sync.WaitGroup
	for _, c := range nodes {
		c.Expect()
		c.SetRestarting(true)
		ending.Go(func() {
			if m.stopNode(c) {
				m.tellDown(c, events.Restart, false)
			}
		})
	}
	ending.Wait()
	m.http.CloseIdleConnections() // to processes that are gone
	m.log.Info("nodes have ended", "nodes", len(nodes))
}

// startAgain puts new processes in the place of nodes that have ended. One that
// does not start stays in the list as it ended, and the others go on.
func (m *Manager) startAgain(ctx context.Context, nodes []node) error {
	err := m.replaceAll(ctx, nodes)
	m.meetAgain(ctx)
	return err
}

// replaceAll is startAgain, before anybody is told of it.
func (m *Manager) replaceAll(ctx context.Context, nodes []node) error {
	failures := make([]error, len(nodes))
	_ = each.Do(ctx, len(nodes), func(ctx context.Context, i int) error {
		failures[i] = m.replace(ctx, nodes[i])
		return nil // the others start all the same
	})
	err := errors.Join(failures...)
	switch {
	case err == nil:
		return nil
	case m.ctx.Err() != nil:
		return errStopping
	default:
		return fmt.Errorf("%w: %w", errStart, err)
	}
}

// meetAgain has all nodes, of which some are in new lives, meet and mine as they are to.
func (m *Manager) meetAgain(ctx context.Context) {
	m.stream.Settle()
	m.reconnect(ctx, m.running())
	m.minePlanned(ctx)
}

// replace begins the next life of a node that has ended.
func (m *Manager) replace(ctx context.Context, c node) error {
	err := m.startBeside(ctx, c.Member)
	if err != nil {
		c.SetRestarting(false)
		m.recordNodes()
		m.log.Error("node did not start again", "port", c.Port(), "name", c.Name(), "error", err)
	}
	return err
}

// reconnect tells nodes of each other again: they forget who is on another
// network.
func (m *Manager) reconnect(ctx context.Context, nodes []node) {
	ctx, cancel := context.WithTimeout(ctx, m.limits.link)
	defer cancel()
	registry := entriesOf(nodes)
	m.bringUpToDate(ctx, nodes...)
	_ = each.Do(ctx, len(nodes), func(ctx context.Context, i int) error {
		if err := m.introduce(ctx, nodes[i], registry); err != nil {
			m.log.Warn("node has not found its peers yet", "node", nodes[i].address(), "error", err)
			return nil // and nobody else's wait is cut short
		}
		if nodes[i].Machine() == "" { // nobody waits for what another machine's do
			m.awaitPeers(ctx, nodes[i])
		}
		return nil
	})
}
