package genesis

import (
	"fmt"

	"networkmngr/internal/consensus"
	"networkmngr/internal/strictjson"
	"networkmngr/internal/types"
)

// Settings change the network of a chain that has not begun; they are the body of
// PUT /blockchain. What is nil stays as it is.
type Settings struct {
	Name        *string       `json:"name,omitempty"`
	BlockTime   *uint32       `json:"block_time,omitempty"` // seconds
	HalfLife    *uint32       `json:"half_life,omitempty"`  // seconds; follows the block time if nil
	BlockReward *types.Amount `json:"block_reward,omitempty"`
	Reward      *types.Amount `json:"reward,omitempty"` // another name of BlockReward
}

// Genesis is that of the network which a network becomes with these settings. The
// error wraps [consensus.ErrParams] or [strictjson.ErrMalformed].
func (s Settings) Genesis(of *consensus.Genesis) (*consensus.Genesis, error) {
	d := Describe(of)
	if s.Name != nil {
		d.Name = *s.Name
	}
	if s.BlockTime != nil {
		d = d.WithBlockTime(*s.BlockTime)
	}
	if s.HalfLife != nil {
		if d.HalfLife = *s.HalfLife; d.HalfLife == 0 {
			return nil, fmt.Errorf("%w: half_life is 0, want 1 or more seconds", consensus.ErrParams)
		}
	}
	switch {
	case s.BlockReward != nil && s.Reward != nil:
		return nil, fmt.Errorf("%w: reward is another name of block_reward, want one of them", strictjson.ErrMalformed)
	case s.BlockReward != nil:
		d.Reward = *s.BlockReward
	case s.Reward != nil:
		d.Reward = *s.Reward
	}
	return d.Genesis()
}
