package consensus_test

import (
	"maps"
	"math"

	"github.com/stretchr/testify/require"

	"networkmngr/internal/consensus"
	"networkmngr/internal/genesis"
	"networkmngr/internal/types"
)

// easiestBits is a floor at which every second hash is good enough.
const easiestBits = "207fffff"

// people are the accounts that the test networks fund, all with sequence 0.
var people = []string{"alice", "bob", "carol", "dave"}

// description is a small network at the easiest floor, each of people with
// 1000 coins.
func description() genesis.Description {
	d := genesis.Description{
		Name: "test", Time: 1_700_000_000, BlockTime: 10, HalfLife: 600,
		Reward: 3 * types.Coin, FloorBits: easiestBits,
		Balances: make(map[types.Address]types.Amount),
	}
	for _, name := range people {
		d.Balances[types.NamedAddress(name)] = 1000 * types.Coin
	}
	return d
}

// network is a chain of one branch, kept as a node would keep it: the state
// and the accounts after its last block.
type network struct {
	t        require.TestingT
	genesis  *consensus.Genesis
	blocks   []types.Block // by height
	state    consensus.State
	accounts consensus.Accounts
}

func newNetwork(t require.TestingT, d genesis.Description) *network {
	g, err := d.Genesis()
	require.NoError(t, err)
	n := &network{t: t, genesis: g, blocks: []types.Block{g.Block}, state: g.State(), accounts: consensus.Accounts{}}
	write(n.accounts, g.Diff())
	return n
}

// write makes a diff's changes as a store would: an account that is back at
// nothing is not kept.
func write(accounts consensus.Accounts, diff consensus.Diff) {
	for _, c := range diff {
		accounts[c.Address] = c.After
		if c.After == (consensus.Account{}) {
			delete(accounts, c.Address)
		}
	}
}

// block is a valid block on top, a block time after its parent, that pays
// "miner".
func (n *network) block(transfers ...types.Transaction) types.Block {
	b := n.unsealed(transfers...)
	complete(&b)
	return b
}

// unsealed is the block without its Merkle root and proof of work.
func (n *network) unsealed(transfers ...types.Transaction) types.Block {
	height := n.state.Height + 1
	coinbase := types.Transaction{
		Kind: types.Coinbase, Sequence: height, Recipient: types.NamedAddress("miner"),
		Amount: n.genesis.Params.RewardAt(height),
	}
	for i := range transfers {
		coinbase.Amount += transfers[i].Fee
	}
	header := types.Header{
		Version: consensus.BlockVersion, Previous: n.state.ID, Bits: n.state.NextBits(),
		Time: max(n.state.Time()+n.genesis.Params.BlockTime, n.state.MedianTimePast()+1),
	}
	return types.Block{Header: header, Transactions: append([]types.Transaction{coinbase}, transfers...)}
}

// touched gathers what b refers to, as a node does before it judges b.
func (n *network) touched(b *types.Block) consensus.Accounts {
	accounts := consensus.Accounts{}
	for _, address := range consensus.Touched(b) {
		if account, ok := n.accounts[address]; ok {
			accounts[address] = account
		}
	}
	return accounts
}

func (n *network) apply(b *types.Block) error {
	next, diff, err := n.state.Apply(b, n.touched(b))
	if err != nil {
		return err
	}
	write(n.accounts, diff)
	n.state, n.blocks = next, append(n.blocks, *b)
	return nil
}

// mine puts a block with transfers on top.
func (n *network) mine(transfers ...types.Transaction) {
	b := n.block(transfers...)
	require.NoError(n.t, n.apply(&b))
}

// transfer is signed by the named sender.
func (n *network) transfer(from string, sequence uint64, to string, amount, fee types.Amount) types.Transaction {
	return n.signed(from, types.Transaction{
		Sequence: sequence, Recipient: types.NamedAddress(to), Amount: amount, Fee: fee,
	})
}

func (n *network) signed(from string, t types.Transaction) types.Transaction {
	t.Sign(types.NamedKey(from), n.genesis.Params.GenesisID)
	return t
}

// coins is the sum of all balances.
func (n *network) coins() types.Amount {
	var sum types.Amount
	for account := range maps.Values(n.accounts) {
		var ok bool
		sum, ok = sum.Add(account.Balance)
		require.True(n.t, ok, "the coins in accounts exceed MaxAmount")
	}
	return sum
}

// complete gives b the Merkle root of its transactions and its proof of work.
func complete(b *types.Block) {
	b.MerkleRoot, _ = consensus.MerkleRoot(b.TransactionIDs())
	solve(b)
}

// solve seeks a nonce. A target that nothing meets is left alone.
func solve(b *types.Block) {
	seek(b, func(met bool) bool { return met })
}

// spoil seeks a nonce that misses the target.
func spoil(b *types.Block) {
	seek(b, func(met bool) bool { return !met })
}

func seek(b *types.Block, good func(met bool) bool) {
	target, ok := consensus.TargetFromBits(b.Bits)
	if !ok {
		return
	}
	for nonce := range uint32(math.MaxUint32) {
		b.Nonce = nonce
		if hash := consensus.HashToInt(b.Hash()); good(!hash.Gt(&target)) {
			return
		}
	}
	panic("no nonce")
}
