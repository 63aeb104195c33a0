package manager

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"networkmngr/internal/api"
	"networkmngr/internal/events"
	"networkmngr/internal/faults"
	"networkmngr/internal/fleet"
	"networkmngr/internal/types"
)

// errFaults means that a node did not take its faults, and that all are as they were.
var errFaults = errors.New("the faults were not applied")

// faultsChange is a change of what is asked of the links.
type faultsChange struct {
	next      faults.State
	why       string // of the event
	reconnect bool   // who can reach each other again is to dial at once
}

// applyFaults has all nodes have other faults, or none. Who is down, paused or silent gets
// them later. It returns what nodes say that they have, by name. It goes on when the client
// has gone away. The caller has the change; see Manager.change.
func (m *Manager) applyFaults(ctx context.Context, change faultsChange) (map[string]api.AppliedFaults, error) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), m.limits.ask)
	defer cancel()
	f := &m.linkFaults
	members, nodes := m.faultMembers(), m.running()
	before := f.plan(members)
	next := planFaults(askedFaults{before.asked.Generation + 1, change.next}, members)
	has, err := m.pushFaults(ctx, nodes, next)
	if err == nil {
		err = f.keep(next.asked)
	}
	if err != nil {
		m.takeBack(nodes)
		return nil, fmt.Errorf("%w: %w", errFaults, err)
	}
	f.set(next)
	m.tellFaults(before.asked.Desired, change.why)
	if change.reconnect {
		m.redial(ctx, faults.Freed(before.plan, next.plan))
	}
	return has, nil
}

// takeBack has nodes have what is asked still.
func (m *Manager) takeBack(nodes []node) {
	ctx, cancel := context.WithTimeout(context.Background(), m.limits.ask) // the change's own time may be over
	defer cancel()
	if err := m.pushAsked(ctx, nodes); err != nil {
		m.log.Warn("a node may have faults that were taken back", "error", err)
	}
}

// pushAsked gives nodes what is asked now.
func (m *Manager) pushAsked(ctx context.Context, nodes []node) error {
	_, err := m.pushFaults(ctx, nodes, m.linkFaults.plan(m.faultMembers()))
	return err
}

// pushFaults gives nodes their rows of what is asked, side by side, and returns what they
// say that they have then, by name, and the first error. It is none where a node cannot be
// asked now, and is to get it later.
func (m *Manager) pushFaults(ctx context.Context, nodes []node, planned *plannedFaults) (map[string]api.AppliedFaults, error) {
	ids, answers, failures := m.peerIDs(), make([]*api.LinkFaults, len(nodes)), make([]error, len(nodes))
	_ = each(ctx, len(nodes), func(ctx context.Context, i int) error {
		if nodes[i].answers() == nil {
			answers[i], failures[i] = m.pushTo(ctx, nodes[i], m.faultsForm(planned, nodes[i].Name(), ids))
		}
		return nil // the others are told all the same
	})
	return appliedBy(nodes, answers, len(ids)-1), cmp.Or(failures...)
}

// pushTo has one node have its faults, and returns what it has then; nil if it is to get them
// when it is back.
func (m *Manager) pushTo(ctx context.Context, c node, form api.LinkFaults) (*api.LinkFaults, error) {
	life := c.Life()
	asking, cancel := c.whileAnswering(ctx)
	defer cancel()
	has, err := c.client.SetFaults(asking, form)
	if err == nil {
		life.Faults = form.Generation
		return &has, nil
	}
	life.Faults = 0 // nobody knows
	if c.endsSoon(ctx) || c.answers() != nil {
		return nil, nil
	}
	why := c.explain(asking, err).Error() // in words only: whatever it refused, the client did not ask it
	return nil, fmt.Errorf("node %s, %s: %s", c.Name(), c.address(), why)
}

// syncFaults gives nodes what is asked of them: who was away may have missed it, and who
// comes or goes changes the rows of the others. The caller has the change; see
// Manager.change.
func (m *Manager) syncFaults(ctx context.Context, nodes ...node) {
	asked := m.linkFaults.asked()
	if asked.Desired.IsZero() {
		nodes = slices.DeleteFunc(slices.Clone(nodes), func(c node) bool { return c.Life().Faults == asked.Generation })
	}
	ctx, cancel := context.WithTimeout(ctx, m.limits.ask)
	defer cancel()
	if err := m.pushAsked(ctx, nodes); err != nil {
		m.log.Warn("a node does not have its faults yet", "error", err)
	}
}

// tellFaults tells what is asked now, and what has changed.
func (m *Manager) tellFaults(before faults.State, why string) {
	now := time.Now()
	planned, lab := m.linkFaults.plan(m.faultMembers()), m.clock.read().Time(now)
	is := planned.asked.Desired.Shifted(now.Sub(lab))
	desired, _ := json.Marshal(is) // it was read from JSON
	done := faults.Changed(before, planned.asked.Desired, planned.members, lab)
	told := events.FaultsChanged{Generation: planned.asked.Generation, Why: why, Done: done, Faults: events.Faults{
		Desired: desired, Partitions: partitionsOf(is, planned.members), Cut: planned.plan.Cut, Shaped: planned.plan.Shaped, Pending: m.pendingFaults(),
	}}
	m.watcher.tell("", told)
	m.log.Info("faults of links changed", "generation", told.Generation, "done", done, "why", why, "cut", told.Cut, "shaped", told.Shaped, "pending", told.Pending)
}

// partitionsOf are those of a state with the nodes that there are.
func partitionsOf(state faults.State, members []faults.Member) []events.Partition {
	list := []events.Partition{}
	for _, s := range state.Sides(members) {
		list = append(list, events.Partition{Name: s.Name, Groups: s.Groups, How: string(s.How), Oneway: s.Oneway, Until: s.Until})
	}
	return list
}

// pendingFaults are the nodes that do not have what is asked of them yet.
func (m *Manager) pendingFaults() []string {
	names, generation := []string{}, m.linkFaults.asked().Generation
	for _, member := range m.fleet.All() {
		if member.State() != fleet.Running || member.Life().Faults != generation {
			names = append(names, member.Name())
		}
	}
	return names
}

// fewPeers are those that each node is told to dial again: enough that the parts of a
// network find each other, however large they are.
const fewPeers = 3

// redial has nodes dial some of those that they could not reach before, and can again, by
// name.
func (m *Manager) redial(ctx context.Context, freed map[string][]string) {
	ctx, cancel := context.WithTimeout(ctx, m.limits.look)
	defer cancel()
	ids, nodes := m.peerIDs(), m.running()
	up := make(map[string]bool)
	for _, c := range nodes {
		up[c.Name()] = true
	}
	_ = each(ctx, len(nodes), func(ctx context.Context, i int) error {
		names := slices.DeleteFunc(freed[nodes[i].Name()], func(name string) bool { return !up[name] })
		var few []types.NodeID
		for k := range min(fewPeers, len(names)) {
			few = append(few, ids[names[(i*fewPeers+k)%len(names)]]) // others for each node
		}
		if len(few) == 0 {
			return nil
		}
		if _, err := nodes[i].client.Redial(ctx, few); err != nil {
			m.log.Warn("node was not told whom it can reach again", "node", nodes[i].address(), "error", err)
		}
		return nil // the others are told all the same
	})
}
