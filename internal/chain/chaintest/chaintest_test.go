package chaintest_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"networkmngr/internal/chain/chaintest"
	"networkmngr/internal/consensus"
	"networkmngr/internal/types"
)

func TestMinedBlocksKeepTheRules(t *testing.T) {
	g := chaintest.Genesis()
	state := g.State()
	bob := types.NamedAddress("bob")
	pay := chaintest.Transfer(types.NamedKey("alice"), state.ID, 0, bob, 3, 1)
	for _, transfers := range [][]types.Transaction{nil, {pay}, nil} {
		b := chaintest.Next(state, bob, transfers...)
		accounts := make(consensus.Accounts)
		for _, address := range consensus.Touched(&b) {
			accounts[address] = consensus.Account{Balance: chaintest.Balance}
		}
		next, _, err := state.Apply(&b, accounts)
		require.NoError(t, err)
		require.Equal(t, g.Params.FloorBits, next.NextBits(), "blocks on schedule keep the floor")
		state = next
	}
	require.Equal(t, uint64(3), state.Height)
}

func TestBranchAndAfterAgree(t *testing.T) {
	state := chaintest.Genesis().State()
	blocks := chaintest.Branch(state, types.NamedAddress("carol"), 20)
	end := chaintest.After(state, blocks...)
	require.Equal(t, uint64(20), end.Height)
	require.Equal(t, blocks[19].Hash(), end.ID)
	for _, b := range blocks {
		require.NoError(t, state.CheckHeader(b.Header))
		require.NoError(t, consensus.CheckBlock(&b))
		state = state.After(b.Header)
	}
}
