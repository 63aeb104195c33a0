package protocol

import (
	"testing"

	"github.com/stretchr/testify/require"

	"networkmngr/internal/chain/chaintest"
	"networkmngr/internal/types"
)

// A peer that has not got a block yet tells of its transfers as pending. They are not asked
// for, unless a reorg undoes the block.
func TestTransfersOfTheLastBlocksAreNotAskedFor(t *testing.T) {
	s := newScript(t)
	id := s.peers(1)[0]
	root := s.chain.Tip()
	first, second := s.transfer("alice", 0), s.transfer("alice", 1)
	s.mine(first)
	s.mine(second)
	takeAll(s, func(Send) bool { return true })
	s.says(id, Have{IDs: idsOf(first, second)})
	s.quiet()

	s.store(chaintest.Branch(root, types.NamedAddress("other"), 3)...)
	s.tipMoved()
	takeAll(s, func(Send) bool { return true })
	s.says(id, Have{IDs: idsOf(first, second)})
	require.Equal(t, idsOf(first, second), sent[GetTransactions](s, id).IDs)
}
