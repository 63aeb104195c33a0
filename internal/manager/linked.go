package manager

import (
	"context"
	"fmt"

	"networkmngr/internal/api"
	"networkmngr/internal/clock"
	"networkmngr/internal/config"
	"networkmngr/internal/events"
	"networkmngr/internal/fleet"
	"networkmngr/internal/manager/linkfaults"
	"networkmngr/internal/types"
)

// linked is the network, as the faults of its links see it: a [linkfaults.Network].
type linked struct{ m *Manager }

func (l linked) Change(ctx context.Context) (release func(), err error) { return l.m.change(ctx) }
func (l linked) Running() []linkfaults.Node                             { return linkedNodes(l.m.running()) }
func (l linked) Lab() clock.Lab                                         { return l.m.clock.read() }
func (l linked) Tell(told events.FaultsChanged)                         { l.m.stream.Tell("", told) }

// linkedNode is a node as the faults of its links see it.
type linkedNode struct{ node }

func linkedNodes(nodes []node) []linkfaults.Node {
	list := make([]linkfaults.Node, len(nodes))
	for i, c := range nodes {
		list[i] = linkedNode{c}
	}
	return list
}

func (n linkedNode) Answers() error { return n.answers() }

// SetFaults has the node have its faults. It may end, or stand still, before it answers: then
// there is no error.
func (n linkedNode) SetFaults(ctx context.Context, form api.LinkFaults) (*api.LinkFaults, error) {
	asking, cancel := n.whileAnswering(ctx)
	defer cancel()
	has, err := n.client.SetFaults(asking, form)
	switch {
	case err == nil:
		return &has, nil
	case n.endsSoon(ctx) || n.answers() != nil:
		return nil, nil
	}
	why := n.explain(asking, err).Error() // in words only: whatever it refused, the client did not ask it
	return nil, fmt.Errorf("node %s, %s: %s", n.Name(), n.address(), why)
}

func (n linkedNode) Faults(ctx context.Context) (api.LinkFaults, error) {
	ctx, cancel := n.whileAnswering(ctx)
	defer cancel()
	return n.client.Faults(ctx)
}

func (n linkedNode) Links(ctx context.Context) (api.NodeLinks, error) {
	ctx, cancel := n.whileAnswering(ctx)
	defer cancel()
	return n.client.Links(ctx)
}

func (n linkedNode) Redial(ctx context.Context, peers []types.NodeID) error {
	_, err := n.client.Redial(ctx, peers)
	return err
}

// openFaults begins with what was asked of the links when the last manager ended.
func (m *Manager) openFaults() (err error) {
	m.links, err = linkfaults.New(m.data.Faults, linkfaults.Options{
		Folder: m.data.Path, Network: linked{m}, Fleet: &m.fleet, Seed: m.config.Seed, Logger: m.log,
		Limits: linkfaults.Limits{Ask: m.limits.ask, Look: m.limits.look, Retry: m.limits.retry},
	})
	return err
}

// idsOf finds out the ids of those of some nodes that have data, by port.
func (m *Manager) idsOf(ctx context.Context, members []*fleet.Member) (map[int]types.NodeID, error) {
	var places []string
	var held []int
	for _, member := range members {
		if m.data.Holds(member.Port()) {
			held, places = append(held, member.Port()), append(places, config.NodeFolder(m.data.Path, member.Port()))
		}
	}
	chains, err := m.launcher.Chains(ctx, places)
	ids := make(map[int]types.NodeID)
	for i, c := range chains {
		if c.ID != (types.NodeID{}) {
			ids[held[i]] = c.ID
		}
	}
	return ids, err
}

// beginFaults is for a network that is about to start with these nodes.
func (m *Manager) beginFaults(ctx context.Context, starting []*fleet.Member) error {
	return m.links.Begin(starting, func() (map[int]types.NodeID, error) { return m.idsOf(ctx, starting) })
}

// tellFaultsOfBefore tells of the faults that are there from an earlier run on.
func (m *Manager) tellFaultsOfBefore() {
	release, err := m.change(m.ctx)
	if err != nil {
		return // all of it ends
	}
	defer release()
	m.links.TellBefore()
}
