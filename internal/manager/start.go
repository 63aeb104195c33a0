package manager

import (
	"context"
	"fmt"
	"net"
	"runtime"
	"strconv"
	"strings"
	"time"

	"golang.org/x/sync/errgroup"

	"networkmngr/internal/node"
)

// perCore is how many nodes are spoken to at once for each core.
const perCore = 16

// each calls f for every number below count, many at once. The first error
// ends the context of the others.
func each(ctx context.Context, count int, f func(ctx context.Context, i int) error) error {
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(perCore * runtime.GOMAXPROCS(0))
	for i := range count {
		group.Go(func() error { return f(ctx, i) })
	}
	return group.Wait()
}

// start starts every node and tells each of the others. After an error, some
// may be running.
func (m *Manager) start(ctx context.Context) error {
	began := time.Now()
	if err := m.keepNetwork(); err != nil {
		return err
	}
	children := make([]*child, m.settings.Amount)
	starting := m.newStage("starting nodes")
	ports := m.settings.NodePorts()
	err := each(ctx, len(children), func(ctx context.Context, i int) (err error) {
		if children[i], err = m.startNode(ctx, ports[i]); err == nil {
			starting.add(1)
		}
		return err
	})
	for _, c := range children {
		if c != nil {
			m.enter(c)
		}
	}
	if err != nil {
		return err
	}
	m.log.Debug("nodes are ready", "took", time.Since(began).Round(time.Millisecond))
	if err := m.register(ctx); err != nil {
		return err
	}
	return m.awaitLinks(ctx)
}

// keepNetwork has the data folder say which network it is of. If a change was
// cut short, it is taken back.
func (m *Manager) keepNetwork() error {
	undone, err := m.data.keep()
	if err != nil {
		return fmt.Errorf("write down the network: %w", err)
	}
	if undone {
		name := m.data.genesis.Params.Name
		m.log.Warn("change of the network was cut short, and is taken back", "network", name)
		m.config.Notice(fmt.Sprintf("a change of the network was cut short, and is taken back: it is %q", name))
	}
	return nil
}

// enter makes a node that has started one of the members.
func (m *Manager) enter(c *child) {
	m.members.add(c)
	m.watching.Go(func() { m.watch(c) })
}

// startNode starts a node on the network that the data folder is of.
func (m *Manager) startNode(ctx context.Context, port int) (*child, error) {
	ctx, cancel := context.WithTimeout(ctx, m.limits.start)
	defer cancel()
	settings := m.settings.Node(port)
	settings.Genesis = m.data.genesisFile()
	process, err := m.launcher.Start(ctx, settings, m.url)
	if err != nil {
		address := net.JoinHostPort(m.settings.Host, strconv.Itoa(port))
		return nil, fmt.Errorf("start node %s: %w", address, err)
	}
	c := newChild(port, process, m.settings.RequiredToken(), m.http)
	m.log.Info("node started", "port", port, "id", c.entry.ID, "pid", c.pid, "p2p", c.entry.P2P)
	return c, nil
}

// entriesOf makes the registry.
func entriesOf(nodes []*child) []node.Entry {
	registry := make([]node.Entry, len(nodes))
	for i, c := range nodes {
		registry[i] = c.entry
	}
	return registry
}

// register gives the whole registry to every node.
func (m *Manager) register(ctx context.Context) error {
	nodes := m.members.all()
	registry := entriesOf(nodes)
	telling := m.newStage("telling nodes of each other")
	return each(ctx, len(nodes), func(ctx context.Context, i int) error {
		ctx, cancel := context.WithTimeout(ctx, m.limits.register)
		defer cancel()
		if _, err := nodes[i].client.Register(ctx, registry); err != nil {
			return fmt.Errorf("give the registry to node %s: %w", nodes[i].entry.Address, err)
		}
		telling.add(1)
		return nil
	})
}

// awaitLinks waits, within bounds, until every node is connected to as many
// others as it seeks: whoever mines before that may not know what the others
// have mined.
func (m *Manager) awaitLinks(ctx context.Context) error {
	linking, cancel := context.WithTimeout(ctx, m.limits.link)
	defer cancel()
	connecting, nodes := m.newStage("connecting nodes"), m.members.all()
	_ = each(linking, len(nodes), func(linking context.Context, i int) error {
		err := m.awaitPeers(linking, nodes[i])
		connecting.add(1)
		if err != nil && ctx.Err() == nil {
			m.log.Warn("node has not found its peers yet", "node", nodes[i].entry.Address, "error", err)
		}
		return nil // and nobody else's wait is cut short
	})
	return ctx.Err()
}

func (m *Manager) awaitPeers(ctx context.Context, c *child) error {
	wanted, has := min(m.settings.PeersOut, len(m.members.running())-1), 0
	for {
		peers, err := c.client.Peers(ctx, 0, 1)
		if err == nil && peers.Count >= wanted {
			return nil
		}
		if err != nil && ctx.Err() == nil {
			return err
		}
		has = max(has, peers.Count)
		if err := pause(ctx, m.limits.poll); err != nil {
			return fmt.Errorf("has %d of %d: %w", has, wanted, err)
		}
	}
}

// watch reports the end of a node that the manager did not ask for. One that was
// told so itself, and ended well, is no longer of the network; one that failed
// stays in the list, with what is known of its end.
func (m *Manager) watch(c *child) {
	c.watch()
	m.mu.Lock()
	expected := m.stopping || c.leaving.Load()
	m.mu.Unlock()
	if expected {
		return
	}
	if c.exit.Clean() {
		m.left(c)
		return
	}
	m.log.Error("node has ended by itself", "port", c.port, "id", c.entry.ID, "pid", c.pid,
		"exit", c.exit, "stderr", c.exit.Stderr)
	said, _, _ := strings.Cut(c.exit.Stderr, "\n")
	m.config.Notice(strings.TrimSuffix(fmt.Sprintf("node %s has ended by itself: %s: %s", c.entry.Address, c.exit, said), ": "))
	m.recordNodes()
}

// left takes a node that has ended out of the list.
func (m *Manager) left(c *child) {
	m.members.remove(c)
	m.recordNodes()
	m.log.Info("node has left", "port", c.port, "id", c.entry.ID, "pid", c.pid)
	m.config.Notice(fmt.Sprintf("node %s was told to end, and has left the network", c.entry.Address))
}
