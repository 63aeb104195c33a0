package state

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"networkmngr/internal/events"
	"networkmngr/internal/types"
)

// counting is a Won that is told events, a second apart.
type counting struct {
	*Won
	at time.Time
}

func (c *counting) that(node string, list ...events.Data) {
	for _, data := range list {
		c.at = c.at.Add(time.Second)
		c.Apply(&events.Event{Time: c.at, Type: data.Type(), Node: node, Data: data})
	}
}

// found is the block of a number, whose parent another number names.
func found(number, parent, miner byte) events.BlockMined {
	return events.BlockMined{BlockRef: block(number), Previous: types.Hash{parent}, Miner: types.Address{miner}}
}

func TestBlocksAreWonSinceAChangeOfMining(t *testing.T) {
	c := &counting{NewWon(), noon}
	require.Zero(t, c.Since())
	c.that("n0", found(1, 9, 1))
	require.Equal(t, map[types.Address]int{{1}: 1}, c.On(types.Hash{1}), "all count while nobody was told anything")
	c.that("n0", events.MiningStarted{Mode: "continuous"})
	c.that("n0", found(2, 1, 1))
	c.that("n1", events.MiningChanged{Mode: "continuous", Strategy: "selfish"})
	since := c.at
	require.Equal(t, since, c.Since())
	c.that("n0", found(3, 2, 1), found(13, 2, 1))
	c.that("n1", found(4, 3, 2), events.BlockConnected{BlockRef: block(4), Previous: types.Hash{3}, Miner: types.Address{2}})
	c.that("n1", found(5, 4, 2))
	require.Equal(t, map[types.Address]int{{1}: 1, {2}: 2}, c.On(types.Hash{5}), "of the chain, and none from before")

	c.that("n1", events.MiningStopped{}, events.NodeDown{}, events.NodeUp{}, events.MiningStarted{Mode: "continuous", Strategy: "selfish"})
	c.that("", events.MiningStarted{Mode: "race"})
	c.that("n0", events.MiningChanged{Mode: "demand"})
	require.Equal(t, since, c.Since(), "nobody was told another way, but by a session")
	c.that("", events.MiningStopped{})
	c.that("n0", events.MiningChanged{Mode: "continuous", Hashrate: 7})
	require.Equal(t, c.at, c.Since())
	c.that("", events.NetworkChanged{})
	require.Empty(t, c.On(types.Hash{5}))
}

// A block that a node was told of nowhere counts by what the node says of it after its start.
func TestBlocksThatNobodyToldOfAreWon(t *testing.T) {
	c := &counting{NewWon(), noon}
	last := func(number, parent byte) events.BlockConnected {
		return events.BlockConnected{BlockRef: block(number), Previous: types.Hash{parent}, Miner: types.Address{1}, Timestamp: uint32(noon.Unix())}
	}
	c.that("n0", events.TipMoved{BlockRef: block(2), Last: []events.BlockConnected{last(1, 9), last(2, 1)}})
	require.Equal(t, map[types.Address]int{{1}: 2}, c.On(types.Hash{2}))
}

func TestTheBestTipIsThatOfMost(t *testing.T) {
	tip := func(number byte) *events.BlockRef { return new(block(number)) }
	s := State{Nodes: []Node{
		{Name: "n0", State: Running, Tip: tip(9), Withheld: 2}, {Name: "n1", State: Running, Tip: tip(3), Work: "99"},
		{Name: "n2", State: Running, Tip: tip(4), Work: "100"}, {Name: "n3", State: Down, Tip: tip(3)}, {Name: "n4", State: Running},
	}}
	require.Equal(t, block(4), s.Best(), "of equals the one with the most work")
	s.Nodes[3].State = Running
	require.Equal(t, block(3), s.Best())
	require.Equal(t, block(9), (&State{Nodes: s.Nodes[:1]}).Best(), "what is withheld, where there is nothing else")
	s.Nodes = s.Nodes[3:]
	s.Nodes[0].State = Down
	require.Equal(t, block(3), s.Best(), "that of all where none runs")
	require.Zero(t, new(State).Best())
}
