package genesis

import (
	"fmt"

	"networkmngr/internal/consensus"
	"networkmngr/internal/events"
)

// Parameters are what events tell of a network's settings.
func Parameters(p *consensus.Params) *events.Parameters {
	return &events.Parameters{
		BlockTime: p.BlockTime, HalfLife: p.HalfLife, Reward: p.Reward, FloorBits: fmt.Sprintf("%08x", p.FloorBits),
		Coins: p.GenesisCoins, Time: p.Time,
	}
}
