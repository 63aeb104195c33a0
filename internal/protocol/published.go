package protocol

import (
	"slices"

	"networkmngr/internal/chain"
	"networkmngr/internal/consensus"
	"networkmngr/internal/types"
)

// published is what peers are told of our chain: all of it, but for blocks that are
// withheld. Whatever tells peers of our tip goes by it: Hello, Pong, Headers,
// announcements, and the locators of our questions.
type published struct {
	tip      Claim
	withheld map[types.Hash]bool // blocks above it
}

func claimOf(s consensus.State) Claim { return Claim{ID: s.ID, Height: s.Height, Work: s.Work} }

// moved notes that our chain has another tip, which is s.
func (p *published) moved(s consensus.State, withheld bool) {
	if !withheld {
		*p = published{tip: claimOf(s)}
		return
	}
	if p.withheld == nil {
		p.withheld = make(map[types.Hash]bool)
	}
	p.withheld[s.ID] = true
}

// visible is the part of headers, of our main chain, that is not withheld.
func (p *published) visible(headers []types.Header) []types.Header {
	if len(p.withheld) == 0 {
		return headers // to hash them costs a lot
	}
	first := slices.IndexFunc(headers, func(h types.Header) bool { return p.withheld[h.Hash()] })
	if first < 0 {
		return headers
	}
	return headers[:first]
}

// headersAfter lists what is published of the main chain after a locator.
func (e *Engine) headersAfter(locator []types.Hash) []types.Header {
	return e.published.visible(e.chain.HeadersAfter(locator, maxHeaders))
}

// publishedTip is the header of the tip that peers are told of.
func (e *Engine) publishedTip() chain.Header {
	tip, _ := e.chain.Header(e.published.tip.ID)
	return tip
}
