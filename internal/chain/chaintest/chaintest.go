// Package chaintest makes small networks, blocks and transfers for the tests of
// whatever works on a chain. Its proof of work takes two hashes on average.
package chaintest

import (
	"crypto/ed25519"
	"strings"
	"time"

	"networkmngr/internal/consensus"
	"networkmngr/internal/genesis"
	"networkmngr/internal/types"
)

const (
	// Start is the genesis block's time, in Unix seconds.
	Start uint32 = 1_800_000_000
	// BlockTime is the ideal distance of two blocks, in seconds. Blocks that
	// keep it have the floor's target, and so all the same work.
	BlockTime uint32 = 10
	// Reward is what each block pays besides fees.
	Reward = 2 * types.Coin
	// Balance is what each named account starts with.
	Balance = 1000 * types.Coin

	// floorBits is the easiest target that a compact target can hold, as in
	// Bitcoin's regtest.
	floorBits = "207fffff"
)

// Names are the accounts that Genesis funds; [types.NamedKey] gives their keys.
var Names = []string{"alice", "bob", "carol", "dave"}

// Genesis describes a network on which mining costs next to nothing. Each of
// change may alter the description first; another name makes another network.
func Genesis(change ...func(*genesis.Description)) *consensus.Genesis {
	d := genesis.Description{
		Name: "test", Time: Start, BlockTime: BlockTime, Reward: Reward, FloorBits: floorBits,
		Balances: make(map[types.Address]types.Amount),
	}
	for _, name := range Names {
		d.Balances[types.NamedAddress(name)] = Balance
	}
	for _, f := range change {
		f(&d)
	}
	g, err := d.Genesis()
	if err != nil {
		panic(err) // the test that changed it is wrong
	}
	return g
}

// Now is a clock for tests that stands a year after Start, so that no block of
// a reasonable test comes from the future.
func Now() time.Time { return time.Unix(int64(Start), 0).AddDate(1, 0, 0) }

// Transfer is signed by key for the network with this genesis block.
func Transfer(key ed25519.PrivateKey, genesis types.Hash, sequence uint64, recipient types.Address, amount, fee types.Amount) types.Transaction {
	t := types.Transaction{Sequence: sequence, Recipient: recipient, Amount: amount, Fee: fee}
	t.Sign(key, genesis)
	return t
}

// Mine makes the block that follows state, with this time in Unix seconds and
// these transfers, and pays reward and fees to payout. Whether the transfers
// are good is not looked at. Two blocks on one state differ if their payout or
// time does.
func Mine(state consensus.State, payout types.Address, time uint32, transfers ...types.Transaction) types.Block {
	height := state.Height + 1
	coinbase := types.Transaction{
		Kind: types.Coinbase, Sequence: height, Recipient: payout,
		Amount: state.Params().RewardAt(height),
	}
	for i := range transfers {
		coinbase.Amount += transfers[i].Fee
	}
	b := types.Block{
		Header:       types.Header{Version: consensus.BlockVersion, Previous: state.ID, Time: time, Bits: state.NextBits()},
		Transactions: append([]types.Transaction{coinbase}, transfers...),
	}
	Solve(&b)
	return b
}

// Next is Mine a block time after state's own time, or after Start.
func Next(state consensus.State, payout types.Address, transfers ...types.Transaction) types.Block {
	return Mine(state, payout, state.Time()+state.Params().BlockTime, transfers...)
}

// Branch mines count blocks on top of state with nothing but their coinbase.
func Branch(state consensus.State, payout types.Address, count int) []types.Block {
	blocks := make([]types.Block, count)
	for i := range blocks {
		blocks[i] = Next(state, payout)
		state = state.After(blocks[i].Header)
	}
	return blocks
}

// After is the state after blocks, which follow state.
func After(state consensus.State, blocks ...types.Block) consensus.State {
	for i := range blocks {
		state = state.After(blocks[i].Header)
	}
	return state
}

// Solve gives b the Merkle root of its transactions and a nonce that meets its
// target, as is needed again after a test has altered b.
func Solve(b *types.Block) {
	b.MerkleRoot, _ = consensus.MerkleRoot(b.TransactionIDs())
	target, ok := consensus.TargetFromBits(b.Bits)
	if !ok {
		return // no nonce would do
	}
	for b.Nonce = 0; ; b.Nonce++ {
		if n := consensus.HashToInt(b.Hash()); !n.Gt(&target) {
			return
		}
	}
}

// Data is a compact JSON value of so many bytes: a string, or a digit where
// there is no room for two quotes. Nothing is nil.
func Data(size int) []byte {
	switch size {
	case 0:
		return nil
	case 1:
		return []byte("1")
	}
	return []byte(`"` + strings.Repeat("x", size-2) + `"`)
}
