package manager

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"

	"networkmngr/internal/api"
	"networkmngr/internal/events"
	"networkmngr/internal/fleet"
	"networkmngr/internal/launch"
	"networkmngr/internal/manager/each"
)

// unknown is the number of the faults and clocks of a node that its own manager has launched
// with others than the network's.
const unknown = math.MaxUint64

// catchUp asks a machine how its nodes are, and has the network follow. It holds nobody up
// while the machine does not answer.
func (m *Manager) catchUp(ctx context.Context, x *machine) error {
	if err := m.checkMachine(ctx, x); err != nil {
		return err
	}
	release, err := m.change(ctx)
	if err != nil {
		return err
	}
	defer release()
	there, err := m.listNodes(ctx, x)
	if err == nil {
		m.catchUpHeld(ctx, x, there)
	}
	return err
}

// errReplaced means that another manager answers in the place of one that had joined, and so
// what answers at the addresses of its nodes is none of the network's either.
var errReplaced = errors.New("another manager answers in its place")

// checkMachine asks who answers at a machine's URL, and returns why that is none of the
// network's: another network's manager may have taken the place of one that ended, and the
// first manager itself goes by several names.
func (m *Manager) checkMachine(ctx context.Context, x *machine) error {
	ctx, cancel := context.WithTimeout(ctx, m.limits.pulse)
	defer cancel()
	there, err := x.client.Machines(ctx)
	if err == nil {
		err = m.checkLab(there.Lab)
	}
	if err == nil && there.First == "" {
		err = fmt.Errorf("%w: it has joined no network", errReplaced)
	}
	return err
}

func (m *Manager) checkLab(lab string) error {
	if lab != m.settings.Lab {
		return fmt.Errorf("%w: it is of the lab %.32q, and not of %q", errReplaced, lab, m.settings.Lab)
	}
	return nil
}

// listNodes asks a machine how its nodes are.
func (m *Manager) listNodes(ctx context.Context, x *machine) (there api.Nodes, err error) {
	ctx, cancel := context.WithTimeout(ctx, m.limits.look)
	defer cancel()
	if there, err = x.client.Nodes(ctx); err == nil {
		err = m.checkLab(there.Lab)
	}
	return there, err
}

// catchUpHeld has the network follow what a machine says of its nodes. The caller has the
// change; see Manager.change. It waits for no node to find its peers: one that never does
// would hold up all changes.
func (m *Manager) catchUpHeld(ctx context.Context, x *machine, there api.Nodes) {
	var fresh []node
	listed := make(map[*fleet.Member]bool)
	for _, n := range there.Nodes {
		member := x.member(n.Port)
		if member == nil || member.Name() != n.Name || len(n.Lives) == 0 {
			continue // it has yet to ask for the name
		}
		listed[member] = true
		if m.catchUpNode(x, member, n) {
			fresh = append(fresh, m.node(member))
		}
	}
	for _, member := range x.all() {
		if !listed[member] {
			m.endElsewhere(x, member, launch.Exit{}, fleet.Asked)
		}
	}
	if len(fresh) > 0 {
		m.present(ctx, fresh...)
		m.watching.Go(func() { m.settleIn(fresh) })
	}
}

// settleIn has nodes mine as planned once they have found their peers, or have had the time
// to. It holds nobody up.
func (m *Manager) settleIn(nodes []node) {
	ctx, cancel := context.WithTimeout(m.ctx, m.limits.link)
	defer cancel()
	_ = each.Do(ctx, len(nodes), func(ctx context.Context, i int) error {
		m.awaitPeers(ctx, nodes[i])
		return nil
	})
	m.reconcileLater(func() []node { return nodes })
}

// catchUpNode has a member be as its manager says, and reports whether it has begun a life.
func (m *Manager) catchUpNode(x *machine, member *fleet.Member, n api.NodeState) (begun bool) {
	last, now := n.Lives[len(n.Lives)-1], x.lives[member]
	switch {
	case now != nil && !now.is(last):
		m.endElsewhere(x, member, exitOf(now, n.Lives), "")
	case now != nil && last.Exit != nil:
		m.endElsewhere(x, member, readExit(last.Exit), "")
		return false
	case now != nil:
		m.followPause(m.node(member), n.State)
		return false
	}
	return last.Exit == nil && m.beginElsewhere(x, member, n)
}

// exitOf is how a life ended, as one of a list tells.
func exitOf(life *remote, lives []api.Life) launch.Exit {
	if at := slices.IndexFunc(lives, life.is); at >= 0 {
		return readExit(lives[at].Exit)
	}
	return launch.Exit{Code: -1, Unknown: true}
}

// beginElsewhere notes that a life of a member has begun, unless it is the copy of another
// node, or what is said of it is of no node.
func (m *Manager) beginElsewhere(x *machine, member *fleet.Member, n api.NodeState) bool {
	life := newRemote(x, n)
	err := m.checkIdentity(member, life.ready)
	if !n.Valid() {
		err = errors.New("no node says of itself what is said of it, and others would refuse it with all they are told beside")
	}
	if err != nil {
		m.log.Error("node of another machine is refused", "machine", x.url, "name", member.Name(), "error", err)
		return false
	}
	x.lives[member] = life
	m.begin(member, life, life.began)
	member.Life().Faults, member.Life().Clock = unknown, unknown
	m.followPause(m.node(member), n.State)
	return true
}

// endElsewhere notes how the last life of a member ended, if it had one and that is news,
// and takes the member out for a reason, unless that is empty.
func (m *Manager) endElsewhere(x *machine, member *fleet.Member, exit launch.Exit, out fleet.Reason) {
	if x.lives[member] == nil || !slices.Contains(m.fleet.All(), member) {
		return
	}
	c, life := m.node(member), x.lives[member]
	_, _, ended := c.Life().End()
	if ended && out == "" {
		return
	}
	c.Expect()
	life.end(exit)
	<-c.Life().Gone()
	if out != "" {
		m.fleet.Remove(member, out)
	}
	m.log.Info("node of another machine has ended", "machine", x.url, "name", member.Name(), "exit", c.exit())
	m.tellDown(c, x.reason(member.Name(), exit), out != "")
}

// followPause has a member stand still or go on, as it does.
func (m *Manager) followPause(c node, state string) {
	switch paused := c.State() == fleet.Paused; {
	case state == api.Paused && !paused:
		c.SetPaused(true)
		m.stream.Tell(c.Name(), events.NodePaused{})
	case state == api.Running && paused:
		m.goesOn(c)
		m.reconcile(m.ctx, c)
	}
}

// machineLeft takes the nodes of a machine out that has ended in order.
func (m *Manager) machineLeft(x *machine) {
	release, err := m.change(x.ctx)
	if err != nil {
		return // all of them end, or it was taken out
	}
	defer release()
	if !m.setMachine(x, api.MachineHasLeft, nil) {
		return
	}
	for _, member := range x.all() {
		m.endElsewhere(x, member, launch.Exit{}, fleet.Told)
	}
	m.reconcile(m.ctx, m.running()...)
}

// What the manager of another machine is asked to do with a node holds up no change here,
// however long that takes: the change is taken once it has answered.

// startedBy is the machine that starts the node that a text means, and the node's member,
// which may be a removed one; nil for any other. The error is an errMachine of one that was taken
// out, or does not answer.
func (m *Manager) startedBy(reference string) (*machine, *fleet.Member, error) {
	var member *fleet.Member
	if c, found := m.findAt(reference); found {
		member = c.Member
	} else if member, _ = m.fleet.FindAny(m.local(reference)); member == nil {
		return nil, nil, nil
	}
	x, err := m.machineOf(member)
	if err == nil && x != nil {
		err = x.answers()
	}
	return x, member, err
}

// actElsewhere has a node's own manager do something to it, and returns what that says.
func (m *Manager) actElsewhere(ctx context.Context, x *machine, member *fleet.Member, action string) (message string, err error) {
	ctx, _, end := x.whileAnswering(ctx, m.limits.machine)
	defer end()
	acted, err := x.client.Act(ctx, member.Name(), action)
	if err == nil {
		err = m.catchUp(ctx, x)
	}
	return acted.Message, x.unanswered(ctx, err)
}

// removeElsewhere has a node's own manager end it, and takes it out.
func (m *Manager) removeElsewhere(ctx context.Context, x *machine, member *fleet.Member) error {
	asking, _, end := x.whileAnswering(ctx, m.limits.machine)
	defer end()
	removed, err := x.client.RemoveNode(asking, member.Name())
	if err != nil {
		return x.unanswered(asking, err)
	}
	release, err := m.change(ctx)
	if err != nil {
		return err
	}
	defer release()
	m.endElsewhere(x, member, readExit(removed.Exit), fleet.Asked)
	m.reconcile(m.ctx, m.running()...)
	m.stream.Settle()
	return nil
}

// returnElsewhere has a node's own manager start it again.
func (m *Manager) returnElsewhere(ctx context.Context, x *machine, member *fleet.Member) error {
	ctx, _, end := x.whileAnswering(ctx, m.limits.machine)
	defer end()
	_, err := x.client.ReturnNode(ctx, member.Name())
	if err == nil {
		err = m.catchUp(ctx, x)
	}
	return x.unanswered(ctx, err)
}

// own are the nodes that this manager itself starts.
func (m *Manager) own() []node {
	return slices.DeleteFunc(m.nodes(), func(c node) bool { return c.Machine() != "" })
}
