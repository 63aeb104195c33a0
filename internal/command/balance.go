package command

import (
	"cmp"
	"context"
	"fmt"

	"github.com/spf13/cobra"

	"networkmngr/internal/api"
	"networkmngr/internal/api/client"
	"networkmngr/internal/config"
	"networkmngr/internal/terminal"
	"networkmngr/internal/types"
	"networkmngr/internal/wallet"
)

func balanceCommand() *cobra.Command {
	command := &cobra.Command{
		Use:   "balance [ACCOUNT]",
		Short: "Show what an account has, or who has the most",
		Long: `Show what an account has, what it waits for, and its last transfers; without an
account, the richest ones. An account goes by a name of the network's (alice,
bob, ...), by one of your own (see account), by its address, or by the name or
port of the node that mines for it.

With --json, the node's answer to GET /accounts/ADDRESS, or to GET /accounts.`,
		Example: `  networkmngr balance
  networkmngr balance alice
  networkmngr balance n3 --json | jq .balance`,
		Args: oneAccountAtMost, ValidArgsFunction: completeAccount,
	}
	config.AccountsFlag(command.Flags())
	limit := rowsFlag(command, lastBlocks, api.MaxRows)
	wanted := nodeFlag(command, oneOfNodes)
	return onNetwork(command, func(ctx context.Context, n *network, out *terminal.Output) error {
		node, err := n.node(ctx, *wanted)
		if err != nil {
			return err
		}
		text := command.Flags().Arg(0)
		if text == "" {
			return n.showRichest(ctx, out, node, *limit)
		}
		return n.showAccount(ctx, out, node, openOwn(command, out), text, *limit)
	})
}

func oneAccountAtMost(_ *cobra.Command, args []string) error {
	if len(args) > 1 || len(args) == 1 && args[0] == "" {
		return misuse(fmt.Errorf("%s, want one at most: an account's name or address", argumentCount(args)))
	}
	return nil
}

func (n *network) showRichest(ctx context.Context, out *terminal.Output, node api.NodeState, limit int) error {
	list, err := n.at(node).Accounts(ctx, limit)
	if err != nil {
		return fmt.Errorf("node %s: %w", node.Address, err)
	}
	names, err := n.people(ctx)
	if err != nil {
		return err
	}
	return out.Result(list, func() { printRichest(out, list, names) })
}

func printRichest(out *terminal.Output, list api.Accounts, names people) {
	rows := make([][]any, len(list.Accounts))
	for i, a := range list.Accounts {
		name := cmp.Or(names[a.Address], a.Name, a.Node, none)
		rows[i] = []any{name, a.Balance, a.Sequence, shortAddress(a.Address)}
	}
	out.Table([]string{"account", ">balance", ">sent", "address"}, rows)
	out.Printf("\n%s have %s coins after block %d\n", terminal.Plural(int(list.Count), "account"), list.Coins, list.Tip.Index)
}

func (n *network) showAccount(ctx context.Context, out *terminal.Output, node api.NodeState, own *ownAccounts, text string, limit int) error {
	address, err := n.accountOf(ctx, n.at(node), own, text)
	if err != nil {
		return err
	}
	account, err := n.at(node).Account(ctx, address)
	if err != nil {
		return fmt.Errorf("node %s: %w", node.Address, err)
	}
	names, err := n.people(ctx)
	if err != nil {
		return err
	}
	account.History = account.History[:min(limit, len(account.History))]
	if out.JSON {
		return out.EncodeSigned(account)
	}
	printAccount(out, account, text, names)
	return nil
}

// accountOf reads what goes for an account: a name of the network's, one of the user's
// own, an address, or a node.
func (n *network) accountOf(ctx context.Context, node *client.Node, own *ownAccounts, text string) (types.Address, error) {
	genesis, err := node.Block(ctx, "0")
	if err != nil {
		return types.Address{}, err
	}
	address, unknown := own.parse(wallet.NewNames(&genesis), text)
	if unknown == nil {
		return address, nil
	}
	nodes, err := n.nodes(ctx)
	for _, node := range nodes.Nodes {
		if goesBy(node, text) {
			return node.ID.Account(), nil
		}
	}
	return address, cmp.Or(err, misuse(unknown))
}

func printAccount(out *terminal.Output, a api.Account, asked string, names people) {
	name := cmp.Or(a.Name, names[a.Address])
	if name == "" && asked != a.Address.String() {
		name = asked
	}
	out.Printf("%s has %s\n", cmp.Or(name, "the account"), a.Balance)
	out.Printf("  address  %s\n", a.Address)
	out.Printf("  sent     %s, %d more waiting\n", terminal.Plural(int(a.Sequence), "transfer"), len(a.Pending))
	if len(a.History) > 0 {
		out.Printf("\n")
		printHistory(out, a.History, names)
	}
}

func printHistory(out *terminal.Output, history []api.Movement, names people) {
	rows := make([][]any, len(history))
	for i, m := range history {
		other := "mined"
		switch {
		case m.Other != nil:
			other = names.of(*m.Other, m.OtherName)
		case m.Block.Index == 0:
			other = "genesis"
		}
		rows[i] = []any{m.Block.Index, m.Direction, m.Amount, m.Fee, other, shortHash(m.ID)}
	}
	out.Table([]string{">block", "", ">amount", ">fee", "from or to", "transaction"}, rows)
}

// accountsToComplete are the richest of the network. A shell that completes has no use
// for an error.
func accountsToComplete(command *cobra.Command) []api.Balance {
	var list api.Accounts
	toComplete(command, func(ctx context.Context, n *network) {
		if node, err := n.node(ctx, ""); err == nil {
			list, _ = n.at(node).Accounts(ctx, api.MaxRows)
		}
	})
	return list.Accounts
}
