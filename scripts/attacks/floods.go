//go:build linux

package main

import (
	"context"
	"encoding/binary"
	"math/rand/v2"
	"time"

	"networkmngr/internal/api"
	"networkmngr/internal/consensus"
	"networkmngr/internal/protocol"
	"networkmngr/internal/types"
)

// forgeTransfers has 12 peers send 10,000 transfers each with a false signature,
// while honest blocks are relayed.
func forgeTransfers(ctx context.Context, s *stage) error {
	const peers, each, perMessage = 12, 10_000, 5000
	if err := s.blocks(ctx, &s.without, nil); err != nil {
		return err
	}
	crowd, err := s.crowd(ctx, peers)
	if err != nil {
		return err
	}
	for who, p := range crowd {
		list, ids := s.forged(byte(who), each)
		go func() {
			for from := 0; from < each; from += perMessage {
				p.say(protocol.Have{IDs: ids[from : from+perMessage]})
			}
			time.Sleep(300 * time.Millisecond) // for the victim to ask
			p.say(protocol.Transactions{Transactions: list})
		}()
	}
	time.Sleep(600 * time.Millisecond) // for the transfers to be there
	return s.blocks(ctx, &s.with, nil)
}

// forged makes transfers that differ and have the signature of another one.
func (s *stage) forged(who byte, count int) (list []types.Transaction, ids []types.Hash) {
	t := types.Transaction{Kind: types.Transfer, Recipient: s.network.Addresses[1], Amount: types.Coin, Fee: types.Coin}
	s.network.Sign(&t, 0)
	for i := range count {
		binary.LittleEndian.PutUint32(t.Recipient[:], uint32(i))
		t.Recipient[4] = who
		list, ids = append(list, t), append(ids, t.ID())
	}
	return list, ids
}

// sibling is a header beside h, with another Merkle root and a proof of work.
func (s *stage) sibling(h types.Header, root types.Hash) types.Header {
	h.MerkleRoot, h.Nonce = root, 0
	for s.cost.hashes.Add(1); s.network.Params.CheckProofOfWork(h) != nil; s.cost.hashes.Add(1) {
		h.Nonce++
	}
	return h
}

func randomHash() (h types.Hash) {
	for i := 0; i < len(h); i += 8 {
		binary.LittleEndian.PutUint64(h[i:], rand.Uint64())
	}
	return h
}

// floodHeaders has three peers send 500,000 headers beside the first block.
func floodHeaders(ctx context.Context, s *stage) error {
	const peers, count, perMessage = 3, 500_000, 2000
	if err := s.blocks(ctx, &s.without, nil); err != nil {
		return err
	}
	first, err := s.miner.Block(ctx, "1")
	if err != nil {
		return err
	}
	crowd, err := s.crowd(ctx, peers)
	if err != nil {
		return err
	}
	for i := range count / perMessage {
		headers := make([]types.Header, perMessage)
		for j := range headers {
			headers[j] = s.sibling(first.Header, randomHash())
		}
		crowd[i%peers].say(protocol.Headers{Headers: headers})
	}
	return s.blocks(ctx, &s.with, nil)
}

// rotateHeaders has a peer send the same headers of the tip's height again and again
// as compact blocks, to a victim with a mempool.
func rotateHeaders(ctx context.Context, s *stage) error {
	const pending, headers, rate = 5000, 17, 5000 // frames a second
	if err := s.fillMempool(ctx, pending, 0, s.victim); err != nil {
		return err
	}
	if err := s.blocks(ctx, &s.without, nil); err != nil {
		return err
	}
	crowd, err := s.crowd(ctx, 1)
	if err != nil {
		return err
	}
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	tip := make(chan types.Block, 1)
	go s.rotate(ctx, crowd[0], tip, headers, time.Second/rate)
	return s.blocks(ctx, &s.with, func(b types.Block) {
		select {
		case tip <- b:
		default:
		}
		time.Sleep(300 * time.Millisecond) // for many rounds
	})
}

// rotate sends compact blocks beside the last one of tips, until ctx ends.
func (s *stage) rotate(ctx context.Context, p *peer, tips <-chan types.Block, headers int, every time.Duration) {
	var frames []protocol.Compact
	pace := time.NewTicker(every)
	defer pace.Stop()
	for at := 0; ; at++ {
		select {
		case <-ctx.Done():
			return
		case b := <-tips:
			frames = nil
			for range headers {
				frames = append(frames, protocol.Compact{
					Header: s.sibling(b.Header, randomHash()), Salt: 1, Coinbase: b.Transactions[0],
					ShortIDs: []protocol.ShortID{{1, 2, 3}}, // nobody has it
				})
			}
		case <-pace.C:
		}
		if len(frames) > 0 {
			p.say(frames[at%len(frames)])
		}
	}
}

// sideBlocks posts 20,000 blocks beside the first hundred to the victim.
func sideBlocks(ctx context.Context, s *stage) error {
	const chain, count = 100, 20_000
	var blocks []types.Block
	for range chain {
		b, err := s.mine(ctx)
		if err != nil {
			return err
		}
		blocks = append(blocks, b)
	}
	if err := s.blocks(ctx, &s.without, nil); err != nil {
		return err
	}
	before := s.stored()
	began := time.Now()
	for i := 0; i < count && time.Since(began) < patience/2; i++ {
		b := s.beside(blocks[i%chain])
		s.cost.requests.Add(1)
		s.cost.bytes.Add(int64(b.Size()))
		_, _ = s.victim.NewBlock(ctx, api.Notice{Block: &b}) // which may refuse it
	}
	s.with.note = stored(s.stored() - before)
	return s.blocks(ctx, &s.with, nil)
}

// beside is a block beside b that pays somebody else.
func (s *stage) beside(b types.Block) types.Block {
	coinbase := b.Transactions[0]
	root := randomHash()
	copy(coinbase.Recipient[:], root[:])
	b.Transactions = []types.Transaction{coinbase}
	b.MerkleRoot, _ = consensus.MerkleRoot(b.TransactionIDs())
	b.Header = s.sibling(b.Header, b.MerkleRoot)
	return b
}
