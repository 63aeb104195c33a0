package command

import (
	"cmp"
	"context"
	"fmt"

	"github.com/spf13/cobra"

	"networkmngr/internal/api"
	"networkmngr/internal/terminal"
)

// listedPlaces is the most places in tables of addresses that are asked for.
const listedPlaces = 500

func addressesCommand() *cobra.Command {
	command := &cobra.Command{
		Use: "addresses [NODE]", Short: "Show the addresses that a node chooses peers from",
		Long: `Show what others have told a node of, or the first node: how many addresses of
each group it knows and has had an answer from, and who told of them. Nodes of the
registry are not in these tables; see "nodes".

With --json, the node's answer to GET /addresses, with the first places of the
tables by bucket and slot.`,
		Example: `  networkmngr addresses n0
  networkmngr addresses n0 --json | jq '.groups[0].share'`,
		Args: oneNodeAtMost, ValidArgsFunction: completeNode,
	}
	return onNetwork(command, func(ctx context.Context, n *network, out *terminal.Output) error {
		node, err := n.node(ctx, command.Flags().Arg(0))
		if err != nil {
			return err
		}
		known, err := n.client.Addresses(ctx, node.Name, listedPlaces)
		if err != nil {
			return n.explain(err)
		}
		return out.Result(known, func() { printAddresses(out, node.Name, known) })
	})
}

func printAddresses(out *terminal.Output, node string, known api.Addresses) {
	out.Printf("%s has had an answer from %s, and was told of %d more places\n", node, terminal.Plural(known.Tried, "node"), known.New)
	if known.Tried+known.New == 0 {
		out.Printf("nodes that it trusts, as those its manager has named, stand apart\n")
	}
	for _, shares := range []struct {
		by string
		of []api.AddressShare
	}{{"group", known.Groups}, {"told by", known.Sources}} {
		if len(shares.of) == 0 {
			continue
		}
		const wide = 40 // columns of a name
		var rows [][]any
		for _, s := range shares.of {
			rows = append(rows, []any{terminal.Narrow(cmp.Or(s.Name, "-"), wide), s.Tried, s.New, fmt.Sprintf("%.1f %%", 100*s.Share)})
		}
		out.Printf("\n")
		out.Table([]string{shares.by, ">tried", ">new", ">share"}, rows)
	}
}
