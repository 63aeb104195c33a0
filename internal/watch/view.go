package watch

import (
	"fmt"
	"slices"
	"strings"

	"charm.land/lipgloss/v2"
	"github.com/charmbracelet/x/ansi"

	"networkmngr/internal/events/state"
)

const (
	leastColumns, leastLines = 40, 14
	wide                     = 110 // columns from which on the tree stands beside the nodes
	maxName                  = 12  // columns of a node's name
)

// styleOf is the style of a block.
func (s *screen) styleOf(b *state.Block) lipgloss.Style {
	style := s.look.miner("")
	if b.Miner != nil {
		style = s.look.miner(s.miners[*b.Miner])
	}
	if s.onTree && s.cursor.hash == b.Hash {
		style = style.Reverse(true)
	}
	return style
}

// draw is all of the screen: a line on the network, the parts, what has come of the last
// key, and the keys.
func (s *screen) draw() string {
	if s.width < leastColumns || s.height < leastLines {
		return fmt.Sprintf("too small: want %d×%d", leastColumns, leastLines)
	}
	lines := append([]string{s.header()}, s.body(s.width, s.bodyLines())...)
	lines = append(lines, s.said(), s.keys())
	for i := range lines {
		lines[i] = cut(lines[i], s.width)
	}
	return strings.Join(lines, "\n")
}

func (s *screen) bodyLines() int {
	const header, said, keys = 1, 1, 1
	return s.height - header - said - keys
}

// header says what the network is like.
func (s *screen) header() string {
	parts := []string{
		s.look.title.Render(plain(s.now.Network)),
		fmt.Sprintf("%d of %d nodes run", s.running(), len(s.now.Nodes)),
		fmt.Sprintf("height %d", s.best.Index),
	}
	if on := len(s.tips); on > 1 {
		parts = append(parts, s.look.doubt.Render(fmt.Sprintf("%d tips", on)))
	}
	if session := s.now.Session; session != nil {
		parts = append(parts, s.look.good.Render(fmt.Sprintf("session: %s, %d mined", plain(session.Mode), session.Mined)))
	}
	if s.trouble != "" {
		parts = append([]string{s.look.bad.Render(s.trouble)}, parts...)
	}
	return strings.Join(parts, " · ")
}

// parts is how the lines of a screen are shared out.
type parts struct{ nodes, tree, news int }

// share leaves to the tree what the others do not need. Each has a title beside its lines.
// Nodes that a third of the lines is too few for have some of the news'.
func (s *screen) share(lines int) parts {
	const titles, leastNews = 3, 2
	nodes := max(len(s.now.Nodes), 1)
	p := parts{news: max(lines/5, leastNews), nodes: min(nodes, max(lines/3, 2))}
	more := min(nodes-p.nodes, p.news-leastNews)
	p.nodes, p.news = p.nodes+more, p.news-more
	if s.width >= wide {
		p.nodes = min(nodes, lines-2-min(lines/3, 8))
		p.news = lines - 2 - p.nodes
		p.tree = lines - 1
		return p
	}
	p.tree = lines - titles - p.nodes - p.news
	return p
}

// treeLines is how many lines the tree has.
func (s *screen) treeLines() int { return max(s.share(s.bodyLines()).tree, 1) }

// body is what stands between the first line and the last two.
func (s *screen) body(columns, lines int) []string {
	if s.over != nil {
		return s.overlaid(columns, lines)
	}
	p := s.share(lines)
	nodes := func(columns int) []string {
		return s.part(s.nodesTitle(p.nodes), s.drawNodes(columns, p.nodes), columns, p.nodes)
	}
	tree := func(columns int) []string { return s.part(s.treeTitle(), s.drawTree(columns, p.tree), columns, p.tree) }
	news := func(columns int) []string { return s.part("news", s.drawNews(columns, p.news), columns, p.news) }
	if s.width < wide {
		return append(append(nodes(columns), tree(columns)...), news(columns)...)
	}
	const gap = 2
	left := nodesColumns
	right := columns - left - gap
	beside := append(nodes(left), news(left)...)
	for i, line := range tree(right) {
		beside[i] = fit(beside[i], left+gap) + line
	}
	return beside
}

// part is a title over exactly so many lines.
func (s *screen) part(title string, drawn []string, columns, lines int) []string {
	rule := strings.Repeat("─", max(columns-ansi.StringWidth(title)-4, 0))
	all := []string{s.look.faint.Render("── ") + title + s.look.faint.Render(" "+rule)}
	for i := range lines {
		if i < len(drawn) {
			all = append(all, drawn[i])
		} else {
			all = append(all, "")
		}
	}
	return all
}

func (s *screen) treeTitle() string {
	title := "tree"
	if s.onTree {
		title = s.look.title.Render(title)
	}
	if s.top != nil {
		title += s.look.doubt.Render(" stands still, esc follows the tip")
	}
	return title
}

// drawNews are the last lines of the news.
func (s *screen) drawNews(columns, lines int) (drawn []string) {
	if len(s.lines) == 0 {
		return []string{cut(s.look.faint.Render("what happens from now on is told here"), columns)}
	}
	for _, line := range s.lines[max(0, len(s.lines)-lines):] {
		drawn = append(drawn, cut(s.look.faint.Render(line.Time.Local().Format("15:04:05"))+" "+s.look.line(line), columns))
	}
	return drawn
}

// said is what has come of the last key, or a question.
func (s *screen) said() string {
	switch {
	case s.question != nil:
		return s.look.title.Render(s.question.text + " y/n")
	case s.message.bad:
		return s.look.bad.Render(plain(s.message.text))
	}
	return plain(s.message.text)
}

// keys names as many keys as there is room for.
func (s *screen) keys() string {
	first, last := "m mine,M on/off,k kill,r restart,p pause,a add,x remove,tab tree,P peers,s stop session,enter block", "? help,q quit"
	switch {
	case s.over != nil:
		first, last = "↑↓ scroll,esc close", "q quit"
	case s.onTree:
		first = "↑↓←→ move,enter open,esc to the tip,tab nodes,m mine,M on/off,k kill,r restart,p pause,a add,x remove,P peers,s stop session"
	}
	all := strings.Split(last, ",")
	for i, key := range strings.Split(first, ",") {
		longer := slices.Insert(slices.Clone(all), i, key)
		if ansi.StringWidth(strings.Join(longer, " ")) > s.width {
			break
		}
		all = longer
	}
	for i, key := range all {
		name, does, _ := strings.Cut(key, " ")
		all[i] = s.look.title.Render(name) + " " + s.look.faint.Render(does)
	}
	return spread(all, s.width)
}

// spread joins words with two spaces if there is room for that.
func spread(words []string, columns int) string {
	if line := strings.Join(words, "  "); ansi.StringWidth(line) <= columns {
		return line
	}
	return strings.Join(words, " ")
}
