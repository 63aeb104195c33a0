package manager

import (
	"context"

	"networkmngr/internal/types"
)

// departed are the ids of the nodes that have left in order in this run. Of one that was
// removed in an earlier run nobody knows any more.
func (m *Manager) departed() []types.NodeID {
	var ids []types.NodeID
	for _, member := range m.fleet.Removed() {
		if len(member.Lives()) > 0 {
			ids = append(ids, m.node(member).ready().ID)
		}
	}
	return ids
}

// tellDeparted has nodes forget those that have left in order, which they would seek for
// ever else. One that died is not among these: it may come back at any time. The caller
// has the change; see Manager.change.
func (m *Manager) tellDeparted(ctx context.Context, nodes ...node) {
	ids := m.departed()
	if len(ids) == 0 {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, m.limits.ask)
	defer cancel()
	_ = each(ctx, len(nodes), func(ctx context.Context, i int) error {
		ctx, cancel := nodes[i].whileAnswering(ctx) // whoever is silent is told when it answers again
		defer cancel()
		if _, err := nodes[i].client.Forget(ctx, ids); err != nil {
			m.log.Warn("node was not told who has left", "node", nodes[i].address(), "error", err)
		}
		return nil // the others are told all the same
	})
}

// tellOfLeavers is tellDeparted for who changes nothing. It waits for a change that is
// under way: a node that is just coming back must not be forgotten after that.
func (m *Manager) tellOfLeavers(nodes func() []node) {
	release, err := m.change(m.ctx)
	if err != nil {
		return // all of them end
	}
	defer release()
	m.tellDeparted(m.ctx, nodes()...)
}
