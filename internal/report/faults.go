package report

import (
	"slices"

	"networkmngr/internal/events"
	"networkmngr/internal/printable"
)

// faults are things that went wrong, the same ones counted together.
type faults struct {
	list  []Fault
	known map[[3]string]int // place in list
	more  int               // that were too many
}

// maxWords bounds a fault's text, in characters.
const maxWords = 300

// add takes in a fault on an event's node, or with none on the network.
func (f *faults) add(e *events.Event, what, text string) {
	text = cut(printable.Text(text), maxWords)
	key := [3]string{e.Node, what, text}
	at, known := f.known[key]
	switch {
	case known:
		f.list[at].Count++
	case len(f.list) == maxFaults:
		f.more++
	default:
		if f.known == nil {
			f.known = make(map[[3]string]int)
		}
		f.known[key] = len(f.list)
		f.list = append(f.list, Fault{Time: e.Time, Node: e.Node, What: what, Text: text, Count: 1})
	}
}

// tell takes in a fault that stands for itself, however often the like of it happens.
func (f *faults) tell(e *events.Event, what, text string) {
	if len(f.list) == maxFaults {
		f.more++
		return
	}
	f.list = append(f.list, Fault{Time: e.Time, Node: e.Node, What: what, Text: cut(printable.Text(text), maxWords), Count: 1})
}

// What a Fault is that somebody wanted, as an experiment.
const (
	Killed  = "killed"
	OnLinks = "links" // cut, made slow or lossy, or as they were again
)

// Wrong are the faults that nobody wanted.
func (p page) Wrong() []Fault {
	return slices.DeleteFunc(slices.Clone(p.Faults), func(f Fault) bool { return f.What == Killed || f.What == OnLinks })
}

// Kills are the nodes that somebody killed.
func (p page) Kills() []Fault { return p.of(Killed) }

// Links are what somebody did to the links between nodes.
func (p page) Links() []Fault { return p.of(OnLinks) }

func (p page) of(what string) []Fault {
	return slices.DeleteFunc(slices.Clone(p.Faults), func(f Fault) bool { return f.What != what })
}

// times is how often all of the faults happened.
func times(list []Fault) (sum int) {
	for _, f := range list {
		sum += f.Count
	}
	return sum
}

// kinds is how many kinds the faults are of.
func kinds(list []Fault) int {
	known := make(map[string]bool)
	for _, f := range list {
		known[f.What] = true
	}
	return len(known)
}

// sorted lists the faults by time.
func (f *faults) sorted() []Fault {
	list := slices.Clone(f.list)
	slices.SortStableFunc(list, func(a, b Fault) int { return a.Time.Compare(b.Time) })
	return append([]Fault{}, list...)
}
