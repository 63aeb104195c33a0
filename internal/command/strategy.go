package command

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"networkmngr/internal/api"
	"networkmngr/internal/mining/strategy"
	"networkmngr/internal/terminal"
	"networkmngr/internal/types"
)

// strategies are those of strategy.Names, in that order, with what a miner does by each.
var strategies = []struct {
	name strategy.Name
	does string
}{
	{strategy.Honest, "shows each block as it is found"},
	{strategy.Selfish, "hides blocks, and answers the others' with them (SM1)"},
	{strategy.LeadStubborn, "selfish, and keeps a lead of one block"},
	{strategy.ForkStubborn, "selfish, and keeps what decides a race"},
	{strategy.TrailStubborn, "selfish, and mines on when it is --trail blocks behind"},
	{strategy.Stubborn, "selfish, with any of --lead, --fork and --trail"},
	{strategy.Withhold, "shows --blocks at a time"},
	{strategy.Empty, "takes no transfer into its blocks"},
	{strategy.Censor, "takes no transfer from or to --address"},
	{strategy.DoubleSpend, "pays --merchant an --amount, and mines a branch in which it has not; " +
		"shows it after --confirmations, when it is longer, or gives up --give-up blocks behind"},
}

// strategyTable lists the strategies for people.
func strategyTable() string {
	const indent = 18
	lines := make([]string, len(strategies))
	for i, s := range strategies {
		lines[i] = fmt.Sprintf("  %-*s%s", indent-2, s.name, terminal.Wrap(s.does, indent))
	}
	return strings.Join(lines, "\n")
}

// strategyNames are those of all strategies, with what they do, for completion.
func strategyNames() []string {
	names := make([]string, len(strategies))
	for i, s := range strategies {
		names[i] = string(s.name) + "\t" + s.does
	}
	return names
}

// strategyFlags are what the flags of "strategy" ask for, besides the name.
type strategyFlags struct {
	api.StrategyChoice
	amount                string
	confirmations, giveUp int
}

func strategyCommand() *cobra.Command {
	var s strategyFlags
	command := &cobra.Command{
		Use:   "strategy NODE [NAME]",
		Short: "Show or set by which strategy a node mines",
		Long: `Show by which strategy a node mines, with the blocks that it withholds; with a
name, set it. The node keeps the strategy, also over a start or a kill; what it
withholds is shown when it becomes honest.

` + strategyTable() + `

With --json, the node's answer to /mining.`,
		Example: `  networkmngr strategy n2
  networkmngr strategy n2 selfish
  networkmngr strategy n2 stubborn --lead --fork
  networkmngr strategy n2 withhold --blocks 3
  networkmngr strategy n2 double-spend --from alice --merchant bob --amount 5
  networkmngr strategy n2 honest`,
		Args: nodeAndStrategy, ValidArgsFunction: completeStrategy,
	}
	flags := command.Flags()
	s.add(flags)
	var change *api.MiningChange
	judgeFirst(command, func() (err error) {
		change, err = s.change(flags)
		return err
	})
	return onNetwork(command, func(ctx context.Context, n *network, out *terminal.Output) error {
		return n.strategy(ctx, out, flags.Arg(0), change)
	})
}

// add adds the flags.
func (s *strategyFlags) add(flags *pflag.FlagSet) {
	flags.BoolVar(&s.Lead, "lead", false, "keep a lead of one block")
	flags.BoolVar(&s.Fork, "fork", false, "keep what decides a race")
	flags.IntVar(&s.Trail, "trail", 0, "`blocks` behind at which it mines on")
	flags.IntVar(&s.Blocks, "blocks", 0, "`number` of blocks that are shown at a time")
	flags.StringVar(&s.Address, "address", "", "`account` that is censored, a name or an address")
	flags.StringVar(&s.Merchant, "merchant", "", "`account` that a double spend pays")
	flags.StringVar(&s.From, "from", "", "`account` that it pays from (default the node's own)")
	flags.StringVar(&s.amount, "amount", "", "`coins` that it pays")
	flags.IntVar(&s.confirmations, "confirmations", 0, "`blocks` that the merchant waits for (default 2)")
	flags.IntVar(&s.giveUp, "give-up", 0, "`blocks` behind at which it is given up (default 4 more)")
}

// change is what is asked for; nil for nothing but to show what is.
func (s *strategyFlags) change(flags *pflag.FlagSet) (*api.MiningChange, error) {
	if flags.Arg(1) == "" {
		return nil, nil
	}
	choice := s.StrategyChoice
	choice.Name = flags.Arg(1)
	choice.Confirmations = ifGiven(flags.Changed("confirmations"), &s.confirmations)
	choice.GiveUp = ifGiven(flags.Changed("give-up"), &s.giveUp)
	if choice.Name == api.DoubleSpend && s.amount == "" {
		return nil, errors.New("--amount is missing, want the coins that the double spend pays")
	}
	if s.amount != "" {
		amount, err := types.ParseAmount(s.amount)
		if err != nil {
			return nil, fmt.Errorf("--amount: %w", err)
		}
		choice.Amount = amount
	}
	return &api.MiningChange{Strategy: &api.Strategy{StrategyChoice: choice}}, nil
}

// strategy changes how a node mines, if it is to, and shows its strategy.
func (n *network) strategy(ctx context.Context, out *terminal.Output, node string, change *api.MiningChange) error {
	nodes, err := n.some(ctx, node)
	if err != nil {
		return err
	}
	shown, err := n.miningOf(ctx, nodes[0], change)
	refused, is := errors.AsType[*api.Error](err)
	switch {
	case is && change != nil && refused.Status < 500:
		return misuse(err)
	case err != nil:
		return n.explain(err)
	}
	return out.Result(shown.Mining, func() { printStrategy(out, shown) })
}

func printStrategy(out *terminal.Output, shown nodeMining) {
	s := shown.Mining.Strategy
	out.Printf("%s: %s\n", shown.Node, stateWords(s))
	if s.Own > 0 || s.Public > 0 {
		out.Printf("own branch %d, public branch %d, ahead by %d; %s withheld\n", s.Own, s.Public, s.Ahead, terminal.Plural(s.Withheld, "block"))
	}
	if s.Payment != nil {
		out.Printf("payment  %s\nconflict %s\n", s.Payment, s.Conflict)
	}
	if s.Payment != nil && s.Outcome == "" { // else nobody counts them any more
		out.Printf("%s of the payment\n", terminal.Plural(s.Confirmed, "confirmation"))
	}
}

// stateWords are a strategy with what it withholds, or how it ended.
func stateWords(s api.StrategyState) string {
	switch {
	case s.Outcome != "":
		return s.Name + ", " + s.Outcome
	case s.Withheld > 0:
		return fmt.Sprintf("%s, %d withheld", s.Name, s.Withheld)
	}
	return s.Name
}

func nodeAndStrategy(_ *cobra.Command, args []string) error {
	if len(args) < 1 || len(args) > 2 {
		return misuse(fmt.Errorf("%s, want one or two: a node, and a strategy", argumentCount(args)))
	}
	return nil
}

func completeStrategy(command *cobra.Command, args []string, word string) ([]string, cobra.ShellCompDirective) {
	switch len(args) {
	case 0:
		return completeNode(command, args, word)
	case 1:
		return strategyNames(), cobra.ShellCompDirectiveNoFileComp
	}
	return nil, cobra.ShellCompDirectiveNoFileComp
}
