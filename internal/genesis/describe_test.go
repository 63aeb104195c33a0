package genesis_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"networkmngr/internal/consensus"
	"networkmngr/internal/genesis"
	"networkmngr/internal/types"
)

func TestDescriptionMakesTheSameGenesis(t *testing.T) {
	for _, d := range []genesis.Description{
		genesis.Describe(genesis.Dev()),
		{Name: "bare", Time: 5, BlockTime: 7, FloorBits: "207fffff"},
		{Name: "odd", Time: 5, Nonce: 9, BlockTime: 7, HalfLife: 61, Reward: 1, FloorBits: "1d00ffff", Balances: map[types.Address]types.Amount{{1}: 0, {2}: 5}},
	} {
		g, err := d.Genesis()
		require.NoError(t, err)
		again, err := genesis.Describe(g).Genesis()
		require.NoError(t, err)
		require.Equal(t, g, again)
	}
	require.Equal(t, genesis.Dev().Params.GenesisID, must(genesis.Describe(genesis.Dev()).Genesis()).Params.GenesisID)
}

func must(g *consensus.Genesis, err error) *consensus.Genesis {
	if err != nil {
		panic(err)
	}
	return g
}

func TestHalfLifeKeepsItsRatio(t *testing.T) {
	d := genesis.Description{BlockTime: 2, HalfLife: 60}
	require.EqualValues(t, 300, d.WithBlockTime(10).HalfLife)
	require.EqualValues(t, 30, d.WithBlockTime(1).HalfLife)
	require.EqualValues(t, consensus.MaxSeconds, d.WithBlockTime(consensus.MaxSeconds).HalfLife)
	require.EqualValues(t, 1, genesis.Description{BlockTime: 100, HalfLife: 1}.WithBlockTime(1).HalfLife)
}
