package consensus_test

import (
	"math"
	"testing"

	"github.com/stretchr/testify/require"

	"networkmngr/internal/consensus"
	"networkmngr/internal/types"
)

// FuzzApply gives a small network arbitrary blocks. A raw one is judged as it
// comes; of the others only the transactions are kept, under a header that is
// good, so that the rules behind the cheap ones are reached.
func FuzzApply(f *testing.F) {
	n := breachNetwork(f)
	valid := breachBlock(n)
	f.Add(valid.Encode(), true)
	f.Add(valid.Encode(), false)
	f.Add(make([]byte, types.HeaderSize+4), false)
	for _, row := range breaches() {
		b := breachBlock(n)
		row.change(n, &b)
		if b.Size() < 4096 {
			f.Add(b.Encode(), false)
		}
	}
	f.Fuzz(func(t *testing.T, encoded []byte, raw bool) {
		b, err := types.DecodeBlock(encoded)
		if err != nil {
			return
		}
		if !raw {
			b.Header = n.unsealed().Header
			complete(&b)
		}
		requireSoundApply(t, n, &b)
	})
}

// requireSoundApply applies b, whatever it is, and checks that nothing given
// was changed, that a refusal names its rule, and that coins add up otherwise.
func requireSoundApply(t *testing.T, n *network, b *types.Block) {
	accounts := n.touched(b)
	next, diff, err := requireApplyChangesNoInput(t, n.state, b, accounts)
	if err != nil {
		_, ok := consensus.Broken(err)
		require.True(t, ok, "%v", err)
		return
	}
	require.Equal(t, b.Hash(), next.ID)
	require.Equal(t, n.state.Height+1, next.Height)
	var before, after types.Amount
	for _, c := range diff {
		before, after = before+c.Before.Balance, after+c.After.Balance
		require.GreaterOrEqual(t, c.After.Sequence, c.Before.Sequence)
	}
	require.Equal(t, before+n.genesis.Params.RewardAt(next.Height), after)
}

// Accounts that no chain can have, from a store that lies, must not end the
// process either.
func TestApplyOnImpossibleAccounts(t *testing.T) {
	n := breachNetwork(t)
	b := breachBlock(n)
	for _, account := range []consensus.Account{
		{Balance: math.MaxUint64, Sequence: 1},
		{Balance: types.MaxAmount, Sequence: 1},
		{Balance: math.MaxUint64, Sequence: math.MaxUint64},
		{Sequence: math.MaxUint64},
	} {
		accounts := consensus.Accounts{}
		for _, address := range consensus.Touched(&b) {
			accounts[address] = account
		}
		_, _, err := requireApplyChangesNoInput(t, n.state, &b, accounts)
		require.Error(t, err)
	}
	_, _, err := requireApplyChangesNoInput(t, n.state, &b, nil)
	require.ErrorIs(t, err, consensus.ErrSequenceGap, "no account known")
}

func TestSpend(t *testing.T) {
	n := newNetwork(t, description())
	rows := []struct {
		name               string
		account            consensus.Account
		sequence           uint64
		amount, fee        types.Amount
		rule               consensus.Rule
		balanceAfterwards  types.Amount
		sequenceAfterwards uint64
	}{
		{"all of it", consensus.Account{Balance: 10}, 0, 7, 3, "", 0, 1},
		{"a part", consensus.Account{Balance: 10, Sequence: 5}, 5, 1, 0, "", 9, 6},
		{"a unit more", consensus.Account{Balance: 10}, 0, 7, 4, consensus.ErrOverspend, 0, 0},
		{"a sum that wraps around", consensus.Account{Balance: 10}, 0, math.MaxUint64, 11, consensus.ErrOverspend, 0, 0},
		{"a sum above the bound", consensus.Account{Balance: types.MaxAmount}, 0, types.MaxAmount, 1, consensus.ErrOverspend, 0, 0},
		{"an empty account", consensus.Account{}, 0, 1, 0, consensus.ErrOverspend, 0, 0},
		{"used", consensus.Account{Balance: 10, Sequence: 1}, 0, 1, 0, consensus.ErrSequenceUsed, 0, 0},
		{"left out", consensus.Account{Balance: 10, Sequence: 1}, 2, 1, 0, consensus.ErrSequenceGap, 0, 0},
		{"the last there is", consensus.Account{Balance: 10}, math.MaxUint64, 1, 0, consensus.ErrSequenceGap, 0, 0},
	}
	for _, row := range rows {
		tx := n.transfer("alice", row.sequence, "bob", row.amount, row.fee)
		got, err := row.account.Spend(&tx)
		if row.rule != "" {
			require.ErrorIs(t, err, row.rule, row.name)
			require.Equal(t, row.account, got, row.name)
			continue
		}
		require.NoError(t, err, row.name)
		require.Equal(t, consensus.Account{Balance: row.balanceAfterwards, Sequence: row.sequenceAfterwards}, got, row.name)
	}
}
