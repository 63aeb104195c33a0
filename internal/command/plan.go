package command

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"networkmngr/internal/api"
	"networkmngr/internal/events"
	"networkmngr/internal/terminal"
)

// planFlags are what the flags of "mining set" ask for.
type planFlags struct {
	mode       string
	interval   time.Duration
	power      string
	hashrate   float64
	shares     map[string]string // of nodes
	strategies map[string]string
	anew       bool
}

// setPlanFlags are the names of planFlags.
var setPlanFlags = []string{"mode", "interval", "power", "hashrate", "shares", "strategies", "anew"}

func planCommand() *cobra.Command {
	return onNetwork(&cobra.Command{
		Use:   "plan",
		Short: "Show how the network is to mine, and what it achieves",
		Long: `Show what "mining set" has asked for last, and beside each node's share of the
hash power the share that it achieves, and of the blocks won. These are the blocks
of the best chain since a node was told last to mine another way, so that they
show what the plan or a strategy comes to. With --json, the manager's answer to
GET /network/mining.`,
		Example: `  networkmngr mining plan
  networkmngr mining plan --json | jq .plan`,
	}, func(ctx context.Context, n *network, out *terminal.Output) error {
		now, err := n.client.NetworkMining(ctx)
		if err != nil {
			return n.explain(err)
		}
		return out.Result(now, func() { printPlan(out, now) })
	})
}

func planSetCommand() *cobra.Command {
	var p planFlags
	command := &cobra.Command{
		Use:   "set",
		Short: "Have the whole network mine by a plan",
		Long: `Have all nodes mine by one plan: a total --hashrate, of which nodes have
--shares in any unit (all the same, if there are none), and --strategies of
those that are not honest. What no flag says stays as the plan before has it;
with --anew, or if there was none, that is: on demand, with real power, as fast
as nodes can, and honestly. The plan outlives restarts: nodes that start again
or are added mine by it.

With --power paced, hundreds of miners fit on one machine: times of searches are
waited for, and only the proof at the end is hashed. With --json, the manager's
answer to PUT /network/mining.`,
		Example: `  networkmngr mining set --mode continuous --power paced --hashrate 131072
  networkmngr mining set --shares n0=60,n1=40
  networkmngr mining set --strategies n1=selfish
  networkmngr mining set --mode demand
  networkmngr mining set --anew`,
		Args: noArguments,
	}
	p.add(command.Flags())
	var asked api.MiningPlan
	judgeFirst(command, func() (err error) {
		if !slices.ContainsFunc(setPlanFlags, command.Flags().Changed) {
			return errors.New("nothing to set: want one of --" + strings.Join(setPlanFlags, ", --"))
		}
		asked, err = p.plan()
		return err
	})
	return onNetwork(command, func(ctx context.Context, n *network, out *terminal.Output) error {
		plan := api.MiningPlan{Mode: events.MiningOnDemand, Power: api.Real}
		if !p.anew {
			now, err := n.client.NetworkMining(ctx)
			if err != nil {
				return n.explain(err)
			}
			plan = *cmp.Or(now.Plan, &plan)
		}
		return n.setPlan(ctx, out, over(plan, asked, command.Flags().Changed))
	})
}

// add adds the flags.
func (p *planFlags) add(flags *pflag.FlagSet) {
	flags.StringVar(&p.mode, "mode", "", "`mode`: off, demand, interval, pending or continuous")
	flags.DurationVar(&p.interval, "interval", 0, "`time` from one block of a node to the next, with --mode interval")
	flags.StringVar(&p.power, "power", "", "`power`: real, where threads hash, or paced")
	flags.Float64Var(&p.hashrate, "hashrate", 0, "hashes a `second` of all nodes together; 0 for as many as they can")
	flags.StringToStringVar(&p.shares, "shares", nil, "`node=share,...` of the hash power; others do not mine then")
	flags.StringToStringVar(&p.strategies, "strategies", nil, "`node=strategy,...` of those that are not honest")
	flags.BoolVar(&p.anew, "anew", false, "forget the plan before")
}

// over is a plan with what flags ask for in the place of what it has.
func over(plan, asked api.MiningPlan, given func(flag string) bool) api.MiningPlan {
	if given("mode") && asked.Mode != plan.Mode {
		plan.Mode, plan.Interval = asked.Mode, 0 // which is that of another mode
	}
	if given("interval") {
		plan.Interval = asked.Interval
	}
	if given("power") {
		plan.Power = asked.Power
	}
	if given("hashrate") {
		plan.Hashrate = asked.Hashrate
	}
	if given("shares") {
		plan.Shares = asked.Shares
	}
	if given("strategies") {
		plan.Strategies = asked.Strategies
	}
	return plan
}

// setPlan has the network mine by a plan, and shows it.
func (n *network) setPlan(ctx context.Context, out *terminal.Output, plan api.MiningPlan) error {
	now, err := n.client.PlanMining(ctx, plan)
	switch {
	case refusedFor(err, "bad-settings"):
		return misuse(err)
	case err != nil:
		return n.explain(err)
	}
	return out.Result(now, func() { printPlan(out, now) })
}

// plan is what the flags ask for.
func (p *planFlags) plan() (api.MiningPlan, error) {
	plan := api.MiningPlan{Mode: p.mode, Interval: p.interval.Seconds(), Power: p.power, Hashrate: p.hashrate}
	if err := miningNumbers(p.interval, 0, 0, p.hashrate); err != nil {
		return plan, err
	}
	for _, node := range slices.Sorted(maps.Keys(p.shares)) {
		share, err := strconv.ParseFloat(p.shares[node], 64)
		if err != nil || notNegative("shares", share) != nil {
			return plan, fmt.Errorf("--shares: that of %s is %q, want a number, 0 or more", node, p.shares[node])
		}
		if plan.Shares == nil {
			plan.Shares = make(map[string]float64)
		}
		plan.Shares[node] = share
	}
	for node, name := range p.strategies {
		if plan.Strategies == nil {
			plan.Strategies = make(map[string]api.Strategy)
		}
		plan.Strategies[node] = api.Strategy{StrategyChoice: api.StrategyChoice{Name: name}}
	}
	return plan, nil
}

func printPlan(out *terminal.Output, now api.NetworkMining) {
	if now.Plan == nil {
		out.Printf("no plan: each node mines by its own settings, see networkmngr mining\n")
	} else {
		out.Printf("%s, %s power, %s asked, %s achieved\n", now.Plan.Mode, now.Plan.Power, asked(now.Plan.Hashrate), hashrate(now.Hashrate))
	}
	all := 0
	for _, n := range now.Nodes {
		all += n.Won
	}
	rows := make([][]any, len(now.Nodes))
	for i, n := range now.Nodes {
		rows[i] = append([]any{n.Node, percent(n.Share), percent(n.Achieved)}, searchOf(n.Mining)...)
		rows[i] = append(rows[i], n.Won, percent(partOf(n.Won, all)))
	}
	out.Table([]string{"node", ">share", ">achieved", ">hash rate", "strategy", ">won", ">of all"}, rows)
	printSince(out, now.Since)
	for _, n := range now.Nodes {
		printError(out, n.Node, n.Error)
	}
}

// searchOf is how a node mines, in the columns of a table. One that does not search has no hash
// rate: what it tells is that of its last search.
func searchOf(m *api.Mining) []any {
	switch {
	case m == nil:
		return []any{none, none}
	case !m.Searching:
		return []any{none, stateWords(m.Strategy)}
	}
	return []any{hashrate(m.Hashrate), stateWords(m.Strategy)}
}

// printSince says which blocks are counted as won.
func printSince(out *terminal.Output, since *time.Time) {
	if since == nil {
		out.Printf("won: blocks of the best chain, as far as they are known\n")
		return
	}
	out.Printf("won: blocks of the best chain since %s,\nwhen a node was told last to mine another way, by a plan or a strategy\n", since.Local().Format(time.TimeOnly))
}

// partOf is a part of all; nil of none.
func partOf(part, all int) *float64 {
	if all == 0 {
		return nil
	}
	return new(float64(part) / float64(all))
}

// asked writes a hash rate that is asked for.
func asked(perSecond float64) string {
	if perSecond == 0 {
		return "all that there is"
	}
	return hashrate(perSecond)
}

func percent(share *float64) string {
	if share == nil {
		return ""
	}
	return fmt.Sprintf("%.1f %%", 100**share)
}
