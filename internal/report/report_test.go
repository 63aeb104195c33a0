package report

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"networkmngr/internal/events"
	"networkmngr/internal/theory"
	"networkmngr/internal/types"
)

// forked is a run of three nodes: a1 is everybody's, then n0 and n1 each find a block 2,
// and n2 goes on from that of n1.
func forked(t *testing.T) *story {
	return tell(t, "n0", "n1", "n2").mines(0, "n0", "n1", "n2").
		finds(1, "n0", "a1", "").gets(1.010, "n1", "n0", "a1", "").gets(1.030, "n2", "n0", "a1", "").
		finds(3, "n0", "a2", "a1").finds(3.010, "n1", "b2", "a1").
		sees(3.020, "n1", "a2").sees(3.020, "n0", "b2").gets(3.030, "n2", "n1", "b2", "a1").sees(3.040, "n2", "a2").
		finds(6, "n2", "b3", "b2").gets(6.010, "n1", "n2", "b3", "b2").sees(6.020, "n0", "b3").
		leaves(6.030, "n0", "a2", "b3", "a1", 1, func(r *events.Reorg) { r.Returned, r.Dropped, r.Held = 2, 3, 1 }).
		at(10, "n0", events.MiningStopped{}).at(10, "n1", events.MiningStopped{}).at(10, "n2", events.MiningStopped{})
}

func TestWhoMinedWhat(t *testing.T) {
	r := forked(t).report()
	require.Equal(t, Totals{Known: 4, Main: 3, Stale: 1, Height: 3, From: 1}, r.Totals)
	require.Equal(t, []string{"n0", "n1", "n2"}, r.Network.OnTip)
	require.Equal(t, hash("b3"), r.Network.Tip.Hash)
	require.Len(t, r.Miners, 3)
	n0 := r.Miners[0]
	require.Equal(t, "n0", n0.Name)
	require.Equal(t, []int{2, 1, 1, 0, 1}, []int{n0.Mined, n0.Main, n0.Stale, n0.Open, n0.Chanced})
	require.InDelta(t, 1.0/3, n0.Share, 1e-9)
	require.Equal(t, theory.Wilson(1, 3), n0.Within)
	require.InDelta(t, 1.0/3, *n0.Expected, 1e-9, "each mined for ten seconds")
	require.EqualValues(t, 100, n0.Hashes)
	require.Equal(t, theory.TooFew, r.Fairness.Test)
	require.Contains(t, r.Fairness.Verdict, "3 blocks are too few")
	require.Empty(t, r.Faults)
}

func TestStaleRateOfAFewBlocks(t *testing.T) {
	r := forked(t).report()
	require.Equal(t, 4, r.Stale.Mined)
	require.Equal(t, 1, r.Stale.Stale)
	require.Equal(t, 0.25, r.Stale.Rate)
	require.Nil(t, r.Stale.Law, "of four blocks")
}

func TestBlockTimesAndDifficulty(t *testing.T) {
	r := forked(t).report()
	require.Equal(t, 2, r.Times.Intervals, "the first block is on top of none that is known")
	require.InDelta(t, (2.010+2.990)/2, r.Times.Mean, 1e-6)
	require.InDelta(t, 2.010, r.Times.Median, 1e-6)
	require.Equal(t, 2.0, *r.Times.Target)
	require.Equal(t, []Step{{1, 100}, {2, 100}, {3, 100}}, r.Times.Steps)
	counted := 0
	for _, b := range r.Times.Bins {
		counted += b.Count
	}
	require.Equal(t, 2, counted)
}

// Each block's delays, by hand: a1 0, 10, 30 ms; a2 0, 20, 40; b2 0, 10, 20; b3 0, 10, 20.
func TestPropagation(t *testing.T) {
	r := forked(t).report()
	p := r.Propagation
	require.Equal(t, 4, p.Blocks)
	require.Equal(t, 4, p.Half.N)
	require.InDelta(t, 0.010, p.Half.P50, 1e-6)
	require.InDelta(t, 0.020, p.Half.P90, 1e-6)
	require.InDelta(t, 0.020, p.Ninety.P50, 1e-6)
	require.InDelta(t, 0.040, p.Ninety.P90, 1e-6)
	require.Equal(t, "n2", p.Nodes[0].Name, "the slowest")
	require.InDelta(t, 0.030, p.Nodes[0].Mean, 1e-6, "30, 40 and 20 ms, b3 is its own")
	require.Equal(t, []string{"n0", "n1", "n2"}, p.Map.Nodes)
	require.Len(t, p.Map.Blocks, 4)
	require.Equal(t, Lost, p.Map.Blocks[1].Fate)
	require.InDelta(t, 0.040, *p.Map.Cells[2][1], 1e-6)
	require.Zero(t, *p.Map.Cells[0][0])
}

// While a network is cut, blocks come to half of it and not to nine in ten: both times are of
// the same blocks, so that the first is never after the second.
func TestPropagationWhileTheNetworkIsCut(t *testing.T) {
	f, ways := &Fold{}, make(map[*head]*spread)
	add := func(s spread) {
		h := new(head)
		f.found, ways[h] = append(f.found, h), &s
	}
	for range 5 {
		add(spread{of: 6, half: new(0.5)})
	}
	half, ninety := f.comparable(ways)
	require.Equal(t, []float64{0.5, 0.5, 0.5, 0.5, 0.5}, half)
	require.Empty(t, ninety)
	add(spread{of: 6, half: new(0.01), ninety: new(0.03)})
	half, ninety = f.comparable(ways)
	require.Equal(t, []float64{0.01}, half)
	require.Equal(t, []float64{0.03}, ninety)
}

func TestAReorgsPostMortem(t *testing.T) {
	s := forked(t)
	over := events.Overtaken{ID: hash("lost"), By: hash("winner"), Block: block("b3")}
	s.leaves(6.5, "n1", "a2", "b3", "a1", 1, func(r *events.Reorg) { r.Dropped, r.Overtaken = 1, []events.Overtaken{over} })
	r := s.report().Reorgs
	require.Equal(t, 2, r.Events)
	require.Equal(t, 1, r.Count(), "both nodes left one branch")
	require.Equal(t, 1, r.Deepest)
	require.Equal(t, []DepthCount{{1, 1}}, r.Depths)
	require.Len(t, r.Full, 1)
	require.Empty(t, r.Rest)
	fork := r.Full[0]
	require.Equal(t, block("a1"), fork.At)
	require.Len(t, fork.Left, 1)
	require.Equal(t, "n0", fork.Left[0].Miner)
	require.Equal(t, []uint64{2, 3}, []uint64{fork.Won[0].Index, fork.Won[1].Index})
	require.Equal(t, []string{"n1", "n2"}, []string{fork.Won[0].Miner, fork.Won[1].Miner})
	require.Equal(t, []string{"n2"}, fork.Spared)
	first, second := fork.Nodes[0], fork.Nodes[1]
	require.Equal(t, []int{2, 1, 2}, []int{first.Returned, first.Held, first.Gone})
	require.Equal(t, noon.Add(3e9), *first.Saw, "it found the block itself")
	require.Equal(t, noon.Add(6_030_000_000), first.Left)
	require.Equal(t, []events.Overtaken{over}, second.Overtaken)
}

// The deepest are told of in full, and many that are alike in a table.
func TestManyReorgs(t *testing.T) {
	s := tell(t, "n0")
	for i := range 300 {
		s.leaves(float64(i), "n0", fmt.Sprintf("x%d", i+1), fmt.Sprintf("y%d", i+2), fmt.Sprintf("z%d", i), 1+i/298)
	}
	r := s.report().Reorgs
	require.Equal(t, 300, r.Events)
	require.Equal(t, 2, r.Deepest)
	require.Equal(t, 2, r.Full[0].Depth)
	require.Len(t, r.Full, atLeast)
	require.Len(t, r.Rest, inTable)
	require.Equal(t, 300-atLeast-inTable, r.More)
	require.Len(t, r.Full[0].Left, 1, "the block is not known, its height is")
	require.Nil(t, r.Full[0].Left[0].Time)
}

// Whoever is not there is not waited for.
func TestNodesThatAreNotThere(t *testing.T) {
	s := tell(t, "n0", "n1", "n2", "n3").at(0.5, "n2", events.NodePaused{}).
		at(0.6, "n3", events.NodeDown{Why: events.Fault, Message: "ended by signal 9", Exit: -1}).
		finds(1, "n0", "a1", "").gets(1.010, "n1", "n0", "a1", "").
		up(2, "n3").gets(2.1, "n3", "n0", "a1", "").
		at(3, "n2", events.NodeResumed{}).gets(3.1, "n2", "n0", "a1", "")
	r := s.report()
	require.InDelta(t, 0.010, r.Propagation.Ninety.P90, 1e-6)
	require.Equal(t, []Fault{{Time: noon.Add(600e6), Node: "n3", What: Killed, Text: "was killed: ended by signal 9", Count: 1}}, r.Faults)
	n2, n3 := r.Nodes[2], r.Nodes[3]
	require.InDelta(t, 0.6, n2.Up, 1e-6, "half a second before the pause, and 0.1 after it")
	require.Len(t, n2.Lives[0].Paused, 1)
	require.Len(t, n3.Lives, 2)
	require.Equal(t, events.Fault, n3.Lives[0].Why)
	require.Nil(t, n3.Lives[1].To)
	require.Nil(t, r.Propagation.Map.Cells[2][0])
}

// What has no end yet lasts until the report is made, however long ago the last event was.
func TestARunningNetworkLastsUntilNow(t *testing.T) {
	s := tell(t, "n0").mines(1, "n0").finds(2, "n0", "a1", "")
	r := s.fold.Report(Options{Made: noon.Add(time.Minute), Runs: true})
	require.Equal(t, noon.Add(time.Minute), r.Network.Until)
	require.Equal(t, noon.Add(2*time.Second), r.Network.Last)
	require.Equal(t, []float64{60, 60, 59}, []float64{r.Network.Seconds, r.Nodes[0].Up, r.Nodes[0].Mining})
	r = s.fold.Report(Options{Made: noon.Add(time.Minute)})
	require.Equal(t, []float64{2, 2, 1}, []float64{r.Network.Seconds, r.Nodes[0].Up, r.Nodes[0].Mining}, "it ended unheard")
}

// A node that was killed could expect less, and what was asked for is no matter of chance.
func TestExpectedShares(t *testing.T) {
	s := tell(t, "n0", "n1").mines(0, "n0", "n1").
		at(10, "n1", events.NodeDown{Why: events.Fault}).
		finds(20, "n0", "a1", "").at(30, "n0", events.MiningStopped{}).finds(40, "n0", "a2", "a1")
	r := s.report()
	require.InDelta(t, 0.75, *r.Miners[0].Expected, 1e-9)
	require.InDelta(t, 0.25, *r.Miners[1].Expected, 1e-9)
	require.Zero(t, r.Miners[1].Mined, "it has no block, and could have had one")
	require.Equal(t, 1, r.Fairness.N)
	require.Equal(t, 1, r.Fairness.LeftOut)
	require.Equal(t, ByTime, r.Fairness.Basis)
	require.Equal(t, 1, r.Stale.Mined)

	set := tell(t, "n0", "n1").at(0, "n0", events.MiningStarted{Mode: lottery, Hashrate: 3000}).
		at(0, "n1", events.MiningStarted{Mode: lottery, Hashrate: 1000}).at(10, "n1", events.MiningChanged{Mode: lottery, Hashrate: 3000}).
		finds(20, "n0", "a1", "")
	r = set.report()
	require.Equal(t, ByHashrate, r.Fairness.Basis)
	require.InDelta(t, 0.6, *r.Miners[0].Expected, 1e-9, "60,000 hashes of 100,000")
}

// The time in which nobody mines is none of a block's.
func TestRestsAreNoBlockTime(t *testing.T) {
	r := tell(t, "n0").mines(0, "n0").finds(1, "n0", "a1", "").at(2, "n0", events.MiningStopped{}).
		mines(100, "n0").finds(103, "n0", "a2", "a1").report()
	require.Equal(t, 1, r.Times.Intervals)
	require.InDelta(t, 4, r.Times.Mean, 1e-6)
}

func TestARivalAtTheTipIsUndecided(t *testing.T) {
	r := tell(t, "n0", "n1").finds(1, "n0", "a1", "").finds(1, "n1", "b1", "").report()
	require.Equal(t, []int{1, 0, 1}, []int{r.Totals.Main, r.Totals.Stale, r.Totals.Open})
}

// What is missing is said.
func TestWhatIsNotKnown(t *testing.T) {
	s := tell(t, "n0").at(1, "", events.Gap{First: 10, Last: 19, Reason: events.Expired}).
		at(1, "n0", events.Gap{First: 3, Last: 5, Reason: events.Lost}).
		finds(2, "n0", "a9", "a8").
		gets(3, "n0", "elsewhere", "a10", "a9").sees(3, "n0", "b10")
	all := strings.Join(s.report().Unknown, "\n")
	for _, part := range []string{
		"10 events are no longer kept", "3 events of nodes were lost", "not known down to its first block",
		"1 blocks were found by nobody who tells of it", "Of 1 blocks nobody told who mined them", "The manager has not told of its end",
	} {
		require.Contains(t, all, part)
	}
	running := s.fold.Report(Options{Runs: true, Unknown: []string{"more"}}).Unknown
	require.Contains(t, running, "more")
	require.Contains(t, strings.Join(running, "\n"), "still runs")
}

// Of a manager that was killed, the nodes' last words count, not the time of the next start.
func TestNodesThatWereGone(t *testing.T) {
	r := tell(t, "n0").mines(0, "n0").finds(5, "n0", "a1", "").
		at(5000, "n0", events.NodeDown{Why: events.Gone, Left: true}).report()
	require.InDelta(t, 5, r.Nodes[0].Up, 1e-6)
	require.InDelta(t, 5, r.Nodes[0].Mining, 1e-6)
	require.Contains(t, r.Faults[0].Text, "how it ended is not known")
}

// Where nobody told of a node's end, it mines anew only once it says so.
func TestANodeWhoseEndIsMissingMinesNoLonger(t *testing.T) {
	r := tell(t, "n0").mines(0, "n0").up(5, "n0").at(20, "n0", events.TipMoved{Work: "0"}).report()
	require.Equal(t, "an end that nobody told", ended(r.Nodes[0].Lives[0]))
	require.InDelta(t, 5, r.Nodes[0].Mining, 1e-6)
}

func TestAnotherNetworkBeginsAnew(t *testing.T) {
	r := tell(t, "n0").finds(1, "n0", "a1", "").at(2, "", events.NetworkChanged{Network: "other", Parameters: &events.Parameters{BlockTime: 5}}).
		finds(3, "n0", "c1", "").finds(4, "n0", "c2", "c1").report()
	require.Equal(t, "other", r.Network.Name)
	require.Equal(t, 2, r.Totals.Known)
	require.Equal(t, 5.0, *r.Times.Target)
	require.Contains(t, strings.Join(r.Unknown, "\n"), "another network 1 times")
}

// A long run keeps its last blocks, and says so.
func TestTheOldestBlocksAreForgotten(t *testing.T) {
	s := tell(t, "n0")
	on := ""
	for i := range maxHeads + 10 {
		name := fmt.Sprintf("a%d", i+1)
		s.finds(float64(i), "n0", name, on)
		on = name
	}
	s.up(maxHeads, "n1").gets(maxHeads+20, "n1", "n0", "a1", "") // a newcomer catches up
	r := s.report()
	require.Equal(t, Totals{Known: maxHeads, Main: maxHeads, Height: maxHeads + 10, From: 11, Forgotten: 10}, r.Totals)
	all := strings.Join(r.Unknown, "\n")
	require.Contains(t, all, "10 older blocks are left out")
	require.Contains(t, all, "is that of the last 5000")
	require.LessOrEqual(t, len(r.Times.Steps), maxSteps+1)
}

// The measured rate goes with the law where chance alone rules, and is far from it where
// half of the blocks go stale on purpose.
func TestTheLawIsHeldAgainstWhatWasMeasured(t *testing.T) {
	s := tell(t, "n0", "n1").mines(0, "n0", "n1")
	on := ""
	for i := range 100 {
		at, name := float64(i), fmt.Sprintf("a%d", i+1)
		s.finds(at, "n0", name, on).gets(at+0.010, "n1", "n0", name, on)
		on = name
	}
	r := s.report()
	require.Equal(t, 100, r.Stale.Mined)
	law := r.Stale.Law
	require.InDelta(t, 0.010, law.Delay, 1e-6)
	require.InDelta(t, 1, law.Interval, 1e-6)
	require.InDelta(t, 0.5, law.Concentration, 1e-6)
	require.InDelta(t, theory.Stale(0.010, 0.5), law.Simple, 1e-6)
	require.InDelta(t, theory.Stale(0.010, 0.5), law.Rate, 2e-4)
	require.True(t, law.Holds)
	require.True(t, law.Range.Holds(law.Rate))
	require.Less(t, law.Range.High, 0.007)
	require.Equal(t, theory.ChiSquared, r.Fairness.Test)
	require.Less(t, *r.Fairness.P, 1e-6, "one has won all")
	require.Contains(t, r.Fairness.Verdict, "rare by chance")

	for i := range 100 {
		s.finds(float64(i)+0.001, "n1", fmt.Sprintf("b%d", i+1), fmt.Sprintf("a%d", i))
	}
	r = s.report()
	require.Equal(t, 99, r.Stale.Stale)
	require.False(t, r.Stale.Law.Holds)
	require.Contains(t, r.Stale.Law.Verdict, "outside")
}

func TestNothingAtAll(t *testing.T) {
	for name, f := range map[string]*Fold{"no event": NewFold(), "no block": tell(t, "n0", "n1").fold} {
		r := f.Report(Options{Made: noon})
		require.Zero(t, r.Totals.Known, name)
		var page bytes.Buffer
		require.NoError(t, r.WriteHTML(&page), name)
		require.Contains(t, page.String(), "No block beyond genesis is known", name)
		for _, form := range Forms {
			require.NoError(t, r.Write(&page, form), name)
		}
	}
}

// Lists are lists, also where they are empty, as programs expect.
func TestJSONHasNoNullLists(t *testing.T) {
	for _, f := range []*Fold{NewFold(), tell(t, "n0").fold, forked(t).fold} {
		text, err := json.Marshal(f.Report(Options{Made: noon}))
		require.NoError(t, err)
		for _, name := range []string{"nodes", "lives", "paused", "miners", "faults", "unknown", "bins", "difficulty", "full", "rest", "depths", "left", "won", "spared", "overtaken", "runs", "on_tip", "cells", "blocks"} {
			require.NotContains(t, string(text), `"`+name+`":null`)
		}
	}
}

func TestCSV(t *testing.T) {
	var text bytes.Buffer
	s := forked(t)
	require.NoError(t, s.report().WriteCSV(&text))
	rows, err := csv.NewReader(&text).ReadAll()
	require.NoError(t, err)
	require.Len(t, rows, 5)
	require.Equal(t, csvColumns, rows[0])
	require.Equal(t, []string{
		hash("a2").String(), "2", hash("a1").String(), "2026-11-28T12:00:03Z", s.id("n0").Account().String(), "n0", "stale", "true", "0.5", "50",
		"133", "1", "", "3", "3", "0.02", "0.04",
	}, rows[2])
	require.Equal(t, "100", rows[3][12])
	require.Equal(t, "'=cmd()", harmless("=cmd()"))
	require.Equal(t, "'-1", harmless("-1"))
	require.Equal(t, "n0", harmless("n0"))
}

// A block of which only a height is known says nothing that is not so.
func TestAStrangersBlock(t *testing.T) {
	s := tell(t, "n0").sees(1, "n0", "x5")
	r := s.report()
	require.Equal(t, 1, r.Totals.Known)
	require.Empty(t, r.Miners)
	require.Equal(t, Beyond, r.Blocks[0].Fate)
	require.Equal(t, types.Address{}, r.Blocks[0].Miner)
}

// A block counts as there once it is on the chain; beside a rival's, once all of it is.
func TestWhenABlockIsThere(t *testing.T) {
	s := tell(t, "n0", "n1").finds(1, "n0", "a1", "").sees(1.010, "n1", "a1").gets(1.030, "n1", "n0", "a1", "").
		finds(2, "n1", "b2", "a1").finds(2, "n0", "a2", "a1").sees(2.020, "n1", "a2").finds(3, "n0", "a3", "a2").
		gets(3.040, "n1", "n0", "a2", "a1")
	cells := s.report().Propagation.Map.Cells[1]
	require.InDelta(t, 0.030, *cells[0], 1e-6, "it was verified by then")
	require.InDelta(t, 0.020, *cells[2], 1e-6, "it waited beside the node's own")
}

// Nodes that leave a branch for blocks of different heights have left the same one.
func TestNodesThatGoOnToDifferentBlocks(t *testing.T) {
	s := forked(t).leaves(6.5, "n1", "a2", "b4", "a1", 1)
	r := s.report().Reorgs
	require.Len(t, r.Full, 1)
	require.Equal(t, []uint64{3, 4}, []uint64{r.Full[0].Nodes[0].To.Index, r.Full[0].Nodes[1].To.Index})
}

// A node that was ended by force tells at its next start of blocks that nobody may have
// heard of; those of a time before the stream are no part of the run.
func TestABlockThatNobodyWasToldOfCounts(t *testing.T) {
	untold := func(name, on string) events.BlockConnected {
		return events.BlockConnected{BlockRef: block(name), Previous: parent(on), Timestamp: uint32(noon.Unix()) + 3}
	}
	s := tell(t, "n0", "n1").finds(1, "n1", "b7", "b6").
		at(9, "n0", events.TipMoved{BlockRef: block("a8"), Work: "1", Last: []events.BlockConnected{untold("b6", "b5"), untold("b7", "b6"), untold("a8", "b7")}})
	require.Equal(t, 2, s.report().Totals.Known)
	s.finds(10, "n1", "b8", "b7").finds(11, "n1", "b9", "b8").leaves(12, "n0", "a8", "b9", "b7", 1)
	totals := s.report().Totals
	require.Equal(t, []int{4, 3, 1}, []int{totals.Known, totals.Main, totals.Stale})
}
