package command

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"networkmngr/internal/api"
	"networkmngr/internal/printable"
	"networkmngr/internal/terminal"
)

func machinesCommand() *cobra.Command {
	command := onNetwork(&cobra.Command{
		Use:   "machines",
		Short: "List the managers that have joined the network, and their nodes",
		Long: `List the managers of other machines that have joined the network ("networkmngr
--join"), how they fare, and which nodes they start. With --json, the manager's
answer to GET /machines.`,
		Example: `  networkmngr machines
  networkmngr machines remove 192.0.2.8:4999`,
	}, func(ctx context.Context, n *network, out *terminal.Output) error {
		machines, err := n.machines(ctx)
		if err != nil {
			return err
		}
		return out.Result(machines, func() { printMachines(out, machines) })
	})
	command.AddCommand(removeMachineCommand())
	return command
}

func removeMachineCommand() *cobra.Command {
	command := &cobra.Command{
		Use:   "remove MACHINE",
		Short: "End a manager that has joined, with its nodes",
		Long: `Have a manager that has joined end, with all of its nodes, and take these out of
the network. One that does not answer is taken out all the same; if it is there
again later, it joins anew. It goes by its URL, or by host and port.
With --json, the manager's answer to DELETE /machines/MACHINE.`,
		Example:           `  networkmngr machines remove 192.0.2.8:4999`,
		Args:              oneMachine,
		ValidArgsFunction: completeMachine,
	}
	return onNetwork(command, func(ctx context.Context, n *network, out *terminal.Output) error {
		removed, err := n.client.RemoveMachine(ctx, command.Flags().Arg(0))
		if err != nil {
			return n.explain(err)
		}
		return out.Result(removed, func() { out.Printf("%s\n", removed.Message) })
	})
}

func oneMachine(_ *cobra.Command, args []string) error {
	if len(args) != 1 {
		return misuse(fmt.Errorf("%s, want one: the URL of a manager that has joined, or its host and port", argumentCount(args)))
	}
	return nil
}

// machines asks the manager for those that have joined it.
func (n *network) machines(ctx context.Context) (api.Machines, error) {
	ctx, cancel := context.WithTimeout(ctx, askTimeout)
	defer cancel()
	machines, err := n.client.Machines(ctx)
	return machines, n.explain(err)
}

func printMachines(out *terminal.Output, machines api.Machines) {
	if machines.First != "" {
		out.Printf("this manager has joined the network of\n%s\n", machines.First)
		return
	}
	if len(machines.Machines) == 0 {
		out.Printf("no other manager has joined the network\n")
		return
	}
	rows := make([][]any, len(machines.Machines))
	for i, x := range machines.Machines {
		rows[i] = []any{shortMachine(x.URL), x.State, time.Since(x.Since).Round(time.Second), strings.Join(x.Nodes, ", ")}
	}
	out.Table([]string{"machine", "state", ">since", "nodes"}, rows)
	for _, x := range machines.Machines {
		if x.Error != "" {
			out.Printf("%s: %s\n", shortMachine(x.URL), x.Error)
		}
	}
}

// elsewhere are the names of nodes of other machines, by URLs of managers, in the order in
// which both came.
type elsewhere struct {
	urls  []string
	names map[string][]string
}

// add notes a node, unless it is of no other machine.
func (e *elsewhere) add(url, name string) {
	if url == "" {
		return
	}
	if e.names == nil {
		e.names = make(map[string][]string)
	}
	if e.names[url] == nil {
		e.urls = append(e.urls, url)
	}
	e.names[url] = append(e.names[url], name)
}

// print says which nodes are on which machine.
func (e *elsewhere) print(out *terminal.Output) {
	for _, url := range e.urls {
		out.Printf("on the machine of %s: %s\n", shortMachine(url), strings.Join(e.names[url], ", "))
	}
}

// shortMachine is a machine's URL without its scheme.
func shortMachine(url string) string {
	_, host, _ := strings.Cut(url, "://")
	return host
}

// completeMachine lists the managers that have joined.
func completeMachine(command *cobra.Command, _ []string, _ string) (names []string, _ cobra.ShellCompDirective) {
	toComplete(command, func(ctx context.Context, n *network) {
		machines, _ := n.machines(ctx) // a shell that completes has no use for an error
		for _, x := range machines.Machines {
			names = append(names, printable.Text(shortMachine(x.URL)+"\t"+x.State))
		}
	})
	return names, cobra.ShellCompDirectiveNoFileComp
}
