package core

import (
	"testing"

	"github.com/holiman/uint256"
	"github.com/stretchr/testify/require"

	"networkmngr/internal/chain"
	"networkmngr/internal/mining/strategy"
)

// With a difficulty that moves, more blocks may have less work, which is what peers go by.
func TestWorkDecides(t *testing.T) {
	playing := func(own, public uint64) *Machine {
		s := strategy.Settings{Name: strategy.Selfish}
		return &Machine{play: play{
			strategy: s.New(), own: []chain.Header{{Work: *uint256.NewInt(own)}}, public: chain.Header{Work: *uint256.NewInt(public)},
		}}
	}
	longer := playing(5, 6)
	longer.carryOut(strategy.Move{Show: 1, Over: true})
	require.NotNil(t, longer.play.strategy, "the attack goes on")
	require.Zero(t, longer.play.shown)
	require.Empty(t, longer.play.untold)

	heavier := playing(7, 6)
	heavier.carryOut(strategy.Move{Abandon: true})
	require.EqualValues(t, 7, heavier.play.public.Work.Uint64(), "it is shown")
	require.Len(t, heavier.play.untold, 1)

	lighter := playing(5, 6)
	lighter.carryOut(strategy.Move{Abandon: true})
	require.EqualValues(t, 6, lighter.play.base.Work.Uint64())
	require.Empty(t, lighter.play.own)
}
