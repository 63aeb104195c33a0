package command

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"networkmngr/internal/api"
	"networkmngr/internal/api/client"
	"networkmngr/internal/config"
	"networkmngr/internal/events"
	"networkmngr/internal/terminal"
	"networkmngr/internal/types"
)

// statusForm is what "status --json" prints.
type statusForm struct {
	Manager string       `json:"manager"` // URL
	Network string       `json:"network"` // name; empty if no node answers
	Lab     string       `json:"lab"`
	Behind  string       `json:"behind"`  // the machine's time, of the lab, as 96h0m0s
	Restart string       `json:"restart"` // policy
	Agree   bool         `json:"agree"`   // all running nodes answer, with one tip
	Running int          `json:"running"` // nodes
	Nodes   []nodeStatus `json:"nodes"`   // by name
}

// nodeStatus is how one node does. What is null was not to be had; error says
// why.
type nodeStatus struct {
	Node    string       `json:"node"` // address
	Name    string       `json:"name"`
	ID      types.NodeID `json:"id"`
	Port    int          `json:"port"`
	PID     int          `json:"pid"`
	Machine string       `json:"machine"` // URL of the manager that starts it, of another machine; else empty
	State   string       `json:"state"`   // as GET /nodes has it
	Height  *uint64      `json:"height"`
	Tip     *types.Hash  `json:"tip"`
	Work    *string      `json:"work"` // expected hashes, decimal
	Peers   *int         `json:"peers"`
	Mempool *int         `json:"mempool"` // transfers
	Exit    *api.Exit    `json:"exit"`
	Again   *time.Time   `json:"restarts_at"` // when it starts again by itself
	Error   *string      `json:"error"`
	// TooNew is the last block that the node has not taken, as it is from the future for it; it
	// is asked for where the tips differ.
	TooNew *events.BlockTooNew `json:"too_new"`

	network string
}

func statusCommand() *cobra.Command {
	return onNetwork(&cobra.Command{
		Use:   "status",
		Short: "Show how the network does, and whether its nodes agree",
		Long: `Show how each node does, and say whether all have the same tip.

With --json: manager (its URL), network (its name), lab, behind (how far the
lab's time is behind the machine's), restart (the policy), agree, running, and
nodes, a list of node (address), name, id, port, pid, machine (URL of the manager
that starts it, if that has joined the network), state (running, paused, exited,
restarting or not answering), height, tip, work, peers, mempool, exit,
restarts_at, error and too_new (a block that is from the future for the node,
which is why it is on another tip); what is not known is null.`,
		Example: `  networkmngr status
  watch -n1 networkmngr status
  networkmngr status --json | jq .agree`,
	}, func(ctx context.Context, n *network, out *terminal.Output) error {
		status, err := n.status(ctx)
		if err != nil {
			return err
		}
		return out.Result(status, func() { printStatus(out, status) })
	})
}

// status asks every node how it does.
func (n *network) status(ctx context.Context) (statusForm, error) {
	nodes, err := n.nodes(ctx)
	if err != nil {
		return statusForm{}, err
	}
	status := statusForm{Manager: n.url, Lab: nodes.Lab, Behind: nodes.Behind, Restart: nodes.Restart, Running: nodes.Running, Nodes: make([]nodeStatus, len(nodes.Nodes))}
	askAll(ctx, len(nodes.Nodes), func(ctx context.Context, i int) {
		status.Nodes[i] = newNodeStatus(ctx, nodes.Nodes[i], n.at(nodes.Nodes[i]))
	})
	for _, node := range status.Nodes {
		status.Network = cmp.Or(status.Network, node.network)
	}
	status.Agree = len(status.tips()) == 1 && !slices.ContainsFunc(status.Nodes, nodeStatus.mute)
	if len(status.tips()) > 1 {
		err = n.noteTooNew(ctx, status.Nodes)
	}
	return status, err
}

// noteTooNew notes which nodes do not take a block that is from the future for them.
func (n *network) noteTooNew(ctx context.Context, nodes []nodeStatus) error {
	now, err := n.client.State(ctx)
	if err != nil {
		return n.explain(err)
	}
	for _, node := range now.Nodes {
		if i := slices.IndexFunc(nodes, func(s nodeStatus) bool { return s.Name == node.Name }); i >= 0 {
			nodes[i].TooNew = node.TooNew
		}
	}
	return nil
}

func newNodeStatus(ctx context.Context, state api.NodeState, node *client.Node) nodeStatus {
	s := nodeStatus{Node: state.Address, Name: state.Name, ID: state.ID, Port: state.Port, PID: state.PID, Machine: state.Machine, State: state.State, Exit: state.Exit, Again: state.RestartsAt}
	switch {
	case state.State == api.Silent && state.Machine != "":
		s.Error = new("is not answering; its manager is " + state.Machine)
	case state.State == api.Silent:
		s.Error = new("is not answering, though its process runs")
	}
	if state.State != api.Running {
		return s
	}
	switch err := s.ask(ctx, node); {
	case errors.Is(err, context.DeadlineExceeded):
		s.Error = new(fmt.Sprintf("does not answer: nothing came within %s", askTimeout))
	case err != nil:
		s.Error = new(err.Error())
	}
	return s
}

// ask fills in what the node says. Its tip comes first, as the work of all
// others may have passed it by the end.
func (s *nodeStatus) ask(ctx context.Context, node *client.Node) error {
	last, err := node.Blocks(ctx, 1)
	if err != nil {
		return err
	}
	if len(last.Blocks) == 1 {
		s.Height, s.Tip = new(last.Blocks[0].Height()), new(last.Blocks[0].Hash())
	}
	figures, err := node.Blockchain(ctx)
	if err != nil {
		return err
	}
	s.network, s.Work = figures.Name, &figures.TotalWork
	peers, err := node.Peers(ctx, 0, 1)
	if err != nil {
		return err
	}
	s.Peers = &peers.Count
	pool, err := node.Mempool(ctx, 0, 1)
	if err != nil {
		return err
	}
	s.Mempool = &pool.Count
	return nil
}

// mute reports whether a node runs whose tip is not known.
func (s nodeStatus) mute() bool {
	return (s.State == api.Running || s.State == api.Silent) && s.Tip == nil
}

// tipCount is how many nodes have one tip.
type tipCount struct {
	hash   types.Hash
	height uint64
	nodes  int
}

// tips lists the tips, that of the most nodes first.
func (s statusForm) tips() []tipCount {
	var tips []tipCount
	for _, node := range s.Nodes {
		if node.Tip == nil {
			continue
		}
		i := slices.IndexFunc(tips, func(t tipCount) bool { return t.hash == *node.Tip })
		if i < 0 {
			i = len(tips)
			tips = append(tips, tipCount{*node.Tip, *node.Height, 0})
		}
		tips[i].nodes++
	}
	slices.SortStableFunc(tips, func(a, b tipCount) int { return b.nodes - a.nodes })
	return tips
}

func printStatus(out *terminal.Output, s statusForm) {
	if s.Network != "" {
		out.Printf("network %s at %s\n\n", s.Network, s.Manager)
	} else {
		out.Printf("network at %s\n\n", s.Manager)
	}
	if words := behindInWords(s.Behind); words != machinesTime {
		out.Printf("lab clock: %s\n\n", words)
	}
	rows, there := make([][]any, len(s.Nodes)), elsewhere{}
	wide := slices.ContainsFunc(s.Nodes, func(node nodeStatus) bool { return len(node.shownState()) > len(api.Running) })
	for i, node := range s.Nodes {
		rows[i] = []any{
			node.label(wide), node.PID, paintStatus(out, node), orDash(node.Height, number), orDash(node.Tip, shortHash),
			orDash(node.Peers, number), orDash(node.Mempool, number), orDash(node.Work, shortWork),
		}
		there.add(node.Machine, node.Name)
	}
	out.Table([]string{
		"node", ">pid", "state", ">height", "tip",
		">peers", ">mempool", ">work",
	}, rows)
	there.print(out)
	out.Printf("\n%s\n", agreement(out, s))
	printTroubles(out, s)
}

// label is a node's name and address, without its host where the states need the room.
func (s *nodeStatus) label(wide bool) string {
	at := s.Node
	if host, port, err := net.SplitHostPort(at); wide && err == nil && config.IsLoopback(host) {
		at = ":" + port
	}
	return s.Name + " " + at
}

func (s *nodeStatus) shownState() string {
	if s.State == api.Running && s.Error != nil {
		return api.Silent
	}
	return s.State
}

func paintStatus(out *terminal.Output, s nodeStatus) terminal.Markup {
	state := s.shownState()
	if state == api.Running {
		return terminal.Plain(state)
	}
	return out.Paint(stateColour(state), state)
}

// agreement says in words whether the nodes have one tip.
func agreement(out *terminal.Output, s statusForm) terminal.Markup {
	tips := s.tips()
	switch {
	case s.Running == 0 && slices.ContainsFunc(s.Nodes, func(n nodeStatus) bool { return n.State == api.Paused }):
		return out.Paint(terminal.Yellow, "no node runs, and some are paused: networkmngr resume, or nodes resume NAME")
	case s.Running == 0:
		return out.Paint(terminal.Red, "no node is running")
	case len(tips) == 0:
		return out.Paint(terminal.Red, "no node answers")
	case s.Agree:
		return out.Paint(terminal.Green, fmt.Sprintf("%s on block %d, %s", allNodes(s.Running), tips[0].height, shortHash(tips[0].hash)))
	case len(tips) == 1:
		return out.Paint(terminal.Yellow, fmt.Sprintf("all nodes that answer agree on block %d, %s", tips[0].height, shortHash(tips[0].hash)))
	}
	parts := make([]string, len(tips))
	for i, tip := range tips {
		parts[i] = fmt.Sprintf("%d on block %d (%s)", tip.nodes, tip.height, shortHash(tip.hash))
	}
	return out.Paint(terminal.Yellow, "the nodes disagree: "+strings.Join(parts, ", "))
}

func allNodes(count int) string {
	if count == 1 {
		return "the one node is"
	}
	return fmt.Sprintf("all %d nodes agree", count)
}

// printTroubles says what happened to nodes that do not answer.
func printTroubles(out *terminal.Output, s statusForm) {
	for _, node := range s.Nodes {
		printEnd(out, node.Node, node.Exit)
		printRestart(out, node.Node, node.Again)
		printError(out, node.Node, node.Error)
		if late := node.TooNew; late != nil {
			out.Printf("block %d is %s in the future for %s, which does not take it\n", late.Index, late.Ahead(), node.Name)
		}
	}
}

// printError says below a table why a node has not answered, for which no cell has the room.
func printError(out *terminal.Output, node string, why *string) {
	if why != nil {
		out.Printf("%s\n", terminal.Wrap("node "+node+": "+*why, 0))
	}
}
