package watch

import (
	"fmt"
	"slices"
	"strings"

	"github.com/charmbracelet/x/ansi"

	"networkmngr/internal/events/state"
	"networkmngr/internal/forktree"
)

const (
	shortest, longest = 2, 4 // columns of a miner's name in a block
	hashDigits        = 12
	maxChip           = 3 // names in a chip; more are counted
	noMiner           = "?"
)

// treeView draws a tree.
type treeView struct {
	*screen
	tree
	columns int
	name    int // columns of a miner's name
	shown   int // lanes that there is room for
}

// drawTree draws as much of the tree as fits.
func (s *screen) drawTree(columns, lines int) []string {
	v := treeView{screen: s, tree: s.layTree(lines), columns: columns, name: shortest}
	for _, n := range s.now.Nodes {
		v.name = max(v.name, min(ansi.StringWidth(plain(n.Name)), longest))
	}
	const tips, lane = 14, 1 // room for these beside the lanes
	v.shown = max(min(v.breadth, (columns-v.heightColumns()-tips)/v.cellColumns()), lane)
	from, to := s.window(v.tree, lines)
	drawn := make([]string, 0, lines)
	for _, r := range v.rows[from:to] {
		drawn = append(drawn, v.row(r))
	}
	if len(drawn) == 0 {
		drawn = append(drawn, s.look.faint.Render("no block yet: m has the chosen node mine one"))
	}
	return drawn
}

func (v *treeView) cellColumns() int   { const glyph, gap = 1, 1; return glyph + v.name + gap }
func (v *treeView) heightColumns() int { return max(len(fmt.Sprint(v.rowTop())), 3) + 1 }

// rowTop is the highest height.
func (v *treeView) rowTop() uint64 {
	if len(v.rows) == 0 {
		return 0
	}
	return v.rows[0].High
}

func (v *treeView) row(r forktree.Row) string {
	if r.Folded() {
		text := v.look.faint.Render(fmt.Sprintf("┆ … %d blocks", r.Heights()))
		if v.onTree && v.cursor == (place{height: r.Low}) {
			text = v.look.chosen.Render(ansi.Strip(text))
		}
		return strings.Repeat(" ", v.heightColumns()) + text
	}
	line := v.look.faint.Render(fitRight(fmt.Sprint(r.Low), v.heightColumns()-1)) + " " + v.cells(r.Low)
	return v.withDetails(line, r.Low)
}

// cells are the blocks of a height, and the lines from those that others branch off from.
func (v *treeView) cells(height uint64) string {
	var text strings.Builder
	ends := v.forks(height)
	for lane := range v.shown {
		goes := false // a line goes on to the right of this lane
		for _, e := range ends {
			goes = goes || e.from <= lane && lane < e.to
		}
		b := v.at[height][lane]
		ended := slices.ContainsFunc(ends, func(e fork) bool { return e.to == lane })
		text.WriteString(v.cell(b, ended, goes))
	}
	if hidden := v.hidden(height); hidden > 0 {
		text.WriteString(v.look.faint.Render(fmt.Sprintf("+%d ", hidden)))
	}
	return text.String()
}

// fork is a line from a block to the lane of a branch that forks off there.
type fork struct{ from, to int }

func (v *treeView) forks(height uint64) (forks []fork) {
	for lane, b := range v.at[height+1] {
		if parent := v.heads[b.Previous]; parent != nil && parent.Index == height && v.lanes[b.Previous] != lane {
			forks = append(forks, fork{v.lanes[b.Previous], lane})
		}
	}
	return forks
}

// hiddenForks reports whether a line leads to a lane that there is no room for.
func (v *treeView) hiddenForks(height uint64) bool {
	return slices.ContainsFunc(v.forks(height), func(f fork) bool { return f.to >= v.shown })
}

// hidden counts the blocks of a height that there is no room for.
func (v *treeView) hidden(height uint64) (count int) {
	for lane := range v.at[height] {
		if lane >= v.shown {
			count++
		}
	}
	return count
}

// cell is one lane's part of a row.
func (v *treeView) cell(b *state.Block, ended, goes bool) string {
	fill := " "
	if goes {
		fill = "─"
	}
	rest := v.cellColumns() - 1
	switch {
	case b != nil:
		name := cut(v.minerOf(b), v.name)
		block := v.styleOf(b).Render(v.glyph(b) + name)
		return block + v.look.faint.Render(strings.Repeat(fill, rest-ansi.StringWidth(name)))
	case ended && goes:
		return v.look.faint.Render("┴" + strings.Repeat(fill, rest))
	case ended:
		return v.look.faint.Render("╯" + strings.Repeat(fill, rest))
	}
	return v.look.faint.Render(strings.Repeat(fill, rest+1))
}

// minerOf names who mined a block.
func (p *picture) minerOf(b *state.Block) string {
	if b.Miner == nil || p.miners[*b.Miner] == "" {
		return noMiner
	}
	return plain(p.miners[*b.Miner])
}

func (v *treeView) glyph(b *state.Block) string {
	main, tip := v.lanes[b.Hash] == 0, len(v.tips[b.Hash]) > 0
	switch {
	case main && tip:
		return "◉"
	case main:
		return "●"
	case tip:
		return "◎"
	}
	return "○"
}

// withDetails adds to a row the chips of its tips, and at the right what there is to say of
// its block of the best chain.
func (v *treeView) withDetails(line string, height uint64) string {
	if v.hiddenForks(height) {
		line += " " // the line goes on to where there is no room
	}
	used := ansi.StringWidth(line)
	chips := v.chips(height)
	details := ""
	if b := v.at[height][0]; b != nil {
		room := v.columns - used - ansi.StringWidth(chips) - 1
		details = v.details(b, room)
	}
	room := v.columns - used - ansi.StringWidth(details)
	return line + fit(chips, room) + v.look.faint.Render(details)
}

// chips name the nodes whose tips are at a height, by lane.
func (v *treeView) chips(height uint64) string {
	var chips []string
	for lane := range v.breadth {
		if b := v.at[height][lane]; b != nil && len(v.tips[b.Hash]) > 0 {
			chips = append(chips, v.styleOf(b).UnsetReverse().Render(v.glyph(b))+" "+chip(v.tips[b.Hash]))
		}
	}
	return strings.Join(chips, "  ")
}

// chip names some nodes, or counts them. Those that do not run stand in brackets.
func chip(nodes []*state.Node) string {
	if len(nodes) > maxChip {
		return fmt.Sprintf("×%d", len(nodes))
	}
	names := make([]string, len(nodes))
	for i, n := range nodes {
		names[i] = cut(plain(n.Name), maxName)
		if n.State != state.Running {
			names[i] = "(" + names[i] + ")"
		}
	}
	return strings.Join(names, " ")
}

// details are what is to be said of a block, as much as there is room for.
func (v *treeView) details(b *state.Block, room int) string {
	at := b.Time.Local().Format("15:04:05")
	transfers := fmt.Sprintf("%7s", "")
	if b.Transactions > 1 {
		transfers = fmt.Sprintf("%4d tx", b.Transactions-1)
	}
	for _, text := range []string{b.Hash.String()[:hashDigits] + transfers + "  " + at, transfers + "  " + at, at} {
		if ansi.StringWidth(text) <= room {
			return text
		}
	}
	return ""
}
