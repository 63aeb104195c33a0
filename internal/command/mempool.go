package command

import (
	"context"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"networkmngr/internal/api"
	"networkmngr/internal/terminal"
)

// maxPending is how many transfers one answer of a mempool may list.
const maxPending = 500

func mempoolCommand() *cobra.Command {
	command := &cobra.Command{
		Use:   "mempool",
		Short: "Show the transfers that wait for a block",
		Long: `Show the transfers that wait for a block at a node, in the order in which it
would take them, with who pays whom.

With --json, the node's answer to GET /mempool.`,
		Example: `  networkmngr mempool
  networkmngr mempool --node n3 --limit 100
  networkmngr mempool --json | jq .count`,
	}
	limit := rowsFlag(command, lastBlocks, maxPending)
	wanted := nodeFlag(command, oneOfNodes)
	return onNetwork(command, func(ctx context.Context, n *network, out *terminal.Output) error {
		node, err := n.node(ctx, *wanted)
		if err != nil {
			return err
		}
		pool, err := n.at(node).Mempool(ctx, 0, *limit)
		if err != nil {
			return fmt.Errorf("node %s: %w", node.Address, err)
		}
		if out.JSON {
			return out.EncodeSigned(pool)
		}
		names, err := n.people(ctx)
		if err == nil {
			printMempool(out, pool, node.Name, names)
		}
		return err
	})
}

func printMempool(out *terminal.Output, pool api.Mempool, node string, names people) {
	if pool.Count == 0 {
		out.Printf("no transfer is pending at %s\n", node)
		return
	}
	var rows [][]any
	oldest := 0.0
	for i := range pool.Transactions {
		t, parties := &pool.Transactions[i], api.Parties{}
		if i < len(pool.Entries) {
			parties, oldest = pool.Entries[i].Parties, max(oldest, pool.Entries[i].Age)
		}
		from, to := names.of(t.Sender(), parties.SenderName), names.of(t.Recipient, parties.RecipientName)
		rows = append(rows, []any{shortHash(t.ID()), from, to, t.Amount, t.Fee})
	}
	out.Table([]string{"transaction", "from", "to", ">amount", ">fee"}, rows)
	out.Printf("\n%d of %s at %s\n", len(rows), terminal.Plural(pool.Count, "pending transfer"), node)
	out.Printf("fees of all %s; the oldest of these has waited %s\n", pool.TotalFees, inShort(oldest))
}

// inShort is a number of seconds in words.
func inShort(seconds float64) string {
	return time.Duration(seconds * float64(time.Second)).Round(time.Second).String()
}
