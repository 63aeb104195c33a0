package watch

import (
	"slices"
	"time"

	"networkmngr/internal/events"
	"networkmngr/internal/events/state"
	"networkmngr/internal/forktree"
	"networkmngr/internal/news"
	"networkmngr/internal/types"
)

// maxLines is how many lines of news are kept.
const maxLines = 200

// picture is what is known of a network: its events, folded. It is pure.
type picture struct {
	fold   *state.Fold
	news   *news.News
	lines  []news.Line // the newest last
	miners map[types.Address]string

	// What follows from them; see settle.
	now    state.State
	best   events.BlockRef // tip of the best chain
	blocks []forktree.Block
	lanes  map[types.Hash]int
	heads  map[types.Hash]*state.Block
	tips   map[types.Hash][]*state.Node // nodes by their tips
	won    map[string]int               // blocks on the best chain, of those that are known, by node
}

func newPicture() *picture {
	return &picture{miners: make(map[types.Address]string)}
}

// begin goes on from a state, after a gap too. What was said before stays.
func (p *picture) begin(s state.State) {
	p.fold, p.news = state.Resume(s), news.New()
	for _, e := range past(s) {
		p.news.Tell(e)
	}
	p.settle()
}

// past is events that tell of a state what the news need to know of it.
func past(s state.State) (list []*events.Event) {
	latest := time.Time{}
	tell := func(node string, at time.Time, data events.Data) {
		if at.After(latest) {
			latest = at
		}
		list = append(list, &events.Event{Time: at, Node: node, Data: data})
	}
	for _, n := range s.Nodes {
		tell(n.Name, n.Since, events.NodeUp{ID: n.ID, PID: n.PID, Address: n.Address})
		if n.State != state.Running {
			tell(n.Name, n.Since, events.NodePaused{}) // whatever it is, it is away
		}
	}
	for _, b := range s.Blocks {
		if b.Miner != nil {
			tell(b.Node, b.Time, events.BlockConnected{BlockRef: b.BlockRef, Previous: b.Previous, Miner: *b.Miner, Transactions: b.Transactions})
		}
	}
	for _, n := range s.Nodes {
		if n.Tip != nil {
			tell(n.Name, latest, events.TipMoved{BlockRef: *n.Tip, Work: n.Work})
		}
	}
	tell("", latest, events.NetworkUp{Network: s.Network, Genesis: s.Genesis})
	return list
}

// apply takes in the next event. What follows from it is to be settled.
func (p *picture) apply(e *events.Event) {
	p.fold.Apply(e)
	p.say(p.news.Tell(e))
}

// say keeps what is new.
func (p *picture) say(lines []news.Line) {
	p.lines = append(p.lines, lines...)
	p.lines = p.lines[max(0, len(p.lines)-maxLines):]
}

// settle works out what follows from all that was taken in.
func (p *picture) settle() {
	p.now = p.fold.State()
	for _, n := range p.now.Nodes {
		p.miners[n.ID.Account()] = n.Name
	}
	p.gather()
	p.best = p.now.Best()
	p.lanes = forktree.Lanes(p.blocks, p.best.Hash)
	p.count()
}

// gather brings blocks and tips into the form that they are looked at in.
func (p *picture) gather() {
	p.blocks = make([]forktree.Block, len(p.now.Blocks))
	p.heads = make(map[types.Hash]*state.Block, len(p.now.Blocks))
	for i := range p.now.Blocks {
		b := &p.now.Blocks[i]
		p.blocks[i] = forktree.Block{Hash: b.Hash, Previous: b.Previous, Height: b.Index}
		p.heads[b.Hash] = b
	}
	p.tips = make(map[types.Hash][]*state.Node)
	for i := range p.now.Nodes {
		if n := &p.now.Nodes[i]; n.Tip != nil {
			p.tips[n.Tip.Hash] = append(p.tips[n.Tip.Hash], n)
		}
	}
}

// count finds out who has won how many blocks.
func (p *picture) count() {
	p.won = make(map[string]int)
	for hash, b := range p.heads {
		if p.lanes[hash] == 0 && b.Miner != nil {
			p.won[p.miners[*b.Miner]]++
		}
	}
}

// running counts the nodes that run.
func (p *picture) running() (count int) {
	for _, n := range p.now.Nodes {
		if n.State == state.Running {
			count++
		}
	}
	return count
}

// node is the one of a name; nil for none.
func (p *picture) node(name string) *state.Node {
	at := slices.IndexFunc(p.now.Nodes, func(n state.Node) bool { return n.Name == name })
	if at < 0 {
		return nil
	}
	return &p.now.Nodes[at]
}

// tipHashes are the tips of all nodes.
func (p *picture) tipHashes() (tips []types.Hash) {
	for tip := range p.tips {
		tips = append(tips, tip)
	}
	return tips
}
