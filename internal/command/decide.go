package command

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"

	"networkmngr/internal/api"
	"networkmngr/internal/terminal"
)

func invalidateCommand() *cobra.Command {
	return decideCommand("invalidate", "Take a block off one node's main chain",
		`Take a block off a node's main chain, and all that follow on it, whatever the
rules say (Bitcoin Core's invalidateblock): the best other branch becomes its
main chain, and the transfers wait again. The other nodes keep the block. It
holds until "reconsider", after a restart of the node, too.`,
		`  networkmngr invalidate n1 5
  networkmngr invalidate n1 5 --json | jq -r .block.hash`)
}

func reconsiderCommand() *cobra.Command {
	return decideCommand("reconsider", "Take back that a block was invalidated",
		`Take back that a block was invalidated on a node, or one before or after it on
its branch (Bitcoin Core's reconsiderblock): the branch with the most work is
the node's main chain again. A block that has left it goes by its hash, or by
the first digits of it that "invalidate", "forks" and "chain" show.`,
		`  networkmngr reconsider n1 00007ba1c93e`)
}

// decideCommand makes a command that has one node decide about a block.
func decideCommand(verb, short, long, examples string) *cobra.Command {
	command := &cobra.Command{
		Use: verb + " NODE BLOCK", Short: short, Example: examples,
		Long: long + "\n\nWith --json, the node's answer to POST /blocks/BLOCK/" + verb + ".",
		Args: nodeAndBlock, ValidArgsFunction: completeFirstNode,
	}
	return onNetwork(command, func(ctx context.Context, n *network, out *terminal.Output) error {
		args := command.Flags().Args()
		answer, err := n.client.Decide(ctx, args[0], args[1], verb)
		if err != nil {
			return n.explainBlock(err)
		}
		return out.Result(answer, func() { printDecided(out, args[0], answer) })
	})
}

func printDecided(out *terminal.Output, node string, d api.Decided) {
	if d.Invalidated {
		out.Printf("block %d, %s, is invalidated at %s, with all that follows\n", d.Block.Index, shortHash(d.Block.Hash), node)
	} else {
		printReconsidered(out, node, d)
	}
	if d.Replaced {
		out.Printf("%s left its main chain, %d came to it; its tip is now block %d\n",
			terminal.Plural(int(d.ReorgDepth), "block"), d.Applied, d.Length-1)
	} else {
		out.Printf("its tip is still block %d\n", d.Length-1)
	}
	if d.Invalidated {
		out.Printf("to take that back: networkmngr reconsider %s %s\n", node, shortHash(d.Block.Hash))
	}
}

func printReconsidered(out *terminal.Output, node string, d api.Decided) {
	for _, b := range d.Decisions {
		out.Printf("block %d, %s, is not invalidated at %s any more\n", b.Index, shortHash(b.Hash), node)
	}
	if len(d.Decisions) == 0 {
		out.Printf("block %d, %s, was not invalidated at %s, nor one on its branch\n", d.Block.Index, shortHash(d.Block.Hash), node)
	}
}

func nodeAndBlock(_ *cobra.Command, args []string) error {
	if len(args) != 2 || args[1] == "" {
		return misuse(fmt.Errorf("%s, want two: the name or port of a node, and the height or hash of a block, or the hash's first digits", argumentCount(args)))
	}
	return nil
}

// completeFirstNode completes the first argument with the names of the nodes.
func completeFirstNode(command *cobra.Command, args []string, word string) ([]string, cobra.ShellCompDirective) {
	if len(args) > 0 {
		return nil, cobra.ShellCompDirectiveNoFileComp
	}
	return completeNode(command, args, word)
}

// explainBlock is explain where what is not found, or cannot go, may be a block.
func (n *network) explainBlock(err error) error {
	if refusedFor(err, "not-found", "genesis-stays") {
		return misuse(err)
	}
	return n.explain(err)
}
