package manager

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"

	"github.com/gin-gonic/gin"

	"networkmngr/internal/api"
	"networkmngr/internal/api/client"
	"networkmngr/internal/fleet"
	"networkmngr/internal/httpserver"
	"networkmngr/internal/manager/each"
	"networkmngr/internal/manager/miningplan"
)

// planned is the plan for the nodes that there are; false if there is none.
func (m *Manager) planned() (miningplan.Plan, bool) {
	plan, _ := m.adoptedPlan()
	if plan == nil {
		return miningplan.Plan{}, false
	}
	return miningplan.New(plan.MiningPlan, len(m.fleet.All())), true
}

func (m *Manager) handleNetworkMining(c *gin.Context) error {
	return httpserver.Answer(c, http.StatusOK, m.networkMining(c.Request.Context(), ""))
}

func (m *Manager) handleSetNetworkMining(c *gin.Context) error {
	var asked api.MiningPlan
	if err := httpserver.Decode(c, &asked); err != nil {
		return err
	}
	release, err := m.change(c.Request.Context())
	if err != nil {
		return err
	}
	defer release()
	plan, err := miningplan.Settle(asked, func(reference string) (string, error) {
		found, err := m.find(reference)
		return found.named(), err
	})
	if err != nil {
		return err
	}
	if err := m.adopt(c.Request.Context(), plan); err != nil {
		return err
	}
	return httpserver.Answer(c, http.StatusOK, m.networkMining(c.Request.Context(), "the network mines by this plan"))
}

// named is the node's name; nothing for no node.
func (c node) named() string {
	if c.Member == nil {
		return ""
	}
	return c.Name()
}

// adopt has all running nodes mine by a plan, or none: no node is told of one that any of
// them would refuse, as to go back would show what a node withholds. If one fails to take it
// all the same, the others mine as before. It is on disk before any node is told: after a kill
// meanwhile all are told of it. Who stands still, has ended, or does not answer is told when it
// is back.
func (m *Manager) adopt(ctx context.Context, plan api.MiningPlan) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), m.limits.ask)
	defer cancel()
	nodes, wanted := m.running(), miningplan.New(plan, len(m.fleet.All()))
	changes := make([]api.MiningChange, len(nodes))
	for i, c := range nodes {
		changes[i] = wanted.Change(c.Name())
	}
	before, err := turnAll(ctx, nodes, changes, (*client.Node).CheckMining)
	if err == nil {
		err = m.keptPlan().Write(adopted{MiningPlan: plan})
	}
	if err != nil {
		return m.notAdopted(err)
	}
	for i, mining := range before {
		spareAttack(plan, nodes[i].Name(), mining, &changes[i])
	}
	taken, err := turnAll(ctx, nodes, changes, (*client.Node).SetMining)
	if err != nil {
		m.takeBackPlan(m.putBack(nodes, before))
		return m.notAdopted(err)
	}
	m.setPlan(adopted{MiningPlan: plan})
	m.noteMining(nodes, taken, wanted)
	m.log.Info("mining planned", "mode", plan.Mode, "power", plan.Power, "hashrate", plan.Hashrate, "strategies", len(plan.Strategies))
	return nil
}

// spareAttack has a node's double spend that is under way go on: it is no part of a plan, and
// ends only if the plan names another strategy for the node. mining is how the node mines, nil
// if it does not answer.
func spareAttack(plan api.MiningPlan, name string, mining *api.Mining, change *api.MiningChange) {
	if mining == nil || plan.Strategies[name].Name != "" {
		return
	}
	if s := mining.Strategy; s.Name == api.DoubleSpend && s.Outcome == "" {
		change.Strategy = nil
	}
}

// turn asks a node to mine by a change, or to judge it: SetMining or CheckMining.
type turn func(*client.Node, context.Context, api.MiningChange) (api.Mining, error)

// turnAll asks nodes for their changes, side by side, and returns how each says that
// it mines; nil for one that does not answer. The error is that of the first which refuses.
func turnAll(ctx context.Context, nodes []node, changes []api.MiningChange, ask turn) ([]*api.Mining, error) {
	answers, failures := make([]*api.Mining, len(nodes)), make([]error, len(nodes))
	_ = each.Do(ctx, len(nodes), func(ctx context.Context, i int) error {
		answers[i], failures[i] = nodes[i].turnTo(ctx, changes[i], ask)
		return nil // what the others are told is not cut short: who was told what would not be known
	})
	return answers, cmp.Or(failures...)
}

// turnTo asks the node to mine by a change. Nil without an error means that it does not answer.
func (c node) turnTo(ctx context.Context, change api.MiningChange, ask turn) (*api.Mining, error) {
	if c.answers() != nil {
		return nil, nil
	}
	asking, cancel := c.whileAnswering(ctx)
	defer cancel()
	mining, err := ask(c.client, asking, change)
	switch {
	case err == nil:
		return &mining, nil
	case c.endsSoon(ctx) || c.answers() != nil:
		return nil, nil
	default:
		return nil, fmt.Errorf("%s: %w", c.Name(), c.unanswered(asking, err))
	}
}

// noteMining notes which nodes mine by the plan: those that have answered.
func (m *Manager) noteMining(nodes []node, answers []*api.Mining, wanted miningplan.Plan) {
	_, number := m.adoptedPlan()
	var names []string
	for i, c := range nodes {
		if answers[i] != nil {
			c.Life().Plan, c.Life().Hashrate = number, wanted.Hashrate(c.Name())
			names = append(names, c.Name())
		}
	}
	m.notePlanTold(names...)
}

// notAdopted says why a plan is not adopted: a node's refusal stays one.
func (m *Manager) notAdopted(err error) error {
	if refused, ok := errors.AsType[*api.Error](err); ok && refused.Status == http.StatusUnprocessableEntity {
		return &api.Error{Status: refused.Status, Code: refused.Code, Message: err.Error()}
	}
	return &api.Error{
		Status: http.StatusBadGateway, Code: "plan-failed", Message: fmt.Sprintf("the plan is not taken, all nodes mine as before: %s", err),
	}
}

// putBack has nodes mine as before that may have been told otherwise. It returns those that
// may not.
func (m *Manager) putBack(nodes []node, before []*api.Mining) (others []node) {
	ctx, cancel := context.WithTimeout(m.ctx, m.limits.ask)
	defer cancel()
	failures := make([]error, len(nodes))
	_ = each.Do(ctx, len(nodes), func(ctx context.Context, i int) error {
		if before[i] != nil {
			_, failures[i] = nodes[i].client.SetMining(ctx, changeTo(*before[i]))
		}
		return nil // the others are told all the same
	})
	for i, err := range failures {
		if err != nil {
			m.log.Warn("node does not mine as before", "node", nodes[i].Name(), "error", err)
			others = append(others, nodes[i])
		}
	}
	return others
}

// changeTo has a node mine as it did.
func changeTo(before api.Mining) api.MiningChange {
	s := before.Settings
	change := api.MiningChange{
		Mode: &s.Mode, Interval: &s.Interval, Blocks: &s.Blocks, Threads: &s.Threads, Hashrate: &s.Hashrate, Paced: &s.Paced,
	}
	if before.Strategy.Name != api.DoubleSpend { // which is over by now
		change.Strategy = &api.Strategy{StrategyChoice: before.Strategy.StrategyChoice}
	}
	return change
}

// minePlanned has nodes mine by the plan that were never told of it: those that have
// started, or were away meanwhile. The others have other hash rates then, where all have the
// same share and there are more or fewer, and keep what else somebody has set since. While the
// network stands still, so does its mining. A node that does not take it is told of in the log.
// The caller has the change; see Manager.change.
func (m *Manager) minePlanned(ctx context.Context) {
	wanted, there := m.planned()
	if !there || m.clock.read().Stands {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, m.limits.ask)
	defer cancel()
	nodes := m.running()
	answers := make([]*api.Mining, len(nodes))
	_ = each.Do(ctx, len(nodes), func(ctx context.Context, i int) (err error) {
		answers[i], err = nodes[i].catchUp(ctx, wanted.Asked, m.missed(nodes[i], wanted))
		if err != nil {
			m.log.Warn("node does not mine as planned", "node", nodes[i].Name(), "error", err)
		}
		return nil // the others are told all the same
	})
	m.noteMining(nodes, answers, wanted)
}

// catchUp has the node mine by what it has missed of a plan; nil for nothing.
func (c node) catchUp(ctx context.Context, plan api.MiningPlan, change *api.MiningChange) (*api.Mining, error) {
	if change == nil {
		return nil, nil
	}
	before, err := c.turnTo(ctx, *change, (*client.Node).CheckMining)
	if before == nil {
		return nil, err
	}
	spareAttack(plan, c.Name(), before, change)
	return c.turnTo(ctx, *change, (*client.Node).SetMining)
}

// missed is what a node is to be told of the plan; nil for nothing. One that was told of it
// in an earlier life goes on with the strategy that it has kept, unless the plan names one.
func (m *Manager) missed(c node, wanted miningplan.Plan) *api.MiningChange {
	plan, number := m.adoptedPlan()
	change := wanted.Rate(c.Name())
	if c.Life().Plan == number {
		if c.Life().Hashrate == *change.Hashrate {
			return nil
		}
		return &change
	}
	change = wanted.Change(c.Name())
	if slices.Contains(plan.Told, c.Name()) && wanted.Asked.Strategies[c.Name()].Name == "" {
		change.Strategy = nil
	}
	return &change
}

// networkMining is what is planned, and what is achieved.
func (m *Manager) networkMining(ctx context.Context, message string) api.NetworkMining {
	ctx, cancel := context.WithTimeout(ctx, m.limits.ask)
	defer cancel()
	wanted, there := m.planned()
	nodes := m.nodes()
	answer := api.NetworkMining{Message: message, Nodes: make([]api.PlannedNode, len(nodes))}
	if there {
		answer.Plan = &wanted.Asked
	}
	_ = each.Do(ctx, len(nodes), func(ctx context.Context, i int) error {
		answer.Nodes[i] = nodes[i].plannedNode(ctx)
		return nil
	})
	m.countWon(&answer)
	for i := range answer.Nodes {
		answer.Hashrate += achievedBy(answer.Nodes[i].Mining)
	}
	for i := range answer.Nodes {
		n := &answer.Nodes[i]
		if there && wanted.Asked.Hashrate > 0 {
			n.Share = new(wanted.Share(n.Node))
		}
		if answer.Hashrate > 0 {
			n.Achieved = new(achievedBy(n.Mining) / answer.Hashrate)
		}
	}
	return answer
}

// countWon adds what nodes have won since how they mine was changed last.
func (m *Manager) countWon(answer *api.NetworkMining) {
	won, since := m.stream.BlocksWon()
	if !since.IsZero() {
		answer.Since = &since
	}
	for i := range answer.Nodes {
		answer.Nodes[i].Won = won[answer.Nodes[i].Node]
	}
}

// achievedBy is a node's hash rate while it searches.
func achievedBy(mining *api.Mining) float64 {
	if mining == nil || !mining.Searching {
		return 0
	}
	return mining.Hashrate
}

// plannedNode is what the node does now.
func (c node) plannedNode(ctx context.Context) api.PlannedNode {
	n := api.PlannedNode{Node: c.Name(), Pending: c.State() != fleet.Running}
	err := c.answers()
	if err == nil {
		var mining api.Mining
		if mining, err = c.client.Mining(ctx); err == nil {
			n.Mining = &mining
			return n
		}
		err = c.unanswered(ctx, err)
	}
	n.Error = new(err.Error())
	return n
}
