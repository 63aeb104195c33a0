//go:build linux

package main

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"strings"
	"sync"
	"time"

	"networkmngr/internal/types"
	"networkmngr/scripts/measure"
)

// Of the full block.
const (
	fullNodes     = 20
	fullTransfers = 4000
	// fullData is so many bytes of data in each transfer that they are 1 MB together.
	fullData = 102
)

// fullBlock mines blocks of 4,000 transfers that are in all mempools of twenty nodes. It
// times each until it is stored everywhere, and looks at what every link has carried
// meanwhile.
func fullBlock(ctx context.Context, b *bench) (rows []row, err error) {
	network, err := measure.NewNetwork(b.folder, senders)
	if err != nil {
		return nil, err
	}
	n, err := b.startNetwork(ctx, fullNodes, sparse, fmt.Sprintf("--peers-out=%d", sparse), "--genesis="+network.File)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, n.stop()) }()
	tips, err := watchTips(n)
	if err != nil {
		return nil, err
	}
	defer tips.close()
	var took, shares []float64
	payer := newSigner(network)
	for i := range b.repeat.fullBlocks {
		if err := fillMempools(ctx, n, payer); err != nil {
			return nil, err
		}
		before, err := n.awaitQuiet(ctx)
		if err != nil {
			return nil, err
		}
		one, err := relayOne(ctx, n, tips, i%fullNodes)
		if err != nil {
			return nil, err
		}
		share, err := n.busiestLink(ctx, before)
		if err != nil {
			return nil, err
		}
		took, shares = append(took, milliseconds(one)), append(shares, share)
	}
	return []row{{
		what:   "20 nodes, about six random peers each, a block of 1 MB and 4,000 transfers that are in all mempools: from the mining call until it is stored everywhere, p99 / what the busiest link carries of its size",
		format: "%.0f ms / %.1f %%", ours: []float64{percentile(took, 99), percentile(shares, 100)}, target: []float64{250, 5},
	}}, nil
}

// fillMempools posts the transfers of a full block to one node, and waits until all have
// them.
func fillMempools(ctx context.Context, n *network, s *signer) error {
	list := roundRobin(s.Addresses, fullTransfers)
	for i := range list {
		list[i].data = fmt.Appendf(nil, "%q", strings.Repeat("x", fullData-2))
	}
	bodies, err := jsonOf(s.sign(list))
	if err != nil {
		return err
	}
	var posting sync.WaitGroup
	var errs [connections]error
	http, to := measure.NewHTTP(), fmt.Sprintf("http://127.0.0.1:%d/transactions", n.first)
	for i := range connections {
		posting.Go(func() {
			for at := i; at < len(bodies) && errs[i] == nil; at += connections {
				errs[i] = post(http, to, bodies[at])
			}
		})
	}
	posting.Wait()
	if err := errors.Join(errs[:]...); err != nil {
		return err
	}
	for _, node := range n.nodes {
		if err := await(ctx, 10*lookEvery, "a mempool", func() (bool, error) {
			pool, err := node.Mempool(ctx, 0, 1)
			return pool.Count == fullTransfers, err
		}); err != nil {
			return err
		}
	}
	return nil
}

// way is a link as one end sees it.
type way struct {
	node int
	peer types.NodeID
}

// carried is how many bytes each link has carried, both ways.
func (n *network) carried(ctx context.Context) (map[way]int64, error) {
	bytes := make(map[way]int64)
	for i, node := range n.nodes {
		list, err := node.Peers(ctx, 0, fullNodes)
		if err != nil {
			return nil, err
		}
		for _, p := range list.Peers {
			bytes[way{i, p.ID}] = p.Sent.Bytes + p.Received.Bytes
		}
	}
	return bytes, nil
}

// awaitQuiet waits until the links carry nothing, as transfers are announced for a second
// after all have them, and returns what they have carried.
func (n *network) awaitQuiet(ctx context.Context) (before map[way]int64, err error) {
	const look = 1500 * time.Millisecond
	err = await(ctx, look, "quiet links", func() (bool, error) {
		now, err := n.carried(ctx)
		quiet := before != nil && maps.Equal(before, now)
		before = now
		return quiet, err
	})
	return before, err
}

// busiestLink is what the link that has carried most since then has carried, in percent of
// the size of the block that is the tip now.
func (n *network) busiestLink(ctx context.Context, before map[way]int64) (percent float64, err error) {
	after, err := n.carried(ctx)
	if err != nil {
		return 0, err
	}
	info, err := n.nodes[0].Info(ctx)
	if err != nil {
		return 0, err
	}
	tip, err := n.nodes[0].Block(ctx, info.Tip.Hash.String())
	if err != nil {
		return 0, err
	}
	if len(tip.Transactions) != 1+fullTransfers {
		return 0, fmt.Errorf("%w: the block has %d transactions, want %d", errAnswer, len(tip.Transactions), 1+fullTransfers)
	}
	for link, bytes := range after {
		percent = max(percent, 100*float64(bytes-before[link])/float64(tip.Size()))
	}
	return percent, nil
}
