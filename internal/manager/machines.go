package manager

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/gin-gonic/gin"

	"networkmngr/internal/api"
	"networkmngr/internal/events"
	"networkmngr/internal/fleet"
	"networkmngr/internal/genesis"
	"networkmngr/internal/httpclient"
	"networkmngr/internal/httpserver"
	"networkmngr/internal/manager/ports"
	"networkmngr/internal/types"
)

var (
	// errMachine means that the manager that starts a node does not answer.
	errMachine = errors.New("the manager that starts the node does not answer")
	// errElsewhere means that something cannot be done with nodes of other machines.
	errElsewhere = errors.New("nodes of other machines are in the network")
	// errOtherLab means that the nodes of a joining manager are of another network.
	errOtherLab = errors.New("the nodes are of another network")
	// errMachineURL means that a URL is none of a manager.
	errMachineURL = errors.New("no URL of a manager")
)

// maxMachines is how many managers may join a network: each is asked how its nodes are.
const maxMachines = 64

// machines are the managers that have joined the network.
type machines struct {
	mu   sync.Mutex // guards list
	list []*machine
}

func (s *machines) all() []*machine {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.list)
}

// handleMachines tells of the network what who wants to join it must know.
func (m *Manager) handleMachines(c *gin.Context) error {
	text, err := genesis.Marshal(m.network())
	if err != nil {
		return err
	}
	answer := api.Machines{
		Network: m.network().Params.Name, Genesis: text, Lab: m.settings.Lab, First: m.settings.Join, Fingerprint: m.pair.Fingerprint(), Machines: []api.Machine{},
	}
	for _, x := range m.machines.all() {
		answer.Machines = append(answer.Machines, x.form())
	}
	return httpserver.Answer(c, http.StatusOK, answer)
}

// handleJoin takes a manager into the network. One that is in it already says so that it
// is there again.
func (m *Manager) handleJoin(c *gin.Context) error {
	var joining api.Joining
	if err := httpserver.Decode(c, &joining); err != nil {
		return err
	}
	if err := m.checkJoining(joining); err != nil {
		return err
	}
	if err := m.makeRoom(c.Request.Context(), joining.URL); err != nil {
		return err
	}
	x, named, err := m.admit(joining)
	if err != nil {
		return err
	}
	answer := api.Joined{Message: "joined the network " + m.network().Params.Name, Nodes: named, Others: []types.NodeInfo{}}
	for _, other := range m.running() {
		if other.Machine() != x.url {
			answer.Others = append(answer.Others, other.entry())
		}
	}
	return httpserver.Answer(c, http.StatusOK, answer)
}

// admit gives a joining manager's nodes their names, and begins to follow it. Who is not
// admitted is not trusted.
func (m *Manager) admit(joining api.Joining) (*machine, []api.NamedPort, error) {
	if err := m.trust.Know(joining.Fingerprint); err != nil {
		return nil, nil, fmt.Errorf("%w: %w", httpserver.ErrMalformed, err)
	}
	x, named, err := m.admitTrusted(joining)
	if err != nil {
		m.trust.Forget(joining.Fingerprint)
	}
	return x, named, err
}

func (m *Manager) admitTrusted(joining api.Joining) (*machine, []api.NamedPort, error) {
	m.machines.mu.Lock()
	defer m.machines.mu.Unlock()
	if at := slices.IndexFunc(m.machines.list, func(x *machine) bool { return x.url == joining.URL }); at >= 0 {
		x := m.machines.list[at]
		named, err := m.nameNodes(x, joining.Nodes)
		if err != nil {
			return nil, nil, err
		}
		m.trust.Forget(x.shows(joining.Fingerprint))
		x.ring()
		return x, named, nil
	}
	if len(m.machines.list) >= maxMachines {
		return nil, nil, errManyMachines
	}
	x := m.newMachine(joining.URL)
	x.shows(joining.Fingerprint)
	named, err := m.nameNodes(x, joining.Nodes)
	if err != nil {
		x.gone()
		return nil, nil, err
	}
	m.machines.list = append(m.machines.list, x)
	m.watching.Go(func() { m.followMachine(x) })
	m.watching.Go(func() { m.lookAfter(x) })
	m.log.Info("machine joins", "url", x.url, "nodes", len(named))
	return x, named, nil
}

// checkJoining returns what is wrong with a manager that wants to join.
func (m *Manager) checkJoining(joining api.Joining) error {
	if err := m.checkMachineURL(joining.URL); err != nil {
		return err
	}
	if joining.Lab != m.settings.Lab {
		return fmt.Errorf("%w: its lab is %.32q, and the network's is %q", errOtherLab, joining.Lab, m.settings.Lab)
	}
	return nil
}

// checkMachineURL returns an errMachineURL of this manager's own URL, and of what is more,
// or less, than a scheme, a host and a port: a machine goes by its URL, which all are shown.
func (m *Manager) checkMachineURL(text string) error {
	if text == m.url {
		return fmt.Errorf("%w that joins: %s is the first manager itself", errMachineURL, text)
	}
	_, hostPort, _ := strings.Cut(text, "://")
	if address, err := api.ParseAddress(hostPort); err != nil || address != hostPort || text != m.trust.URL(hostPort) {
		return fmt.Errorf("%w: %.128q, want one such as %s, as all of a network speaks TLS, or nothing of it", errMachineURL, text, m.trust.URL("192.0.2.7:4999"))
	}
	return nil
}

// nameNodes makes a member for each of a machine's nodes that is new, and lists the names of
// all. They go on where the first manager's end, n6 and so on, as whatever takes a node
// takes such names. Unless all is good, no name is given.
func (m *Manager) nameNodes(x *machine, nodes []api.NamedPort) ([]api.NamedPort, error) {
	x.mu.Lock()
	defer x.mu.Unlock()
	if err := m.checkNames(x, nodes); err != nil {
		return nil, err
	}
	named := append([]api.NamedPort{}, nodes...)
	inOrder := func(a, b api.NamedPort) int { return strings.Compare(b.Name, a.Name) } // those that have names first
	for _, n := range slices.SortedStableFunc(slices.Values(nodes), inOrder) {
		if x.members[n.Port] != nil {
			continue
		}
		member, err := m.fleet.NewOn(x.url, n.Name, n.Port)
		if err != nil {
			return nil, err
		}
		x.members[n.Port] = member
	}
	for i, n := range named {
		named[i].Name = x.members[n.Port].Name()
	}
	return named, nil
}

// checkNames returns what is wrong with nodes that a machine wants named. The caller holds
// x.mu.
func (m *Manager) checkNames(x *machine, nodes []api.NamedPort) error {
	wanted, fresh, count := make([]int, len(nodes)), []string{}, len(x.members)
	for i, n := range nodes {
		wanted[i] = n.Port
		member := x.members[n.Port]
		if member == nil {
			count++
		}
		switch {
		case member == nil && m.fleet.Remembers(x.url, n.Name, n.Port):
		case member == nil && n.Name != "":
			fresh = append(fresh, n.Name)
		case member != nil && n.Name != "" && n.Name != member.Name():
			return fmt.Errorf("%w: on port %d it was %s, and not %s", fleet.ErrTaken, n.Port, member.Name(), n.Name)
		}
	}
	if err := ports.Check(wanted); err != nil {
		return fmt.Errorf("%w: %w", httpserver.ErrMalformed, err)
	}
	if count > m.limits.nodes {
		return fmt.Errorf("%w: %d nodes of one machine want names, at most %d may", errFull, count, m.limits.nodes)
	}
	return m.fleet.Free(fresh...)
}

// livesOfNodes are the types of events after which a machine's nodes are looked at.
var livesOfNodes = []events.Type{
	events.NodeUp{}.Type(), events.NodeDown{}.Type(), events.NodePaused{}.Type(), events.NodeResumed{}.Type(),
	events.NetworkUp{}.Type(), events.NetworkDown{}.Type(),
}

// lives is the query for all of these events that there were, so that at each connection
// some come at once.
func lives() url.Values {
	names := make([]string, len(livesOfNodes))
	for i, t := range livesOfNodes {
		names[i] = string(t)
	}
	return url.Values{"from": {"start"}, "types": {strings.Join(names, ",")}}
}

// followMachine has a machine looked after whenever something happens there, until it is of
// the network no more.
func (m *Manager) followMachine(x *machine) {
	follow := &httpclient.Follow{Query: lives(), Most: longestEvent}
	follow.Take = func(e httpclient.Followed) error {
		x.note(e)
		x.ring()
		return nil
	}
	follow.Lost = func(error) error {
		follow.Last = ""
		x.ring()
		return nil
	}
	for x.ctx.Err() == nil {
		err := x.client.Follow(x.ctx, follow)
		if errors.Is(err, httpclient.ErrTooLong) {
			m.log.Error("machine's events are followed no more", "url", x.url, "error", err)
			m.tellNotice("an event of the manager at %s is too long to be one: it is asked from time to time how its nodes are, and its events are read no more", x.url)
			x.ring()
			return
		}
		m.log.Debug("machine's events cannot be followed", "url", x.url, "error", err)
		_ = pause(x.ctx, m.limits.retry)
	}
}

// lookAfter keeps what is known of a machine and its nodes up to date, until it is of the
// network no more.
func (m *Manager) lookAfter(x *machine) {
	for {
		select {
		case <-x.bell:
		case <-time.After(m.limits.rest): // it may have fallen silent
		case <-x.ctx.Done():
			return
		}
		err := m.catchUp(x.ctx, x)
		switch {
		case x.ctx.Err() != nil:
			return
		case err == nil:
			m.machineAnswers(x)
		case x.ends():
			m.machineLeft(x)
		default:
			m.machineSilent(x, err)
		}
	}
}

// machineAnswers tells that a machine is there, or is there again.
func (m *Manager) machineAnswers(x *machine) {
	if m.setMachine(x, api.MachineJoined, nil) {
		m.log.Info("machine has joined, or answers again", "url", x.url)
	}
}

// machineSilent tells that a machine does not answer any more. One that is just joining
// serves once its nodes are there.
func (m *Manager) machineSilent(x *machine, err error) {
	if state := x.form().State; state == api.MachineJoining || state == api.MachineHasLeft {
		return
	}
	if m.setMachine(x, api.MachineSilent, err) {
		m.log.Warn("machine does not answer", "url", x.url, "error", err)
	}
}

// setMachine notes how a machine fares, and tells it if that is news, which it reports.
func (m *Manager) setMachine(x *machine, state string, why error) (news bool) {
	before := x.set(state, why)
	if before == state {
		return false
	}
	told := events.MachineChanged{URL: x.url, Before: before, State: state, Nodes: x.form().Nodes}
	if why != nil {
		told.Error = why.Error()
	}
	m.stream.Tell("", told)
	return true
}
