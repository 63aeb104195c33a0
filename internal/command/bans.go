package command

import (
	"context"
	"fmt"
	"net/netip"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"networkmngr/internal/api"
	"networkmngr/internal/terminal"
	"networkmngr/internal/times"
	"networkmngr/internal/types"
)

// listedBans is the most bans that are asked for at a time.
const listedBans = 500

func bansCommand() *cobra.Command {
	command := &cobra.Command{
		Use: "bans [NODE]", Short: "Show whom a node keeps out",
		Long: `Show whom a node keeps out, or the first node: nodes and IP addresses, until when
and why. A ban is by hand; by rule, of who sent what no honest node would; or to
wait, of who was of no use or was disconnected.

With --json, the node's answer to GET /bans.`,
		Example: `  networkmngr bans n0
  networkmngr bans n0 --json | jq -r '.bans[].reason'`,
		Args: oneNodeAtMost, ValidArgsFunction: completeNode,
	}
	return onNetwork(command, func(ctx context.Context, n *network, out *terminal.Output) error {
		node, err := n.node(ctx, command.Flags().Arg(0))
		if err != nil {
			return err
		}
		bans, err := n.client.Bans(ctx, node.Name, 0, listedBans)
		if err != nil {
			return n.explain(err)
		}
		names := n.namesByID(ctx)
		return out.Result(bans, func() { printBans(out, node.Name, bans, names) })
	})
}

func printBans(out *terminal.Output, node string, bans api.Bans, names map[types.NodeID]string) {
	if bans.Count == 0 {
		out.Printf("%s keeps nobody out\n", node)
		return
	}
	const wide = 26 // columns of a reason
	rows := make([][]any, len(bans.Bans))
	for i, ban := range bans.Bans {
		rows[i] = []any{bannedName(ban, names), ban.By, ban.Until.Local().Format(time.DateTime), terminal.Narrow(ban.Reason, wide)}
	}
	out.Table([]string{"who", "by", "until", "reason"}, rows)
	if more := bans.Count - len(bans.Bans); more > 0 {
		out.Printf("\nand %d more\n", more)
	}
}

// bannedName is what whoever is banned goes by.
func bannedName(ban api.Ban, names map[types.NodeID]string) string {
	if ban.Net != "" || ban.ID == nil {
		return ban.Net
	}
	if name, ours := names[*ban.ID]; ours {
		return name
	}
	return ban.ID.Short()
}

// namesByID are the names of the network's nodes; none if it does not answer.
func (n *network) namesByID(ctx context.Context) map[types.NodeID]string {
	names := make(map[types.NodeID]string)
	nodes, err := n.nodes(ctx)
	if err != nil {
		return names
	}
	for _, node := range nodes.Nodes {
		names[node.ID] = node.Name
	}
	return names
}

func banCommand() *cobra.Command {
	var lasts time.Duration
	var reason string
	command := &cobra.Command{
		Use: "ban NODE WHO", Short: "Have one node keep out another one, or addresses",
		Long: `Have a node keep out another one, in both directions: by name, port, id, or the
host:port of one that it knows. Or have it keep out whoever comes from an IP
address or prefix. Links end; the ban holds over restarts. "unban" lifts it.

With --json, the node's answer to POST /bans.`,
		Example: `  networkmngr ban n0 n5 --for 10m --reason lesson
  networkmngr ban n0 10.1.0.0/16`,
		Args: nodeAndOther, ValidArgsFunction: completeNode,
	}
	command.Flags().DurationVar(&lasts, "for", 24*time.Hour, "how long, a `duration` such as 10m")
	command.Flags().StringVar(&reason, "reason", "", "`text` that is listed with it")
	judgeFirst(command, func() error { return within("for", lasts, api.MaxApart) })
	return onNetwork(command, func(ctx context.Context, n *network, out *terminal.Output) error {
		args := command.Flags().Args()
		other, request := banOf(args[1])
		request.For, request.Reason = times.Duration(lasts), reason
		answer, err := n.client.Ban(ctx, args[0], other, request)
		if err != nil {
			return n.explainOther(err)
		}
		return out.Result(answer, func() {
			out.Printf("%s\n", terminal.Wrap(args[0]+": "+strings.Replace(answer.Message, longID(answer.Ban), args[1], 1), 0))
		})
	})
}

// longID is the id by which the manager has a node of this network be banned.
func longID(ban api.Ban) string {
	if ban.ID == nil {
		return ban.Net
	}
	return ban.ID.String()
}

// banOf says whom a word means: a node of this network, or what a request names.
func banOf(who string) (node string, request api.BanRequest) {
	var id types.NodeID
	_, addrErr := netip.ParseAddr(who)
	switch {
	case strings.Contains(who, "/") || addrErr == nil:
		request.Net = who
	case id.UnmarshalText([]byte(who)) == nil:
		request.ID = &id
	case strings.Contains(who, ":"):
		request.Address = who
	default:
		node = who
	}
	return node, request
}

func unbanCommand() *cobra.Command {
	var all bool
	command := &cobra.Command{
		Use: "unban NODE [WHO]", Short: "Lift the ban of a node or addresses",
		Long: `Lift a ban that a node has: of another node, by name, port, id or host:port, or
of an IP address or prefix. With --all, all of them.

With --json, the node's answer to DELETE /bans.`,
		Example: `  networkmngr unban n0 n5
  networkmngr unban n0 --all`,
		Args:              func(_ *cobra.Command, args []string) error { return nodeAndWho(args, all) },
		ValidArgsFunction: completeNode,
	}
	command.Flags().BoolVar(&all, "all", false, "lift all bans of the node")
	return onNetwork(command, func(ctx context.Context, n *network, out *terminal.Output) error {
		args := command.Flags().Args()
		answer, err := n.client.Unban(ctx, args[0], command.Flags().Arg(1))
		if err != nil {
			return n.explainOther(err)
		}
		return out.Result(answer, func() { out.Printf("%s: %s\n", args[0], answer.Message) })
	})
}

// nodeAndWho checks the arguments of unban: a node, and who unless all are meant.
func nodeAndWho(args []string, all bool) error {
	want := 2
	if all {
		want = 1
	}
	if len(args) != want || args[len(args)-1] == "" {
		return misuse(fmt.Errorf("%s, want a node and whose ban is to be lifted, or a node and --all", argumentCount(args)))
	}
	return nil
}
