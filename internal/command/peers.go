package command

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"networkmngr/internal/api"
	"networkmngr/internal/events"
	"networkmngr/internal/events/state"
	"networkmngr/internal/terminal"
	"networkmngr/internal/types"
)

// peersForm is what "peers --json" prints.
type peersForm struct {
	Nodes  []nodePeers `json:"nodes"`  // by name
	Groups [][]string  `json:"groups"` // names of running nodes between which links lead, the largest group first
}

// nodePeers is a node and its links.
type nodePeers struct {
	Node  string       `json:"node"` // name
	ID    types.NodeID `json:"id"`
	State string       `json:"state"` // as GET /state has it
	Peers []peerLink   `json:"peers"`
}

// peerLink is a node's link to a peer.
type peerLink struct {
	Node     *string      `json:"node"` // the peer's name; null if it is none of this network
	ID       types.NodeID `json:"id"`
	Outbound bool         `json:"outbound"` // the node dialled
	Since    time.Time    `json:"since"`
	// Detail is what the node itself tells of the link, where one node is asked for.
	Detail *api.PeerLink `json:"detail,omitempty"`
}

func peersCommand() *cobra.Command {
	command := &cobra.Command{
		Use:   "peers [NODE]",
		Short: "Show which nodes are linked to which",
		Long: `Show which nodes are linked to which, who dialled whom, and whether the links
hold the network together. With a node's name or port, only that node's links:
how they came about, how fast the peer answers, bytes, the group whose addresses
count as one party, and why an inbound link would not have to make room.

With --json: nodes, a list of node (name), id, state and peers (node, which is
null for one that is not of this network, id, outbound, since and, of one node,
detail: a link as GET /network/peers of the manager has it), and groups,
lists of the names of nodes between which links lead.`,
		Example: `  networkmngr peers
  networkmngr peers n3
  networkmngr peers --json | jq '.groups | length'`,
		Args: oneNodeAtMost, ValidArgsFunction: completeNode,
	}
	return onNetwork(command, func(ctx context.Context, n *network, out *terminal.Output) error {
		form, err := n.peers(ctx, command.Flags().Arg(0))
		if err != nil {
			return err
		}
		return out.Result(form, func() {
			if command.Flags().NArg() == 0 {
				printPeers(out, form)
				return
			}
			for _, node := range form.Nodes {
				printPeersOf(out, node)
			}
		})
	})
}

// peers asks the manager for the links of all nodes, or of one.
func (n *network) peers(ctx context.Context, reference string) (peersForm, error) {
	asking, cancel := context.WithTimeout(ctx, askTimeout)
	defer cancel()
	now, err := n.client.State(asking)
	if err != nil {
		return peersForm{}, n.explain(err)
	}
	form := newPeersForm(now)
	if reference == everyNode {
		return form, nil
	}
	node, err := n.node(ctx, reference)
	if err != nil {
		return peersForm{}, err
	}
	form.Nodes = slices.DeleteFunc(form.Nodes, func(p nodePeers) bool { return p.Node != node.Name })
	return form, n.addDetail(asking, form.Nodes)
}

// addDetail adds what nodes tell of their links.
func (n *network) addDetail(ctx context.Context, nodes []nodePeers) error {
	now, err := n.client.Peers(ctx)
	if err != nil {
		return n.explain(err)
	}
	for i, node := range nodes {
		of := slices.IndexFunc(now.Nodes, func(p api.NodePeers) bool { return p.Node == node.Node })
		if of < 0 {
			continue // it does not answer
		}
		nodes[i].Peers = []peerLink{}
		for _, p := range now.Nodes[of].Peers {
			nodes[i].Peers = append(nodes[i].Peers, peerLink{Node: p.Node, ID: p.ID, Outbound: p.Outbound, Since: p.Since, Detail: &p})
		}
	}
	return nil
}

func newPeersForm(now state.State) peersForm {
	names := make(map[types.NodeID]string)
	for _, node := range now.Nodes {
		names[node.ID] = node.Name
	}
	form := peersForm{Nodes: []nodePeers{}}
	for _, node := range now.Nodes {
		peers := nodePeers{Node: node.Name, ID: node.ID, State: node.State, Peers: []peerLink{}}
		for _, link := range node.Peers {
			peer := peerLink{ID: link.Peer, Outbound: link.Outbound, Since: link.Since}
			if name, ours := names[link.Peer]; ours {
				peer.Node = &name
			}
			peers.Peers = append(peers.Peers, peer)
		}
		slices.SortFunc(peers.Peers, func(a, b peerLink) int { return events.CompareNames(a.name(), b.name()) })
		form.Nodes = append(form.Nodes, peers)
	}
	form.Groups = groupsOf(form.Nodes)
	return form
}

// name is what the peer is called here.
func (p peerLink) name() string {
	if p.Node == nil {
		return p.ID.Short()
	}
	return *p.Node
}

// groupsOf lists the running nodes by whether links lead from one to the other.
func groupsOf(nodes []nodePeers) [][]string {
	group := make(map[string][]string) // of each node, shared by all of it
	for _, node := range nodes {
		if node.State != state.Down {
			group[node.Node] = []string{node.Node}
		}
	}
	for _, node := range nodes {
		for _, peer := range node.Peers {
			join(group, node.Node, peer.name())
		}
	}
	groups := [][]string{}
	for name, members := range group {
		slices.SortFunc(members, events.CompareNames)
		if members[0] == name {
			groups = append(groups, members)
		}
	}
	slices.SortFunc(groups, func(a, b []string) int {
		return cmp.Or(len(b)-len(a), events.CompareNames(a[0], b[0]))
	})
	return groups
}

// join makes one group of those of two nodes. Only nodes that run have one.
func join(group map[string][]string, one, other string) {
	if group[one] == nil || group[other] == nil || slices.Contains(group[one], other) {
		return
	}
	all := append(slices.Clone(group[one]), group[other]...)
	for _, name := range all {
		group[name] = all
	}
}

// printPeersOf lists the links of one node.
func printPeersOf(out *terminal.Output, node nodePeers) {
	if len(node.Peers) == 0 {
		out.Printf("%s has no peers\n", node.Node)
		return
	}
	const wide = 17 // columns of a group
	var rows [][]any
	for _, p := range node.Peers {
		if d := p.Detail; d != nil {
			rows = append(rows, []any{p.name(), d.Type, orDash(d.Latency, milliseconds), size(d.Sent), size(d.Received), d.Height, terminal.Narrow(cmp.Or(d.Group, "-"), wide), cmp.Or(d.Kept, "-")})
		}
	}
	out.Table([]string{"peer", "type", ">latency", ">sent", ">received", ">height", "group", "kept"}, rows)
}

// milliseconds is the last latency, in words.
func milliseconds(l api.Latency) string { return fmt.Sprintf("%.1f ms", l.Last*1000) }

func printPeers(out *terminal.Output, form peersForm) {
	const wide = 20 // columns of either list of names
	rows := make([][]any, len(form.Nodes))
	for i, node := range form.Nodes {
		var dialled, dialledBy []string
		for _, peer := range node.Peers {
			if peer.Outbound {
				dialled = append(dialled, peer.name())
			} else {
				dialledBy = append(dialledBy, peer.name())
			}
		}
		rows[i] = []any{node.Node, paintPeers(out, node), terminal.Narrow(strings.Join(dialled, " "), wide), terminal.Narrow(strings.Join(dialledBy, " "), wide)}
	}
	out.Table([]string{"node", ">peers", "dialled", "was dialled by"}, rows)
	out.Printf("\n%s\n", together(out, form.Groups))
}

// paintPeers is how many a node has, or why it has none.
func paintPeers(out *terminal.Output, node nodePeers) any {
	if node.State != state.Running && len(node.Peers) == 0 {
		return out.Paint(terminal.Yellow, node.State)
	}
	return len(node.Peers)
}

// together says in words whether links lead from each node to each.
func together(out *terminal.Output, groups [][]string) terminal.Markup {
	switch {
	case len(groups) == 0:
		return out.Paint(terminal.Red, "no node is running")
	case len(groups) == 1 && len(groups[0]) == 1:
		return "one node alone is running: there is no other to link to"
	case len(groups) == 1:
		return out.Paint(terminal.Green, "links lead from every node to every other one")
	}
	parts := make([]string, len(groups))
	for i, group := range groups {
		parts[i] = strings.Join(group, " ")
	}
	return out.Paint(terminal.Yellow, "no links lead between: "+strings.Join(parts, " | "))
}
