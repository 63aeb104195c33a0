package miningplan_test

import (
	"errors"
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"networkmngr/internal/api"
	"networkmngr/internal/events"
	"networkmngr/internal/manager/miningplan"
)

func Example() {
	plan := miningplan.New(api.MiningPlan{
		Mode: events.MiningOn, Power: api.Paced, Hashrate: 400_000, Shares: map[string]float64{"n0": 3, "n1": 1},
	}, 3)
	for _, name := range []string{"n0", "n1", "n2"} {
		change := plan.Change(name)
		fmt.Println(name, *change.Mode, *change.Hashrate)
	}
	// Output:
	// n0 continuous 300000
	// n1 continuous 100000
	// n2 off 0
}

// byPort finds n0 and n1, by their names or ports.
func byPort(reference string) (string, error) {
	name, known := map[string]string{"n0": "n0", "5000": "n0", "n1": "n1", "5001": "n1"}[reference]
	if !known {
		return "", errNoNode
	}
	return name, nil
}

var errNoNode = errors.New("no such node")

func TestNodesGoByName(t *testing.T) {
	plan, err := miningplan.Settle(api.MiningPlan{Mode: events.MiningOn, Hashrate: 1, Shares: map[string]float64{"5000": 2, "n1": 1}}, byPort)
	require.NoError(t, err)
	require.Equal(t, map[string]float64{"n0": 2, "n1": 1}, plan.Shares)
	require.Equal(t, api.Real, plan.Power, "unless somebody wants another one")
}

func TestPlansRefused(t *testing.T) {
	shares := func(values map[string]float64) api.MiningPlan {
		return api.MiningPlan{Mode: events.MiningOn, Hashrate: 1, Shares: values}
	}
	for want, plan := range map[string]api.MiningPlan{
		"mode is missing":      {},
		"mode is \"turbo\"":    {Mode: "turbo"},
		"power is \"x\"":       {Mode: events.MiningOn, Power: "x"},
		"hashrate is missing":  {Mode: events.MiningOn, Power: api.Paced},
		"hashrate is -5":       {Mode: events.MiningOn, Hashrate: -5},
		"shares: no such node": shares(map[string]float64{"n7": 1}),
		"shares has n0 twice":  shares(map[string]float64{"n0": 1, "5000": 1}),
		"share of n1 is -1":    shares(map[string]float64{"n1": -1}),
		"all shares are 0":     shares(map[string]float64{"n1": 0}),
		"which pays each time": {Mode: events.MiningOn, Strategies: map[string]api.Strategy{"n0": {StrategyChoice: api.StrategyChoice{Name: api.DoubleSpend}}}},
	} {
		_, err := miningplan.Settle(plan, byPort)
		require.ErrorIs(t, err, miningplan.ErrPlan, want)
		require.ErrorContains(t, err, want)
	}
	_, err := miningplan.Settle(shares(map[string]float64{"n7": 1}), byPort)
	require.ErrorIs(t, err, errNoNode)
}
