package watch

import (
	"image/color"
	"testing"

	"github.com/stretchr/testify/require"

	"networkmngr/internal/events"
	"networkmngr/internal/events/state"
)

// The best chain is that of most nodes; where they are as many, the one with the most work.
func TestTheBestChain(t *testing.T) {
	s := see(t, 80, 24, 5)
	s.chain(1, 1, 5)
	s.flush()
	s.block(0, "1", "a", 2, 0, 1)
	s.block(4, "1", "b", 2, 4)
	require.Equal(t, ref("a", 2), s.flush().best, "two nodes have moved on, and two have not")
	require.Zero(t, s.flush().lanes[hash("a")], "what came first on the best tip is straight")
	require.Equal(t, 1, s.flush().lanes[hash("b")])
	s.block(4, "1", "b", 2, 3, 2)
	require.Equal(t, ref("b", 2), s.flush().best)
	require.Equal(t, 1, s.flush().lanes[hash("a")])
	s.tell("n4", events.NodeDown{})
	s.tell("n3", events.NodeDown{})
	require.Equal(t, ref("a", 2), s.flush().best, "who does not run has no vote")
	for node := range 3 {
		s.tell(name(node), events.NodeDown{})
	}
	require.Equal(t, ref("b", 2), s.flush().best, "all have one where none runs")
}

func TestColoursStayWhereTheyAre(t *testing.T) {
	s := see(t, 80, 24, 3)
	s.chain(1, 3, 3)
	colour := func() color.Color {
		return s.flush().styleOf(&state.Block{Miner: new(id(1).Account())}).GetForeground()
	}
	require.Equal(t, dark.hues[2], colour(), "n1 has the second, though it found the first block")
	s.chain(4, 600, 3)
	s.tell("n1", events.NodeDown{Left: true})
	require.Equal(t, dark.hues[2], colour())
	require.Equal(t, dark.hues[2], s.look.miner("n8").GetForeground(), "there are seven")
	require.Equal(t, dark.hues[0], s.styleOf(&state.Block{Miner: new(id(77).Account())}).GetForeground(), "a stranger's are grey")
	require.Contains(t, s.part("tree"), "n1", "blocks keep their miner's name")
}

// Whoever begins in the middle is told of what is new, and by the names of who was there.
func TestABeginningInTheMiddle(t *testing.T) {
	s := see(t, 80, 24, 3)
	s.chain(1, 5, 3)
	s.tell("n2", events.NodeDown{Why: events.Fault})
	later := see(t, 80, 24, 0)
	later.Update(batch{begun{state: s.flush().fold.State()}})
	require.Empty(t, later.lines, "the past is no news")
	require.Equal(t, s.part("tree"), later.part("tree"))
	require.Equal(t, s.part("nodes"), later.part("nodes"))
	later.time = s.time
	later.up("n2", 2)
	later.tell("n1", events.BlockMined{BlockRef: ref("6", 6), Previous: hash("5"), Miner: id(1).Account(), Transactions: 1, Seconds: 1})
	require.Contains(t, later.part("news"), "n2 is back, after 0s")
	require.Contains(t, later.part("news"), "block 6 by n1 in 1.00 s")
}

// Nodes that were apart before somebody looked are told of.
func TestNodesThatWereApartBefore(t *testing.T) {
	s := see(t, 80, 24, 2)
	s.block(0, "0", "a1", 1, 0)
	s.block(1, "0", "b1", 1, 1)
	later := see(t, 80, 24, 0)
	later.Update(batch{begun{state: s.flush().fold.State()}})
	require.False(t, later.news.Next().IsZero())
	later.Update(wake{})
	require.Contains(t, later.part("news"), "the nodes are on 2 branches")
}

func TestNewsAreBounded(t *testing.T) {
	s := see(t, 80, 24, 1)
	for range 3 * maxLines {
		s.network(events.Notice{Text: "again"})
	}
	require.Len(t, s.flush().lines, maxLines)
}

// A stranger's blocks have no name.
func TestABlockOfAStranger(t *testing.T) {
	s := see(t, 80, 24, 1)
	s.block(77, "0", "1", 1, 0)
	require.Contains(t, s.part("tree"), "  1 ◉?")
	s.Update(batch{begun{state: state.State{Nodes: []state.Node{{Name: "n0", Tip: &events.BlockRef{}}}, Blocks: []state.Block{{BlockRef: ref("1", 1)}}}}})
	require.Contains(t, s.part("tree"), "  1 ●?")
	require.Equal(t, map[string]int{}, s.won)
	require.Zero(t, s.best)
}
