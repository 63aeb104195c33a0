//go:build linux

package main

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"time"

	"networkmngr/internal/protocol"
	"networkmngr/internal/types"
	"networkmngr/scripts/measure"
)

const (
	lookEvery  = 2 * time.Millisecond // between two looks at the victim's tip
	blockLimit = 45 * time.Second     // that an honest block is waited for
	several    = 9                    // blocks are timed
	rich       = 104                  // accounts that the genesis block funds
)

// stage is what an attack is played on: a victim, whose one honest peer sends it
// every block at once, and a node that mines these blocks and has no peers.
type stage struct {
	binary, folder string
	network        *measure.Network
	victim, miner  *measure.Node
	honest         *honest
	cost           cost
	without, with  figures
}

func newStage(ctx context.Context, binary string) (s *stage, err error) {
	s = &stage{binary: binary}
	if s.folder, err = os.MkdirTemp("", "attacks-"); err != nil {
		return nil, err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, s.close())
		}
	}()
	if s.network, err = measure.NewNetwork(s.folder, rich); err != nil {
		return s, err
	}
	if s.miner, err = s.start(ctx, "miner"); err != nil {
		return s, err
	}
	if s.victim, err = s.start(ctx, "victim"); err != nil {
		return s, err
	}
	return s, s.linkHonest(ctx, s.victim)
}

// start starts a node with a folder of its own.
func (s *stage) start(ctx context.Context, name string) (*measure.Node, error) {
	return measure.Start(ctx, s.binary, s.network.File, filepath.Join(s.folder, name))
}

// linkHonest makes the victim's honest peer.
func (s *stage) linkHonest(ctx context.Context, victim *measure.Node) error {
	tip := s.network.State()
	p, err := newPeer(ctx, s.network.Genesis, nil, protocol.Claim{ID: tip.ID, Work: tip.Work})
	if err != nil {
		return err
	}
	s.honest = newHonest(p)
	s.honest.add(s.network.Block, p.claim())
	return p.dial(ctx, victim.Self.P2P[0])
}

// mine returns the next block. The honest peer has it, and has not announced it.
func (s *stage) mine(ctx context.Context) (types.Block, error) {
	mined, err := s.miner.Mine(ctx, 1)
	if err != nil {
		return types.Block{}, err
	}
	figures, err := s.miner.Blockchain(ctx)
	if err != nil {
		return types.Block{}, err
	}
	claim := protocol.Claim{ID: mined.Block.Hash(), Height: figures.Height}
	if err := claim.Work.SetFromDecimal(figures.TotalWork); err != nil {
		return types.Block{}, err
	}
	s.honest.add(mined.Block.Block, claim)
	return mined.Block.Block, nil
}

// relay times a block from when the honest peer sends the whole of it until it
// is the victim's tip. before is called first, with the block; nil does nothing.
func (s *stage) relay(ctx context.Context, before func(types.Block)) (time.Duration, error) {
	b, err := s.mine(ctx)
	if err != nil {
		return 0, err
	}
	if before != nil {
		before(b)
	}
	began := time.Now()
	s.honest.say(protocol.Compact{Header: b.Header, Salt: 1, Coinbase: b.Transactions[0]})
	err = s.await(ctx, blockLimit, func() (bool, error) {
		info, err := s.victim.Info(ctx)
		return info.Tip.Hash == b.Hash(), err
	})
	return time.Since(began), err
}

var errLate = errors.New("too late")

// await polls until a condition holds, no longer than limit, which is no error.
func (s *stage) await(ctx context.Context, limit time.Duration, condition func() (bool, error)) error {
	ctx, cancel := context.WithTimeoutCause(ctx, limit, errLate)
	defer cancel()
	err := measure.Await(ctx, lookEvery, condition)
	if errors.Is(err, errLate) {
		return nil
	}
	return err
}

// close ends the nodes and removes their folders.
func (s *stage) close() error {
	for _, n := range []*measure.Node{s.victim, s.miner} {
		if n != nil {
			n.Stop()
		}
	}
	return os.RemoveAll(s.folder)
}
