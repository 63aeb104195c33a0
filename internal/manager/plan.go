package manager

import (
	"errors"
	"fmt"
	"maps"
	"slices"

	"networkmngr/internal/api"
	"networkmngr/internal/events"
)

// errPlan means that a network cannot mine by a plan.
var errPlan = errors.New("mining plan")

// planned is a plan for certain nodes, by name. It is pure.
type planned struct {
	plan  api.MiningPlan
	total float64 // of the shares
	count int     // of the nodes
}

// planFor returns the plan with nodes by name, as find finds them. The error wraps errPlan.
func planFor(plan api.MiningPlan, find func(reference string) (name string, err error)) (api.MiningPlan, error) {
	if plan.Power == "" {
		plan.Power = api.Real
	}
	shares, err := byName(plan.Shares, "shares", find)
	if err != nil {
		return plan, err
	}
	strategies, err := byName(plan.Strategies, "strategies", find)
	if err != nil {
		return plan, err
	}
	plan.Shares, plan.Strategies = shares, strategies
	return plan, checkPlan(plan)
}

// byName has the keys be names, each once.
func byName[T any](values map[string]T, field string, find func(string) (string, error)) (map[string]T, error) {
	if len(values) == 0 {
		return nil, nil
	}
	named := make(map[string]T, len(values))
	for _, reference := range slices.Sorted(maps.Keys(values)) {
		name, err := find(reference)
		if err != nil {
			return nil, fmt.Errorf("%w: %s: %w", errPlan, field, err)
		}
		if _, twice := named[name]; twice {
			return nil, fmt.Errorf("%w: %s has %s twice", errPlan, field, name)
		}
		named[name] = values[reference]
	}
	return named, nil
}

// checkPlan checks what no node could: the rest is theirs to judge.
func checkPlan(plan api.MiningPlan) error {
	if plan.Mode == "" {
		return fmt.Errorf("%w: mode is missing, want off, demand, interval, pending or continuous", errPlan)
	}
	if plan.Power != api.Paced && plan.Power != api.Real {
		return fmt.Errorf("%w: power is %q, want %s or %s", errPlan, plan.Power, api.Paced, api.Real)
	}
	if plan.Hashrate == 0 && (plan.Power == api.Paced || len(plan.Shares) > 0) {
		return fmt.Errorf("%w: hashrate is missing, want the hashes a second of all nodes together", errPlan)
	}
	sum := 0.0
	for _, name := range slices.Sorted(maps.Keys(plan.Shares)) {
		share := plan.Shares[name]
		if !(share >= 0 && share <= maxShare) {
			return fmt.Errorf("%w: share of %s is %v, want 0 to %v", errPlan, name, share, maxShare)
		}
		sum += share
	}
	if len(plan.Shares) > 0 && sum == 0 {
		return fmt.Errorf("%w: all shares are 0", errPlan)
	}
	for _, name := range slices.Sorted(maps.Keys(plan.Strategies)) {
		if plan.Strategies[name].Name == api.DoubleSpend {
			return fmt.Errorf("%w: strategy of %s is a %s, which pays each time that it begins: PUT /nodes/%[2]s/mining begins it",
				errPlan, name, api.DoubleSpend)
		}
	}
	return nil
}

// maxShare bounds a share: any unit will do.
const maxShare = 1e9

func newPlanned(plan api.MiningPlan, nodes int) planned {
	p := planned{plan: plan, count: nodes}
	for _, name := range slices.Sorted(maps.Keys(plan.Shares)) { // in one order, so that sums are the same
		p.total += plan.Shares[name]
	}
	return p
}

// share is a node's part of all.
func (p planned) share(name string) float64 {
	if len(p.plan.Shares) == 0 {
		return 1 / float64(p.count)
	}
	return p.plan.Shares[name] / p.total
}

// hashrate is a node's part, in hashes a second; 0 for no bound.
func (p planned) hashrate(name string) float64 { return p.plan.Hashrate * p.share(name) }

// rate is the part of the change that others' coming and going makes.
func (p planned) rate(name string) api.MiningChange {
	return api.MiningChange{Hashrate: new(p.hashrate(name))}
}

// change is what a node is told.
func (p planned) change(name string) api.MiningChange {
	mode, paced, strategy := p.plan.Mode, p.plan.Power == api.Paced, p.plan.Strategies[name]
	if strategy.Name == "" {
		strategy.Name = events.Honest
	}
	hashrate := p.hashrate(name)
	if p.share(name) == 0 {
		mode, paced = events.MiningOff, false
	}
	interval, blocks := p.plan.Interval, 0
	if mode == events.MiningOff {
		interval = 0
	}
	return api.MiningChange{Mode: &mode, Interval: &interval, Blocks: &blocks, Hashrate: &hashrate, Paced: &paced, Strategy: &strategy}
}
