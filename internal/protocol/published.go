package protocol

import (
	"slices"

	"networkmngr/internal/chain"
	"networkmngr/internal/consensus"
	"networkmngr/internal/types"
)

// published is what peers are told of our chain: a branch, which is the main chain but
// where blocks are withheld. All that has to do with peers goes by it: what they are told
// of our tip (Hello, Pong, Headers, announcements, and the locators of our questions),
// and whose blocks are news here. So a node that withholds blocks seems to be one that
// does not have them.
type published struct {
	tip      Claim
	withheld map[types.Hash]bool // blocks that peers are not told of
}

func claimOf(s consensus.State) Claim { return Claim{ID: s.ID, Height: s.Height, Work: s.Work} }

// publish tells peers of another branch than before, or withholds other blocks.
func (e *Engine) publish(in Publish) {
	tip, known := e.chain.Header(in.Tip)
	if !known {
		return
	}
	moved := tip.ID != e.published.tip.ID
	e.published = published{tip: claimTo(tip), withheld: make(map[types.Hash]bool, len(in.Withheld))}
	for _, id := range in.Withheld {
		e.published.withheld[id] = true
	}
	e.pool.keep(e.published.withheld)
	for i := range in.Blocks {
		e.pool.note(&in.Blocks[i], e.published.withheld, in)
	}
	if !moved {
		return
	}
	if i := slices.IndexFunc(in.Blocks, func(b types.Block) bool { return b.Hash() == in.Tip }); i >= 0 {
		e.relayed.Add(in.Tip, &relayed{block: &in.Blocks[i]})
	}
	e.downloads.changed = true
	r, _ := e.relayed.Get(in.Tip)
	e.announce(in.Tip, r, own)
	for _, p := range e.peers {
		e.reconsider(p)
	}
}

// headersAfter lists what is published after a locator.
func (e *Engine) headersAfter(locator []types.Hash) []types.Header {
	return e.chain.HeadersTo(e.published.tip.ID, locator, maxHeaders)
}

// publishedTip is the header of the tip that peers are told of.
func (e *Engine) publishedTip() chain.Header {
	tip, _ := e.chain.Header(e.published.tip.ID)
	return tip
}
