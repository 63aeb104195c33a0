package command

import (
	"context"

	"github.com/spf13/cobra"

	"networkmngr/internal/manager"
)

func nodesCommand() *cobra.Command {
	return onNetwork(&cobra.Command{
		Use:   "nodes",
		Short: "List the network's nodes and their processes",
		Long: `List the network's nodes: address, process, id, and where they speak to each
other. With --json, the manager's answer to GET /nodes.`,
		Example: `  networkmngr nodes
  networkmngr nodes --json | jq -r '.nodes[].pid'`,
		Args: noArguments,
	}, func(ctx context.Context, n *network, out *output) error {
		nodes, err := n.nodes(ctx)
		if err != nil {
			return err
		}
		if out.json {
			return out.encode(nodes)
		}
		printNodes(out, nodes)
		return nil
	})
}

func printNodes(out *output, nodes manager.Nodes) {
	rows := make([][]any, len(nodes.Nodes))
	for i, node := range nodes.Nodes {
		rows[i] = []any{node.Address, node.PID, out.state(node), node.ID.Short(), peerAddress(node)}
	}
	out.table([]column{{"node", false}, {"pid", true}, {"state", false}, {"id", false}, {"peers reach it at", false}}, rows)
	for _, node := range nodes.Nodes {
		printEnd(out, node.Address, node.Exit)
	}
}

// state is a node's in colour.
func (o *output) state(node manager.Node) string {
	if node.State == manager.Running {
		return node.State
	}
	return o.paint(red, node.State)
}

// printEnd says how a node has ended, if it has.
func printEnd(out *output, address string, exit *manager.Exit) {
	if exit != nil {
		out.printf("node %s has ended: %s\n", address, exit.Message)
	}
}

// peerAddress is a node's first one without its id, which is long.
func peerAddress(node manager.Node) string {
	if len(node.P2P) == 0 {
		return ""
	}
	return withoutID(node.P2P[0])
}
