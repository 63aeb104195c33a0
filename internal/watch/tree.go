package watch

import (
	"slices"

	"networkmngr/internal/events/state"
	"networkmngr/internal/forktree"
	"networkmngr/internal/types"
)

// tree is the blocks by where they stand.
type tree struct {
	rows    []forktree.Row // the highest first
	at      map[uint64]map[int]*state.Block
	breadth int // lanes that there are
}

// leastLast is how many of the last heights are never folded.
const leastLast = 5

// layTree lays the tree out for so many lines.
func (s *screen) layTree(lines int) tree {
	t := tree{rows: unfold(s.rowsFor(lines), s.opened), at: make(map[uint64]map[int]*state.Block)}
	slices.Reverse(t.rows)
	for hash, b := range s.heads {
		if t.at[b.Index] == nil {
			t.at[b.Index] = make(map[int]*state.Block)
		}
		t.at[b.Index][s.lanes[hash]] = b
		t.breadth = max(t.breadth, s.lanes[hash]+1)
	}
	return t
}

// rowsFor folds less if there is room for more. While the view stands still, what shows
// is folded no further.
func (s *screen) rowsFor(lines int) []forktree.Row {
	last, tips := max(leastLast, lines/2), s.tipHashes()
	if s.top != nil {
		last = int(s.highest() - min(s.kept, s.highest()) + 1)
	}
	rows := forktree.Rows(s.blocks, s.lanes, tips, last)
	if free := lines - len(rows); free > 0 && s.top == nil {
		last += free
		rows = forktree.Rows(s.blocks, s.lanes, tips, last)
	}
	if s.top == nil {
		s.kept = s.highest() + 1 - min(uint64(last), s.highest()+1)
	}
	return rows
}

// highest is the greatest height of a block.
func (p *picture) highest() (highest uint64) {
	for _, b := range p.blocks {
		highest = max(highest, b.Height)
	}
	return highest
}

// unfold has a row for each height of opened.
func unfold(rows []forktree.Row, opened forktree.Row) []forktree.Row {
	if !opened.Folded() {
		return rows
	}
	var all []forktree.Row
	for _, r := range rows {
		low, high := max(r.Low, opened.Low), min(r.High, opened.High)
		if !r.Folded() || low > high {
			all = append(all, r)
			continue
		}
		if r.Low < low {
			all = append(all, forktree.Row{Low: r.Low, High: low - 1})
		}
		for h := low; h <= high; h++ {
			all = append(all, forktree.Row{Low: h, High: h})
		}
		if high < r.High {
			all = append(all, forktree.Row{Low: high + 1, High: r.High})
		}
	}
	return all
}

// rowOf is the place in rows of the one with a height, or of the next one below.
func (t tree) rowOf(height uint64) int {
	at := slices.IndexFunc(t.rows, func(r forktree.Row) bool { return r.Low <= height })
	if at < 0 {
		return max(len(t.rows)-1, 0)
	}
	return at
}

// near is the block of a row that is nearest to a lane.
func (t tree) near(row, lane int) place {
	r := t.rows[row]
	if r.Folded() {
		return place{height: r.Low}
	}
	for ; lane >= 0; lane-- {
		if b := t.at[r.Low][lane]; b != nil {
			return place{r.Low, b.Hash}
		}
	}
	for ; lane < t.breadth; lane++ {
		if b := t.at[r.Low][lane]; b != nil {
			return place{r.Low, b.Hash}
		}
	}
	return place{height: r.Low}
}

// window is which rows show on so many lines, from the first up to the second.
func (s *screen) window(t tree, lines int) (from, to int) {
	if s.top != nil {
		from = t.rowOf(*s.top)
	}
	return from, min(from+lines, len(t.rows))
}

// walk moves the cursor by so many rows, and the view with it if it must.
func (s *screen) walk(rows int) {
	t := s.layTree(s.treeLines())
	if len(t.rows) == 0 {
		return
	}
	at := min(max(t.rowOf(s.cursor.height)+rows, 0), len(t.rows)-1)
	s.cursor = t.near(at, s.lanes[s.cursor.hash])
	s.show(t, at)
}

// show moves the view so that a row is in it. From then on it stands still, unless that
// row is the highest one.
func (s *screen) show(t tree, row int) {
	if row == 0 {
		s.toTip()
		return
	}
	lines := s.treeLines()
	from, _ := s.window(t, lines)
	from = max(min(from, row), row-lines+1)
	s.top = new(t.rows[from].High)
}

// aside moves the cursor to the next block of its height, to the right or to the left.
func (s *screen) aside(step int) {
	t := s.layTree(s.treeLines())
	for lane := s.lanes[s.cursor.hash] + step; lane >= 0 && lane < t.breadth; lane += step {
		if b := t.at[s.cursor.height][lane]; b != nil {
			s.cursor.hash = b.Hash
			return
		}
	}
}

// foldAt is the fold that the cursor is at.
func (s *screen) foldAt() (fold forktree.Row, found bool) {
	t := s.layTree(s.treeLines())
	if s.cursor.hash != (types.Hash{}) || len(t.rows) == 0 {
		return forktree.Row{}, false
	}
	fold = t.rows[t.rowOf(s.cursor.height)]
	return fold, fold.Folded()
}
