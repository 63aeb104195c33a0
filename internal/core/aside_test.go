package core

import (
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"networkmngr/internal/chain"
	"networkmngr/internal/chain/chaintest"
	"networkmngr/internal/mining"
	"networkmngr/internal/types"
)

// begunRig is one whose chain has so many blocks.
func begunRig(t *rapid.T, height int) (*rig, []types.Block) {
	r := newRig(t)
	blocks := chaintest.Branch(r.chain.Tip(), types.NamedAddress("bob"), height)
	r.ask(func(number uint64) Input { return Replace{Number: number, Blocks: blocks, Part: true} })
	require.EqualValues(t, height, r.chain.Tip().Height)
	return r, blocks
}

// Blocks that are mined aside stand on the block that was asked for, and are as many as it
// takes for their branch to be the main chain, also if that has grown meanwhile, or as
// may be; who is told of them before that is told that they are withheld.
func TestMinedAside(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		height := rapid.IntRange(1, 8).Draw(t, "height")
		depth := rapid.IntRange(0, height).Draw(t, "depth")
		most := rapid.IntRange(1, 12).Draw(t, "most")
		r, blocks := begunRig(t, height)
		from := r.chain.Genesis().State()
		from = chaintest.After(from, blocks[:height-depth]...)
		number := r.ask(func(number uint64) Input { return Mine{Number: number, Count: most, From: from.ID} })
		grown := 0
		for r.job.Blocks > 0 {
			require.Equal(t, number, r.job.Call)
			require.Empty(t, r.job.Transfers)
			before := r.chain.Tip()
			taken := r.submit(r.job, r.search(r.job, rapid.IntRange(1, 4).Draw(t, "found")))
			require.Positive(t, taken)
			if r.chain.Tip().ID == before.ID && grown < 3 && rapid.Bool().Draw(t, "grows") {
				grown++
				next := chaintest.Next(before, types.NamedAddress("carol"))
				r.ask(func(number uint64) Input { return Replace{Number: number, Blocks: []types.Block{next}, Part: true} })
			}
		}
		require.Zero(t, r.secret, "blocks mined aside are shown with their branch, or given up")
		a := r.answers[number]
		need := depth + grown + 1
		require.Len(t, r.mined, len(a.Blocks))
		require.Equal(t, from.ID, a.Blocks[0].Previous)
		if need > most {
			require.ErrorIs(t, a.Err, chain.ErrNotBetter)
			require.Len(t, a.Blocks, most)
			return
		}
		require.NoError(t, a.Err)
		require.Len(t, a.Blocks, need)
		require.Positive(t, a.Hashes)
		require.Equal(t, a.Blocks[need-1].Hash(), r.chain.Tip().ID)
		require.False(t, r.mined[need-1].Withheld)
		for i := 1; i < need; i++ { // those that were found with the last are told of with it
			require.True(t, r.mined[i-1].Withheld || !r.mined[i].Withheld)
		}
	})
}

// What cannot be mined on is refused, as is any order while the node does not mine; one
// that is cancelled ends with what was mined.
func TestMinedAsideOnNothing(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		r, blocks := begunRig(t, 3)
		ask := func(from types.Hash) Answer {
			return r.answers[r.ask(func(number uint64) Input { return Mine{Number: number, Count: 9, From: from} })]
		}
		require.ErrorIs(t, ask(types.Hash{1}).Err, chain.ErrNotFound)
		r.ask(func(number uint64) Input { return Invalidate{Number: number, Block: blocks[2].Hash()} })
		require.ErrorIs(t, ask(blocks[2].Hash()).Err, chain.ErrInvalidated)

		number := r.ask(func(number uint64) Input { return Mine{Number: number, Count: 9, From: blocks[0].Hash()} })
		require.Equal(t, 1, r.submit(r.job, r.search(r.job, 1)))
		require.Equal(t, 1, r.secret)
		tip := r.chain.Tip()
		r.tell(Cancel{Number: number})
		require.Zero(t, r.secret)
		require.Len(t, r.answers[number].Blocks, 1)
		require.Zero(t, r.job.Blocks)
		require.Equal(t, tip, r.chain.Tip())

		settings := mining.Default(1)
		settings.Mode = mining.Off
		r.set(settings)
		require.ErrorIs(t, ask(blocks[0].Hash()).Err, mining.ErrOff)
	})
}
