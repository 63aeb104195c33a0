package genesis

import (
	"encoding/json"
	"fmt"

	"networkmngr/internal/consensus"
	"networkmngr/internal/types"
)

// Describe returns what makes g again.
func Describe(g *consensus.Genesis) Description {
	return Description{
		Name: g.Params.Name, Time: g.Params.Time, Nonce: g.Params.Nonce,
		BlockTime: g.Params.BlockTime, HalfLife: g.Params.HalfLife, Reward: g.Params.Reward,
		FloorBits: fmt.Sprintf("%08x", g.Params.FloorBits), Balances: balances(&g.Block),
	}
}

// Marshal returns the genesis file that makes g again. The error is encoding/json's.
func Marshal(g *consensus.Genesis) ([]byte, error) {
	text, err := json.MarshalIndent(Describe(g), "", "  ")
	return append(text, '\n'), err
}

// balances are those that a genesis block grants, or nil if it grants none.
func balances(b *types.Block) map[types.Address]types.Amount {
	grants := b.Transactions[1:]
	if len(grants) == 0 {
		return nil
	}
	of := make(map[types.Address]types.Amount, len(grants))
	for i := range grants {
		of[grants[i].Recipient] = grants[i].Amount
	}
	return of
}

// Of is the network that starts from a block. The error wraps [consensus.ErrParams]
// if none does.
func Of(b *types.Block) (*consensus.Genesis, error) {
	if len(b.Transactions) == 0 {
		return nil, fmt.Errorf("%w: block %s has no transactions", consensus.ErrParams, b.Hash())
	}
	d, err := ParseDescription(b.Transactions[0].Data)
	if err != nil {
		return nil, err
	}
	d.Nonce, d.Balances = b.Header.Nonce, balances(b)
	g, err := d.Genesis()
	if err == nil && g.Block.Hash() != b.Hash() {
		err = fmt.Errorf("%w: block %s is not what its description makes", consensus.ErrParams, b.Hash())
	}
	return g, err
}

// WithBlockTime is d with another block time, in seconds, and a half-life of as
// many block times as before.
func (d Description) WithBlockTime(seconds uint32) Description {
	if d.BlockTime > 0 {
		half := uint64(d.HalfLife) * uint64(seconds) / uint64(d.BlockTime)
		d.HalfLife = uint32(min(max(half, 1), consensus.MaxSeconds))
	}
	d.BlockTime = seconds
	return d
}
