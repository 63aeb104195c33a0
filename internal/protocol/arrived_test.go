package protocol

import (
	"testing"

	"github.com/stretchr/testify/require"

	"networkmngr/internal/chain/chaintest"
	"networkmngr/internal/consensus"
	"networkmngr/internal/types"
)

// What arrives once its branch was found invalid is not kept.
func TestBlocksOfAnInvalidBranchAreNotKept(t *testing.T) {
	s := newScript(t)
	bad := s.invalid(s.chain.Tip())
	rest := chaintest.Branch(chaintest.After(s.chain.Tip(), bad), types.Address{}, 2*maxPeerBlocks-1)
	blocks := append([]types.Block{bad}, rest...)
	first := s.ahead(1, blocks...)
	s.asked(first)
	second := s.join(2, chaintest.After(s.chain.Tip(), blocks...))
	later := byID(blocks, s.asked(second))
	require.NotEmpty(t, later)
	s.says(first, blocksOf(bad))
	require.Error(t, s.verify())
	s.dropped(first, consensus.ErrReward, true)
	s.says(second, blocksOf(later...))
	require.Empty(t, s.engine.downloads.received)
	require.Zero(t, s.engine.downloads.bytes)
}

// Blocks that wait for others are bounded in bytes, whatever peers make of
// them.
func TestArrivedBlocksAreBounded(t *testing.T) {
	const most = 3 << 20
	s := newScript(t, func(c *Config) { c.MaxArrived = most })
	blocks := s.bigBranch(40)
	id := s.ahead(1, blocks...)
	ids := s.asked(id)
	require.Len(t, ids, 40)
	for _, b := range blocks[1:] {
		s.says(id, blocksOf(b))
	}
	require.LessOrEqual(t, s.engine.downloads.bytes, most+types.MaxBlockSize)
	require.Empty(t, s.asked(id), "only the lowest is wanted")
	s.says(id, blocksOf(blocks[0]))
	require.NoError(t, s.verifyFirst())
}

// bigBranch is blocks that are nearly as large as may be. All but the first are
// invalid.
func (s *script) bigBranch(count int) []types.Block {
	state := s.chain.Tip()
	blocks := make([]types.Block, count)
	for i := range blocks {
		blocks[i] = chaintest.Next(state, types.NamedAddress("peer"))
		for n := 0; i > 0 && n < 15; n++ {
			forged := types.Transaction{Sequence: uint64(n), Data: make([]byte, 60<<10)}
			blocks[i].Transactions = append(blocks[i].Transactions, forged)
		}
		chaintest.Solve(&blocks[i])
		state = chaintest.After(state, blocks[i])
	}
	return blocks
}

// verifyFirst does one Verify, which succeeds as far as its first block.
func (s *script) verifyFirst() error {
	s.t.Helper()
	run := action[Verify](s)
	_, err := s.write(run.Blocks[0])
	return err
}

// With little room, blocks are asked for as they are verified, and all come.
func TestSyncWithLittleRoom(t *testing.T) {
	s := newScript(t, func(c *Config) { c.MaxArrived = 1 })
	blocks := s.branch(20)
	id := s.ahead(1, blocks...)
	for s.chain.Tip().Height < uint64(len(blocks)) {
		ids := s.asked(id)
		require.NotEmpty(t, ids)
		s.says(id, blocksOf(byID(blocks, ids)...))
		s.verifyAll()
	}
}

// A peer that sends a block now and then, and so never quite stalls, holds up
// the others for so long and no longer.
func TestTrickleOfBlocks(t *testing.T) {
	s := newScript(t)
	blocks := s.branch(50)
	id := s.ahead(1, blocks...)
	require.Len(t, s.asked(id), 50)
	start := s.now
	for n := len(blocks) - 1; len(s.engine.peers) > 0; n-- {
		require.Positive(t, n, "it may go on for ever")
		s.says(id, blocksOf(blocks[n]))
		s.wait(s.engine.config.RequestTimeout - 1)
	}
	require.LessOrEqual(t, s.now.Sub(start), (maxTimeouts+1)*s.engine.config.RequestTimeout)
	s.out = nil
}

// What follows a block that is being verified, and then breaks a rule, goes
// with it.
func TestArrivalsBehindAnInvalidBlockAreGivenUp(t *testing.T) {
	s := newScript(t)
	bad := s.invalid(s.chain.Tip())
	blocks := append([]types.Block{bad}, chaintest.Branch(chaintest.After(s.chain.Tip(), bad), types.Address{}, 3)...)
	id := s.ahead(1, blocks...)
	s.asked(id)
	s.says(id, blocksOf(bad))
	s.says(id, blocksOf(blocks[1:]...))
	require.Len(t, s.engine.downloads.received, 3)
	require.Error(t, s.verify())
	s.dropped(id, consensus.ErrReward, true)
	require.Empty(t, s.engine.downloads.received)
	require.Zero(t, s.engine.downloads.bytes)
}

// A block whose parents never come is given up, and asked for again if anybody
// has it.
func TestArrivalsWhoseParentsDoNotComeExpire(t *testing.T) {
	s := newScript(t)
	blocks := s.branch(2)
	id := s.ahead(1, blocks...)
	s.asked(id)
	s.says(id, blocksOf(blocks[1]))
	s.handle(Disconnected{Peer: id})
	s.wait(maxTimeouts * s.engine.config.RequestTimeout)
	require.Len(t, s.engine.downloads.received, 1)
	s.wait(1)
	require.Empty(t, s.engine.downloads.received)
	other := s.join(2, chaintest.After(s.chain.Tip(), blocks...))
	require.Equal(t, hashesOf(blocks...), s.asked(other))
}
