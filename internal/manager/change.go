package manager

import (
	"context"
	"errors"
	"fmt"
	"net"
	"strconv"

	"networkmngr/internal/node"
)

var (
	// errNoPort means that no port above the nodes' is left.
	errNoPort = errors.New("no port is free")
	// errFull means that there are as many nodes as there may be.
	errFull = errors.New("the network is full")
	// errStart means that a node that was to be added did not start.
	errStart = errors.New("the node did not start")
)

const maxPort = 65535

// change keeps others from changing which nodes there are, until release. It
// fails if ctx or the network ends first.
func (m *Manager) change(ctx context.Context) (release func(), err error) {
	select {
	case m.changing <- struct{}{}:
	case <-ctx.Done():
		return nil, ctx.Err()
	case <-m.life.Done():
		return nil, errStopping
	}
	if m.life.Err() != nil {
		<-m.changing
		return nil, errStopping
	}
	return func() { <-m.changing }, nil
}

// addNode starts one more node, on the next port that is free, and tells it and
// the others of each other. One that is in the list by then stays, whatever
// becomes of the rest.
func (m *Manager) addNode(ctx context.Context) (*child, error) {
	release, err := m.change(ctx)
	if err != nil {
		return nil, err
	}
	defer release()
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	defer context.AfterFunc(m.life, func() { cancel(errStopping) })()
	if count := len(m.members.all()); count >= m.limits.nodes {
		return nil, fmt.Errorf("%w: it has %d nodes, at most %d; take one out first", errFull, count, m.limits.nodes)
	}
	port, err := m.nextPort()
	if err != nil {
		return nil, err
	}
	c, err := m.startNew(ctx, port)
	switch {
	case m.life.Err() != nil && err != nil:
		return nil, errStopping
	case err != nil:
		return nil, fmt.Errorf("%w: %w", errStart, err)
	}
	m.lastPort = port
	m.welcome(ctx, c)
	return c, nil
}

// startNew starts a node that is to be added. One that does not start leaves
// nothing in the data folder that was not there before.
func (m *Manager) startNew(ctx context.Context, port int) (*child, error) {
	held := m.data.holds(port)
	c, err := m.startNode(ctx, port)
	if err != nil && !held {
		err = errors.Join(err, m.data.discard(port))
	}
	return c, err
}

// nextPort is the first free one above all that nodes have had, so that no
// node meets the data of another.
func (m *Manager) nextPort() (int, error) {
	for port := m.lastPort + 1; port <= maxPort; port++ {
		listener, err := listen(m.settings.Host, port)
		if err == nil {
			return port, listener.Close()
		}
	}
	return 0, fmt.Errorf("%w: none above %d on %s", errNoPort, m.lastPort, m.settings.Host)
}

// welcome makes a node that has started one of the network's.
func (m *Manager) welcome(ctx context.Context, c *child) {
	m.enter(c)
	m.recordNodes()
	others := m.members.running()
	entries := entriesOf(others)
	ctx, cancel := context.WithTimeout(ctx, m.limits.link)
	defer cancel()
	_ = each(ctx, len(others), func(ctx context.Context, i int) error {
		news := []node.Entry{c.entry}
		if others[i] == c {
			news = entries
		}
		if _, err := others[i].client.Register(ctx, news); err != nil {
			m.log.Warn("node was not told of a new one", "node", others[i].entry.Address, "new", c.entry.Address, "error", err)
		}
		return nil // the others are told all the same
	})
	if err := m.awaitPeers(ctx, c); err != nil {
		m.log.Warn("node has not found its peers yet", "node", c.entry.Address, "error", err)
	}
}

// removeNode ends a node and takes it out of the list.
func (m *Manager) removeNode(ctx context.Context, port string) (*child, error) {
	release, err := m.change(ctx)
	if err != nil {
		return nil, err
	}
	defer release()
	c, err := m.find(port)
	if err != nil {
		return nil, err
	}
	c.leaving.Store(true)
	m.stopNode(c)
	m.members.remove(c)
	m.recordNodes()
	return c, nil
}

// find gives the node on a port.
func (m *Manager) find(port string) (*child, error) {
	number, err := strconv.Atoi(port)
	if err != nil || number < 1 || number > maxPort {
		return nil, malformed("port is %q, want a number from 1 to %d", port, maxPort)
	}
	if c := m.members.at(number); c != nil {
		return c, nil
	}
	return nil, fmt.Errorf("%w %s; GET /nodes lists those that there are", errUnknownNode, net.JoinHostPort(m.settings.Host, port))
}
