package command

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"

	"networkmngr/internal/printable"
	"networkmngr/internal/types"
)

// people names accounts for readers: a node's own by the node's name.
type people map[types.Address]string

func (n *network) people(ctx context.Context) (people, error) {
	nodes, err := n.nodes(ctx)
	names := make(people)
	for _, node := range nodes.Nodes {
		names[node.ID.Account()] = node.Name
	}
	return names, err
}

// of is an account's name: as a node's, or else the one that it is known by, which may
// be empty; and without any the ends of its address.
func (p people) of(account types.Address, known string) string {
	switch node := p[account]; {
	case node != "":
		return node
	case known != "":
		return known
	}
	return account.Short()
}

// labelled is an account's address behind its name, if it has one.
func labelled(account types.Address, name string) string {
	if name == "" {
		return account.String()
	}
	return fmt.Sprintf("%s (%s)", name, account)
}

// rowsFlag adds --limit: how many rows of a list are asked for, up to most.
func rowsFlag(command *cobra.Command, usual, most int) *int {
	limit := command.Flags().Int("limit", usual, fmt.Sprintf("`number` of rows, up to %d", most))
	judgeFirst(command, func() error {
		if *limit < 1 || *limit > most {
			return fmt.Errorf("--limit %d: want 1 to %d", *limit, most)
		}
		return nil
	})
	return limit
}

// completeAccount lists the names of the network's accounts and of its nodes.
func completeAccount(command *cobra.Command, args []string, word string) ([]string, cobra.ShellCompDirective) {
	nodes, _ := completeNode(command, args, word)
	names, directive := completeNamed(command)
	return append(names, nodes...), directive
}

// completeNamed lists the names of the network's accounts, and what each has.
func completeNamed(command *cobra.Command) (names []string, directive cobra.ShellCompDirective) {
	for _, account := range accountsToComplete(command) {
		if account.Name != "" {
			names = append(names, printable.Text(account.Name)+"\t"+account.Balance.String())
		}
	}
	return names, cobra.ShellCompDirectiveNoFileComp
}
