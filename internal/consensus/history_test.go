package consensus_test

import (
	"fmt"
	"maps"
	"math"
	"testing"

	"github.com/holiman/uint256"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"networkmngr/internal/consensus"
	"networkmngr/internal/genesis"
	"networkmngr/internal/types"
)

// anyDescription draws a network. Some have coins so close to MaxAmount that
// the reward falls to zero after a few blocks.
func anyDescription(t *rapid.T) genesis.Description {
	d := description()
	d.Reward = rapid.SampledFrom([]types.Amount{0, 1, 3 * types.Coin, types.MaxAmount / 5, types.MaxAmount}).Draw(t, "reward")
	for _, name := range people {
		d.Balances[types.NamedAddress(name)] = rapid.SampledFrom([]types.Amount{0, 1, 99, types.Coin}).Draw(t, name)
	}
	if rapid.Bool().Draw(t, "nearly all coins") {
		spare := types.Amount(rapid.Uint64Range(0, 4).Draw(t, "spare rewards"))*min(d.Reward, types.Coin) + 7
		d.Balances[types.NamedAddress("whale")] = types.MaxAmount - 10*types.Coin - spare
	}
	return d
}

// anyTransfers draws transfers that are valid one after the other, among a few
// accounts, often to their own sender.
func anyTransfers(t *rapid.T, n *network) []types.Transaction {
	names := append([]string{"miner", "whale"}, people...)
	accounts := maps.Clone(n.accounts)
	var list []types.Transaction
	for range rapid.IntRange(0, 5).Draw(t, "transfers") {
		from, to := rapid.SampledFrom(names).Draw(t, "from"), rapid.SampledFrom(names).Draw(t, "to")
		sender, recipient := types.NamedAddress(from), types.NamedAddress(to)
		account := accounts[sender]
		if account.Balance == 0 {
			continue
		}
		amount := types.Amount(rapid.Uint64Range(1, uint64(account.Balance)).Draw(t, "amount"))
		fee := types.Amount(rapid.Uint64Range(0, uint64(account.Balance-amount)).Draw(t, "fee"))
		list = append(list, n.transfer(from, account.Sequence, to, amount, fee))
		accounts[sender] = consensus.Account{Balance: account.Balance - amount - fee, Sequence: account.Sequence + 1}
		paid := accounts[recipient]
		paid.Balance += amount
		accounts[recipient] = paid
	}
	return list
}

// anyBlock draws a valid block on top, also with a time before its parent's.
func anyBlock(t *rapid.T, n *network) types.Block {
	b := n.unsealed(anyTransfers(t, n)...)
	if rapid.Bool().Draw(t, "paid to one who pays") && len(b.Transactions) > 1 {
		b.Transactions[0].Recipient = b.Transactions[1].Sender()
	}
	b.Time = n.state.MedianTimePast() + rapid.Uint32Range(1, 100).Draw(t, "time past the median")
	complete(&b)
	return b
}

// Over any history: the coins follow from the height, a block's changes can be
// taken back, and the state can be made again from the headers.
func TestHistories(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := newNetwork(t, anyDescription(t))
		params := n.genesis.Params
		for range rapid.IntRange(0, 15).Draw(t, "blocks") {
			before, state := maps.Clone(n.accounts), n.state
			b := anyBlock(t, n)
			next, diff, err := state.Apply(&b, n.touched(&b))
			require.NoError(t, err)
			require.NoError(t, n.apply(&b))
			require.Equal(t, next, n.state, "applied twice")

			require.Equal(t, params.CoinsAt(next.Height), n.coins(), "coins")
			require.Equal(t, params.CoinsAt(next.Height), params.CoinsAt(state.Height)+params.RewardAt(next.Height))
			requireDiffOf(t, diff, before, n.accounts)
			after := maps.Clone(n.accounts)
			write(after, diff.Inverse())
			require.Equal(t, before, after, "taken back")
			require.Equal(t, diff, diff.Inverse().Inverse())
		}
		requireStateMadeAgain(t, n)
	})
}

// requireDiffOf checks that diff names each changed account once, and no
// other.
func requireDiffOf(t require.TestingT, diff consensus.Diff, before, after consensus.Accounts) {
	named := map[types.Address]bool{}
	for _, c := range diff {
		require.False(t, named[c.Address], "named twice")
		named[c.Address] = true
		require.NotEqual(t, c.Before, c.After)
		require.Equal(t, before[c.Address], c.Before)
		require.Equal(t, after[c.Address], c.After)
	}
	for address := range after {
		require.Equal(t, before[address] != after[address], named[address])
	}
}

// requireStateMadeAgain steps through the headers once more and compares with
// StateOf at every height.
func requireStateMadeAgain(t require.TestingT, n *network) {
	state := n.genesis.State()
	for height := uint64(0); ; height++ {
		again := consensus.StateOf(n.genesis.Params, height, n.blocks[height].Hash(), state.Work, n.timesBelow(height), n.scheduleAt(height))
		require.Equal(t, state, again, "height %d", height)
		require.Equal(t, state.NextBits(), again.NextBits())
		if height == n.state.Height {
			return
		}
		state = state.After(n.blocks[height+1].Header)
	}
}

// timesBelow are the times of the last blocks up to height, the newest first.
func (n *network) timesBelow(height uint64) []uint32 {
	var times []uint32
	for i := int(height); i >= 0 && len(times) < consensus.MedianSpan; i-- {
		times = append(times, n.blocks[i].Time)
	}
	return times
}

// scheduleAt is the schedule after the block at height, from genesis on.
func (n *network) scheduleAt(height uint64) consensus.Schedule {
	schedule := n.genesis.State().Schedule()
	for i := uint64(1); i <= height; i++ {
		schedule = schedule.After(n.genesis.Params, i, n.blocks[i].Time)
	}
	return schedule
}

func TestStateMadeAgainAtEveryHeight(t *testing.T) {
	n := newNetwork(t, description())
	for range 25 {
		n.mine()
	}
	requireStateMadeAgain(t, n)
}

// The median by counting: as many times below it as above, of those known.
func TestMedianTimePast(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := newNetwork(t, description())
		for range rapid.IntRange(0, 14).Draw(t, "blocks") {
			b := n.unsealed()
			b.Time = n.state.MedianTimePast() + rapid.Uint32Range(1, 1000).Draw(t, "past the median")
			complete(&b)
			require.NoError(t, n.apply(&b))
			require.Equal(t, b.Time, n.state.Time())
		}
		known := n.blocks[max(0, len(n.blocks)-11):]
		median, below, notAbove := n.state.MedianTimePast(), 0, 0
		for _, b := range known {
			if b.Time < median {
				below++
			}
			if b.Time <= median {
				notAbove++
			}
		}
		require.LessOrEqual(t, below, len(known)/2)
		require.Greater(t, notAbove, len(known)/2)
	})
}

// The schedule slides to block 1, however old the genesis is.
func TestNextBitsFollowsTheSchedule(t *testing.T) {
	floor, _ := consensus.TargetFromBits(0x207fffff)
	n := newNetwork(t, description())
	require.Equal(t, uint32(0x207fffff), n.state.NextBits())
	b := n.unsealed()
	b.Time += 1_000_000
	complete(&b)
	require.NoError(t, n.apply(&b))
	require.Equal(t, uint32(0x207fffff), n.state.NextBits(), "a block that is late is on time")

	// One half-life ahead of the schedule halves the target.
	for n.state.Height < 1+600/10 {
		b := n.unsealed()
		b.Time = n.state.MedianTimePast() + 1
		n.state = n.state.After(b.Header)
	}
	harder, _ := consensus.TargetFromBits(n.state.NextBits())
	var ratio uint256.Int
	ratio.Div(&floor, &harder)
	require.Equal(t, "1", ratio.Dec(), "not yet twice as hard: some seconds did pass")
	require.NotEqual(t, uint32(0x207fffff), n.state.NextBits())
}

func TestWorkIsTheSumOverHeaders(t *testing.T) {
	n := newNetwork(t, description())
	require.True(t, n.state.Work.IsZero())
	var sum uint256.Int
	for range 20 {
		b := n.unsealed()
		b.Time = n.state.MedianTimePast() + 1 // ahead of schedule: bits change
		complete(&b)
		target, _ := consensus.TargetFromBits(b.Bits)
		work := consensus.WorkOf(target)
		sum.Add(&sum, &work)
		require.NoError(t, n.apply(&b))
		require.Equal(t, sum, n.state.Work)
	}
	require.NotEqual(t, n.blocks[1].Bits, n.blocks[20].Bits)
}

// One refusal after another leaves state, accounts and block as they were.
func TestARefusalChangesNothing(t *testing.T) {
	n := breachNetwork(t)
	for _, row := range breaches() {
		b := breachBlock(n)
		row.change(n, &b)
		row.finish(&b)
		_, _, err := requireApplyChangesNoInput(t, n.state, &b, n.touched(&b))
		require.Equal(t, row.rule != consensus.ErrTimeTooNew, err != nil, row.name)
	}
}

// requireApplyChangesNoInput applies b and gives back what came out.
func requireApplyChangesNoInput(t require.TestingT, s consensus.State, b *types.Block, accounts consensus.Accounts) (consensus.State, consensus.Diff, error) {
	state, encoded, before := s, b.Encode(), maps.Clone(accounts)
	next, diff, err := s.Apply(b, accounts)
	require.Equal(t, state, s)
	require.Equal(t, encoded, b.Encode())
	require.Equal(t, before, accounts)
	if err != nil {
		require.Equal(t, state, next)
		require.Nil(t, diff)
	}
	return next, diff, err
}

// Touched is what settle reads: with less, a valid block would be refused.
func TestTouchedNamesEachOnceInOrder(t *testing.T) {
	n := breachNetwork(t)
	b := breachBlock(n)
	var names []types.Address
	for _, name := range []string{"miner", "alice", "bob", "erin", "dave"} {
		names = append(names, types.NamedAddress(name))
	}
	require.Equal(t, names, consensus.Touched(&b))
	require.Empty(t, consensus.Touched(&types.Block{}))
}

func TestRewardNearTheBound(t *testing.T) {
	const max = types.MaxAmount
	rows := []struct {
		coins, reward types.Amount
		last          uint64 // height that is still paid
	}{
		{0, max, 1}, {1, max, 0}, {max, 1, 0}, {max - 1, 1, 1}, {max - 5, 2, 2},
		{0, 1, uint64(max)}, {0, max/2 + 1, 1}, {0, max / 2, 2}, {max, 0, 0},
	}
	for _, row := range rows {
		p := &consensus.Params{Reward: row.reward, GenesisCoins: row.coins}
		name := fmt.Sprintf("%d coins, reward %d", row.coins, row.reward)
		require.Equal(t, row.coins, p.CoinsAt(0), name)
		if row.last > 0 {
			require.Equal(t, row.reward, p.RewardAt(row.last), name)
		}
		require.Zero(t, p.RewardAt(row.last+1), name)
		require.Zero(t, p.RewardAt(math.MaxUint64), name)
		total := row.coins + types.Amount(row.last)*row.reward
		require.LessOrEqual(t, total, max, name)
		require.Equal(t, total, p.CoinsAt(row.last), name)
		require.Equal(t, total, p.CoinsAt(math.MaxUint64), name)
	}
}
