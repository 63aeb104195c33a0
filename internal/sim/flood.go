package sim

import (
	"cmp"
	"context"
	"encoding/binary"
	"slices"
	"time"

	"networkmngr/internal/consensus"
	"networkmngr/internal/protocol"
	"networkmngr/internal/types"
)

func (a *adversary) flood(to *node) {
	b, err := to.chain.Block(to.chain.Tip().ID)
	if err != nil {
		a.world.violation("node %d: %v", to.number, err)
		return
	}
	if a.world.rand.IntN(2) == 0 {
		a.offence(to, protocol.Encode(protocol.Blocks{Encoded: [][]byte{b.Encode()}}), false)
	} else {
		a.offence(to, protocol.Encode(protocol.Transactions{Transactions: b.Transactions[:1]}), false)
	}
}

// tightLimits are far less than nodes may cost each other in earnest, so that
// floods are short, and whoever comes near the limits without being an adversary is
// found.
var tightLimits = protocol.Limits{
	HeadersAsked:        protocol.Limit{Burst: 100, Interval: 100 * time.Millisecond},
	BlocksAsked:         protocol.Limit{Burst: 2000, Interval: 2 * time.Millisecond},
	TransactionsAsked:   protocol.Limit{Burst: 5000, Interval: 5 * time.Millisecond},
	TransactionsOffered: protocol.Limit{Burst: 5000, Interval: 5 * time.Millisecond},
	NotFoundTold:        protocol.Limit{Burst: 5000, Interval: 5 * time.Millisecond},
	HeadersUnsolicited:  protocol.Limit{Burst: 2000, Interval: 5 * time.Millisecond},
	Addresses:           protocol.Limit{Burst: 500, Interval: 5 * time.Millisecond},
	Pongs:               protocol.Limit{Burst: 100, Interval: 10 * time.Millisecond},
	Ignored:             protocol.Limit{Burst: 10, Interval: 10 * time.Second},
}

// floodKind is a message of which a few are fine.
type floodKind struct {
	message protocol.Message
	cost    int // of one message
	limit   protocol.Limit
}

// floods are floods of questions, or of news that are none.
func (a *adversary) floods(how behaviour, to *node) []floodKind {
	tip := to.view.Tip().ID
	locator := to.view.Locator(tip)
	if how == floodAsking {
		return []floodKind{
			{protocol.GetHeaders{Locator: locator[:1]}, 1, tightLimits.HeadersAsked},
			{protocol.GetBlocks{IDs: slices.Repeat([]types.Hash{tip}, 100)}, 100, tightLimits.BlocksAsked},
			{protocol.GetTransactions{IDs: a.randomIDs(500)}, 500, tightLimits.TransactionsAsked},
		}
	}
	headers := to.view.HeadersTo(tip, locator[len(locator)-1:], 200)
	var known []types.NodeInfo
	for _, n := range a.world.honest() {
		known = append(known, n.entry())
	}
	return []floodKind{
		{protocol.Have{IDs: a.randomIDs(500)}, 500, tightLimits.TransactionsOffered},
		{protocol.NotFound{IDs: a.randomIDs(500)}, 500, tightLimits.NotFoundTold},
		{protocol.Headers{Headers: headers}, max(1, len(headers)), tightLimits.HeadersUnsolicited},
		{protocol.Addresses{Nodes: known}, len(known), tightLimits.Addresses},
	}
}

// sendFlood sends twice as much as breaks a limit, so that some may be lost.
func (a *adversary) sendFlood(to *node, with []floodKind) {
	d := with[a.world.rand.IntN(len(with))]
	frame, link := protocol.Encode(d.message), a.link(to)
	for range 2 * (d.limit.Burst/d.cost + tightLimits.Ignored.Burst) {
		a.world.send(a.node, to, frame, nil)
	}
	a.offend(to, frame, true, func() bool { return !link.lost }) // as a cut swallows a part of it
}

// many is how much a flood sends at a time.
func (a *adversary) many() int { return cmp.Or(a.world.config.Flood, 40) }

// forge offers transfers that spend an honest client's coins, and that it has
// not signed.
func (a *adversary) forge(to *node, count int) {
	w := a.world
	key := clientKey(0)
	account, pending, err := to.pool.Account(types.AddressOfKey(clientKey(0)))
	if err != nil {
		w.violation("node %d: %v", to.number, err)
		return
	}
	t := types.Transaction{
		Sequence: account.Sequence + uint64(len(pending)), Amount: 1, Fee: 1,
	}
	t.Sign(key, w.genesis.Params.GenesisID)
	t.Signature[0]++
	var ids []types.Hash
	for range count {
		binary.BigEndian.PutUint64(t.Recipient[:], w.rand.Uint64())
		forged := t
		ids = append(ids, forged.ID())
		a.bad[forged.ID()] = forged
	}
	a.say(to.id, protocol.Have{IDs: ids})
}

// rotate sends one header more than a node remembers of a peer, as compact
// blocks, round and round.
func (a *adversary) rotate(to *node, count int) {
	const headers = 17
	var frames [][]byte
	parent := a.beforeTip(to)
	for range headers {
		b := a.block(parent)
		frames = append(frames, protocol.Encode(protocol.Compact{
			Header: b.Header, Coinbase: b.Transactions[0], ShortIDs: []protocol.ShortID{{1, 2, 3}},
		}))
	}
	for i := range count {
		a.world.send(a.node, to, frames[i%headers], nil)
	}
}

// sendSiblings sends good blocks of the tip's height.
func (a *adversary) sendSiblings(to *node, count int) {
	parent := a.beforeTip(to)
	for range count {
		b := a.block(parent)
		if data := a.world.data(); data != nil {
			b.Transactions[0].Data = data
			a.solve(&b)
		}
		a.say(to.id, protocol.Compact{Header: b.Header, Coinbase: b.Transactions[0]})
	}
}

// floodHeaders sends the last honest node siblings of block 1, which can never
// have as much work as the tip.
func (a *adversary) floodHeaders(to *node, count int) {
	const each, maxProofs = 2000, 640_000 // in a message, in all
	for range count {
		if a.world.spent.proofs >= maxProofs {
			return
		}
		headers := make([]types.Header, each)
		b := a.block(a.world.genesis.State())
		for i := range headers {
			binary.BigEndian.PutUint64(b.MerkleRoot[:], a.world.rand.Uint64())
			headers[i] = a.prove(b.Header)
		}
		a.say(to.id, protocol.Headers{Headers: headers})
	}
}

// prove finds the proof of work of a header whose block does not exist.
func (a *adversary) prove(h types.Header) types.Header {
	a.world.spent.proofs++
	h, _, _ = serial{}.Solve(context.Background(), h)
	return h
}

// beforeTip is the state that the tip's block followed.
func (a *adversary) beforeTip(of *node) consensus.State {
	tip, _ := of.view.Header(of.view.Tip().ID)
	state, known := of.view.State(tip.Previous)
	if !known {
		return a.world.genesis.State()
	}
	return state
}
