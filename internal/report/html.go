package report

import (
	_ "embed" // the page
	"html/template"
	"io"
	"math"
	"sync"
)

//go:embed page.html
var pageText string

// pageTemplate is filled in by [Report.WriteHTML]. It is made when it is first needed, as
// few of the program's processes do.
var pageTemplate = sync.OnceValue(func() *template.Template {
	return template.Must(template.New("page").Funcs(template.FuncMap{
		"day": day, "percent": percent, "lasts": lasts, "figure": figure, "count": count, "plural": plural,
		"short": short, "names": names, "ended": ended, "million": million, "miner": miner, "cut": cut,
		"rate":  func(hashes uint64, seconds float64) float64 { return float64(hashes) / max(seconds, 1e-9) },
		"times": times, "kinds": kinds,
		"events": func(n uint64) string { return plural(int(min(n, math.MaxInt)), "event") },
		"add":    func(a, b float64) float64 { return a + b },
		"sub":    func(a, b float64) float64 { return a - b },
	}).Parse(pageText))
})

// page is what the template is filled in with.
type page struct {
	*Report
	Class      func(string) string // of a miner
	Lives      livesPicture
	Shares     sharesPicture
	StaleLine  *stalePicture
	Intervals  *chart
	Difficulty *chart
	Heat       *heatPicture
	Forks      []forkSection
}

// forkSection is a fork with its picture.
type forkSection struct {
	Fork
	Picture forkPicture
}

// Returned, Held and Gone count transfers, at the node with the most.
func (f Fork) Returned() int { return f.most(func(l Leaver) int { return l.Returned }) }
func (f Fork) Held() int     { return f.most(func(l Leaver) int { return l.Held }) }
func (f Fork) Gone() int     { return f.most(func(l Leaver) int { return l.Gone }) }

func (f Fork) most(of func(Leaver) int) (most int) {
	for _, l := range f.Nodes {
		most = max(most, of(l))
	}
	return most
}

// NoEnd says of a run or a life why it has no end.
func (p page) NoEnd() string {
	if p.Network.Running {
		return "still runs"
	}
	return "no end was told"
}

// WriteHTML writes the report as one page that needs nothing else. The error is that of w.
func (r *Report) WriteHTML(w io.Writer) error {
	c := newColours(r)
	p := page{
		Report: r, Class: c.class, Lives: newLives(r, c), Shares: newShares(r, c), StaleLine: newStale(r.Stale),
		Intervals: newIntervals(r.Times), Difficulty: newDifficulty(r.Times), Heat: newHeat(r.Propagation.Map),
	}
	for _, fork := range r.Reorgs.Full {
		p.Forks = append(p.Forks, forkSection{fork, newForkPicture(fork, c)})
	}
	return pageTemplate().Execute(w, p)
}
