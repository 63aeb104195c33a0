package sim

import (
	"time"

	"networkmngr/internal/core"
	"networkmngr/internal/mining"
	"networkmngr/internal/mining/strategy"
)

// miner is how the node mines.
func (n *node) miner() Miner {
	if miners := n.world.config.Miners; n.number < len(miners) {
		return miners[n.number]
	}
	return Miner{Share: 1 / float64(n.world.config.Nodes), Strategy: strategy.Default()}
}

// mineIn is the mean time between two blocks of the node; 0 for never.
func (n *node) mineIn() time.Duration {
	share := n.miner().Share
	if share <= 0 {
		return 0
	}
	return time.Duration(float64(n.world.config.MineIn) / share)
}

// plays reports whether the node mines by a strategy that withholds blocks. What it
// mines on says its core then.
func (n *node) plays() bool { return !n.reformed && n.miner().Strategy.New() != nil }

// mining are the settings of the node's core.
func (n *node) mining() mining.Settings {
	settings := mining.Default(1)
	if !n.reformed {
		settings.Strategy = n.miner().Strategy
	}
	if n.plays() {
		settings.Mode = mining.Continuous
	}
	return settings
}

// reform has who plays be honest from now on, so that all can agree.
func (n *node) reform() {
	if n.plays() {
		n.reformed = true
		n.inbox("set mining", core.SetMining{Settings: n.mining()}, nil)
	}
}
