package manager

import "context"

// What is asked of a network is kept by the manager, and its nodes are told. Who was away
// when it changed, as nodes are that have ended, stand still, or do not answer, is told when
// it is back: each life of a node notes which change it was told of last.

// reconcile tells nodes all that they have missed. The caller has the change; see
// Manager.change.
func (m *Manager) reconcile(ctx context.Context, nodes ...node) {
	m.bringUpToDate(ctx, nodes...)
	m.minePlanned(ctx)
}

// bringUpToDate is reconcile without mining, for nodes that are to find their peers first:
// faults come before all else, so that they dial nobody whom they must not reach.
func (m *Manager) bringUpToDate(ctx context.Context, nodes ...node) {
	m.links.Sync(ctx, linkedNodes(nodes)...)
	m.syncClocks(ctx, nodes...)
	m.tellDeparted(ctx, nodes...)
}

// reconcileLater is reconcile for who changes nothing. It waits for a change that is
// under way: a node that is just coming back must not be forgotten after that.
func (m *Manager) reconcileLater(nodes func() []node) {
	release, err := m.change(m.ctx)
	if err != nil {
		return // all of them end
	}
	defer release()
	m.reconcile(m.ctx, nodes()...)
}
