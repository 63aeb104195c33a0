//go:build linux

package main

import (
	"context"
	"sync"
	"time"

	"networkmngr/internal/protocol"
	"networkmngr/internal/types"
)

// announce has peers announce the header of each block before the honest peer sends
// the block, and never send it.
func announce(ctx context.Context, s *stage, links int) error {
	if err := s.blocks(ctx, &s.without, nil); err != nil {
		return err
	}
	adversaries, err := s.crowd(ctx, links)
	if err == nil {
		err = s.honestComesLast(ctx)
	}
	if err != nil {
		return err
	}
	return s.blocks(ctx, &s.with, func(b types.Block) {
		for _, adversary := range adversaries {
			adversary.setClaim(s.honest.claim())
			adversary.say(protocol.Headers{Headers: []types.Header{b.Header}})
		}
		time.Sleep(100 * time.Millisecond) // for these to be there first
	})
}

// honestComesLast replaces the honest peer by another one, which links to the victim
// after the crowd, if there is a slot.
func (s *stage) honestComesLast(ctx context.Context) error {
	h, err := s.secondHonest(ctx, s.honest)
	if err == nil && h.dial(ctx, s.victim.Self.P2P[0]) == nil {
		s.honest = h
	}
	return err
}

// crowd links so many peers to the victim, or as many as it accepts. One that is
// dropped comes back.
func (s *stage) crowd(ctx context.Context, links int) ([]*peer, error) {
	peers := make([]*peer, links)
	var linking sync.WaitGroup
	for i := range peers {
		p, err := newPeer(ctx, s.network.Genesis, &s.cost, s.honest.claim())
		if err != nil {
			return nil, err
		}
		peers[i] = p
		linking.Go(func() { _ = p.dial(ctx, s.victim.Self.P2P[0]) })
	}
	linking.Wait()
	for _, p := range peers {
		go p.comeBack(ctx, s.victim.Self.P2P[0])
	}
	return peers, ctx.Err()
}

// comeBack links a peer again, whenever its link has ended, until ctx does.
func (p *peer) comeBack(ctx context.Context, address string) {
	const pause = 200 * time.Millisecond
	for {
		select {
		case <-p.gone:
		case <-ctx.Done():
			return
		}
		for p.dial(ctx, address) != nil && ctx.Err() == nil {
			time.Sleep(pause)
		}
	}
}

// catchUp has a newcomer find a peer that sends all headers, and one block each
// 19 s, before it finds the honest one, and times until it has the chain.
func catchUp(ctx context.Context, s *stage) error {
	const blocks, pause = 128, 19 * time.Second
	for range blocks {
		if _, err := s.mine(ctx); err != nil {
			return err
		}
	}
	known := s.honest
	one := func(slow bool) func(context.Context) (time.Duration, error) {
		return func(ctx context.Context) (time.Duration, error) {
			if slow {
				if err := s.linkSlow(ctx, known, pause); err != nil {
					return 0, err
				}
				time.Sleep(2 * time.Second) // for it to be asked
			}
			return s.timeCatchUp(ctx, known)
		}
	}
	if err := s.once(ctx, &s.without, one(false)); err != nil {
		return err
	}
	return s.once(ctx, &s.with, one(true))
}

// once takes one figure of a newcomer, who is the victim from then on.
func (s *stage) once(ctx context.Context, into *figures, one func(context.Context) (time.Duration, error)) error {
	s.victim.Stop()
	victim, err := s.start(ctx, "newcomer-"+time.Now().Format("150405.000"))
	if err != nil {
		return err
	}
	s.victim = victim
	watched := s.watchMemory(ctx)
	took, err := one(ctx)
	into.blocks = append(into.blocks, took)
	if err != nil {
		return err
	}
	return watched(into)
}

// linkSlow links a peer that takes its time with blocks.
func (s *stage) linkSlow(ctx context.Context, of *honest, pause time.Duration) error {
	p, err := newPeer(ctx, s.network.Genesis, &s.cost, of.claim())
	if err != nil {
		return err
	}
	asked := make(chan types.Hash, 1<<16)
	p.hear = func(m protocol.Message) {
		switch m := m.(type) {
		case protocol.GetHeaders:
			p.say(protocol.Headers{Answer: true, Headers: of.headers(m.Locator)})
		case protocol.GetBlocks:
			for _, id := range m.IDs {
				asked <- id
			}
		case protocol.GetCompact:
			asked <- m.Block
		}
	}
	go func() {
		for ctx.Err() == nil {
			time.Sleep(pause)
			if b, known := of.block(<-asked); known {
				p.say(protocol.Blocks{Encoded: [][]byte{b.Encode()}})
			}
		}
	}()
	return p.dial(ctx, s.victim.Self.P2P[0])
}

// timeCatchUp links an honest peer, and times until the victim has its chain.
func (s *stage) timeCatchUp(ctx context.Context, of *honest) (time.Duration, error) {
	p, err := s.secondHonest(ctx, of)
	if err != nil {
		return 0, err
	}
	began := time.Now()
	if err := p.dial(ctx, s.victim.Self.P2P[0]); err != nil {
		return 0, err
	}
	err = s.await(ctx, patience, func() (bool, error) {
		info, err := s.victim.Info(ctx)
		return info.Tip.Hash == of.claim().ID, err
	})
	return time.Since(began), err
}

// claimAll has a peer claim the most work there can be, while the victim mines.
func claimAll(ctx context.Context, s *stage) error {
	if err := s.measure(ctx, &s.without, s.mineAtVictim); err != nil {
		return err
	}
	claim := protocol.Claim{ID: types.Hash{1, 2, 3}, Height: 1 << 40}
	claim.Work.SetAllOne()
	p, err := newPeer(ctx, s.network.Genesis, &s.cost, claim)
	if err == nil {
		err = p.dial(ctx, s.victim.Self.P2P[0])
	}
	if err != nil {
		return err
	}
	go p.comeBack(ctx, s.victim.Self.P2P[0])
	return s.measure(ctx, &s.with, s.mineAtVictim)
}

func (s *stage) mineAtVictim(ctx context.Context) (time.Duration, error) {
	began := time.Now()
	_, err := s.victim.Mine(ctx, 1)
	return time.Since(began), err
}
