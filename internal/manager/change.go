package manager

import (
	"context"
	"errors"
	"fmt"
	"net"
	"slices"
	"strings"

	"networkmngr/internal/config"
	"networkmngr/internal/events"
	"networkmngr/internal/fleet"
	"networkmngr/internal/manager/each"
	"networkmngr/internal/manager/ports"
)

var (
	// errFull means that there are as many nodes as there may be.
	errFull = errors.New("the network is full")
	// errStart means that a node that was to be added did not start.
	errStart = errors.New("the node did not start")
)

// change keeps others from changing which nodes there are, until release. It
// fails if ctx or the network ends first.
func (m *Manager) change(ctx context.Context) (release func(), err error) {
	select {
	case m.changing <- struct{}{}:
	case <-ctx.Done():
		return nil, ctx.Err()
	case <-m.ctx.Done():
		return nil, errStopping
	}
	switch {
	case m.ctx.Err() != nil:
		<-m.changing
		return nil, errStopping
	case ctx.Err() != nil: // both were there
		<-m.changing
		return nil, ctx.Err()
	}
	return func() { <-m.changing }, nil
}

// addNode starts one more node, on the next port that is free, and tells it and
// the others of each other. One that is in the list by then stays, whatever
// becomes of the rest.
func (m *Manager) addNode(ctx context.Context) (added node, err error) {
	release, err := m.change(ctx)
	if err != nil {
		return added, err
	}
	defer release()
	ctx, cancel := m.untilStopping(ctx)
	defer cancel()
	if err := m.checkRoom(); err != nil {
		return added, err
	}
	port, err := m.nextPort()
	if err != nil {
		return added, err
	}
	// What is cut short leaves a folder that is not counted when the network is resumed.
	m.recorded("addition of a node", m.data.NoteRemoved(port))
	member, err := m.newMember(ctx, port)
	if err == nil {
		err = m.startAdded(ctx, member)
	}
	m.recorded("addition of a node", m.data.NoteReturned(port))
	if err != nil {
		m.dropMember(member) // faults and shares are kept by names, which are by the places of folders at a resume
		return added, err
	}
	m.lastPort = port
	added = m.node(member)
	m.welcome(ctx, added)
	return added, nil
}

// dropMember forgets a member that does not start, if there is one. A name that the first
// manager has given stays the port's.
func (m *Manager) dropMember(member *fleet.Member) {
	if member != nil {
		m.fleet.Drop(member)
	}
}

// checkRoom returns an errFull if there are as many nodes as there may be.
func (m *Manager) checkRoom() error {
	if count := len(m.fleet.All()); count >= m.limits.nodes {
		return fmt.Errorf("%w: it has %d nodes, at most %d; take one out first", errFull, count, m.limits.nodes)
	}
	return nil
}

// startAdded starts a node that is to be added. One that does not start leaves
// nothing in the data folder that was not there before.
func (m *Manager) startAdded(ctx context.Context, member *fleet.Member) error {
	held := m.data.Holds(member.Port())
	err := m.startBeside(ctx, member)
	if err != nil && !held {
		err = errors.Join(err, m.data.Discard(context.WithoutCancel(ctx), member.Port()))
	}
	switch {
	case err == nil:
		return nil
	case m.ctx.Err() != nil:
		return errStopping
	}
	return fmt.Errorf("%w: %w", errStart, err)
}

// nextPort holds the first free one above all that nodes have had, so that no
// node meets the data of another.
func (m *Manager) nextPort() (int, error) {
	for port := m.lastPort + 1; port <= ports.Max; port++ {
		if m.ports.Hold(port) == nil {
			return port, nil
		}
	}
	return 0, fmt.Errorf("%w: none above %d on %s", ports.ErrNone, m.lastPort, m.settings.Host)
}

// welcome makes nodes that have started some of the network's.
func (m *Manager) welcome(ctx context.Context, fresh ...node) {
	ctx, cancel := context.WithTimeout(ctx, m.limits.link)
	defer cancel()
	m.present(ctx, fresh...)
	for _, c := range fresh {
		m.awaitPeers(ctx, c)
	}
	m.minePlanned(m.ctx)
}

// present is welcome without waiting until the nodes have found their peers.
func (m *Manager) present(ctx context.Context, fresh ...node) {
	others := m.running()
	entries, news := append(entriesOf(others), m.strangers()...), entriesOf(fresh)
	ctx, cancel := context.WithTimeout(ctx, m.limits.link)
	defer cancel()
	m.links.Sync(ctx, linkedNodes(others)...) // before anybody can dial it
	_ = each.Do(ctx, len(others), func(ctx context.Context, i int) error {
		told := news
		if slices.ContainsFunc(fresh, func(c node) bool { return c.Member == others[i].Member }) {
			told = entries
		}
		if err := m.introduce(ctx, others[i], told); err != nil {
			m.log.Warn("node was not told of new ones", "node", others[i].address(), "new", len(news), "error", err)
		}
		return nil // the others are told all the same
	})
	m.bringUpToDate(ctx, fresh...)
}

// removeNode ends a node and takes it out of the list.
func (m *Manager) removeNode(ctx context.Context, reference string) (removed node, err error) {
	if removed, err = m.find(reference); err != nil {
		return removed, err
	}
	x, member, err := m.startedBy(reference)
	switch {
	case err != nil:
		return removed, err
	case x != nil:
		return removed, m.removeElsewhere(ctx, x, member)
	}
	return m.removeOwn(ctx, reference)
}

// removeOwn is removeNode for one that this manager itself starts.
func (m *Manager) removeOwn(ctx context.Context, reference string) (removed node, err error) {
	release, err := m.change(ctx)
	if err != nil {
		return removed, err
	}
	defer release()
	if removed, err = m.find(reference); err != nil {
		return removed, err
	}
	removed.Expect()
	removed.DropRestart(removed.Life())
	m.stopNode(removed)
	m.fleet.Remove(removed.Member, fleet.Asked)
	m.recorded("removal of a node", m.data.NoteRemoved(removed.Port()))
	m.tellDown(removed, events.Asked, true)
	m.reconcile(m.ctx, m.running()...) // whether the client waits or not
	m.stream.Settle()
	return removed, nil
}

// find returns the node of a name, on a port, or at an address.
func (m *Manager) find(reference string) (node, error) {
	if c, found := m.findAt(reference); found {
		return c, nil
	}
	member, err := m.fleet.Find(m.local(reference))
	switch {
	case errors.Is(err, fleet.ErrUnknown):
		return node{}, m.unknown(reference, err)
	case err != nil:
		return node{}, err
	}
	return m.node(member), nil
}

// findAt returns the node at an address, host:port, which may be on another machine.
func (m *Manager) findAt(address string) (node, bool) {
	if !strings.Contains(address, ":") {
		return node{}, false
	}
	nodes := m.nodes()
	at := slices.IndexFunc(nodes, func(c node) bool { return c.address() == address })
	if at < 0 {
		return node{}, false
	}
	return nodes[at], true
}

// unknown adds to an error about a node that there is not what can be done about that.
func (m *Manager) unknown(reference string, err error) error {
	gone, findErr := m.fleet.FindAny(m.local(reference))
	if findErr != nil {
		return fmt.Errorf("%w; GET /nodes, or networkmngr nodes, lists those that there are", err)
	}
	return fmt.Errorf("%w any more; POST /nodes {\"name\": %q}, or networkmngr nodes add %[2]s, brings it back", err, gone.Name())
}

// local is the port of an address, host:port, of this machine. All else stays as it is.
func (m *Manager) local(reference string) string {
	host, port, err := net.SplitHostPort(reference)
	if err == nil && (host == m.settings.Host || host == m.settings.Advertise || config.IsLoopback(host)) {
		return port
	}
	return reference
}
