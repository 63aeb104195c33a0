package report

import (
	"fmt"
	"time"
)

// livesPicture shows when each node was there.
type livesPicture struct {
	Width, Height, Bottom float64
	Rows                  []livesRow
	Reorgs                []reorgMark
	Ticks                 []tick
	More                  int // nodes that are left out
}

type livesRow struct {
	Name, Title, Class string
	Y                  float64
	Bars, Pauses       []bar
	Ends               []endMark
}

type bar struct {
	X, Width float64
	Title    string
}

// endMark is an end that nobody had asked for.
type endMark struct {
	X     float64
	Title string
}

type reorgMark struct {
	X, Y  float64 // Y is the top of the line
	Title string
}

func newLives(r *Report, c colours) livesPicture {
	const top, axis = 24.0, 22.0
	shown := r.Nodes[:min(maxRows, len(r.Nodes))]
	p := livesPicture{Width: pageWidth, Bottom: top + rowHeight*float64(len(shown)), More: len(r.Nodes) - len(shown)}
	p.Height = p.Bottom + axis
	total := r.Network.Until.Sub(r.Network.First).Seconds()
	x := scale{0, total, nameWidth, pageWidth - 8}
	where := func(at time.Time) float64 { return x.at(at.Sub(r.Network.First).Seconds()) }
	for i, n := range shown {
		p.Rows = append(p.Rows, newLivesRow(n, c, top+rowHeight*float64(i), where, r.Network.Until))
	}
	for _, fork := range append(append([]Fork{}, r.Reorgs.Full...), r.Reorgs.Rest...) {
		const deepest = 4.0
		p.Reorgs = append(p.Reorgs, reorgMark{
			where(fork.Time), top - 4 - 3.5*min(deepest, float64(fork.Depth)),
			fmt.Sprintf("%s: reorg of %s", r.Network.Moment(fork.Time), plural(fork.Depth, "block")),
		})
	}
	p.Ticks = x.timeTicks(8)
	return p
}

func newLivesRow(n Node, c colours, y float64, where func(time.Time) float64, last time.Time) livesRow {
	row := livesRow{Name: cut(n.Name, nameLength), Title: n.Name, Class: c.class(n.Name), Y: y}
	span := func(from time.Time, to *time.Time, title string) bar {
		end := last
		if to != nil {
			end = *to
		}
		return bar{where(from), max(1, where(end)-where(from)), title}
	}
	for i, l := range n.Lives {
		row.Bars = append(row.Bars, span(l.From, l.To, fmt.Sprintf("life %d: %s", i+1, ended(l))))
		for _, pause := range l.Paused {
			row.Pauses = append(row.Pauses, span(pause.From, pause.To, "paused"))
		}
		if l.To != nil && (l.Why == "fault" || l.Why == "crash" || l.Why == "gone") {
			row.Ends = append(row.Ends, endMark{where(*l.To), ended(l)})
		}
	}
	return row
}
