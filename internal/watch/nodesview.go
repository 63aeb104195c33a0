package watch

import (
	"fmt"
	"strings"

	"github.com/charmbracelet/x/ansi"

	"networkmngr/internal/events"
	"networkmngr/internal/events/state"
)

// nodesColumns is how wide the list of nodes is at most.
const nodesColumns = 64

// nodesFrom is the first node of the list that shows.
func (s *screen) nodesFrom(lines int) int {
	return max(min(s.nodeAt()-lines/2, len(s.now.Nodes)-lines), 0)
}

func (s *screen) nodesTitle(lines int) string {
	title := "nodes"
	if !s.onTree {
		title = s.look.title.Render(title)
	}
	if count := len(s.now.Nodes); count > lines {
		from := s.nodesFrom(lines)
		title += s.look.faint.Render(fmt.Sprintf(" %d-%d of %d", from+1, min(from+lines, count), count))
	}
	return title
}

// drawNodes draws the part of the list of nodes around the chosen one.
func (s *screen) drawNodes(columns, lines int) (drawn []string) {
	if len(s.now.Nodes) == 0 {
		return []string{s.look.faint.Render("no node: a adds one")}
	}
	name := 2
	for _, n := range s.now.Nodes {
		name = max(name, min(ansi.StringWidth(plain(n.Name)), maxName))
	}
	from := s.nodesFrom(lines)
	for _, n := range s.now.Nodes[from:min(from+lines, len(s.now.Nodes))] {
		drawn = append(drawn, cut(s.nodeLine(n, name), columns))
	}
	return drawn
}

// nodeLine is a node with its state, height, tip, blocks won, mempool and mining.
func (s *screen) nodeLine(n state.Node, name int) string {
	mark := "  "
	label := s.look.miner(n.Name).Render(fit(plain(n.Name), name))
	if n.Name == s.chosen {
		mark = s.look.title.Render("▸ ")
	}
	height, tip := "-", "-"
	if n.Tip != nil {
		height, tip = fmt.Sprint(n.Tip.Index), n.Tip.Hash.String()[:hashDigits]
	}
	return mark + label + " " + s.stateOf(n) + fitRight(height, 7) + " " + s.tipStyle(n, fit(tip, hashDigits)) +
		fitRight(fmt.Sprintf("%d won", s.won[n.Name]), 8) + fitRight(fmt.Sprintf("%d tx", n.Mempool.Transactions), 7) + " " + s.miningOf(n) + s.machineOf(n)
}

// machineOf names the machine of a node that another manager than the network's first one
// starts.
func (s *screen) machineOf(n state.Node) string {
	if n.Machine == "" {
		return ""
	}
	_, host, _ := strings.Cut(n.Machine, "://")
	return s.look.faint.Render(" on " + plain(host))
}

func (s *screen) stateOf(n state.Node) string {
	text := fit(plain(n.State), len("running"))
	switch n.State {
	case state.Running:
		return text
	case state.Paused, state.Silent:
		return s.look.doubt.Render(text)
	}
	return s.look.bad.Render(text)
}

// tipStyle tells tips beside the best chain, and those that are behind, from the best one.
func (s *screen) tipStyle(n state.Node, text string) string {
	if n.Tip == nil || *n.Tip == s.best {
		return text
	}
	if lane, known := s.lanes[n.Tip.Hash]; known && lane > 0 {
		return s.look.doubt.Render(text)
	}
	return s.look.faint.Render(text)
}

// miningOf says whether a node mines by itself, or for somebody.
func (s *screen) miningOf(n state.Node) string {
	switch {
	case n.Mining == nil:
		return ""
	case n.Mining.Mode == events.MiningOnDemand:
		return s.look.good.Render("mining")
	case n.Mining.Mode == events.MiningOn:
		return s.look.good.Render("mining on")
	}
	return s.look.good.Render("mining: " + plain(n.Mining.Mode))
}
