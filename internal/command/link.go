package command

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"networkmngr/internal/api"
	"networkmngr/internal/terminal"
)

func connectCommand() *cobra.Command {
	command := &cobra.Command{
		Use: "connect NODE PEER", Short: "Link one node with another one",
		Long: `Have a node dial another one, whatever links it has: by name or port, or by
host:port one that is not of this network. The link takes no place of those
that the node seeks by itself; "peers NODE" lists it as manual.

With --json, the node's answer to POST /peers.`,
		Example: `  networkmngr connect n0 n5
  networkmngr connect n0 192.0.2.7:5000`,
		Args: nodeAndOther, ValidArgsFunction: completeNode,
	}
	return onNetwork(command, func(ctx context.Context, n *network, out *terminal.Output) error {
		args := command.Flags().Args()
		answer, err := n.client.Connect(ctx, args[0], args[1])
		if err != nil {
			return n.explainOther(err)
		}
		return out.Result(answer, func() {
			message, _, banned := strings.Cut(answer.Message, "; DELETE /bans/")
			out.Printf("%s\n", terminal.Wrap(message, 0))
			if banned {
				out.Printf("unban %s %s lifts that\n", args[0], args[1])
			}
		})
	})
}

func disconnectCommand() *cobra.Command {
	var wait time.Duration
	command := &cobra.Command{
		Use: "disconnect NODE PEER", Short: "End the link of one node with another one",
		Long: `End the link of a node with a peer. For a while the node neither dials the other
one nor takes a link from it; then they may be linked again, as either seeks
peers. "ban" keeps a node out for longer, also over restarts.

With --json, the node's answer to DELETE /peers/PEER.`,
		Example: `  networkmngr disconnect n0 n5
  networkmngr disconnect n0 n5 --for 10m`,
		Args: nodeAndOther, ValidArgsFunction: completeNode,
	}
	command.Flags().DurationVar(&wait, "for", time.Minute, "how long there is to be no link, a `duration` such as 10m")
	judgeFirst(command, func() error { return within("for", wait, api.MaxApart) })
	return onNetwork(command, func(ctx context.Context, n *network, out *terminal.Output) error {
		args := command.Flags().Args()
		answer, err := n.client.Disconnect(ctx, args[0], args[1], wait)
		if err != nil {
			return n.explainOther(err)
		}
		return out.Result(answer, func() { out.Printf("%s\n", terminal.Wrap(answer.Message, 0)) })
	})
}

func nodeAndOther(_ *cobra.Command, args []string) error {
	if len(args) != 2 || args[1] == "" {
		return misuse(fmt.Errorf("%s, want two: the name or port of a node, and of another one", argumentCount(args)))
	}
	return nil
}

// explainOther is explain where what is not found, or no use, may be what a person has
// named.
func (n *network) explainOther(err error) error {
	if refusedFor(err, "not-found", "malformed", "bad-ban", "bad-node") {
		return misuse(err)
	}
	return n.explain(err)
}
