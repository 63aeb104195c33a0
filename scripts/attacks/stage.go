//go:build linux

package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"networkmngr/internal/api/client"
	"networkmngr/internal/config"
	"networkmngr/internal/consensus"
	"networkmngr/internal/genesis"
	"networkmngr/internal/launch"
	"networkmngr/internal/launch/process"
	"networkmngr/internal/protocol"
	"networkmngr/internal/types"
)

const (
	lookEvery  = 2 * time.Millisecond // between two looks at the victim's tip
	blockLimit = 45 * time.Second     // that an honest block is waited for
	several    = 9                    // blocks are timed
	endGrace   = 20 * time.Second
	rich       = 104 // accounts that the genesis block funds
)

// stage is what an attack is played on: a victim, whose one honest peer sends it
// every block at once, and a node that mines these blocks and has no peers.
type stage struct {
	binary, folder string
	file           string // of the genesis
	genesis        *consensus.Genesis
	victim, miner  *nodeProcess
	honest         *honest
	cost           cost
	without, with  figures
}

// nodeProcess is a node that was started.
type nodeProcess struct {
	*client.Node
	process launch.Node
	p2p     string
}

// figures are what is measured without an attack, or during one.
type figures struct {
	blocks []time.Duration // until each was verified
	memory uint64          // bytes, at most
	note   string          // what else is to be said
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
	if err = s.writeGenesis(); err != nil {
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

// writeGenesis makes a network whose blocks take two hashes each.
func (s *stage) writeGenesis() error {
	const age, balance = 72 * time.Hour, 1_000_000 * types.Coin
	d := genesis.Description{
		Name: "stage", Time: uint32(time.Now().Add(-age).Unix()), BlockTime: 1, HalfLife: 864_000,
		Reward: types.Coin, FloorBits: "207fffff", Balances: make(map[types.Address]types.Amount),
	}
	for _, name := range names() {
		d.Balances[types.NamedAddress(name)] = balance
	}
	text, err := json.Marshal(d)
	if err != nil {
		return err
	}
	if s.genesis, err = d.Genesis(); err != nil {
		return err
	}
	s.file = filepath.Join(s.folder, "genesis.json")
	return os.WriteFile(s.file, text, 0o600)
}

// names are those of the accounts with coins.
func names() []string {
	list := make([]string, rich)
	for i := range list {
		list[i] = fmt.Sprintf("rich%d", i)
	}
	return list
}

// start starts a node with a folder of its own.
func (s *stage) start(ctx context.Context, name string) (*nodeProcess, error) {
	settings := config.DefaultNode()
	settings.Port, settings.Genesis = 0, s.file
	settings.Data, settings.Log.Folder = s.data(name), filepath.Join(s.folder, name, "logs")
	launcher := process.Launcher{Path: s.binary, Args: []string{"node"}}
	started, err := launcher.Start(ctx, launch.Spec{Settings: settings.Named()})
	if err != nil {
		return nil, err
	}
	ready := started.Ready()
	return &nodeProcess{client.NewNode("http://"+ready.Address, "", newHTTP()), started, ready.P2P[0]}, nil
}

func (s *stage) data(name string) string { return filepath.Join(s.folder, name, "data") }

// linkHonest makes the victim's honest peer.
func (s *stage) linkHonest(ctx context.Context, victim *nodeProcess) error {
	tip := s.genesis.State()
	p, err := newPeer(ctx, s.genesis, nil, protocol.Claim{ID: tip.ID, Work: tip.Work})
	if err != nil {
		return err
	}
	s.honest = newHonest(p)
	s.honest.add(s.genesis.Block, p.claim())
	return p.dial(ctx, victim.p2p)
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
	s.honest.add(mined.Block, claim)
	return mined.Block, nil
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

// await polls until a condition holds, no longer than limit, which is no error.
func (s *stage) await(ctx context.Context, limit time.Duration, condition func() (bool, error)) error {
	over := time.After(limit)
	look := time.NewTicker(lookEvery)
	defer look.Stop()
	for {
		if holds, err := condition(); holds || err != nil {
			return err
		}
		select {
		case <-look.C:
		case <-over:
			return nil
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// close ends the nodes and removes their folders.
func (s *stage) close() error {
	for _, n := range []*nodeProcess{s.victim, s.miner} {
		if n != nil {
			n.process.Stop(endGrace)
		}
	}
	return os.RemoveAll(s.folder)
}
