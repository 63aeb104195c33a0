package command

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"networkmngr/internal/api"
	"networkmngr/internal/api/client"
	"networkmngr/internal/terminal"
)

// errMiningFailed means that some requests to mine came to nothing.
var errMiningFailed = errors.New("not every request was answered with a block")

// mining is what the flags of "mine" ask for.
type mining struct {
	rounds           int
	min, max         time.Duration
	race, continuous bool
	detach, stop     bool
}

func mineCommand() *cobra.Command {
	var m mining
	command := &cobra.Command{
		Use:   "mine",
		Short: "Have the nodes mine",
		Long: `Have every node mine in turn, with a random pause between them, or all at once.
A line tells of each block. Ctrl-C ends the mining.

With --json, the manager's report, as /start/mining returns it, at the end.`,
		Example: `  networkmngr mine
  networkmngr mine --rounds 3 --min 0s --max 0s
  networkmngr mine --race --continuous
  networkmngr mine --continuous --detach; networkmngr mine --stop`,
	}
	flags := command.Flags()
	flags.IntVar(&m.rounds, "rounds", 1, "`number` of requests to each node")
	flags.DurationVar(&m.min, "min", time.Second, "shortest `pause` between two nodes")
	flags.DurationVar(&m.max, "max", 3*time.Second, "longest `pause` between two nodes")
	flags.BoolVar(&m.race, "race", false, "all nodes at once, without pauses")
	flags.BoolVar(&m.continuous, "continuous", false, "go on until Ctrl-C, or mine --stop")
	flags.BoolVar(&m.detach, "detach", false, "return at once, and let them go on")
	flags.BoolVar(&m.stop, "stop", false, "end the mining that is under way, of a plan too")
	judgeFirst(command, func() error { return m.validate(flags.Changed) })
	return onNetwork(command, func(ctx context.Context, n *network, out *terminal.Output) error {
		switch {
		case m.stop:
			return n.stopMining(ctx, out)
		case m.detach:
			return n.mineDetached(ctx, out, m.request(command))
		}
		return n.mine(ctx, out, m.request(command))
	})
}

// validate finds flags that contradict each other.
func (m mining) validate(given func(flag string) bool) error {
	for _, other := range []string{"rounds", "min", "max", "race", "continuous", "detach"} {
		if m.stop && given(other) {
			return fmt.Errorf("--stop goes without --%s", other)
		}
	}
	if err := m.checkBounds(given); err != nil {
		return err
	}
	switch {
	case m.continuous && given("rounds"):
		return errors.New("--continuous goes on without end, so without --rounds")
	case m.race && (given("min") || given("max")):
		return errors.New("--race has no pauses, so no --min and --max")
	}
	return nil
}

// checkBounds says in words of the flags what the manager would refuse.
func (m mining) checkBounds(given func(string) bool) error {
	if m.rounds < 1 || m.rounds > api.MaxRounds {
		return fmt.Errorf("--rounds %d: want 1 to %d", m.rounds, api.MaxRounds)
	}
	if err := cmp.Or(within("min", m.min, api.MaxPause), within("max", m.max, api.MaxPause)); err != nil {
		return err
	}
	if given("min") && given("max") && m.min > m.max {
		return fmt.Errorf("--min %s is more than --max, %s", m.min, m.max)
	}
	return nil
}

// request leaves to the manager what the flags do not say.
func (m mining) request(command *cobra.Command) client.MiningRequest {
	given := command.Flags().Changed
	return client.MiningRequest{
		Rounds: ifGiven(given("rounds"), &m.rounds), Min: ifGiven(given("min"), &m.min), Max: ifGiven(given("max"), &m.max),
		Race: m.race, Continuous: m.continuous,
	}
}

// mine follows the mining to its end, or ends it when ctx does.
func (n *network) mine(ctx context.Context, out *terminal.Output, r client.MiningRequest) error {
	nodes, err := n.nodes(ctx)
	if err != nil {
		return err
	}
	following, giveUp := context.WithCancel(context.WithoutCancel(ctx))
	defer giveUp()
	interrupted := context.AfterFunc(ctx, func() {
		if n.endMining(following) != nil {
			giveUp()
		}
	})
	defer interrupted()
	progress := newMiningProgress(ctx, out, nodes, r)
	report, err := n.client.Mine(following, r, progress.add)
	progress.line.Clear()
	if err != nil {
		return n.explain(err)
	}
	if err := printReport(out, report); err != nil {
		return err
	}
	return miningError(ctx, r, report)
}

func (n *network) endMining(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, askTimeout)
	defer cancel()
	_, err := n.client.StopMining(ctx)
	return err
}

// miningError says whether it came to what was asked for.
func miningError(ctx context.Context, r client.MiningRequest, report api.MiningReport) error {
	switch {
	case r.Continuous:
		return nil
	case ctx.Err() != nil:
		return fmt.Errorf("interrupted: %w", context.Cause(ctx))
	case report.Mined < report.Sent || report.Sent == 0:
		return errMiningFailed
	}
	return nil
}

func (n *network) mineDetached(ctx context.Context, out *terminal.Output, r client.MiningRequest) error {
	answer, err := n.client.StartMining(ctx, r)
	if err != nil {
		return n.explain(err)
	}
	until := "until"
	if !r.Continuous {
		until = "to the end, or until"
	}
	return out.Result(answer, func() { out.Printf("the nodes mine %s: networkmngr mine --stop\n", until) })
}

func (n *network) stopMining(ctx context.Context, out *terminal.Output) error {
	report, err := n.client.StopMining(ctx)
	if err != nil {
		return n.explain(err)
	}
	return printReport(out, report)
}

// miningProgress shows results as they come.
type miningProgress struct {
	ctx         context.Context // that the user may end
	out         *terminal.Output
	line        terminal.StatusLine
	done, total int               // total is 0 if there is no end
	names       map[string]string // of nodes, by address
}

func newMiningProgress(ctx context.Context, out *terminal.Output, nodes api.Nodes, r client.MiningRequest) *miningProgress {
	p := &miningProgress{ctx: ctx, out: out, line: terminal.StatusLine{Out: out}, total: nodes.Running, names: make(map[string]string)}
	for _, node := range nodes.Nodes {
		p.names[node.Address] = node.Name
	}
	if r.Rounds != nil {
		p.total *= *r.Rounds
	}
	if r.Continuous {
		p.total = 0
	}
	p.show()
	return p
}

func (p *miningProgress) add(result api.MiningResult) {
	p.done++
	if p.out.JSON || result.Index == nil && p.ctx.Err() != nil {
		return // the user knows why it was cut short
	}
	p.line.Clear()
	result.Node = cmp.Or(p.names[result.Node], result.Node)
	p.out.Printf("%s\n", resultLine(p.out, result))
	p.show()
}

func (p *miningProgress) show() {
	switch {
	case p.total == 0:
		p.line.Set("%d mined, Ctrl-C ends it", p.done)
	case p.done < p.total:
		p.line.Set("%s %d of %d", terminal.Bar(p.done, p.total), p.done, p.total)
	}
}

// resultLine is a line of the progress.
func resultLine(out *terminal.Output, r api.MiningResult) terminal.Markup {
	mined := r.Index != nil && r.Hash != nil
	block := ""
	if mined {
		block = fmt.Sprintf("  block %d  %s  %.3f s", *r.Index, shortHash(*r.Hash), r.Seconds)
	}
	switch {
	case r.Error != nil && mined:
		return out.Paint(terminal.Red, fmt.Sprintf("%s%s, and then: %s", r.Node, block, *r.Error))
	case r.Error != nil:
		return out.Paint(terminal.Red, fmt.Sprintf("%s  failed: %s", r.Node, *r.Error))
	case mined:
		return terminal.Plain(r.Node + block)
	default:
		return out.Paint(terminal.Red, r.Node+"  neither a block nor an error")
	}
}

func printReport(out *terminal.Output, report api.MiningReport) error {
	return out.Result(report, func() {
		out.Printf("%s; height %d\n", report.Message, report.Height)
		for _, tip := range report.Tips {
			out.Printf("  %s\n", tipLine(tip))
		}
	})
}

func tipLine(tip api.NodeTip) string {
	switch {
	case tip.Error != nil:
		return fmt.Sprintf("%s: %s", tip.Node, *tip.Error)
	case tip.Index != nil && tip.Hash != nil:
		return fmt.Sprintf("%s is on block %d, %s", tip.Node, *tip.Index, shortHash(*tip.Hash))
	default:
		return tip.Node + ": neither a block nor an error"
	}
}
