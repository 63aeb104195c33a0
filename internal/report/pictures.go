package report

import (
	"fmt"
	"math"
	"strings"

	"networkmngr/internal/hue"
)

// Coordinates of pictures are in units of which a page is about 720 wide.
const (
	pageWidth  = 720.0
	rowHeight  = 18.0
	maxRows    = 60 // of nodes or miners in a picture
	nameWidth  = 108.0
	nameLength = 14 // characters
)

// scale maps values to coordinates.
type scale struct{ low, high, from, to float64 }

func (s scale) at(value float64) float64 {
	if s.high <= s.low {
		return s.from
	}
	share := (value - s.low) / (s.high - s.low)
	return math.Round((s.from+min(1, max(0, share))*(s.to-s.from))*10) / 10
}

// tick is a mark of an axis.
type tick struct {
	At   float64
	Text string
}

// ticks are round values between low and high, up to about so many.
func (s scale) ticks(about int, text func(float64) string) []tick {
	const ten = 10
	step := math.Pow(ten, math.Floor(math.Log10((s.high-s.low)/float64(about))))
	if !(step > 0) || math.IsInf(step, 0) {
		return nil
	}
	for _, times := range []float64{1, 2, 5, 10} {
		if (s.high-s.low)/(step*times) <= float64(about) {
			step *= times
			break
		}
	}
	return s.each(step, 2*about, text)
}

// timeTicks are ticks of seconds: from some minutes on they stand at whole minutes, hours
// or days.
func (s scale) timeTicks(about int) []tick {
	const minute, hour, day = 60.0, 3600.0, 86400.0
	if s.high-s.low < 2*minute {
		return s.ticks(about, passed)
	}
	for _, step := range []float64{
		minute, 2 * minute, 5 * minute, 10 * minute, 20 * minute, 30 * minute, hour, 2 * hour, 6 * hour, 12 * hour, day, 2 * day, 5 * day, 10 * day,
	} {
		if (s.high-s.low)/step <= float64(about) {
			return s.each(step, about+1, passed)
		}
	}
	return s.ticks(about, passed)
}

// each are the ticks at the multiples of a step, up to so many.
func (s scale) each(step float64, most int, text func(float64) string) (list []tick) {
	for value := math.Ceil(s.low/step) * step; value <= s.high*(1+1e-9) && len(list) <= most; value += step {
		list = append(list, tick{s.at(value), trim(text(value))})
	}
	return list
}

// colours are the hues of nodes. Whoever is no node has none.
type colours map[string]int

func newColours(r *Report) colours {
	c := make(colours)
	for _, n := range r.Nodes {
		c[n.Name] = hue.Of(n.Name)
	}
	return c
}

// class is a miner's, as the style has it; c0 is grey.
func (c colours) class(name string) string { return fmt.Sprintf("c%d", c[name]) }

// sharesPicture shows what each miner has won, with what it could expect.
type sharesPicture struct {
	Width, Height, Bottom float64
	Rows                  []shareRow
	Ticks                 []tick
	More                  int // miners that are left out
}

type shareRow struct {
	Name, Title, Class, Text string
	Y, X, Width, Low, High   float64
	Expected                 *float64
}

func newShares(r *Report, c colours) sharesPicture {
	const top, axis, height, text = 6.0, 22.0, 22.0, 60.0
	shown := r.Miners[:min(maxRows, len(r.Miners))]
	p := sharesPicture{Width: pageWidth, Bottom: top + height*float64(len(shown)), More: len(r.Miners) - len(shown)}
	p.Height = p.Bottom + axis
	most := 0.01
	for _, m := range shown {
		most = max(most, m.Share, m.Within.High)
	}
	x := scale{0, most, nameWidth, pageWidth - text}
	for i, m := range shown {
		row := shareRow{
			Name: cut(m.Name, nameLength), Title: m.Name, Class: c.class(m.Name), Text: percent(m.Share), Y: top + height*float64(i),
			X: nameWidth, Width: x.at(m.Share) - nameWidth, Low: x.at(m.Within.Low), High: x.at(m.Within.High),
		}
		if m.Expected != nil {
			row.Expected = new(x.at(*m.Expected))
		}
		p.Rows = append(p.Rows, row)
	}
	p.Ticks = x.ticks(8, percent)
	return p
}

// stalePicture is two intervals on one axis.
type stalePicture struct {
	Width, Height, Bottom float64
	Measured, Theory      whisker
	Ticks                 []tick
}

type whisker struct{ Low, At, High float64 }

func newStale(s Stale) *stalePicture {
	if s.Law == nil || s.Law.Interval == 0 {
		return nil
	}
	const height, bottom = 92.0, 68.0
	most := max(s.Within.High, s.Law.Range.High, s.Law.Rate, 0.001) * 1.05
	x := scale{0, most, nameWidth, pageWidth - 16}
	return &stalePicture{
		Width: pageWidth, Height: height, Bottom: bottom,
		Measured: whisker{x.at(s.Within.Low), x.at(s.Rate), x.at(s.Within.High)},
		Theory:   whisker{x.at(s.Law.Range.Low), x.at(s.Law.Rate), x.at(s.Law.Range.High)},
		Ticks:    x.ticks(8, percent),
	}
}

// chart has bars, or a line, over two axes.
type chart struct {
	Width, Height, Left, Right, Top, Bottom float64
	Bars                                    []chartBar
	Line                                    string // points of a polyline
	Marks                                   []chartMark
	XTicks, YTicks                          []tick
}

type chartBar struct {
	X, Y, Width, Height float64
	Title               string
}

// chartMark is an upright line that says something.
type chartMark struct {
	X     float64
	Text  string
	Y     float64
	After bool // the text stands behind it
}

func newChart() chart {
	const height, left, right, top, axis = 220.0, 56.0, 12.0, 14.0, 24.0
	return chart{Width: pageWidth, Height: height, Left: left, Right: pageWidth - right, Top: top, Bottom: height - axis}
}

// newIntervals is the histogram of block times, with the exponential law.
func newIntervals(t Times) *chart {
	if len(t.Bins) < 2 {
		return nil
	}
	c := newChart()
	width, most := t.Bins[1].From, 0.0
	for _, b := range t.Bins {
		most = max(most, float64(b.Count), b.Expected)
	}
	x := scale{0, width * float64(len(t.Bins)), c.Left, c.Right}
	y := scale{0, most * 1.05, c.Bottom, c.Top}
	var line []string
	for i, b := range t.Bins {
		from, to := x.at(b.From), x.at(b.From+width)
		title := fmt.Sprintf("%s to %s: %s, by the law %s", lasts(b.From), lasts(b.From+width), plural(b.Count, "block"), figure(b.Expected))
		if i == len(t.Bins)-1 {
			title = fmt.Sprintf("%s and more: %s, by the law %s", lasts(b.From), plural(b.Count, "block"), figure(b.Expected))
		}
		top := y.at(float64(b.Count))
		c.Bars = append(c.Bars, chartBar{from + 1, top, max(0.5, to-from-2), c.Bottom - top, title})
		line = append(line, fmt.Sprintf("%g,%g", (from+to)/2, y.at(b.Expected)))
	}
	c.Line = strings.Join(line, " ")
	c.Marks = append(c.Marks, chartMark{X: x.at(t.Mean), Text: "mean " + lasts(t.Mean), Y: c.Top + 10, After: true})
	if t.Target != nil && *t.Target < x.high {
		c.Marks = append(c.Marks, chartMark{X: x.at(*t.Target), Text: "aimed at " + lasts(*t.Target), Y: c.Top + 24, After: x.at(*t.Target) < c.Width/2})
	}
	c.XTicks, c.YTicks = x.timeTicks(8), y.ticks(4, figure)
	return &c
}

// newDifficulty is the difficulty over the height.
func newDifficulty(t Times) *chart {
	if len(t.Steps) < 2 {
		return nil
	}
	c := newChart()
	most := 0.0
	for _, s := range t.Steps {
		most = max(most, s.Difficulty)
	}
	x := scale{float64(t.Steps[0].Index), float64(t.Steps[len(t.Steps)-1].Index), c.Left, c.Right}
	y := scale{0, most * 1.05, c.Bottom, c.Top}
	var line []string
	for _, s := range t.Steps {
		line = append(line, fmt.Sprintf("%g,%g", x.at(float64(s.Index)), y.at(s.Difficulty)))
	}
	c.Line = strings.Join(line, " ")
	c.XTicks, c.YTicks = x.ticks(8, figure), y.ticks(4, million)
	return &c
}

// million is a great number in short.
func million(value float64) string {
	for _, unit := range []struct {
		of   float64
		name string
	}{{1e15, "P"}, {1e12, "T"}, {1e9, "G"}, {1e6, "M"}, {1e3, "k"}} {
		if value >= unit.of {
			return figure(value/unit.of) + " " + unit.name
		}
	}
	return figure(value)
}

// heatPicture is the map of how late each block was at each node.
type heatPicture struct {
	Width, Height, Cell float64
	Rows                []heatRow
	Columns             []heatColumn
	Legend              []heatKey
	LegendY             float64
}

type heatRow struct {
	Name, Title string
	Y           float64
	Cells       []heatCell
}

type heatCell struct {
	X            float64
	Class, Title string
}

type heatColumn struct {
	X           float64
	Text, Class string
}

type heatKey struct {
	X           float64
	Class, Text string
}

// heatSteps are the seconds up to which a cell has a colour.
var heatSteps = []float64{0.003, 0.01, 0.03, 0.1, 0.3, 1}

func heatClass(delay *float64) string {
	if delay == nil {
		return "hx"
	}
	for i, step := range heatSteps {
		if *delay <= step {
			return fmt.Sprintf("h%d", i)
		}
	}
	return fmt.Sprintf("h%d", len(heatSteps))
}

func newHeat(m Map) *heatPicture {
	if len(m.Nodes) == 0 || len(m.Blocks) == 0 {
		return nil
	}
	const top, widest = 20.0, 22.0
	p := &heatPicture{Width: pageWidth}
	p.Cell = min(widest, (pageWidth-nameWidth-8)/float64(len(m.Blocks)))
	for i, b := range m.Blocks {
		column := heatColumn{X: nameWidth + p.Cell*float64(i)}
		if b.Fate == Lost {
			column.Class = "lost"
		}
		if i%10 == 0 {
			column.Text = fmt.Sprint(b.Index)
		}
		p.Columns = append(p.Columns, column)
	}
	for i, name := range m.Nodes {
		row := heatRow{Name: cut(name, nameLength), Title: name, Y: top + rowHeight*float64(i)}
		for j, delay := range m.Cells[i] {
			row.Cells = append(row.Cells, heatCell{p.Columns[j].X, heatClass(delay), heatTitle(m.Blocks[j], name, delay)})
		}
		p.Rows = append(p.Rows, row)
	}
	p.LegendY = top + rowHeight*float64(len(m.Nodes)) + 14
	p.Height = p.LegendY + 20
	p.Legend = heatLegend()
	return p
}

func heatTitle(b MapBlock, node string, delay *float64) string {
	text := fmt.Sprintf("block %d by %s at %s: ", b.Index, b.Miner, node)
	if delay == nil {
		return text + "did not come, or the node was not there"
	}
	return text + lasts(*delay)
}

func heatLegend() []heatKey {
	const width = 76.0
	var keys []heatKey
	for i, step := range heatSteps {
		keys = append(keys, heatKey{nameWidth + width*float64(i), fmt.Sprintf("h%d", i), "≤ " + lasts(step)})
	}
	last := len(heatSteps)
	return append(keys,
		heatKey{nameWidth + width*float64(last), fmt.Sprintf("h%d", last), "more"},
		heatKey{nameWidth + width*float64(last) + 56, "hx", "never"})
}
