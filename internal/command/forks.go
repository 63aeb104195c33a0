package command

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"networkmngr/internal/api"
	"networkmngr/internal/api/client"
	"networkmngr/internal/events"
	"networkmngr/internal/terminal"
	"networkmngr/internal/types"
)

const (
	maxForks = 100
	// maxBranch is how many blocks of a branch are looked at, from its tip down.
	maxBranch = 1000
	// headersOnly is the status of a branch of whose tip a node has no more than the header.
	headersOnly = "headers-only"
)

// forksForm is what "forks --json" prints.
type forksForm struct {
	Best     api.Tip  `json:"best"`  // tip of the chain with the most work
	On       []string `json:"on"`    // names of the nodes whose tip that is
	Branches []branch `json:"forks"` // the best chain left out; the last to fork first
}

// branch is blocks that are not on the best chain.
type branch struct {
	Tip    api.Tip  `json:"tip"`
	Fork   *api.Tip `json:"fork"`   // last block that the best chain has too; null if that is too far down, or not known
	Length int      `json:"length"` // blocks; of one whose fork is null, those that were looked at
	Status string   `json:"status"` // as GET /chain/tips has it at the first node that knows it
	Miners []miner  `json:"miners"` // who has mined the most of it first
	On     []string `json:"on"`     // names of the nodes whose tip it is now
	Left   []string `json:"left"`   // names of the nodes that a reorg took off it
	known  *client.Node
	own    uint64 // blocks, or headers, of it that are not on the main chain of known
}

// miner is who has mined some of a branch.
type miner struct {
	Name    string        `json:"name"` // a node's, or else the ends of the address
	Address types.Address `json:"address"`
	Blocks  int           `json:"blocks"`
}

func forksCommand() *cobra.Command {
	command := &cobra.Command{
		Use:   "forks",
		Short: "Show the branches beside the best chain",
		Long: `Show the branches that the nodes know of beside the chain with the most work:
where each forks off, how many blocks it has, who mined them, which nodes are
on it, and which a reorg took off it.

With --json: best (index and hash), on (nodes on it), and forks, a list of tip
and fork (index and hash), length, status (as of GET /chain/tips), miners (name,
address, blocks), on and left (names of nodes).`,
		Example: `  networkmngr forks
  networkmngr forks --limit 100 --json | jq '[.forks[].length] | max'`,
	}
	limit := rowsFlag(command, lastBlocks, maxForks)
	return onNetwork(command, func(ctx context.Context, n *network, out *terminal.Output) error {
		form, err := n.forks(ctx, *limit)
		if err != nil {
			return err
		}
		return out.Result(form, func() { printForks(out, form) })
	})
}

// forks asks every node for its branches, and follows each down to the best chain.
func (n *network) forks(ctx context.Context, limit int) (forksForm, error) {
	nodes, err := n.running(ctx)
	if err != nil {
		return forksForm{}, err
	}
	if len(nodes) == 0 {
		return forksForm{}, errNoNode
	}
	names, err := n.people(ctx)
	if err != nil {
		return forksForm{}, err
	}
	tree, err := n.tree(ctx, nodes, limit)
	if err != nil {
		return forksForm{}, err
	}
	askAll(ctx, len(tree.Branches), func(ctx context.Context, i int) {
		tree.follow(ctx, &tree.Branches[i], names)
	})
	return tree.finish(limit, n.departures(ctx)), nil
}

// branchTree is the branches of all nodes.
type branchTree struct {
	forksForm
	best *client.Node // that has the best chain
}

// tree collects the tips that the nodes know of.
func (n *network) tree(ctx context.Context, nodes []api.NodeState, limit int) (*branchTree, error) {
	tips, errs := make([]api.Tips, len(nodes)), make([]error, len(nodes))
	askAll(ctx, len(nodes), func(ctx context.Context, i int) {
		// One more than is shown: the main chain's tip is one of them.
		tips[i], errs[i] = n.at(nodes[i]).Tips(ctx, limit+1)
	})
	best := -1
	for i := range nodes {
		if len(tips[i].Tips) > 0 && (best < 0 || moreWork(tips[i].Tips[0], tips[best].Tips[0])) {
			best = i
		}
	}
	if best < 0 {
		return nil, fmt.Errorf("no node tells of its branches: %w", errors.Join(errs...))
	}
	t := &branchTree{best: n.at(nodes[best])}
	t.Best, t.On, t.Branches = tips[best].Tips[0].Tip, []string{}, []branch{}
	for i := range nodes {
		t.add(nodes[i].Name, n.at(nodes[i]), tips[i].Tips)
	}
	return t, nil
}

// moreWork compares decimals.
func moreWork(a, b api.ChainTip) bool {
	return cmp.Or(len(a.TotalWork)-len(b.TotalWork), strings.Compare(a.TotalWork, b.TotalWork)) > 0
}

// add takes in a node's tips, the first of which is the one that it is on.
func (t *branchTree) add(name string, node *client.Node, tips []api.ChainTip) {
	for i, tip := range tips {
		on := &t.On
		if tip.Hash != t.Best.Hash {
			at := slices.IndexFunc(t.Branches, func(b branch) bool { return b.Tip.Hash == tip.Hash })
			if at < 0 {
				at = len(t.Branches)
				t.Branches = append(t.Branches, branch{
					Tip: tip.Tip, Status: tip.Status, Miners: []miner{}, On: []string{}, Left: []string{}, known: node, own: tip.BranchLength,
				})
			}
			on = &t.Branches[at].On
		}
		if i == 0 {
			*on = append(*on, name)
		}
	}
}

// follow goes from a branch's tip down to the best chain. Of one whose tip is a header only it
// begins below the headers, whose miners nobody knows.
func (t *branchTree) follow(ctx context.Context, b *branch, names people) {
	at := b.Tip.Hash
	if b.Status == headersOnly {
		b.Length = int(b.own)
		block, err := b.known.Block(ctx, strconv.FormatUint(b.Tip.Index-b.own, 10))
		if err != nil {
			return
		}
		at = block.Hash()
	}
	for ; b.Length < maxBranch; b.Length++ {
		block, main, err := t.block(ctx, at, b.known)
		if err != nil {
			return
		}
		if main {
			b.Fork = &api.Tip{Index: block.Height(), Hash: at}
			return
		}
		b.count(&block, names)
		at = block.Previous
	}
}

// block asks the node of the best chain, and then the one that told of the branch.
func (t *branchTree) block(ctx context.Context, hash types.Hash, known *client.Node) (block types.Block, main bool, err error) {
	details, err := t.best.BlockDetails(ctx, hash)
	if refusal, ok := errors.AsType[*api.Error](err); ok && refusal.Status == http.StatusNotFound {
		details, err = known.BlockDetails(ctx, hash)
		details.Main = false // there it may be
	}
	return details.Block, details.Main, err
}

// count takes in who mined a block of the branch.
func (b *branch) count(block *types.Block, names people) {
	if len(block.Transactions) == 0 {
		return
	}
	address := block.Transactions[0].Recipient
	at := slices.IndexFunc(b.Miners, func(m miner) bool { return m.Address == address })
	if at < 0 {
		at = len(b.Miners)
		b.Miners = append(b.Miners, miner{Name: names.of(address, ""), Address: address})
	}
	b.Miners[at].Blocks++
}

// finish leaves out what is on the best chain, as a node that lags behind is, and brings
// the rest into order.
func (t *branchTree) finish(limit int, departures map[types.Hash][]string) forksForm {
	form := t.forksForm
	form.Branches = slices.DeleteFunc(form.Branches, func(b branch) bool { return b.Fork != nil && b.Length == 0 })
	for i := range form.Branches {
		b := &form.Branches[i]
		b.Left = append(b.Left, departures[b.Tip.Hash]...)
		slices.SortStableFunc(b.Miners, func(a, b miner) int { return b.Blocks - a.Blocks })
	}
	slices.SortStableFunc(form.Branches, func(a, b branch) int { return cmp.Compare(b.forkedAt(), a.forkedAt()) })
	form.Branches = form.Branches[:min(limit, len(form.Branches))]
	return form
}

// forkedAt is the height of the branch's first block, as far as it is known.
func (b branch) forkedAt() uint64 { return b.Tip.Index - min(uint64(b.Length), b.Tip.Index) }

// departures are the nodes that reorgs took off blocks. That the manager cannot tell is
// no reason to show no forks.
func (n *network) departures(ctx context.Context) map[types.Hash][]string {
	ctx, cancel := context.WithTimeout(ctx, askTimeout)
	defer cancel()
	left := make(map[types.Hash][]string)
	query := url.Values{"from": {"start"}, "types": {string(events.Reorg{}.Type())}}
	_ = n.eachEvent(ctx, query, func(r *events.Record) error {
		if reorg, ok := r.Data.(events.Reorg); ok && !slices.Contains(left[reorg.From.Hash], r.Node) {
			left[reorg.From.Hash] = append(left[reorg.From.Hash], r.Node)
		}
		return nil
	})
	return left
}

func printForks(out *terminal.Output, form forksForm) {
	out.Printf("best chain: block %d, %s, of %s\n", form.Best.Index, shortHash(form.Best.Hash), manyNames(form.On))
	if len(form.Branches) == 0 {
		out.Printf("no branch beside it is known\n")
		return
	}
	const wide = 14 // columns of a list of names
	rows := make([][]any, len(form.Branches))
	for i, b := range form.Branches {
		rows[i] = []any{
			orDash(b.Fork, func(t api.Tip) string { return number(t.Index) }), b.Length, shortHash(b.Tip.Hash),
			terminal.Narrow(minersOf(b), wide), terminal.Narrow(fateOf(b), wide),
		}
	}
	out.Printf("\n")
	out.Table([]string{">fork", ">blocks", "tip", "mined by", "nodes"}, rows)
}

// minersOf says who mined a branch, and how much each if there are several.
func minersOf(b branch) string {
	switch len(b.Miners) {
	case 0:
		return none
	case 1:
		return b.Miners[0].Name
	}
	parts := make([]string, len(b.Miners))
	for i, m := range b.Miners {
		parts[i] = fmt.Sprintf("%s:%d", m.Name, m.Blocks)
	}
	return strings.Join(parts, " ")
}

// fateOf says which nodes are on a branch, or else which were.
func fateOf(b branch) string {
	switch {
	case len(b.On) > 0:
		return "on it: " + manyNames(b.On)
	case len(b.Left) > 0:
		return "left by " + manyNames(b.Left)
	}
	return b.Status
}

// manyNames lists names, unless they are so many that their number says more.
func manyNames(names []string) string {
	const many = 8
	if len(names) > many {
		return fmt.Sprintf("%d nodes", len(names))
	}
	return strings.Join(names, " ")
}
