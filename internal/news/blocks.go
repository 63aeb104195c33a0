package news

import (
	"time"

	"networkmngr/internal/events"
	"networkmngr/internal/types"
)

// remembered is how many blocks are known at most: the last ones.
const remembered = 4096

// blocks are those that were heard of.
type blocks struct {
	known  map[types.Hash]*block
	order  []types.Hash              // of known, the first heard of first
	onTop  map[types.Hash]types.Hash // the first block that was told on top of another
	titled map[types.Hash]bool       // told in a line, or counted in one
}

// block is what is known of one.
type block struct {
	previous types.Hash
	index    uint64
	miner    string
	at       time.Time // of the first word
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
		n.blocks.hear(data.Hash, block{data.Previous, data.Index, name, n.now})
		n.found(data.BlockRef, data.Transactions, data.Seconds)
	case events.BlockConnected:
		n.blocks.hear(data.Hash, block{data.Previous, data.Index, n.miner(data.Miner), n.now})
		// The node that mined it tells of it itself, if it is one of ours.
		if n.miners[data.Miner] == "" && n.stands {
			n.found(data.BlockRef, data.Transactions, 0)
		}
	case events.TipMoved:
		n.node(name).tip = &data.BlockRef
		n.plan()
	case events.BlockInvalidated:
		n.say(Usual, "%s: block %d was invalidated by hand, with all that follows on it", name, data.Index)
	case events.BlockReconsidered:
		n.say(Usual, "%s: block %d is reconsidered", name, data.Index)
	case events.Reorg:
		n.gather(name, data)
	}
}

// found tells of a new block, and of the fork that it makes. seconds of 0 are not known.
func (n *News) found(ref events.BlockRef, transactions int, seconds float64) {
	known := n.blocks.known[ref.Hash]
	if n.blocks.titled[ref.Hash] || known == nil {
		return
	}
	n.blocks.titled[ref.Hash] = true
	first, forks := n.blocks.onTop[known.previous]
	if !forks {
		n.blocks.onTop[known.previous] = ref.Hash
	}
	if n.counted(known, forks) {
		return
	}
	text := "block %d by %s"
	values := []any{ref.Index, known.miner}
	if seconds > 0 {
		text, values = text+" in %.2f s", append(values, seconds)
	}
	if transactions > 1 {
		text, values = text+", %s", append(values, plural(transactions-1, "transfer"))
	}
	n.say(Usual, text, values...)
	if rival := n.blocks.known[first]; forks && rival != nil {
		n.say(Doubt, "fork: %s and %s each have a block %d", rival.miner, known.miner, ref.Index)
	}
}
