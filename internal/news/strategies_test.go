package news

import (
	"testing"

	"networkmngr/internal/events"
)

// A change of strategy is told once, and what becomes of withheld blocks.
func TestStrategies(t *testing.T) {
	r := read(t, 2)
	r.node(1, events.MiningStarted{Mode: "continuous", Strategy: "honest"})
	r.requireSaid()
	r.node(1, events.MiningChanged{Mode: "continuous", Strategy: "selfish"})
	r.requireSaid("n1 mines by the strategy selfish")
	r.node(1, events.MiningChanged{Mode: "continuous", Strategy: "selfish", Hashrate: 5})
	r.requireSaid()
	r.node(1, events.BlocksPublished{BlockRef: ref("a", 7), Blocks: 2, Withheld: 1})
	r.requireSaid("? n1 shows 2 blocks that it withheld, up to 7")
	r.node(1, events.BlocksAbandoned{Blocks: 1})
	r.requireSaid("n1 gives up 1 block that it withheld")
	r.node(1, events.MiningChanged{Mode: "demand", Strategy: "honest"})
	r.requireSaid("n1 mines by the strategy honest")
}
