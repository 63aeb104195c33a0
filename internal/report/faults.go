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

// sorted lists the faults by time.
func (f *faults) sorted() []Fault {
	list := slices.Clone(f.list)
	slices.SortStableFunc(list, func(a, b Fault) int { return a.Time.Compare(b.Time) })
	return append([]Fault{}, list...)
}
