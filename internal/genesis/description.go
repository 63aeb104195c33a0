package genesis

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strconv"

	"networkmngr/internal/consensus"
	"networkmngr/internal/strictjson"
	"networkmngr/internal/types"
)

// Description is a genesis file: what a user writes to make a network.
type Description struct {
	Name      string                         `json:"name"`
	Time      uint32                         `json:"time"`       // Unix seconds
	Nonce     uint32                         `json:"nonce"`      // only so that the genesis header can show work too
	BlockTime uint32                         `json:"block_time"` // seconds
	HalfLife  uint32                         `json:"half_life"`  // seconds; 0 is 30 block times
	Reward    types.Amount                   `json:"reward"`
	FloorBits string                         `json:"floor_bits"` // compact target, eight hex digits
	Balances  map[types.Address]types.Amount `json:"balances,omitempty"`
}

// defaultHalfLife is the half-life, in block times, of a description that
// names none: short enough to watch the difficulty move.
const defaultHalfLife = 30

// Parse builds what a genesis file describes. The error wraps
// [consensus.ErrParams].
func Parse(text []byte) (*consensus.Genesis, error) {
	d, err := ParseDescription(text)
	if err != nil {
		return nil, err
	}
	return d.Genesis()
}

// ParseDescription reads a genesis file. The error wraps [consensus.ErrParams], and
// [strictjson.ErrMalformed].
func ParseDescription(text []byte) (Description, error) {
	var d Description
	if err := strictjson.Unmarshal(text, &d); err != nil {
		return Description{}, fmt.Errorf("%w: %w", consensus.ErrParams, err)
	}
	return d, nil
}

// Genesis builds the genesis block: a coinbase of nothing whose data is the
// description without its balances, then a coinbase for each balance, in the
// order of the addresses. So the block's hash commits to every setting. The
// block is agreed on, not mined: nobody checks its proof of work. The error wraps
// [consensus.ErrParams].
func (d Description) Genesis() (*consensus.Genesis, error) {
	p, err := d.params()
	if err != nil {
		return nil, err
	}
	// Spelled out, so that settings that mean the same make the same network.
	d.HalfLife, d.FloorBits = p.HalfLife, fmt.Sprintf("%08x", p.FloorBits)
	transactions, coins, err := d.grants()
	if err != nil {
		return nil, err
	}
	root, _ := consensus.MerkleRoot((&types.Block{Transactions: transactions}).TransactionIDs())
	block := types.Block{
		Header: types.Header{
			Version: consensus.BlockVersion, MerkleRoot: root,
			Time: p.Time, Bits: p.FloorBits, Nonce: p.Nonce,
		},
		Transactions: transactions,
	}
	if size := block.Size(); size > types.MaxBlockSize {
		return nil, fmt.Errorf("%w: the genesis block has %d bytes, at most %d", consensus.ErrParams, size, types.MaxBlockSize)
	}
	p.GenesisID, p.GenesisCoins = block.Hash(), coins
	return &consensus.Genesis{Params: p, Block: block}, nil
}

func (d Description) params() (*consensus.Params, error) {
	bits, err := strconv.ParseUint(d.FloorBits, 16, 32)
	if err != nil || len(d.FloorBits) != 8 {
		return nil, fmt.Errorf("%w: floor_bits %q is not eight hex digits", consensus.ErrParams, d.FloorBits)
	}
	if d.HalfLife == 0 && d.BlockTime <= consensus.MaxSeconds/defaultHalfLife {
		d.HalfLife = defaultHalfLife * d.BlockTime
	}
	p := &consensus.Params{
		Name: d.Name, Time: d.Time, Nonce: d.Nonce, BlockTime: d.BlockTime,
		HalfLife: d.HalfLife, Reward: d.Reward, FloorBits: uint32(bits),
	}
	return p, p.Validate()
}

// grants returns the genesis block's transactions and the coins that they pay.
func (d Description) grants() ([]types.Transaction, types.Amount, error) {
	balances := d.Balances
	d.Balances, d.Nonce = nil, 0 // the nonce is in the header, and may be sought for
	text, err := json.Marshal(d)
	if err != nil {
		return nil, 0, fmt.Errorf("%w: %w", consensus.ErrParams, err)
	}
	if err := types.CheckData(text); err != nil {
		return nil, 0, fmt.Errorf("%w: %w", consensus.ErrParams, err)
	}
	list := []types.Transaction{{Kind: types.Coinbase, Data: text}}
	var coins types.Amount
	order := func(a, b types.Address) int { return bytes.Compare(a[:], b[:]) }
	for _, address := range slices.SortedFunc(maps.Keys(balances), order) {
		var ok bool
		if coins, ok = coins.Add(balances[address]); !ok {
			return nil, 0, fmt.Errorf("%w: the balances sum to more than %s", consensus.ErrParams, types.MaxAmount)
		}
		list = append(list, types.Transaction{Kind: types.Coinbase, Recipient: address, Amount: balances[address]})
	}
	return list, coins, nil
}
