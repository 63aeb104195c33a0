package watch

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/x/ansi"

	"networkmngr/internal/api"
	"networkmngr/internal/api/client"
	"networkmngr/internal/events/state"
	"networkmngr/internal/types"
)

var errNobodyHasIt = errors.New("no running node has this block")

// overlaid is the part of an overlay that shows.
func (s *screen) overlaid(columns, lines int) []string {
	all := s.over.lines(s, columns)
	from := s.over.scroll()
	*from = max(min(*from, len(all)-lines), 0)
	all = all[*from:min(*from+lines, len(all))]
	return append(slices.Clone(all), make([]string, lines-len(all))...)
}

// inOverlay scrolls an overlay, or closes it.
func (s *screen) inOverlay(key string) {
	from := s.over.scroll()
	switch key {
	case "up":
		*from--
	case "down":
		*from++
	case "pgup":
		*from -= s.bodyLines()
	case "pgdown", "space":
		*from += s.bodyLines()
	case "home":
		*from = 0
	default:
		s.over = nil
	}
}

// help is the legend and the keys.
type help struct{ from int }

func (h *help) scroll() *int { return &h.from }

func (h *help) lines(s *screen, _ int) []string {
	block := s.look.miner("n0").Render
	return []string{
		s.look.title.Render("The tree, the newest block on top"),
		"  " + block("●n0") + "  a block of the best chain, mined by n0",
		"  " + block("○n0") + "  a stale block, or one of a branch",
		"  " + block("◉ ◎") + "  such a block that is the tip of some nodes; behind the row stand",
		"       the same sign and these nodes: n1 n2, or ×12 for many",
		"  (n3) a node that does not run, with its last tip",
		"  ●?   grey: mined by an account that is no node's",
		"  ──╯  the branch above begins at the block where the line begins",
		"  ┆ …  heights at which nothing has happened, folded: enter opens them",
		"  +2   blocks for which there is no room",
		"  The best chain is that of most nodes that run. At the right: a block's",
		"  hash, transfers, and when a node first had it.",
		"",
		s.look.title.Render("The nodes"),
		"  state, height, tip, blocks won, transfers that wait, how it mines",
		fmt.Sprintf("  won  of the last %d blocks, those on the best chain", state.LastBlocks),
		"  tip  " + s.look.doubt.Render("beside the best chain") + ", " + s.look.faint.Render("behind"),
		"",
		s.look.title.Render("Keys, which act on the chosen node ▸"),
		"  m  mine a block                 M  mine on, or stop",
		"  k  kill it (asks first)         r  restart it, also a dead one",
		"  p  pause, or resume             x  remove it (asks first)",
		"  a  add a node                   s  stop mining, by a plan too",
		"  ↑ ↓    choose a node            tab    go to the tree and back",
		"  in the tree: ↑ ↓ ← → pgup pgdn move, esc goes back to the tip",
		"  P      the chosen node's peers, and why links are kept",
		"  enter  open the block under the cursor, or the chosen node's tip",
		"  ?  this page                    q  quit; the network goes on",
	}
}

// blockPage is a block that was opened.
type blockPage struct {
	api.BlockDetails
	of   string // node that was asked
	from int
}

func (b *blockPage) scroll() *int { return &b.from }

// ask asks the nodes for a block: the one that had it first, and then the others.
func (s *screen) ask(hash types.Hash) tea.Cmd {
	if hash == (types.Hash{}) {
		return nil
	}
	first := ""
	if b := s.heads[hash]; b != nil {
		first = b.Node
	}
	nodes := slices.DeleteFunc(slices.Clone(s.now.Nodes), func(n state.Node) bool { return n.State != state.Running })
	slices.SortStableFunc(nodes, func(a, b state.Node) int {
		return cmp.Compare(rank(a.Name, first, s.chosen), rank(b.Name, first, s.chosen))
	})
	ctx, manager := s.ctx, s.manager
	return func() tea.Msg {
		page, err := find(ctx, manager, nodes, hash)
		return opening{hash, page, err}
	}
}

// rank brings some names to the front.
func rank(name string, first ...string) int {
	if at := slices.Index(first, name); at >= 0 {
		return at
	}
	return len(first)
}

// find asks some nodes, one after the other.
func find(ctx context.Context, manager *client.Manager, nodes []state.Node, hash types.Hash) (*blockPage, error) {
	const enough, patience = 5, 5 * time.Second
	err := errNobodyHasIt
	for _, n := range nodes[:min(enough, len(nodes))] {
		asking, cancel := context.WithTimeout(ctx, patience)
		details, failed := manager.Node(n.Address).BlockDetails(asking, hash)
		cancel()
		if failed == nil {
			return &blockPage{BlockDetails: details, of: n.Name}, nil
		}
		err = failed
	}
	return nil, err
}

// open shows a block that has come.
func (s *screen) open(o opening) {
	if o.err != nil {
		s.message = message{"block " + o.hash.String()[:hashDigits] + ": " + why(o.err), true}
		return
	}
	s.over = o.block
}

func (b *blockPage) lines(s *screen, columns int) []string {
	lines := []string{s.look.title.Render(fmt.Sprintf("Block %d", b.Block.Height())) + "  " + b.place(), ""}
	field := func(name, value string) {
		const names = 13
		for part := range strings.Lines(ansi.Hardwrap(value, columns-names-1, true)) {
			lines = append(lines, s.look.faint.Render(fit(name, names))+" "+strings.TrimSuffix(part, "\n"))
			name = ""
		}
	}
	field("hash", b.Block.Hash().String())
	field("previous", b.Block.Previous.String())
	field("merkle root", b.Block.MerkleRoot.String())
	field("time", time.Unix(int64(b.Block.Time), 0).Local().Format(time.DateTime))
	field("version", fmt.Sprint(b.Block.Version))
	field("bits", fmt.Sprintf("%08x", b.Block.Bits))
	field("nonce", fmt.Sprint(b.Block.Nonce))
	field("size", fmt.Sprintf("%d B", b.Block.Size()))
	if len(b.Block.Transactions) > 0 {
		field("mined by", b.named(s, b.Block.Transactions[0].Recipient))
	}
	field("told by", plain(b.of))
	lines = append(lines, "", s.look.title.Render(counted(len(b.Block.Transactions), "transaction")))
	for i := range b.Block.Transactions {
		lines = append(lines, cut(b.transaction(s, &b.Block.Transactions[i]), columns))
	}
	return lines
}

// counted is "1 block", "2 blocks".
func counted(count int, thing string) string {
	if count == 1 {
		return "1 " + thing
	}
	return fmt.Sprintf("%d %ss", count, thing)
}

// place says where in the chain the block is.
func (b *blockPage) place() string {
	if !b.Main {
		return "not on the main chain of this node"
	}
	return fmt.Sprintf("on the main chain, %s", counted(int(b.Confirmations), "confirmation"))
}

// named is an account by name: a node's, or the one that it is known by, and without any
// its address.
func (b *blockPage) named(s *screen, account types.Address) string {
	address := account.String()
	if node := s.miners[account]; node != "" {
		return plain(node) + "  " + s.look.faint.Render(address)
	}
	if name := b.Names[address]; name != "" {
		return plain(name) + "  " + s.look.faint.Render(address)
	}
	return address
}

// short is named without the address, or its ends.
func (b *blockPage) short(s *screen, account types.Address) string {
	if name := cmp.Or(s.miners[account], b.Names[account.String()]); name != "" {
		return plain(name)
	}
	return account.Short()
}

func (b *blockPage) transaction(s *screen, t *types.Transaction) string {
	id := s.look.faint.Render(t.ID().String()[:hashDigits])
	if t.Kind == types.Coinbase {
		return fmt.Sprintf("  %s  coinbase of %s to %s", id, t.Amount, b.short(s, t.Recipient))
	}
	text := fmt.Sprintf("  %s  %s to %s: %s, fee %s", id, b.short(s, t.Sender()), b.short(s, t.Recipient), t.Amount, t.Fee)
	if len(t.Data) > 0 {
		text += ", data " + plain(strings.ToValidUTF8(string(t.Data), "?"))
	}
	return text
}
