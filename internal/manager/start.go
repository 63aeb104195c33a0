package manager

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"strconv"
	"time"

	"golang.org/x/sync/errgroup"

	"networkmngr/internal/api"
	"networkmngr/internal/config"
	"networkmngr/internal/events"
	"networkmngr/internal/events/state"
	"networkmngr/internal/fleet"
	"networkmngr/internal/genesis"
	"networkmngr/internal/launch"
	"networkmngr/internal/manager/each"
	"networkmngr/internal/types"
)

// errSameIdentity means that the folder of one node is a copy of another one's.
var errSameIdentity = errors.New("a node's folder is a copy of another one's")

// start starts every node and tells each of the others. After an error, some
// may be running.
func (m *Manager) start(ctx context.Context) error {
	began := time.Now()
	release, err := m.change(ctx) // a node that ends meanwhile starts again by itself after that
	if err != nil {
		return err
	}
	defer release()
	if err := m.openKept(ctx); err != nil {
		return err
	}
	m.watching.Go(m.keepLived)
	m.watching.Go(m.keepCertified)
	members, err := m.roster(ctx)
	if err != nil {
		return err
	}
	if err := m.beginFaults(ctx, members); err != nil {
		return err
	}
	if err := m.startNodes(ctx, members); err != nil {
		return err
	}
	m.log.Debug("nodes are ready", "took", time.Since(began).Round(time.Millisecond))
	if err := m.checkIdentities(); err != nil {
		return err
	}
	if err := m.links.Begun(ctx); err != nil {
		return err
	}
	if err := m.register(ctx); err != nil {
		return err
	}
	m.tellDeparted(ctx, m.running()...)
	err = m.awaitLinks(ctx)
	m.minePlanned(ctx)
	return err
}

// openKept reads, and begins to write, what is kept of the network as a whole. Each part is a
// file that waits for the disk, and all nodes wait for it: they are written side by side. If
// one cannot be, a start that fails leaves none of them.
func (m *Manager) openKept(ctx context.Context) error {
	if err := m.readPlanned(); err != nil {
		return err
	}
	var writing errgroup.Group
	writing.Go(func() error { return m.keepNetwork(ctx) })
	writing.Go(m.stream.Keep)
	settings := m.settings
	writing.Go(func() error { return m.openClock(settings) })
	if err := errors.Join(m.keepSettings(), writing.Wait()); err != nil {
		return err
	}
	return errors.Join(m.openSeed(), m.openFaults())
}

// startNodes begins the first lives of members, side by side.
func (m *Manager) startNodes(ctx context.Context, members []*fleet.Member) error {
	starting := m.newStage("starting nodes")
	return each.Do(ctx, len(members), func(ctx context.Context, i int) error {
		err := m.startNode(ctx, members[i])
		if err == nil {
			starting.add(1)
		}
		return err
	})
}

// keepNetwork has the data folder say which network it is of. If a change was cut short,
// it is taken back.
func (m *Manager) keepNetwork(ctx context.Context) error {
	undone, err := m.data.Keep(ctx)
	if err != nil {
		return fmt.Errorf("write down the network: %w", err)
	}
	if undone {
		name := m.network().Params.Name
		m.log.Warn("change of the network was cut short, and is taken back", "network", name)
		m.tellNotice("a change of the network was cut short, and is taken back: it is %q", name)
	}
	return nil
}

// keepSettings has the data folder say which lab and restart policy it is of.
func (m *Manager) keepSettings() (err error) {
	if m.settings.Lab, err = m.data.Lab(m.settings.Lab); err != nil {
		return fmt.Errorf("write down the lab: %w", err)
	}
	if m.settings.Restart, err = m.data.Restart(m.settings.Restart); err != nil {
		return fmt.Errorf("write down the restart policy: %w", err)
	}
	return nil
}

// startNode begins a life of a member, on the network that the data folder is of,
// and makes the member one of the fleet's if it is none yet.
func (m *Manager) startNode(ctx context.Context, member *fleet.Member) error {
	began := time.Now()
	started, err := m.launch(ctx, member)
	if err == nil {
		m.begin(member, started, began)
	}
	return err
}

// startBeside is startNode while the network stands: a node with the identity of
// another one ends again, before anybody is told of it.
func (m *Manager) startBeside(ctx context.Context, member *fleet.Member) error {
	began := time.Now()
	started, err := m.launch(ctx, member)
	if err != nil {
		return err
	}
	if err := m.checkIdentity(member, started.Ready()); err != nil {
		started.Stop(m.limits.grace)
		return err
	}
	m.begin(member, started, began)
	return nil
}

// begin notes that a life of a member has begun.
func (m *Manager) begin(member *fleet.Member, started launch.Node, began time.Time) {
	life := member.Begin(started, time.Now())
	lab, change := m.clock.wanted()
	life.Faults, life.Clock = m.links.Asked().Generation, change // with which it was launched
	m.fleet.Enter(member)
	ready := started.Ready()
	m.log.Info("node started", "port", member.Port(), "id", ready.ID, "pid", ready.PID, "p2p", ready.P2P, "name", member.Name(), "boot", life.Boot)
	m.tellUp(m.node(member), time.Since(began))
	if lab.Stands {
		life.Clock = 0 // it does not know that
		m.syncClocks(m.ctx, m.node(member))
	}
	m.watching.Go(func() { m.watch(m.node(member)) })
}

func (m *Manager) launch(ctx context.Context, member *fleet.Member) (launch.Node, error) {
	ctx, cancel := context.WithTimeout(ctx, m.limits.start)
	defer cancel()
	started, err := m.launchOn(ctx, member)
	if err != nil {
		address := net.JoinHostPort(m.settings.Host, strconv.Itoa(member.Port()))
		return nil, fmt.Errorf("start node %s: %w", address, err)
	}
	return started, nil
}

// launchOn starts a node on the port that is held for it.
func (m *Manager) launchOn(ctx context.Context, member *fleet.Member) (launch.Node, error) {
	listener, err := m.ports.Take(member.Port())
	if err != nil {
		return nil, err
	}
	defer listener.Close() // the node has a copy
	network, err := genesis.Marshal(m.network())
	if err != nil {
		return nil, err
	}
	ill, err := m.links.AtLaunch(member)
	if err != nil {
		return nil, err
	}
	settings := m.settings.Node(member.Port())
	wall := m.clock.of(member.Name())
	settings.Offset, settings.Drift = time.Duration(wall.Offset), wall.Drift.String()
	return m.launcher.Start(ctx, launch.Spec{
		Name: member.Name(), Settings: settings.Named(), Token: settings.Token, Genesis: network, Manager: m.url, Listener: listener, Faults: ill,
		Crowd: max(m.settings.Amount, len(m.own())+1),
	})
}

// entriesOf makes the registry.
func entriesOf(nodes []node) []types.NodeInfo {
	registry := make([]types.NodeInfo, len(nodes))
	for i, c := range nodes {
		registry[i] = c.entry()
	}
	return registry
}

// checkIdentities returns an errSameIdentity if two nodes have one.
func (m *Manager) checkIdentities() error {
	first := make(map[types.NodeID]node)
	for _, c := range m.nodes() {
		id := c.ready().ID
		if twin, known := first[id]; known {
			return m.sameIdentity(twin, c.ready(), c.Port())
		}
		first[id] = c
	}
	return nil
}

// checkIdentity refuses a node that is to join with the identity of another one.
func (m *Manager) checkIdentity(member *fleet.Member, ready launch.Ready) error {
	for _, c := range m.nodes() {
		if c.Member != member && c.ready().ID == ready.ID {
			err := m.sameIdentity(c, ready, member.Port())
			return &api.Error{Status: http.StatusUnprocessableEntity, Code: "same-identity", Message: err.Error()}
		}
	}
	return nil
}

// sameIdentity is an errSameIdentity of a node on a port, which may be the copy of twin.
func (m *Manager) sameIdentity(twin node, ready launch.Ready, port int) error {
	return fmt.Errorf("%w: %s and %s both have the id %s; remove identity.pem in the copy, %s, and its node makes another one",
		errSameIdentity, twin.address(), ready.Address, ready.ID, config.NodeFolder(m.data.Path, port))
}

// register gives the whole registry to every node.
func (m *Manager) register(ctx context.Context) error {
	nodes := m.nodes()
	registry := append(entriesOf(nodes), m.strangers()...)
	telling := m.newStage("telling nodes of each other")
	return each.Do(ctx, len(nodes), func(ctx context.Context, i int) error {
		if err := m.introduceAtStart(ctx, nodes[i], registry); err != nil {
			return fmt.Errorf("give the registry to node %s: %w", nodes[i].address(), err)
		}
		telling.add(1)
		return nil
	})
}

// introductions is how often a node is given the registry that has not answered.
const introductions = 3

// introduceAtStart is introduce, again and again while the node's process runs but does not
// answer: where a thousand nodes start, one may not get the processor for so long that its
// server gives a request up.
func (m *Manager) introduceAtStart(ctx context.Context, c node, registry []types.NodeInfo) (err error) {
	for range introductions {
		trying, cancel := context.WithTimeout(ctx, m.limits.register)
		err = m.introduce(trying, c, registry)
		cancel()
		if err == nil || errors.As(err, new(*api.Error)) || ctx.Err() != nil || c.running() != nil {
			return err
		}
	}
	return err
}

// awaitLinks waits, within bounds, until every node is connected to as many
// others as it seeks: whoever mines before that may not know what the others
// have mined.
func (m *Manager) awaitLinks(ctx context.Context) error {
	linking, cancel := context.WithTimeout(ctx, m.limits.link)
	defer cancel()
	connecting, nodes := m.newStage("connecting nodes"), m.nodes()
	_ = each.Do(linking, len(nodes), func(linking context.Context, i int) error {
		m.awaitPeers(linking, nodes[i])
		connecting.add(1)
		return nil
	})
	return ctx.Err()
}

// awaitPeers waits until a node has told of as many links as it seeks, and warns if
// the time for that runs out.
func (m *Manager) awaitPeers(ctx context.Context, c node) {
	wanted, has := min(m.settings.PeersOut, m.links.Reachable(c.Name())), 0
	err := m.stream.Await(ctx, func(now *state.Fold) bool {
		n, _ := now.Node(c.Name())
		has = len(n.Peers)
		return has >= wanted || !c.Running()
	})
	if errors.Is(err, context.DeadlineExceeded) {
		m.log.Warn("node has not found its peers yet", "node", c.address(), "error", fmt.Errorf("has %d of %d: %w", has, wanted, err))
	}
}

// watch reports the end of a node that the manager did not ask for. One that was
// told so itself, and ended well, is no longer of the network; one that failed
// stays in the list, with what is known of its end.
func (m *Manager) watch(c node) {
	life := c.Life().Node()
	<-life.Done()
	exit := life.Exit()
	expected := c.End(exit, time.Now())
	m.mu.Lock()
	expected = expected || m.stopping
	m.mu.Unlock()
	if expected {
		return
	}
	if exit.Clean() {
		m.left(c)
		return
	}
	m.log.Error("node has ended by itself", "port", c.Port(), "id", c.ready().ID, "pid", c.ready().PID,
		"exit", exit, "stderr", life.Logs(), "name", c.Name())
	m.tellEnd(c, events.Crash)
}

// left takes a node that has ended out of the list, unless it starts again by itself.
func (m *Manager) left(c node) {
	if m.restarts(true) {
		m.tellEnd(c, events.Told)
		return
	}
	m.fleet.Remove(c.Member, fleet.Told)
	m.log.Info("node has left", "port", c.Port(), "id", c.ready().ID, "pid", c.ready().PID)
	m.tellDown(c, events.Told, true)
	m.reconcileLater(m.running)
}
