package command

import (
	"net/http"
	"regexp"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"networkmngr/internal/api"
	"networkmngr/internal/api/client"
	"networkmngr/internal/events"
	"networkmngr/internal/events/state"
	"networkmngr/internal/mining/strategy"
	"networkmngr/internal/types"
)

// A selfish miner among real processes: what it withholds shows in the manager's picture
// only, and is shown as the strategy says.
func TestSelfishMinerOnANetwork(t *testing.T) {
	n := startNetwork(t, 3)
	plan := []string{"mining", "set", "--mode=demand", "--power=paced", "--hashrate=1e10", "--strategies=n0=selfish"}
	set := n.run(plan...).fine().stdout
	require.Regexp(t, `demand, paced power, 10 GH/s asked, 0 H/s achieved`, set)
	require.Regexp(t, `n0 +33.3 % .*selfish`, set)

	hidden := n.mineOn(0, 2)
	n.awaitNode(0, func(now state.Node) bool { return now.Withheld == 2 })
	require.Equal(t, "selfish", n.stateOf(0).Strategy)
	require.EqualValues(t, 2, n.stateOf(0).Tip.Index)
	for i := 1; i < 3; i++ {
		require.Zero(t, n.stateOf(i).Tip.Index, "n%d knows nothing of it", i)
		n.knowsNot(i, hidden...)
	}
	require.Contains(t, n.run("strategy", "n0").fine().stdout, "n0: selfish, 2 withheld\nown branch 2, public branch 0, ahead by 2; 2 blocks withheld\n")

	n.mineOn(1, 1)
	n.awaitTip(hidden[1], "a lead of one block is shown whole")
	n.awaitNode(0, func(now state.Node) bool { return now.Withheld == 0 })

	raced := n.mineOn(0, 1)
	n.knowsNot(1, raced...)
	n.mineOn(2, 1)
	until(t, "the race", func() bool { return n.knows(2, raced[0]) })
	won := n.mineOn(0, 1)
	n.awaitTip(won[0], "the race is won")
	n.awaitPlan(`n0 .* selfish +4 +100.0 %`, `n1 .* honest +0 +0.0 %`, `won: blocks of the best chain since `)

	last := n.mineOn(0, 1)
	shown := n.run("strategy", "n0", "honest").fine().stdout
	require.Equal(t, "n0: honest\n", shown)
	require.EqualValues(t, 5, last[0].Index)
	n.awaitTip(last[0], "what was withheld is shown")
	n.awaitPlan(`n0 .* honest +0\n`)
	n.mineOn(1, 1)
	n.awaitPlan(`n0 .* honest +0 +0.0 %`, `n1 .* honest +1 +100.0 %`)

	n.run("strategy", "n0", "greedy").ends(exitMisuse, `name is "greedy", want one of honest`)
	n.run("strategy").ends(exitMisuse, "0 arguments, want one or two")
	n.run("mining", "set", "--hashrate=0").ends(exitMisuse, "hashrate is missing")
	n.run("mining", "set", "--hashrate=1", "--shares=n0=many").ends(exitMisuse, `that of n0 is "many", want a number`)
	require.Contains(t, n.run("mining", "plan").fine().stdout, "demand, paced power, 10 GH/s asked")

	kept := n.run("mining", "set", "--strategies=n1=selfish").fine().stdout
	require.Contains(t, kept, "demand, paced power, 10 GH/s asked", "what no flag says stays as it is")
	require.Regexp(t, `n1 .*selfish`, kept)
	require.NotRegexp(t, `n0 .*selfish`, kept)
	require.Regexp(t, `demand, paced power, 5 GH/s asked[^x]*n1 .*selfish`, n.run("mining", "set", "--hashrate=5e9").fine().stdout)
	n.run("mining", "set").ends(exitMisuse, "nothing to set")
	anew := n.run("mining", "set", "--anew").fine().stdout
	require.Contains(t, anew, "demand, real power, all that there is asked")
	require.NotContains(t, anew, "selfish")
	n.run("strategy", "n0", "doublespend", "--from=alice", "--merchant=bob", "--amount=5").ends(exitMisuse, `name is "doublespend", want one of honest`)
	n.run("strategy", "n0", "double-spend", "--from=alice", "--merchant=bob").ends(exitMisuse, "--amount is missing")
}

// A plan of another mode has no interval of the one before.
func TestFlagsOverAPlan(t *testing.T) {
	plan := api.MiningPlan{
		Mode: "interval", Interval: 5, Power: api.Paced, Hashrate: 9, Shares: map[string]float64{"n0": 1}, Strategies: map[string]api.Strategy{"n0": {}},
	}
	asked := api.MiningPlan{Mode: "pending"}
	given := func(flags ...string) func(string) bool {
		return func(flag string) bool { return slices.Contains(flags, flag) }
	}
	require.Equal(t, plan, over(plan, asked, given()))
	require.Equal(t, api.MiningPlan{Mode: "pending", Power: api.Paced, Hashrate: 9, Shares: plan.Shares, Strategies: plan.Strategies}, over(plan, asked, given("mode")))
	require.Equal(t, asked, over(plan, asked, given("mode", "interval", "power", "hashrate", "shares", "strategies")))
	require.Equal(t, plan, over(plan, api.MiningPlan{Mode: "interval"}, given("mode")))
}

// A double spend is one request: alice pays bob, who sees one confirmation, and has
// nothing in the end.
func TestDoubleSpendOnANetwork(t *testing.T) {
	file, _ := ledgerGenesis(t)
	n := startNetwork(t, 3, "--genesis="+file)
	held := n.balanceOf("bob")
	begun := n.run("strategy", "n0", "double-spend", "--from=alice", "--merchant=bob", "--amount=5", "--confirmations=1").fine().stdout
	require.Contains(t, begun, "n0: double-spend\npayment  ")
	n.mineOn(0, 1)
	until(t, "the payment to be pending at n1", func() bool {
		pending, err := clientOf(n.node(1)).Mempool(t.Context(), 0, 10)
		return err == nil && pending.Count == 1
	})
	n.mineOn(1, 1)
	until(t, "the payment to be confirmed", func() bool { return n.balanceOf("bob") == held+5*types.Coin })
	last := n.mineOn(0, 1)
	n.awaitTip(last[0], "the longer branch is shown")
	until(t, "the payment to be undone", func() bool { return n.balanceOf("bob") == held })
	won := n.run("strategy", "n0").fine().stdout
	require.Contains(t, won, "n0: double-spend, won\n")
	require.NotContains(t, won, "confirmations", "of a payment that is undone there are none to come")
}

// awaitPlan waits until "mining plan" shows lines.
func (n *liveNetwork) awaitPlan(lines ...string) {
	n.Helper()
	for _, line := range lines {
		shows := regexp.MustCompile(line)
		until(n.T, "mining plan shows "+line, func() bool { return shows.MatchString(n.run("mining", "plan").fine().stdout) })
	}
}

// mineOn has a node mine blocks.
func (n *liveNetwork) mineOn(i, count int) (blocks []events.BlockRef) {
	n.Helper()
	mined, err := clientOf(n.node(i)).Mine(n.Context(), count)
	require.NoError(n, err)
	for _, b := range append(mined.Blocks, mined.Block)[:count] {
		blocks = append(blocks, events.BlockRef{Hash: b.Hash(), Index: b.Height()})
	}
	return blocks
}

// balanceOf is that of an account, as n1 has it.
func (n *liveNetwork) balanceOf(name string) types.Amount {
	n.Helper()
	account, err := clientOf(n.node(1)).Account(n.Context(), types.NamedAddress(name))
	require.NoError(n, err)
	return account.Balance
}

// stateOf is a node in the manager's picture.
func (n *liveNetwork) stateOf(i int) state.Node {
	n.Helper()
	now, err := client.NewManager(n.record.URL, "", http.DefaultClient).State(n.Context())
	require.NoError(n, err)
	return now.Nodes[i]
}

func (n *liveNetwork) awaitNode(i int, is func(state.Node) bool) {
	n.Helper()
	until(n.T, "the state of a node", func() bool { return is(n.stateOf(i)) })
}

// awaitTip waits until a block is the tip of all nodes.
func (n *liveNetwork) awaitTip(tip events.BlockRef, what string) {
	n.Helper()
	for i := range 3 {
		until(n.T, what, func() bool { at := n.stateOf(i).Tip; return at != nil && at.Hash == tip.Hash })
	}
}

// knows reports whether a node has a block.
func (n *liveNetwork) knows(i int, block events.BlockRef) bool {
	_, err := clientOf(n.node(i)).Block(n.Context(), block.Hash.String())
	return err == nil
}

func (n *liveNetwork) knowsNot(i int, blocks ...events.BlockRef) {
	n.Helper()
	for _, block := range blocks {
		require.False(n, n.knows(i, block), "n%d knows block %d", i, block.Index)
	}
}

// The help and the completion tell of each strategy that there is.
func TestAllStrategiesAreTold(t *testing.T) {
	var names []strategy.Name
	for _, s := range strategies {
		names = append(names, s.name)
	}
	require.Equal(t, strategy.Names, names)
	help := execute(t, "strategy", "--help").fine().stdout
	completed := execute(t, "__complete", "strategy", "n0", "").stdout
	for _, name := range names {
		require.Contains(t, help, "\n  "+string(name)+" ")
		require.Contains(t, completed, string(name)+"\t")
	}
}
