package report

import (
	"slices"
	"time"

	"networkmngr/internal/events"
	"networkmngr/internal/printable"
	"networkmngr/internal/recent"
	"networkmngr/internal/types"
)

// Fold takes in a stream of events. It is for one goroutine at a time.
type Fold struct {
	first, last time.Time
	until       time.Time // what has no end yet is looked at; see Report
	offset      uint64
	name        string
	genesis     types.Hash
	target      float64 // seconds from block to block that the network aims at; 0 if not known
	runs        []Run
	nodes       map[string]*node
	order       []*node // of nodes, by number
	accounts    map[types.Address]*node
	heads       recent.Map[types.Hash, *head]
	found       []*head // in the order of the first word, the oldest first
	forgotten   int
	floor       uint64 // the greatest height of a block that is forgotten
	forks       forks
	faults      faults
	gaps        gaps
	submitted   int
	changed     int // how often the nodes have become another network
	overflow    overflow
}

// overflow is what was too much to keep.
type overflow struct{ lives, stretches, nodes int }

// The years that the time of an event may be of.
const firstYear, lastYear = 1990, 9000

// gaps are events that are missing.
type gaps struct{ expired, lost, senseless uint64 }

// NewFold makes a Fold that knows nothing yet.
func NewFold() *Fold {
	f := &Fold{nodes: make(map[string]*node)}
	f.begin()
	return f
}

// begin forgets the chain, as of another network.
func (f *Fold) begin() {
	f.accounts = make(map[types.Address]*node)
	f.heads = recent.NewMap[types.Hash, *head](maxHeads)
	f.found, f.forgotten, f.floor, f.forks = nil, 0, 0, forks{}
	for _, n := range f.order {
		n.tip, n.work = nil, ""
		f.accounts[n.account] = n
	}
}

// Apply takes in the next event.
func (f *Fold) Apply(e *events.Event) {
	f.offset = e.Offset
	if year := e.Time.UTC().Year(); year < firstYear || year > lastYear {
		f.gaps.senseless++
		return
	}
	if f.first.IsZero() || e.Time.Before(f.first) {
		f.first = e.Time
	}
	if e.Time.After(f.last) {
		f.last = e.Time
	}
	if gap, isGap := e.Data.(events.Gap); isGap {
		f.miss(e.Node, gap)
		return
	}
	if e.Node == "" {
		f.ofNetwork(e)
		return
	}
	n := f.node(e.Node)
	if n == nil {
		return
	}
	f.ofProcess(n, e)
	f.ofMining(n, e)
	f.ofBlocks(n, e)
	n.seen = e.Time
}

// ofNetwork takes in what the manager tells of the whole.
func (f *Fold) ofNetwork(e *events.Event) {
	switch data := e.Data.(type) {
	case events.NetworkUp:
		f.name, f.genesis, f.target = shown(data.Network), data.Genesis, aim(data.Parameters)
		began := e.Time.Add(-seconds(data.Seconds))
		f.runs = append(f.runs, Run{Began: began, Software: shown(data.Software), Nodes: data.Nodes, Resumed: data.Resumed})
	case events.NetworkDown:
		if len(f.runs) > 0 {
			last := &f.runs[len(f.runs)-1]
			last.Ended, last.Clean = new(e.Time), data.Clean
		}
	case events.NetworkChanged:
		f.name, f.genesis, f.target = shown(data.Network), data.Genesis, aim(data.Parameters)
		f.begin()
		f.changed++
	case events.FaultsChanged:
		f.faults.tell(e, OnLinks, data.Done)
	case events.MachineChanged:
		f.faults.add(e, "notice", data.String())
	case events.Notice:
		f.faults.add(e, "notice", data.Text)
	}
}

// aim is how many seconds apart blocks are to be; 0 if that is not known.
func aim(parameters *events.Parameters) float64 {
	if parameters == nil {
		return 0
	}
	return float64(parameters.BlockTime)
}

// miss takes in that events are missing.
func (f *Fold) miss(node string, gap events.Gap) {
	count := gap.Last - min(gap.First, gap.Last+1) + 1
	switch {
	case gap.Last == 0:
	case node == "":
		f.gaps.expired += count
	default:
		f.gaps.lost += count
	}
}

// node is the node of a name; nil where there are too many.
func (f *Fold) node(name string) *node {
	n := f.nodes[name]
	switch {
	case n != nil:
	case len(f.order) == maxNodes:
		f.overflow.nodes++
	default:
		n = &node{number: len(f.order), name: shown(name)}
		f.nodes[name] = n
		f.order = append(f.order, n)
	}
	return n
}

// byName lists the nodes, n2 before n10.
func (f *Fold) byName() []*node {
	return slices.SortedFunc(slices.Values(f.order), func(a, b *node) int { return events.CompareNames(a.name, b.name) })
}

// shown is a word that others chose, as it may be shown.
func shown(word string) string {
	const longest = 200 // characters
	return cut(printable.Text(word), longest)
}

// sane is a number that others tell, 0 for one that means nothing, so that no sum of them
// is beyond all bounds.
func sane(value float64) float64 {
	const most = 1e100
	if !(value > 0 && value < most) {
		return 0
	}
	return value
}

// seconds is a time in seconds as a duration, none for one that no run takes.
func seconds(value float64) time.Duration {
	const most = 10 * 365 * 24 * 60 * 60
	if !(value > 0 && value < most) {
		return 0
	}
	return time.Duration(value * float64(time.Second))
}
