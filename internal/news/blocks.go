package news

import (
	"cmp"
	"fmt"
	"slices"
	"time"

	"networkmngr/internal/events"
	"networkmngr/internal/types"
)

// remembered is how many blocks are known at most: the last ones.
const remembered = 4096

// somebody is whoever mined a block of which that is not known.
const somebody = "somebody"

// blocks are those that were heard of.
type blocks struct {
	known  map[types.Hash]*block
	order  []types.Hash              // of known, the first heard of first
	onTop  map[types.Hash]types.Hash // the first block that was told on top of another
	titled map[types.Hash]bool       // told in a line, or counted in one
}

// block is what is known of one.
type block struct {
	previous     types.Hash
	index        uint64
	miner        string // empty if it is not known
	transactions int
	at           time.Time // of the first word
}

func newBlocks() blocks {
	return blocks{known: make(map[types.Hash]*block), onTop: make(map[types.Hash]types.Hash), titled: make(map[types.Hash]bool)}
}

// hear takes in a block that may be known already.
func (b *blocks) hear(hash types.Hash, heard block) {
	if b.known[hash] != nil {
		return
	}
	if len(b.order) == remembered {
		oldest := b.order[0]
		delete(b.onTop, b.known[oldest].previous)
		delete(b.titled, oldest)
		delete(b.known, oldest)
		b.order = b.order[1:]
	}
	b.known[hash] = &heard
	b.order = append(b.order, hash)
}

// ofBlocks takes in what a node tells of its chain.
func (n *News) ofBlocks(name string, data events.Data) {
	switch data := data.(type) {
	case events.BlockMined:
		n.blocks.hear(data.Hash, block{data.Previous, data.Index, name, data.Transactions, n.now})
		n.found(data.BlockRef, data.Seconds)
	case events.BlockConnected:
		n.blocks.hear(data.Hash, block{data.Previous, data.Index, n.miner(data.Miner), data.Transactions, n.now})
		// The node that mined it tells of it itself, if it is one of ours.
		if n.miners[data.Miner] == "" && n.stands {
			n.found(data.BlockRef, 0)
		}
	case events.TipMoved:
		n.node(name).tip = &data.BlockRef
		n.plan()
	case events.BlockTooNew:
		n.say(Doubt, "block %d is %s in the future for %s, which does not take it: do the clocks differ?", data.Index, data.Ahead(), name)
	case events.BlockInvalidated:
		n.say(Usual, "%s: block %d was invalidated by hand, with all that follows on it", name, data.Index)
	case events.BlockReconsidered:
		n.say(Usual, "%s: block %d is reconsidered", name, data.Index)
	case events.Reorg:
		n.gather(name, data)
	}
}

// found tells of a new block, after those that it stands on. seconds of 0 are not known.
func (n *News) found(ref events.BlockRef, seconds float64) {
	known := n.blocks.known[ref.Hash]
	if known == nil || n.blocks.titled[ref.Hash] {
		return
	}
	for _, before := range n.blocks.untold(known) {
		n.title(before, 0)
	}
	n.title(ref.Hash, seconds)
}

// untold lists the blocks below one of which nobody was told, the oldest first: the word
// of who mined them comes by another stream, and later. Of more than a few, they are
// blocks of long ago.
func (b *blocks) untold(of *block) (list []types.Hash) {
	for range usual {
		below := b.known[of.previous]
		if below == nil && of.index == 1 || b.titled[of.previous] {
			slices.Reverse(list)
			return list
		}
		if below == nil {
			return nil
		}
		list, of = append(list, of.previous), below
	}
	return nil
}

// title tells of a block that is known, and of the fork that it makes.
func (n *News) title(hash types.Hash, seconds float64) {
	known := n.blocks.known[hash]
	n.blocks.titled[hash] = true
	first, forks := n.blocks.onTop[known.previous]
	if !forks {
		n.blocks.onTop[known.previous] = hash
	}
	if n.counted(known, forks) {
		return
	}
	n.say(Usual, "%s", known.line(seconds))
	if rival := n.blocks.known[first]; forks && rival != nil {
		n.say(Doubt, "fork: %s and %s each have a block %d", cmp.Or(rival.miner, somebody), cmp.Or(known.miner, somebody), known.index)
	}
}

func (b *block) line(seconds float64) string {
	text := fmt.Sprintf("block %d%s", b.index, by(b.miner))
	if seconds > 0 {
		text += fmt.Sprintf(" in %.2f s", seconds)
	}
	if b.transactions > 1 {
		text += ", " + plural(b.transactions-1, "transfer")
	}
	return text
}
