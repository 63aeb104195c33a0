package manager

import (
	"context"
	"errors"
	"fmt"

	"networkmngr/internal/api"
	"networkmngr/internal/api/client"
	"networkmngr/internal/events"
	"networkmngr/internal/manager/each"
	"networkmngr/internal/manager/miningplan"
	"networkmngr/internal/manager/session"
	"networkmngr/internal/terminal"
)

// stopMining ends the session that is under way. If there is none, it ends what nodes mine
// by themselves, by the plan or as each was told. One thing at a time: who ends a session of
// its own ends nobody else's plan.
func (m *Manager) stopMining(ctx context.Context) (api.MiningReport, error) {
	m.mu.Lock()
	s := m.session
	m.mu.Unlock()
	if s == nil {
		return m.stopPlan(ctx)
	}
	s.Stop(session.ErrStopAsked)
	<-s.Done()
	report := s.Report()
	if plan, _ := m.adoptedPlan(); plan != nil && events.MinesByItself(plan.Mode) {
		report.Message += "; the nodes go on by the mining plan, which the next stop ends"
	}
	return report, nil
}

// stopPlan has all nodes mine when they are asked only. Strategies stay as they are, a
// double spend too; the plan keeps its shares and strategies.
func (m *Manager) stopPlan(ctx context.Context) (report api.MiningReport, err error) {
	release, err := m.change(ctx)
	if err != nil {
		return report, err
	}
	defer release()
	plan, err := m.restPlan()
	if err != nil {
		return report, err
	}
	stopped, failed := m.restNodes(ctx)
	if plan == nil && len(stopped) == 0 && failed == nil {
		return report, errNotMining
	}
	report = api.MiningReport{Message: restMessage(len(stopped), plan, failed), Results: []api.MiningResult{}, Plan: plan}
	for _, tip := range m.tips() {
		if tip.Index != nil {
			report.Height = max(report.Height, *tip.Index)
		}
	}
	m.log.Info("nodes mine on demand", "nodes", len(stopped), "plan", plan != nil, "error", failed)
	return report, nil
}

// restPlan has the plan be one by which nodes mine when they are asked only, and returns it;
// nil if it is that already, or there is none. Nodes that cannot be told now are told when
// they are back.
func (m *Manager) restPlan() (*api.MiningPlan, error) {
	before, _ := m.adoptedPlan()
	if before == nil || !events.MinesByItself(before.Mode) {
		return nil, nil
	}
	rests := *before
	rests.Mode, rests.Interval = events.MiningOnDemand, 0
	if err := m.keptPlan().Write(rests); err != nil {
		return nil, m.notAdopted(err)
	}
	m.setPlan(rests)
	return &rests.MiningPlan, nil
}

// restNodes has the running nodes that mine by themselves do so no more. It returns their
// names; the error is of those that did not do it.
func (m *Manager) restNodes(ctx context.Context) (stopped []string, failed error) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), m.limits.ask)
	defer cancel()
	nodes := m.running()
	answers, failures := make([]*api.Mining, len(nodes)), make([]error, len(nodes))
	_ = each.Do(ctx, len(nodes), func(ctx context.Context, i int) error {
		answers[i], failures[i] = nodes[i].turnTo(ctx, miningplan.OnDemand(), rest)
		return nil // the others are told all the same
	})
	if wanted, there := m.planned(); there {
		m.noteMining(nodes, answers, wanted)
	}
	for i, before := range answers {
		if before != nil && events.MinesByItself(before.Settings.Mode) {
			stopped = append(stopped, nodes[i].Name())
		}
	}
	return stopped, errors.Join(failures...)
}

// rest is a turn that has a node mine by a change if it mines by itself, and returns how it
// mined before.
func rest(n *client.Node, ctx context.Context, change api.MiningChange) (before api.Mining, err error) {
	if before, err = n.Mining(ctx); err == nil && events.MinesByItself(before.Settings.Mode) {
		_, err = n.SetMining(ctx, change)
	}
	return before, err
}

func restMessage(stopped int, plan *api.MiningPlan, failed error) string {
	text := terminal.Plural(stopped, "node") + " no longer mine by themselves"
	if stopped == 1 {
		text = "1 node no longer mines by itself"
	}
	if plan != nil {
		text += fmt.Sprintf("; the plan keeps its shares and strategies, and its mode is %s", plan.Mode)
	}
	if failed != nil {
		text += fmt.Sprintf("; not told: %s", failed)
	}
	return text
}
