// Package miningplan is how all nodes of a network are to mine: by a plan, of which each node
// is told its part.
package miningplan

import (
	"errors"
	"fmt"
	"maps"
	"slices"

	"networkmngr/internal/api"
	"networkmngr/internal/events"
	"networkmngr/internal/mining"
)

// ErrPlan means that a network cannot mine by a plan.
var ErrPlan = errors.New("mining plan")

// Plan is a plan for certain nodes, by name.
type Plan struct {
	Asked api.MiningPlan
	total float64 // of the shares
	count int     // of the nodes
}

// Settle returns the plan with nodes by name, as find finds them. The error wraps ErrPlan,
// and that of find.
func Settle(plan api.MiningPlan, find func(reference string) (name string, err error)) (api.MiningPlan, error) {
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
	return plan, Check(plan)
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
			return nil, fmt.Errorf("%w: %s: %w", ErrPlan, field, err)
		}
		if _, twice := named[name]; twice {
			return nil, fmt.Errorf("%w: %s has %s twice", ErrPlan, field, name)
		}
		named[name] = values[reference]
	}
	return named, nil
}

// Check checks what no node could, and the mode: the rest is theirs to judge. The error wraps ErrPlan.
func Check(plan api.MiningPlan) error {
	if plan.Mode == "" {
		return fmt.Errorf("%w: mode is missing, want one of %s", ErrPlan, mining.ModeNames())
	}
	if !slices.Contains(mining.Modes, mining.Mode(plan.Mode)) {
		return fmt.Errorf("%w: mode is %.40q, want one of %s", ErrPlan, plan.Mode, mining.ModeNames())
	}
	if plan.Power != api.Paced && plan.Power != api.Real {
		return fmt.Errorf("%w: power is %q, want %s or %s", ErrPlan, plan.Power, api.Paced, api.Real)
	}
	if plan.Hashrate < 0 {
		return fmt.Errorf("%w: hashrate is %v, want 0 (no limit), or the hashes a second of all nodes together", ErrPlan, plan.Hashrate)
	}
	if plan.Hashrate == 0 && (plan.Power == api.Paced || len(plan.Shares) > 0) {
		return fmt.Errorf("%w: hashrate is missing, want the hashes a second of all nodes together", ErrPlan)
	}
	sum := 0.0
	for _, name := range slices.Sorted(maps.Keys(plan.Shares)) {
		share := plan.Shares[name]
		if !(share >= 0 && share <= maxShare) {
			return fmt.Errorf("%w: share of %s is %v, want 0 to %v", ErrPlan, name, share, maxShare)
		}
		sum += share
	}
	if len(plan.Shares) > 0 && sum == 0 {
		return fmt.Errorf("%w: all shares are 0", ErrPlan)
	}
	for _, name := range slices.Sorted(maps.Keys(plan.Strategies)) {
		if plan.Strategies[name].Name == api.DoubleSpend {
			return fmt.Errorf("%w: strategy of %s is a %s, which pays each time that it begins: PUT /nodes/%[2]s/mining, or networkmngr strategy, begins it",
				ErrPlan, name, api.DoubleSpend)
		}
	}
	return nil
}

// maxShare bounds a share: any unit will do.
const maxShare = 1e9

// New returns a plan, which Check has passed, for so many nodes.
func New(plan api.MiningPlan, nodes int) Plan {
	p := Plan{Asked: plan, count: nodes}
	for _, name := range slices.Sorted(maps.Keys(plan.Shares)) { // in one order, so that sums are the same
		p.total += plan.Shares[name]
	}
	return p
}

// Share returns a node's part of all.
func (p Plan) Share(name string) float64 {
	if len(p.Asked.Shares) == 0 {
		return 1 / float64(p.count)
	}
	return p.Asked.Shares[name] / p.total
}

// Hashrate returns a node's part, in hashes a second; 0 for no bound.
func (p Plan) Hashrate(name string) float64 { return p.Asked.Hashrate * p.Share(name) }

// Rate returns the part of the change that others' coming and going makes.
func (p Plan) Rate(name string) api.MiningChange {
	return api.MiningChange{Hashrate: new(p.Hashrate(name))}
}

// Change returns what a node is told.
func (p Plan) Change(name string) api.MiningChange {
	mode, paced, strategy := p.Asked.Mode, p.Asked.Power == api.Paced, p.Asked.Strategies[name]
	if strategy.Name == "" {
		strategy.Name = events.Honest
	}
	hashrate := p.Hashrate(name)
	if p.Share(name) == 0 {
		mode, paced = events.MiningOff, false
	}
	interval, blocks := p.Asked.Interval, 0
	if mode == events.MiningOff {
		interval = 0
	}
	return api.MiningChange{Mode: &mode, Interval: &interval, Blocks: &blocks, Hashrate: &hashrate, Paced: &paced, Strategy: &strategy}
}

// OnDemand returns the change by which a node mines when it is asked only, and all else as
// before.
func OnDemand() api.MiningChange {
	return api.MiningChange{Mode: new(events.MiningOnDemand), Interval: new(0.0), Blocks: new(0)}
}
