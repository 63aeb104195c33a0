package manager

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"net"
	"slices"
	"sync"

	"github.com/gin-gonic/gin"

	"networkmngr/internal/api"
	"networkmngr/internal/api/client"
	"networkmngr/internal/certificate"
	"networkmngr/internal/events"
	"networkmngr/internal/fleet"
	"networkmngr/internal/genesis"
	"networkmngr/internal/httpclient"
	"networkmngr/internal/types"
)

var (
	// errJoined means that something concerns the whole network, of which another manager is
	// the first.
	errJoined = errors.New("this manager has joined another one's network, and that is asked for what concerns all of it")
	// errFirst means that the first manager of a network does not take this one.
	errFirst = errors.New("the network's first manager has not answered as it should")
)

// first is the manager whose network this one joins, and what that has told.
type first struct {
	url    string
	client *client.Manager
	self   string // URL of this manager, for it
	lab    string // that the network is

	mu          sync.Mutex     // guards what follows
	names       map[int]string // of this manager's nodes, by port
	others      []types.NodeInfo
	fingerprint string // of the certificate that this manager and its nodes show
}

// findFirst learns which network the first manager's is, before anything else is done.
func (m *Manager) findFirst(ctx context.Context) error {
	if m.settings.Join == "" {
		return nil
	}
	m.first = &first{url: m.settings.Join, client: client.NewManager(m.settings.Join, m.settings.Token, m.http), names: make(map[int]string)}
	ctx, cancel := context.WithTimeout(ctx, m.limits.ask)
	defer cancel()
	there, err := m.first.client.Machines(ctx)
	if err != nil {
		return m.first.failed(err)
	}
	if there.First != "" {
		return m.first.failed(fmt.Errorf("it has joined the network of %s: join that", there.First))
	}
	network, err := genesis.Parse(there.Genesis)
	if err != nil {
		return m.first.failed(err)
	}
	if wanted := m.config.Genesis; wanted != nil && wanted.Params.GenesisID != network.Params.GenesisID {
		return m.first.failed(fmt.Errorf("its network is %s, and not that of --genesis: leave that out", network.Params.Name))
	}
	if m.settings.Lab != "" && m.settings.Lab != there.Lab {
		return m.first.failed(fmt.Errorf("its lab is %q, and not %q: leave --lab out", there.Lab, m.settings.Lab))
	}
	m.config.Genesis, m.settings.Lab, m.first.lab = network, there.Lab, there.Lab
	return nil
}

func (f *first) failed(err error) error { return fmt.Errorf("%w: --join %s: %w", errFirst, f.url, err) }

// join has the first manager name the nodes on ports, beside those that it has named.
func (f *first) join(ctx context.Context, ports ...int) error {
	f.mu.Lock()
	names := maps.Clone(f.names)
	joining := api.Joining{URL: f.self, Lab: f.lab, Fingerprint: f.fingerprint}
	f.mu.Unlock()
	for _, port := range ports {
		if _, named := names[port]; !named {
			names[port] = ""
		}
	}
	for _, port := range slices.Sorted(maps.Keys(names)) {
		joining.Nodes = append(joining.Nodes, api.NamedPort{Port: port, Name: names[port]})
	}
	joined, err := f.client.Join(ctx, joining)
	if err != nil {
		return f.failed(err)
	}
	for _, n := range joined.Nodes {
		if before, asked := names[n.Port]; !asked || n.Name == "" || before != "" && n.Name != before {
			return f.failed(fmt.Errorf("it calls the node on port %d %.32q, which is not what was asked for", n.Port, n.Name))
		}
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, n := range joined.Nodes {
		f.names[n.Port] = n.Name
	}
	f.others = slices.DeleteFunc(joined.Others, func(e types.NodeInfo) bool { return !e.Valid() }) // for which nodes would refuse all
	return nil
}

// joinNetwork is join for the nodes that this manager begins with. It listens at an address.
func (m *Manager) joinNetwork(ctx context.Context, listening *net.TCPAddr) error {
	if m.first == nil {
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, m.limits.ask)
	defer cancel()
	m.first.self = m.trust.URL(m.settings.Advertised(listening))
	m.first.setFingerprint(m.pair.Fingerprint())
	return m.first.join(ctx, slices.Concat(m.data.Kept, m.data.Starting)...)
}

func (f *first) setFingerprint(fingerprint string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.fingerprint = fingerprint
}

// newMember makes a member for a node that this manager is to start on a port. In a network
// that it has joined, the first manager says what its name is.
func (m *Manager) newMember(ctx context.Context, port int) (*fleet.Member, error) {
	if m.first == nil {
		return m.fleet.New(port), nil
	}
	if m.first.name(port) == "" {
		ctx, cancel := context.WithTimeout(ctx, m.limits.ask)
		defer cancel()
		if err := m.first.join(ctx, port); err != nil {
			return nil, err
		}
	}
	return m.fleet.NewOn("", m.first.name(port), port)
}

func (f *first) name(port int) string {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.names[port]
}

// strangers are the nodes of the network that other managers have started.
func (m *Manager) strangers() []types.NodeInfo {
	if m.first == nil {
		return nil
	}
	m.first.mu.Lock()
	defer m.first.mu.Unlock()
	return m.first.others
}

// keepJoined says to the first manager, whenever it can be reached again, that this one is
// there, until the network ends.
func (m *Manager) keepJoined() {
	if m.first == nil {
		return
	}
	lost := "" // why, as it was told
	follow := &httpclient.Follow{Query: lives()}
	follow.Query.Set("types", string(events.NetworkUp{}.Type())+","+string(events.NetworkChanged{}.Type()))
	follow.Take = func(httpclient.Followed) error {
		err := m.joinAgain()
		if err != nil {
			m.log.Warn("network is not joined again", "first", m.first.url, "error", err)
			m.tellNotice("%s", err)
		} else if lost != "" {
			m.tellNotice("the network's first manager, %s, answers again", m.first.url)
		}
		lost = ""
		return nil
	}
	follow.Lost = func(err error) error {
		follow.Last = ""
		if why := silenceOf(err); why != lost {
			lost = why
			m.log.Warn("network's first manager does not answer", "url", m.first.url, "error", err)
			m.tellNotice("the network's first manager, %s, %s", m.first.url, why)
		}
		return nil
	}
	for m.ctx.Err() == nil {
		if err := m.first.client.Follow(m.ctx, follow); m.ctx.Err() == nil {
			_ = follow.Lost(err) // it refuses, or another server is in its place
		}
		_ = pause(m.ctx, m.limits.retry)
	}
}

// joinAgain says to the first manager that this one is there, and follows it, if its network
// was changed meanwhile.
func (m *Manager) joinAgain() error {
	ctx, cancel := context.WithTimeout(m.ctx, m.limits.ask)
	defer cancel()
	if err := m.first.join(ctx); err != nil {
		return err
	}
	return m.followFirst(m.ctx)
}

// silenceOf says to people why a manager cannot be followed.
func silenceOf(err error) string {
	if _, refused := errors.AsType[*api.Error](err); refused {
		return "refuses this one: " + err.Error()
	}
	if errors.Is(err, certificate.ErrUntrusted) {
		return "does not answer: " + err.Error()
	}
	return "does not answer: it is gone, or cut off"
}

// ofNetwork is a route that concerns the whole network, which only the first manager has.
func (m *Manager) ofNetwork(handle func(*gin.Context) error) func(*gin.Context) error {
	return func(c *gin.Context) error {
		if m.first != nil {
			return fmt.Errorf("%w: %s", errJoined, m.first.url)
		}
		return handle(c)
	}
}
