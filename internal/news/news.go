// Package news says in lines for people what a network's events come to: blocks, forks,
// reorgs, nodes that go and come back, branches that last. It is pure: it is told what
// happens, and what time it is.
package news

import (
	"fmt"
	"strings"
	"time"

	"networkmngr/internal/events"
	"networkmngr/internal/times"
	"networkmngr/internal/types"
)

// Line is one thing that a person is told.
type Line struct {
	Time  time.Time
	Grade Grade
	Text  string // may have words that others chose
}

// Grade is what a line means to whoever reads it.
type Grade int

// The grades of lines.
const (
	Usual  Grade = iota
	Good         // something is as it should be again
	Doubt        // the nodes are not at one
	Bad          // something is gone
	Notice       // somebody must know it, even who wants no lines
)

// News follows a network. It is for one goroutine at a time.
type News struct {
	now    time.Time // of the last event, or Wake
	stands bool      // the network has started
	nodes  map[string]*node
	left   map[string]time.Time     // when nodes left that are no longer of the network, by name
	miners map[types.Address]string // names of nodes by their accounts
	blocks blocks
	burst  burst
	crowds []crowd
	reorgs []gathered
	apart  apart
	lines  []Line // of the call that is under way
}

// node is what is known of one node.
type node struct {
	runs     bool
	since    time.Time
	tip      *events.BlockRef
	strategy string // by which it mines; empty for honest
}

// New makes the news of a network of which nothing is known yet.
func New() *News {
	return &News{nodes: make(map[string]*node), left: make(map[string]time.Time), miners: make(map[types.Address]string), blocks: newBlocks()}
}

// Tell takes in the next event, and returns what there is to say.
func (n *News) Tell(e *events.Event) []Line {
	n.advance(e.Time)
	switch {
	case e.Node == "":
		n.ofNetwork(e.Data)
	default:
		n.ofNode(e.Node, e.Data)
		n.ofBlocks(e.Node, e.Data)
		n.ofStrategy(e.Node, e.Data)
	}
	return n.taken()
}

// Wake returns what is to be said at a time, of what was put off until then.
func (n *News) Wake(now time.Time) []Line {
	n.advance(now)
	return n.taken()
}

// Next is when Wake is to be called if nothing happens before; zero for never.
func (n *News) Next() time.Time {
	return times.First(n.burst.ends(), n.crowdsEnd(), n.gatheredAt(), n.apart.look)
}

// disorder is by how much the events of several nodes may be in another order than that
// of their times. Beyond that, somebody has set the clock back.
const disorder = time.Minute

// advance says what is due.
func (n *News) advance(now time.Time) {
	back := n.now.Sub(now)
	if back <= 0 || back > disorder {
		n.now = now
	}
	n.settleReorgs(back > disorder)
	n.endBurst(back > disorder)
	n.sumUpCrowds(back > disorder)
	if back > disorder && !n.apart.look.IsZero() {
		n.apart.look = now
	}
	n.lookApart()
}

func (n *News) taken() []Line {
	lines := n.lines
	n.lines = nil
	return lines
}

func (n *News) say(grade Grade, format string, values ...any) {
	n.lines = append(n.lines, Line{n.now, grade, fmt.Sprintf(format, values...)})
}

// ofNetwork tells of what the manager says of the whole.
func (n *News) ofNetwork(data events.Data) {
	switch data := data.(type) {
	case events.NetworkUp:
		n.stands = true
	case events.NetworkChanged:
		n.blocks, n.apart = newBlocks(), apart{}
		n.say(Usual, "the network is now %s", data.Network)
	case events.NetworkDown:
		n.stands = false
		n.settleReorgs(true)
		n.endBurst(true)
		n.sumUpCrowds(true)
		if data.Kept != "" {
			n.say(Notice, "the data folder %s is kept, as a node did not end cleanly", data.Kept)
		}
	case events.FaultsChanged:
		n.faulted(data)
	case events.MachineChanged:
		n.say(Notice, "%s", data)
	case events.Notice:
		n.say(Notice, "%s", data.Text)
	case events.Gap:
		n.missed(data)
	}
}

// missed tells of a gap in the stream.
func (n *News) missed(gap events.Gap) {
	if gap.Reason == events.AnotherNetwork {
		n.say(Doubt, "this is another network than before")
		return
	}
	n.say(Doubt, "events %d to %d were missed", gap.First, gap.Last)
}

// ofNode tells of a node's process.
func (n *News) ofNode(name string, data events.Data) {
	switch data := data.(type) {
	case events.NodeUp:
		n.nodeUp(name, data)
	case events.NodeDown:
		n.nodeDown(name, data)
	case events.NodePaused:
		n.become(name, false)
		n.crowded(Doubt, "are paused", "%s is paused", name)
	case events.NodeResumed:
		n.become(name, true)
		n.crowded(Good, "go on", "%s goes on", name)
	case events.NodeSilent:
		n.become(name, false)
		n.crowded(Notice, "do not answer", "node %s does not answer: %s", name, data.Error)
	case events.NodeAnswering:
		n.become(name, true)
		n.crowded(Notice, "answer again", "node %s answers again", name)
	}
}

// node is what is known of a node.
func (n *News) node(name string) *node {
	if n.nodes[name] == nil {
		n.nodes[name] = &node{}
	}
	return n.nodes[name]
}

func (n *News) become(name string, runs bool) {
	is := n.node(name)
	if is.since.IsZero() || is.runs != runs { // one that was silent is away since then, also if it ends
		is.runs, is.since = runs, n.now
	}
}

func (n *News) nodeUp(name string, up events.NodeUp) {
	was, known := n.nodes[name]
	away, left := n.left[name]
	if known {
		away = was.since
	}
	delete(n.left, name)
	n.miners[up.ID.Account()] = name
	switch {
	case !n.stands:
	case known || left:
		n.crowded(Good, "are back", "%s is back, after %s", name, n.now.Sub(away).Round(time.Second/10))
	default:
		n.crowded(Good, "have joined", "%s has joined", name)
	}
	n.become(name, true)
}

// nodeDown tells of an end, but for that of the whole network.
func (n *News) nodeDown(name string, down events.NodeDown) {
	n.become(name, false)
	again := ""
	if down.RestartsIn > 0 {
		again = fmt.Sprintf("; it restarts in %.0f s", down.RestartsIn)
	}
	switch {
	case down.Why == events.Crash:
		n.crowded(Notice, "have ended by themselves", "%s%s", strings.TrimSuffix(fmt.Sprintf("node %s has ended by itself: %s: %s", down.Address, down.Message, down.Last), ": "), again)
	case down.Why == events.Told && !down.Left:
		n.crowded(Bad, "were told to end", "%s was told to end%s", name, again)
	case down.Why == events.Told:
		n.crowded(Notice, "were told to end, and have left the network", "node %s was told to end, and has left the network", down.Address)
	case down.Why == events.Asked && !down.Clean:
		n.crowded(Notice, "did not stop cleanly", "node %s did not stop cleanly: %s", down.Address, down.Message)
	case down.Why == events.Asked && down.Left && n.stands:
		n.crowded(Bad, "were removed", "%s was removed", name)
	case down.Why == events.Fault:
		n.crowded(Bad, "were killed", "%s was killed%s", name, again)
	case down.Why == events.Restart:
		n.crowded(Doubt, "restart", "%s restarts", name)
	}
	if down.Left {
		n.left[name] = n.node(name).since
		delete(n.nodes, name)
	}
}

// miner is who has an account: a node, or the ends of the address. It is empty for none: the
// node that told of the block could not say who mined it.
func (n *News) miner(account types.Address) string {
	name, known := n.miners[account]
	switch {
	case known:
		return name
	case account == types.Address{}:
		return ""
	}
	return account.Short()
}

// by says who mined something, if that is known.
func by(miner string) string {
	if miner == "" {
		return ""
	}
	return " by " + miner
}

// plural is "1 block", "2 blocks".
func plural(count int, thing string) string {
	if count == 1 {
		return "1 " + thing
	}
	return fmt.Sprintf("%d %ss", count, thing)
}
