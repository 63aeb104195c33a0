package command

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"networkmngr/internal/api"
	"networkmngr/internal/terminal"
)

// errMiningUnknown means that some nodes did not say how they mine.
var errMiningUnknown = errors.New("not every node answered")

// miningFlags are what the flags of "mining" ask for.
type miningFlags struct {
	mode     string
	interval time.Duration
	blocks   int
	threads  int
	hashrate float64
	paced    bool
}

// nodeMining is how one node mines. Without an answer, Error says why.
type nodeMining struct {
	Node   string      `json:"node"` // name
	Mining *api.Mining `json:"mining"`
	Error  *string     `json:"error"`
}

func miningCommand() *cobra.Command {
	var m miningFlags
	command := &cobra.Command{
		Use:   "mining",
		Short: "Show or set how nodes mine by themselves",
		Long: `Show how nodes mine, and what that has come to; with flags, set it. A node mines
when it is asked (--mode demand, as after each start), not at all (off), a block
every --interval, while transfers wait (pending), or without pause (continuous).
It hashes with all its --threads, or at a --hashrate: really, with pauses, or
--paced, where the time is waited for instead of hashed through. "mining set"
has all nodes mine by one plan, with shares of one hash rate.

With --json: a list of node (name), mining (the node's answer to /mining) and
error.`,
		Example: `  networkmngr mining
  networkmngr mining --mode continuous --blocks 10
  networkmngr mining --node n0 --mode interval --interval 5s
  networkmngr mining --hashrate 100000 --paced
  networkmngr mining --mode demand --hashrate 0 --paced=false`,
	}
	flags := command.Flags()
	node := nodeFlag(command, "`name` or port of a node (default all that run)")
	flags.StringVar(&m.mode, "mode", "", "`mode`: off, demand, interval, pending or continuous")
	flags.DurationVar(&m.interval, "interval", 0, "`time` from one block of a node to the next, with --mode interval")
	flags.IntVar(&m.blocks, "blocks", 0, "`number` of blocks that a node mines by the mode before it rests; 0 for no end")
	flags.IntVar(&m.threads, "threads", 0, "`number` of threads that hash")
	flags.Float64Var(&m.hashrate, "hashrate", 0, "hashes a `second` of each node; 0 for as many as its threads can")
	flags.BoolVar(&m.paced, "paced", false, "wait for the time of --hashrate instead of hashing")
	judgeFirst(command, func() error { return miningNumbers(m.interval, m.blocks, m.threads, m.hashrate) })
	command = onNetwork(command, func(ctx context.Context, n *network, out *terminal.Output) error {
		return n.mining(ctx, out, *node, m.change(command))
	})
	command.AddCommand(planSetCommand(), planCommand())
	return command
}

// change is what the flags change; nil for nothing.
func (m *miningFlags) change(command *cobra.Command) *api.MiningChange {
	given := command.Flags().Changed
	seconds := m.interval.Seconds()
	change := api.MiningChange{
		Mode: ifGiven(given("mode"), &m.mode), Interval: ifGiven(given("interval"), &seconds),
		Blocks: ifGiven(given("blocks"), &m.blocks), Threads: ifGiven(given("threads"), &m.threads),
		Hashrate: ifGiven(given("hashrate"), &m.hashrate), Paced: ifGiven(given("paced"), &m.paced),
	}
	if change == (api.MiningChange{}) {
		return nil
	}
	return &change
}

func ifGiven[T any](given bool, value *T) *T {
	if !given {
		return nil
	}
	return value
}

// mining changes how a node mines, or all nodes do, and shows it.
func (n *network) mining(ctx context.Context, out *terminal.Output, node string, change *api.MiningChange) error {
	nodes, err := n.some(ctx, node)
	if err != nil {
		return err
	}
	list := make([]nodeMining, len(nodes))
	refused := make([]error, len(nodes))
	askAll(ctx, len(nodes), func(ctx context.Context, i int) {
		list[i], refused[i] = n.miningOf(ctx, nodes[i], change)
	})
	for _, err := range refused {
		if refusedFor(err, "bad-settings") {
			return misuse(err) // all say the same
		}
	}
	err = out.Result(list, func() { printMining(out, list) })
	if err == nil && errors.Join(refused...) != nil {
		return errMiningUnknown
	}
	return err
}

func (n *network) miningOf(ctx context.Context, node api.NodeState, change *api.MiningChange) (nodeMining, error) {
	client := n.at(node)
	var mining api.Mining
	var err error
	if change == nil {
		mining, err = client.Mining(ctx)
	} else {
		mining, err = client.SetMining(ctx, *change)
	}
	if err != nil {
		return nodeMining{Node: node.Name, Error: new(err.Error())}, err
	}
	return nodeMining{Node: node.Name, Mining: &mining}, nil
}

func printMining(out *terminal.Output, list []nodeMining) {
	rows := make([][]any, len(list))
	for i, m := range list {
		if m.Error != nil {
			rows[i] = []any{m.Node, none, none, none, none, none, none}
			continue
		}
		searching := ""
		if m.Mining.Searching {
			searching = "searching"
		}
		rows[i] = []any{m.Node, when(m.Mining.Settings), searching, power(m.Mining.Settings), hashrate(m.Mining.Hashrate), m.Mining.Blocks, stateWords(m.Mining.Strategy)}
	}
	out.Table([]string{"node", "mines", "now", "with", ">achieved", ">blocks", "strategy"}, rows)
	for _, m := range list {
		printError(out, m.Node, m.Error)
	}
}

// when says in words when a node mines.
func when(s api.MiningSettings) string {
	text := s.Mode
	if s.Interval > 0 {
		text = fmt.Sprintf("every %s", time.Duration(s.Interval*float64(time.Second)))
	}
	if s.Blocks > 0 {
		text += fmt.Sprintf(", %d blocks", s.Blocks)
	}
	return text
}

// power says in words what a node mines with.
func power(s api.MiningSettings) string {
	switch {
	case s.Paced:
		return hashrate(s.Hashrate) + ", paced"
	case s.Hashrate > 0:
		return hashrate(s.Hashrate) + " at most"
	case s.Threads == 1:
		return "1 thread"
	default:
		return fmt.Sprintf("%d threads", s.Threads)
	}
}

// hashrate writes hashes a second with a unit.
func hashrate(perSecond float64) string {
	number, prefix := scaled(perSecond)
	return fmt.Sprintf("%.3g %sH/s", number, prefix)
}
