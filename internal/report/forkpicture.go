package report

import "fmt"

// forkPicture is two branches that part: the one that won goes on straight.
type forkPicture struct {
	Width, Height float64
	Boxes         []forkBox
	Lines         []forkLine
}

type forkBox struct {
	X, Y               float64
	Text, Class, Title string
	Lost               bool
	Letter             string // of the miner
}

type forkLine struct{ X1, Y1, X2, Y2 float64 }

const (
	boxWidth  = 70.0
	boxStep   = 88.0
	boxHeight = 34.0
	straightY = 8.0
	lowerY    = 58.0
	drawn     = 7 // blocks of a branch, of which the last ones come after a gap
	drawnLast = 3
)

func newForkPicture(fork Fork, c colours) forkPicture {
	p := forkPicture{Height: lowerY + boxHeight + 6}
	p.Boxes = append(p.Boxes, forkBox{X: 1, Y: straightY, Text: fmt.Sprint(fork.At.Index), Class: "c0", Title: "the last block of both: " + fork.At.Hash.String(), Letter: "fork"})
	columns := max(p.branch(fork.Won, straightY, false, c), p.branch(fork.Left, lowerY, true, c))
	p.Width = boxStep*float64(columns) + boxWidth + 4
	return p
}

// branch draws blocks from left to right, and returns how many columns they take.
func (p *forkPicture) branch(rungs []Rung, y float64, lost bool, c colours) (columns int) {
	boxes := fold(rungs, lost, c)
	line := forkLine{X1: 1 + boxWidth, Y1: straightY + boxHeight/2}
	for i, box := range boxes {
		box.X, box.Y = 1+boxStep*float64(i+1), y
		line.X2, line.Y2 = box.X, y+boxHeight/2
		p.Boxes = append(p.Boxes, box)
		p.Lines = append(p.Lines, line)
		line = forkLine{X1: box.X + boxWidth, Y1: y + boxHeight/2}
	}
	return len(boxes)
}

// fold makes the boxes of a branch, one for all that is in the middle of a long one.
func fold(rungs []Rung, lost bool, c colours) []forkBox {
	var boxes []forkBox
	for i, r := range rungs {
		first := drawn - drawnLast - 1
		switch {
		case len(rungs) <= drawn || i < first || i >= len(rungs)-drawnLast:
			boxes = append(boxes, forkBox{
				Text: fmt.Sprint(r.Index), Class: c.class(r.Miner), Lost: lost, Letter: cut(miner(r.Miner), 8),
				Title: fmt.Sprintf("block %d by %s, %s", r.Index, miner(r.Miner), r.Hash),
			})
		case i == first:
			boxes = append(boxes, forkBox{Text: fmt.Sprintf("… %d", len(rungs)-drawn+1), Class: "c0", Letter: "more", Title: "blocks between"})
		}
	}
	return boxes
}

// miner is a miner's name, or says that there is none.
func miner(name string) string {
	if name == "" {
		return "?"
	}
	return name
}
