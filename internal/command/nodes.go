package command

import (
	"context"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"networkmngr/internal/api"
	"networkmngr/internal/terminal"
)

func nodesCommand() *cobra.Command {
	command := onNetwork(&cobra.Command{
		Use:   "nodes",
		Short: "List the network's nodes and their processes",
		Long: `List the network's nodes: name, address, process, id, and where they speak to
each other. With --json, the manager's answer to GET /nodes.

Other commands take a node's name, its port or its address.`,
		Example: `  networkmngr nodes
  networkmngr nodes --json | jq -r '.nodes[].pid'
  networkmngr nodes add
  networkmngr nodes kill n3
  networkmngr nodes remove 5003
  networkmngr nodes add n3`,
	}, func(ctx context.Context, n *network, out *terminal.Output) error {
		nodes, err := n.nodes(ctx)
		if err != nil {
			return err
		}
		return out.Result(nodes, func() { printNodes(out, nodes) })
	})
	command.AddCommand(addNodeCommand(), removeNodeCommand())
	for _, a := range actions {
		command.AddCommand(a.command())
	}
	return command
}

func addNodeCommand() *cobra.Command {
	command := &cobra.Command{
		Use:   "add [NODE]",
		Short: "Add a node to the network, or have one come back",
		Long: `Start one more node, on the next port that is free. With a name or a port, have
that node come back which was removed, or has ended: on its port, with its data.
With --json, the manager's answer to POST /nodes.`,
		Example: `  networkmngr nodes add
  networkmngr nodes add n3`,
		Args: oneNodeAtMost, ValidArgsFunction: completeGone,
	}
	return onNetwork(command, func(ctx context.Context, n *network, out *terminal.Output) error {
		added, err := n.addNode(ctx, command.Flags().Arg(0))
		if err != nil {
			return n.explain(err)
		}
		return out.Result(added, func() { out.Printf("%s\n", terminal.Wrap(added.Message, 0)) })
	})
}

// addNode adds a new node, or the one of a name or on a port that has ended.
func (n *network) addNode(ctx context.Context, reference string) (api.Added, error) {
	if reference == "" {
		return n.client.AddNode(ctx)
	}
	return n.client.ReturnNode(ctx, reference)
}

func oneNodeAtMost(_ *cobra.Command, args []string) error {
	if len(args) > 1 || len(args) == 1 && args[0] == "" {
		return misuse(fmt.Errorf("%s, want one at most: the name or port of a node", argumentCount(args)))
	}
	return nil
}

func removeNodeCommand() *cobra.Command {
	return onNode(&cobra.Command{
		Use:   "remove NODE",
		Short: "End a node, and take it out of the network",
		Long: `End a node, and take it out of the list; its data stay, and "nodes add NODE"
brings it back. With --json, the manager's answer to DELETE /nodes/NODE.`,
		Example: `  networkmngr nodes remove n3`,
	}, func(ctx context.Context, n *network, out *terminal.Output, node string) error {
		removed, err := n.client.RemoveNode(ctx, node)
		if err != nil {
			return n.explain(err)
		}
		return out.Result(removed, func() {
			out.Printf("%s\n", removed.Message)
			if removed.Exit != nil && removed.Exit.Code != 0 {
				printEnd(out, removed.Node, removed.Exit)
			}
		})
	})
}

// action is what can be done to a node.
type action struct{ name, short, long string }

var actions = []action{
	{"kill", "End a node by force", "End a node by force (SIGKILL), as a crash would. It stays in the list."},
	{"restart", "Have a node begin another life", "End a node in order, if it runs, and start it again, on the same data and port."},
	{"pause", "Have a node stand still", "Have a node stand still (SIGSTOP): it answers nothing until it is resumed."},
	{"resume", "Have a paused node go on", "Have a paused node go on (SIGCONT)."},
}

func (a action) command() *cobra.Command {
	return onNode(&cobra.Command{
		Use:     a.name + " NODE",
		Short:   a.short,
		Long:    a.long + "\n\nWith --json, the manager's answer to POST /nodes/NODE/" + a.name + ".",
		Example: "  networkmngr nodes " + a.name + " n3",
	}, func(ctx context.Context, n *network, out *terminal.Output, node string) error {
		acted, err := n.client.Act(ctx, node, a.name)
		if err != nil {
			return n.explain(err)
		}
		return out.Result(acted, func() { out.Printf("%s\n", acted.Message) })
	})
}

func printNodes(out *terminal.Output, nodes api.Nodes) {
	rows, there := make([][]any, len(nodes.Nodes)), elsewhere{}
	for i, node := range nodes.Nodes {
		rows[i] = []any{node.Name + " " + node.Address, node.PID, paintState(out, node), node.ID.Short(), peerAddress(node)}
		there.add(node.Machine, node.Name)
	}
	out.Table([]string{"node", ">pid", "state", "id", "peers reach it at"}, rows)
	there.print(out)
	for _, node := range nodes.Nodes {
		printEnd(out, node.Address, node.Exit)
		printRestart(out, node.Address, node.RestartsAt)
	}
	for _, node := range nodes.Removed {
		printRemoved(out, node)
	}
}

// printRemoved says why a node is gone, and what brings it back.
func printRemoved(out *terminal.Output, node api.RemovedNode) {
	why, later := "was removed", ""
	if node.Reason == api.HasLeft {
		why, later = "was told to end", ", and so does the next start"
	}
	out.Printf("node %s, port %d, %s; networkmngr nodes add %s brings it back%s\n", node.Name, node.Port, why, node.Name, later)
}

// paintState is a node's state in colour.
func paintState(out *terminal.Output, node api.NodeState) terminal.Markup {
	if node.State == api.Running {
		return terminal.Plain(node.State)
	}
	return out.Paint(stateColour(node.State), node.State)
}

// stateColour is that of a node which does not run.
func stateColour(state string) terminal.Colour {
	if state == api.Restarting || state == api.Paused || state == api.Silent {
		return terminal.Yellow
	}
	return terminal.Red
}

// printEnd says how a node has ended, if it has.
func printEnd(out *terminal.Output, address string, exit *api.Exit) {
	if exit != nil {
		out.Printf("node %s has ended: %s\n", address, exit.Message)
	}
}

// printRestart says when a node starts again by itself, if it does.
func printRestart(out *terminal.Output, address string, at *time.Time) {
	if at != nil {
		out.Printf("node %s starts again by itself in %s\n", address, max(time.Until(*at), 0).Round(time.Second/10))
	}
}

// peerAddress is a node's first one without its id, which is long.
func peerAddress(node api.NodeState) string {
	if len(node.P2P) == 0 {
		return ""
	}
	return withoutID(node.P2P[0])
}
