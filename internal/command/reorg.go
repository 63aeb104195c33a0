package command

import (
	"context"
	"fmt"
	"strconv"

	"github.com/spf13/cobra"

	"networkmngr/internal/api"
	"networkmngr/internal/terminal"
)

func reorgCommand() *cobra.Command {
	command := &cobra.Command{
		Use:   "reorg DEPTH",
		Short: "Have the network reorganise",
		Long: `Have a node mine real blocks aside, on the block that is DEPTH below its tip,
until they have more work than its main chain, and publish them all: every other
node leaves DEPTH blocks for them, whose transfers wait again. A line tells of
each block. What others mine meanwhile is outweighed, too. Ctrl-C gives up.

With --json, the manager's answer to POST /network/reorg.`,
		Example: `  networkmngr reorg 3
  networkmngr reorg 1 --node n2 --json`,
		Args: oneDepth,
	}
	node := nodeFlag(command, "`name`, port or address of the node that mines (default the first that answers)")
	return onNetwork(command, func(ctx context.Context, n *network, out *terminal.Output) error {
		depth, _ := strconv.Atoi(command.Flags().Arg(0)) // oneDepth has read it
		return n.reorg(ctx, out, api.ReorgOrder{Depth: depth, Node: *node})
	})
}

func oneDepth(_ *cobra.Command, args []string) error {
	if len(args) != 1 {
		return misuse(fmt.Errorf("%s, want one: how many blocks are to leave the main chain", argumentCount(args)))
	}
	if depth, err := strconv.Atoi(args[0]); err != nil || depth < 1 || depth > api.MaxReorgDepth {
		return misuse(fmt.Errorf("%q: want a number of blocks from 1 to %d", args[0], api.MaxReorgDepth))
	}
	return nil
}

// reorg shows the blocks as they are mined, and then what they have done.
func (n *network) reorg(ctx context.Context, out *terminal.Output, order api.ReorgOrder) error {
	line, mined := terminal.StatusLine{Out: out}, 0
	show := func() { line.Set("%s %d of %d or more", terminal.Bar(mined, order.Depth+1), mined, order.Depth+1) }
	show()
	answer, err := n.client.Reorg(ctx, order, func(b api.MinedBlock) {
		mined++
		if line.Clear(); !out.JSON {
			out.Printf("aside block %d  %s  %.3f s\n", b.Index, shortHash(b.Hash), b.Seconds)
		}
		show()
	})
	line.Clear()
	if err != nil {
		return n.explain(err)
	}
	return out.Result(answer, func() { printReorg(out, answer) })
}

func printReorg(out *terminal.Output, answer api.Reorg) {
	rows := make([][]any, len(answer.Reorgs))
	for i, r := range answer.Reorgs {
		rows[i] = []any{r.Node, r.Depth, r.Returned}
	}
	if len(rows) > 0 {
		out.Printf("\n")
		out.Table([]string{"node", ">blocks left", ">transfers wait again"}, rows)
	}
	last := answer.Blocks[len(answer.Blocks)-1]
	out.Printf("\n%s mined %s on block %d: %d hashes, %.3f s\n", answer.Node, terminal.Plural(len(answer.Blocks), "block"),
		answer.Fork.Index, answer.Hashes, answer.Seconds)
	out.Printf("the tip is block %d, %s\n", last.Index, shortHash(last.Hash))
}
