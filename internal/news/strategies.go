package news

import (
	"cmp"

	"networkmngr/internal/events"
)

// ofStrategy tells by which strategy a node mines from now on, and what it does about the
// blocks that it withholds.
func (n *News) ofStrategy(name string, data events.Data) {
	switch data := data.(type) {
	case events.MiningStarted:
		n.strategy(name, data.Strategy)
	case events.MiningChanged:
		n.strategy(name, data.Strategy)
	case events.BlocksWithheld:
		n.say(Usual, "%s goes on withholding %s", name, plural(len(data.Blocks), "block"))
	case events.BlocksPublished:
		n.say(Doubt, "%s shows %s that it withheld, up to %d", name, plural(data.Blocks, "block"), data.Index)
	case events.BlocksAbandoned:
		n.say(Usual, "%s gives up %s that it withheld", name, plural(data.Blocks, "block"))
	}
}

// strategy tells of another one than before; empty for one that is not told of.
func (n *News) strategy(name, now string) {
	is := n.node(name)
	before := cmp.Or(is.strategy, events.Honest)
	if now == "" || now == before {
		return
	}
	is.strategy = now
	n.say(Usual, "%s mines by the strategy %s", name, now)
}
