package news

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"networkmngr/internal/events"
)

// gathering is how long nodes are waited for that go the same way.
const gathering = 500 * time.Millisecond

// gathered is a reorg, and the nodes on which it happened.
type gathered struct {
	events.Reorg
	nodes []string
	at    time.Time // of the first
}

// gather takes in a node's reorg. Nodes that leave one tip are told of together; one that
// leaves it again is told of again.
func (n *News) gather(name string, reorg events.Reorg) {
	for i := range n.reorgs {
		if g := &n.reorgs[i]; g.From == reorg.From && !slices.Contains(g.nodes, name) {
			g.nodes = append(g.nodes, name)
			return
		}
	}
	n.reorgs = append(n.reorgs, gathered{reorg, []string{name}, n.now})
}

// gatheredAt is when the first reorg is to be told; zero for none.
func (n *News) gatheredAt() time.Time {
	if len(n.reorgs) == 0 {
		return time.Time{}
	}
	return n.reorgs[0].at.Add(gathering)
}

// settleReorgs tells of those for which no more nodes are waited for, or of all.
func (n *News) settleReorgs(all bool) {
	for len(n.reorgs) > 0 && (all || !n.now.Before(n.gatheredAt())) {
		reorg := n.reorgs[0]
		n.reorgs = n.reorgs[1:]
		if n.burst.busy() {
			n.burst.reorgs++
			n.burst.deepest = max(n.burst.deepest, reorg.Depth)
			continue
		}
		n.say(Doubt, "%s", n.reorgWords(reorg))
	}
}

func (n *News) reorgWords(g gathered) string {
	text := fmt.Sprintf("reorg of %s on %s, ", plural(g.Depth, "block"), few(g.nodes))
	switch miner := n.miner(g.Miner); {
	case g.To == g.Fork: // by hand, and no other branch is there
		text += fmt.Sprintf("back to %d", g.To.Index)
	case miner == "":
		text += fmt.Sprintf("to block %d", g.To.Index)
	default:
		text += fmt.Sprintf("to %s's %d", miner, g.To.Index)
	}
	if g.Returned > 0 {
		text += fmt.Sprintf("; %s back in the mempool", plural(g.Returned, "transfer"))
	}
	if lost := g.Dropped - g.Held; lost > 0 {
		text += fmt.Sprintf("; %s undone for good", plural(lost, "transfer"))
	}
	return text
}

// few lists names, or says how many they are.
func few(names []string) string {
	const listed = 3
	if len(names) > listed {
		return plural(len(names), "node")
	}
	return strings.Join(names, " ")
}
