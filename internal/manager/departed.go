package manager

import (
	"context"

	"networkmngr/internal/types"
)

// departed are the ids of the nodes that have left in order in this run after a mark, and
// the mark of now. Of one that was removed in an earlier run nobody knows any more.
func (m *Manager) departed(mark uint64) (ids []types.NodeID, now uint64) {
	removed, now := m.fleet.RemovedSince(mark)
	for _, member := range removed {
		if len(member.Lives()) > 0 {
			ids = append(ids, m.node(member).ready().ID)
		}
	}
	return ids, now
}

// tellDeparted has nodes forget those that have left in order, which they would seek for
// ever else, but for those that they have been told of in this life. One that died is not
// among these: it may come back at any time. The caller has the change; see
// Manager.change.
func (m *Manager) tellDeparted(ctx context.Context, nodes ...node) {
	ctx, cancel := context.WithTimeout(ctx, m.limits.ask)
	defer cancel()
	_ = each(ctx, len(nodes), func(ctx context.Context, i int) error {
		if err := m.tellOneDeparted(ctx, nodes[i]); err != nil {
			m.log.Warn("node was not told who has left", "node", nodes[i].address(), "error", err)
		}
		return nil // the others are told all the same
	})
}

func (m *Manager) tellOneDeparted(ctx context.Context, c node) error {
	life := c.Life()
	ids, now := m.departed(life.Told)
	if len(ids) == 0 {
		return nil
	}
	ctx, cancel := c.whileAnswering(ctx) // whoever is silent is told when it answers again
	defer cancel()
	_, err := c.client.Forget(ctx, ids)
	if err == nil {
		life.Told = now
	}
	return err
}
