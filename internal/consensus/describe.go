package consensus

import (
	"fmt"

	"networkmngr/internal/types"
)

// Description is what makes g again.
func (g *Genesis) Description() Description {
	d := Description{
		Name: g.Params.Name, Time: g.Params.Time, Nonce: g.Params.Nonce,
		BlockTime: g.Params.BlockTime, HalfLife: g.Params.HalfLife, Reward: g.Params.Reward,
		FloorBits: fmt.Sprintf("%08x", g.Params.FloorBits),
	}
	if grants := g.Block.Transactions[1:]; len(grants) > 0 {
		d.Balances = make(map[types.Address]types.Amount, len(grants))
		for i := range grants {
			d.Balances[grants[i].Recipient] = grants[i].Amount
		}
	}
	return d
}

// WithBlockTime is d with another block time, in seconds, and a half-life of as
// many block times as before.
func (d Description) WithBlockTime(seconds uint32) Description {
	if d.BlockTime > 0 {
		half := uint64(d.HalfLife) * uint64(seconds) / uint64(d.BlockTime)
		d.HalfLife = uint32(min(max(half, 1), maxSeconds))
	}
	d.BlockTime = seconds
	return d
}
