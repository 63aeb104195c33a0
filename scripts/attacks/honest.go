//go:build linux

package main

import (
	"context"
	"maps"
	"slices"
	"sync"

	"networkmngr/internal/protocol"
	"networkmngr/internal/types"
)

// honest is a peer that has a chain and sends all of it at once.
type honest struct {
	*peer
	mu     sync.Mutex // guards what follows
	blocks []types.Block
	at     map[types.Hash]int // heights
}

func newHonest(p *peer) *honest {
	h := &honest{peer: p, at: make(map[types.Hash]int)}
	p.hear = h.answer
	return h
}

// secondHonest returns another one with the same chain.
func (s *stage) secondHonest(ctx context.Context, first *honest) (*honest, error) {
	p, err := newPeer(ctx, s.network.Genesis, nil, first.claim())
	if err != nil {
		return nil, err
	}
	h := newHonest(p)
	first.mu.Lock()
	defer first.mu.Unlock()
	h.blocks, h.at = slices.Clone(first.blocks), maps.Clone(first.at)
	return h, nil
}

// add appends a block to the peer's chain, which its Pongs then claim.
func (h *honest) add(b types.Block, tip protocol.Claim) {
	h.mu.Lock()
	h.at[b.Hash()] = len(h.blocks)
	h.blocks = append(h.blocks, b)
	h.mu.Unlock()
	h.setClaim(tip)
}

func (h *honest) answer(m protocol.Message) {
	switch m := m.(type) {
	case protocol.GetHeaders:
		h.say(protocol.Headers{Answer: true, Headers: h.headers(m.Locator)})
	case protocol.GetBlocks:
		for _, id := range m.IDs {
			if b, known := h.block(id); known {
				h.say(protocol.Blocks{Encoded: [][]byte{b.Encode()}})
			} else {
				h.say(protocol.NotFound{IDs: []types.Hash{id}})
			}
		}
	case protocol.GetCompact:
		h.answer(protocol.GetBlocks{IDs: []types.Hash{m.Block}})
	case protocol.GetBlockTransactions:
		if b, known := h.block(m.Block); known {
			h.say(transactionsOf(&b, m.Indexes))
		}
	}
}

func (h *honest) block(id types.Hash) (types.Block, bool) {
	h.mu.Lock()
	defer h.mu.Unlock()
	height, known := h.at[id]
	if !known {
		return types.Block{}, false
	}
	return h.blocks[height], true
}

// headers are those above the first id that the peer has, as many as one message
// holds.
func (h *honest) headers(locator []types.Hash) []types.Header {
	const maxHeaders = 2000
	h.mu.Lock()
	defer h.mu.Unlock()
	from := 0
	for _, id := range locator {
		if height, known := h.at[id]; known {
			from = height + 1
			break
		}
	}
	var headers []types.Header
	for _, b := range h.blocks[from:min(len(h.blocks), from+maxHeaders)] {
		headers = append(headers, b.Header)
	}
	return headers
}

func transactionsOf(b *types.Block, indexes []uint32) protocol.BlockTransactions {
	answer := protocol.BlockTransactions{Block: b.Hash()}
	for _, i := range indexes {
		if int(i) < len(b.Transactions) {
			answer.Transactions = append(answer.Transactions, b.Transactions[i])
		}
	}
	return answer
}
