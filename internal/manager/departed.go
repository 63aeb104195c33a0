package manager

import (
	"context"

	"networkmngr/internal/config"
	"networkmngr/internal/fleet"
	"networkmngr/internal/manager/each"
	"networkmngr/internal/types"
)

// departed are the ids of the nodes that have left in order after a mark, and the mark of
// now. Those that were removed in an earlier run are among them: who was down then seeks them.
func (m *Manager) departed(mark uint64) (ids []types.NodeID, now uint64) {
	removed, now := m.fleet.RemovedSince(mark)
	for _, member := range removed {
		if len(member.Lives()) > 0 {
			ids = append(ids, m.node(member).ready().ID)
		} else if id, known := m.removedIDs[member]; known {
			ids = append(ids, id)
		}
	}
	return ids, now
}

// readRemoved finds out the ids of nodes that were removed in an earlier run, as far as they
// have one.
func (m *Manager) readRemoved(ctx context.Context, removed []*fleet.Member) error {
	if len(removed) == 0 {
		return nil
	}
	places := make([]string, len(removed))
	for i, member := range removed {
		places[i] = config.NodeFolder(m.data.Path, member.Port())
	}
	chains, err := m.launcher.Chains(ctx, places)
	if err != nil {
		return err
	}
	m.removedIDs = make(map[*fleet.Member]types.NodeID)
	for i, c := range chains {
		if c.ID != (types.NodeID{}) {
			m.removedIDs[removed[i]] = c.ID
		}
	}
	return nil
}

// tellDeparted has nodes forget those that have left in order, which they would seek for
// ever else, but for those that they have been told of in this life. One that died is not
// among these: it may come back at any time. The caller has the change; see
// Manager.change.
func (m *Manager) tellDeparted(ctx context.Context, nodes ...node) {
	ctx, cancel := context.WithTimeout(ctx, m.limits.ask)
	defer cancel()
	_ = each.Do(ctx, len(nodes), func(ctx context.Context, i int) error {
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
