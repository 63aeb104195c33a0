package command

import (
	"bytes"
	"context"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"networkmngr/internal/api"
	"networkmngr/internal/api/client"
	"networkmngr/internal/events"
	"networkmngr/internal/terminal"
	"networkmngr/internal/types"
)

// screen is an output that takes itself for a terminal.
func screen() (*terminal.Output, *bytes.Buffer) {
	var text bytes.Buffer
	return terminal.Screen(&text), &text
}

func TestMiningOnATerminal(t *testing.T) {
	out, text := screen()
	nodes := api.Nodes{Running: 2, Nodes: []api.NodeState{{Name: "n7", NodeInfo: types.NodeInfo{Address: "127.0.0.1:5007"}}}}
	p := newMiningProgress(t.Context(), out, nodes, client.MiningRequest{Rounds: new(2)})
	require.Contains(t, text.String(), terminal.Bar(0, 4)+" 0 of 4")
	p.add(api.MiningResult{Node: "127.0.0.1:5007", Index: new(uint64(7)), Hash: &types.Hash{}, Seconds: 1.5})
	require.Contains(t, text.String(), "\r\x1b[Kn7  block 7  000000000000  1.500 s\n")
	require.True(t, strings.HasSuffix(text.String(), " 1 of 4"))
	p.add(api.MiningResult{Node: "n", Error: new("no")})
	require.Contains(t, text.String(), "n  failed: no")
	p.add(api.MiningResult{Node: "n", Index: new(uint64(8)), Hash: &types.Hash{}, Seconds: 2, Error: new("no")})
	require.Contains(t, text.String(), "n  block 8  000000000000  2.000 s, and then: no")
}

// What was mined before mining was interrupted is told, that it was not.
func TestInterruptedMining(t *testing.T) {
	out, text := screen()
	ctx, interrupt := context.WithCancel(t.Context())
	p := newMiningProgress(ctx, out, api.Nodes{Running: 2}, client.MiningRequest{})
	interrupt()
	p.add(api.MiningResult{Node: "n", Error: new("stopped")})
	require.NotContains(t, text.String(), "stopped")
	p.add(api.MiningResult{Node: "n", Index: new(uint64(8)), Hash: &types.Hash{}, Error: new("stopped")})
	require.Contains(t, text.String(), "block 8")
}

// A manager of another version may leave out what ours sends.
func TestResultsThatLackWhatTheyShouldHave(t *testing.T) {
	var text bytes.Buffer
	out := terminal.New(&text, false)
	for _, r := range []api.MiningResult{{Node: "n"}, {Node: "n", Index: new(uint64(1))}, {Node: "n", Hash: &types.Hash{}}} {
		require.Equal(t, terminal.Markup("n  neither a block nor an error"), resultLine(out, r))
	}
	require.NoError(t, printReport(out, api.MiningReport{Tips: []api.NodeTip{{Node: "n"}, {Node: "n", Index: new(uint64(1))}}}))
	require.Equal(t, 2, strings.Count(text.String(), "  n: neither a block nor an error\n"))
}

// A start shows how far it is once a person wonders, and leaves no trace.
func TestStartProgress(t *testing.T) {
	out, text := screen()
	p := newStartProgress(out)
	p.timer.Stop() // the test's own time
	p.tell(events.NetworkStarting{Doing: "starting nodes", Done: 1, Nodes: 4})
	require.Empty(t, text.String(), "nobody wonders yet")
	p.show()
	require.Equal(t, "\r\x1b[K"+terminal.Bar(1, 4)+" starting nodes: 1 of 4", text.String())
	p.notice("news")
	require.Contains(t, text.String(), "\r\x1b[Knews\n\r\x1b[K"+terminal.Bar(1, 4))
	p.end()
	p.end()
	text.Reset()
	p.tell(events.NetworkStarting{Doing: "starting nodes", Done: 2, Nodes: 4})
	p.show()
	require.Empty(t, text.String())
}

func TestAQuickStartShowsNothing(t *testing.T) {
	out, text := screen()
	p := newStartProgress(out)
	p.tell(events.NetworkStarting{Doing: "starting nodes", Done: 1, Nodes: 1})
	p.end()
	require.Empty(t, text.String())
}

func TestShortWork(t *testing.T) {
	require.Equal(t, "-", orDash(nil, shortWork))
	require.Equal(t, "1 MH/s", hashrate(999_700), "three digits are of the next unit")
	require.Equal(t, "100 H/s", hashrate(100))
	for decimal, want := range map[string]string{
		"0": "0", "999": "999", "1616277": "1.62M", "28000000": "28M", "999999": "1M", "1234": "1.23k",
		"123456789012345678901234567890": "1.23e+05Y", "strange": "strange",
	} {
		require.Equal(t, want, shortWork(decimal), decimal)
	}
}

func TestClock(t *testing.T) {
	now := time.Date(2026, 11, 20, 12, 0, 0, 0, time.Local)
	require.Equal(t, "11:59:59.250", clock(now.Add(-750*time.Millisecond), now))
	require.Equal(t, "2026-11-19 12:00:00.000", clock(now.AddDate(0, 0, -1), now))
}

func TestAgreement(t *testing.T) {
	out := terminal.New(nil, false)
	one, other := &types.Hash{31: 1}, &types.Hash{31: 2}
	node := func(tip *types.Hash, height uint64) nodeStatus {
		return nodeStatus{State: api.Running, Tip: tip, Height: &height}
	}
	silent := nodeStatus{State: api.Running, Error: new("timeout")}
	for want, s := range map[string]statusForm{
		"no node is running": {Nodes: []nodeStatus{{State: api.Exited}}},
		"no node answers":    {Running: 1, Nodes: []nodeStatus{silent}},
		"all nodes that answer agree on block 3, 010000000000":                         {Running: 2, Nodes: []nodeStatus{silent, node(one, 3)}},
		"the nodes disagree: 2 on block 4 (020000000000), 1 on block 3 (010000000000)": {Running: 3, Nodes: []nodeStatus{node(one, 3), node(other, 4), node(other, 4)}},
		"the one node is on block 3, 010000000000":                                     {Running: 1, Agree: true, Nodes: []nodeStatus{node(one, 3), {State: api.Exited}}},
	} {
		require.Equal(t, terminal.Markup(want), agreement(out, s))
	}
}

// Of a node's process, only its own manager can tell.
func TestWhyANodeIsSilent(t *testing.T) {
	here := newNodeStatus(t.Context(), api.NodeState{State: api.Silent}, nil)
	require.Equal(t, "is not answering, though its process runs", *here.Error)
	there := newNodeStatus(t.Context(), api.NodeState{State: api.Silent, Machine: "http://192.0.2.7:4999"}, nil)
	require.Equal(t, "is not answering; its manager is http://192.0.2.7:4999", *there.Error)
}

// The table has room in 80 columns where a node's state is long, too.
func TestStatusIsNarrow(t *testing.T) {
	var text bytes.Buffer
	silent := nodeStatus{Name: "n10", Node: "127.0.0.1:65001", PID: 4194304, State: api.Running, Error: new("timeout")}
	well := nodeStatus{
		Name: "n11", Node: "127.0.0.1:65002", PID: 4194303, State: api.Running,
		Height: new(uint64(1234567)), Tip: &types.Hash{31: 1}, Peers: new(10), Mempool: new(32768), Work: new("1234567890"),
	}
	out := terminal.New(&text, false)
	printStatus(out, statusForm{Network: "dev", Nodes: []nodeStatus{silent, well}, Running: 2})
	require.NoError(t, out.Finish(nil))
	require.Contains(t, text.String(), "n10 :65001  4194304  not answering")
	for line := range strings.Lines(text.String()) {
		require.LessOrEqual(t, terminal.Width(strings.TrimSuffix(line, "\n")), terminal.Columns, line)
	}
}

func TestReportOfNodesThatDiffer(t *testing.T) {
	var text bytes.Buffer
	require.NoError(t, printReport(terminal.New(&text, false), api.MiningReport{
		Message: "2 mining requests sent; the nodes' tips differ", Height: 5,
		Tips: []api.NodeTip{{Node: "a", Index: new(uint64(5)), Hash: &types.Hash{31: 1}}, {Node: "b", Error: new("timeout")}},
	}))
	require.Equal(t, "2 mining requests sent; the nodes' tips differ; height 5\n"+
		"  a is on block 5, 010000000000\n  b: timeout\n", text.String())
}

func TestMinerOf(t *testing.T) {
	miner := types.NamedAddress("alice")
	b := &types.Block{Transactions: []types.Transaction{{Kind: types.Coinbase, Sequence: 1, Recipient: miner}}}
	require.Equal(t, "n3", minerOf(b, people{miner: "n3"}))
	short := minerOf(b, nil)
	start, end, _ := strings.Cut(short, "…")
	require.True(t, strings.HasPrefix(miner.String(), start) && strings.HasSuffix(miner.String(), end), short)
	b.Transactions[0].Sequence = 0
	require.Equal(t, none, minerOf(b, nil))
}
