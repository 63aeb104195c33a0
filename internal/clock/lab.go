package clock

import (
	"fmt"
	"maps"
	"time"

	"networkmngr/internal/times"
)

// Setting is what somebody wants of a clock.
type Setting struct {
	Offset times.Duration `json:"offset"` // ahead of the lab's time
	Drift  Drift          `json:"drift"`
}

// Lab is the time of a whole network, which stands still while the network rests, and
// by how much the clocks of its nodes are off. It is a value: its methods change nothing.
type Lab struct {
	Behind times.Duration     `json:"behind"`          // the machine's time: how long the network has rested in all
	All    Setting            `json:"all"`             // of the nodes
	Nodes  map[string]Setting `json:"nodes,omitempty"` // of those, by name, that have one of their own
	Since  time.Time          `json:"since"`           // moment of the machine's from which the offsets grow by their drifts
	Lived  time.Time          `json:"lived"`           // when the network was last known to live; no earlier than Since
	Stands bool               `json:"stands"`          // it does not live since then
}

// Wanted is what is to become of a Lab's clocks. What is nil stays as it is.
type Wanted struct {
	Behind *time.Duration
	All    *Change            // of each node
	Nodes  map[string]*Change // by name; nil for the clock of all again
}

// At is l with its offsets as they are at a moment of the machine's.
func (l Lab) At(machine time.Time) Lab {
	elapsed := machine.Sub(l.Since)
	if l.Since.IsZero() || elapsed < 0 { // or the machine's clock was set back
		elapsed = 0
	}
	l.All = l.All.after(elapsed)
	l.Nodes = maps.Clone(l.Nodes)
	for name, s := range l.Nodes {
		l.Nodes[name] = s.after(elapsed)
	}
	l.Since = machine
	return l
}

func (s Setting) after(elapsed time.Duration) Setting {
	s.Offset += times.Duration(s.Drift.Over(elapsed))
	return s
}

// Rest is l as the network ends, or stands still, at a moment of the machine's.
func (l Lab) Rest(machine time.Time) Lab {
	l = l.At(machine)
	l.Lived, l.Stands = machine, true
	return l
}

// Alive is l of a network that lives at a moment of the machine's.
func (l Lab) Alive(machine time.Time) Lab {
	l = l.At(machine)
	l.Lived = machine
	return l
}

// GoOn is l as the network goes on, in its own time, after a rest since Lived. A rest
// counts in whole seconds, as headers do.
func (l Lab) GoOn(machine time.Time) Lab {
	if l.Lived.IsZero() {
		l.Lived = machine
	}
	rest := max(machine.Sub(l.Lived), 0).Truncate(time.Second)
	l = l.At(l.Lived)
	l.Behind += times.Duration(rest)
	l.Since, l.Lived, l.Stands = machine, machine, false
	return l
}

// Now is what the clocks are like at a moment of the machine's, whether the network lives
// or stands still.
func (l Lab) Now(machine time.Time) Lab {
	if l.Stands {
		return l.GoOn(machine)
	}
	return l.At(machine)
}

// Time is the lab's time at a moment of the machine's: it stands still while the network does.
func (l Lab) Time(machine time.Time) time.Time {
	if l.Stands {
		machine = l.Lived
	}
	return machine.Add(-time.Duration(l.Behind))
}

// Of is the clock of a node: its offset from the machine's time, and its drift.
func (l Lab) Of(name string) Setting {
	s, own := l.Nodes[name]
	if !own {
		s = l.All
	}
	s.Offset -= l.Behind
	return s
}

// Plain reports whether all clocks are the machine's.
func (l Lab) Plain() bool { return l.Behind == 0 && l.All == Setting{} && len(l.Nodes) == 0 }

// With is l with other clocks from a moment of the machine's on. It returns an ErrOffset or an ErrDrift if one of them
// would be too much. Stopped of a Change has no meaning here.
func (l Lab) With(machine time.Time, w Wanted) (Lab, error) {
	if !l.Stands {
		l = l.At(machine)
	}
	l.Nodes = maps.Clone(l.Nodes)
	if w.Behind != nil {
		l.Behind = times.Duration(*w.Behind)
	}
	if w.All != nil {
		l.All = l.All.with(w.All)
		for name, s := range l.Nodes {
			l.Nodes[name] = s.with(w.All)
		}
	}
	for name, change := range w.Nodes {
		l = l.withNode(name, change)
	}
	maps.DeleteFunc(l.Nodes, func(_ string, s Setting) bool { return s == l.All })
	return l, l.Check()
}

func (l Lab) withNode(name string, change *Change) Lab {
	if change == nil {
		delete(l.Nodes, name)
		return l
	}
	s, own := l.Nodes[name]
	if !own {
		s = l.All
	}
	if l.Nodes == nil {
		l.Nodes = make(map[string]Setting)
	}
	l.Nodes[name] = s.with(change)
	return l
}

func (s Setting) with(change *Change) Setting {
	if change.Offset != nil {
		s.Offset = times.Duration(*change.Offset)
	}
	replace(&s.Drift, change.Drift)
	return s
}

// Check returns an ErrOffset or an ErrDrift if a clock is off by too much.
func (l Lab) Check() error {
	if err := CheckOffset(time.Duration(l.Behind)); err != nil {
		return fmt.Errorf("behind: %w", err)
	}
	if err := l.check("", "all"); err != nil {
		return err
	}
	for name := range l.Nodes {
		if err := l.check(name, "nodes: "+name); err != nil {
			return err
		}
	}
	return nil
}

func (l Lab) check(name, where string) error {
	s := l.Of(name)
	err := CheckOffset(time.Duration(s.Offset))
	if err == nil {
		err = s.Drift.Check()
	}
	if err != nil {
		return fmt.Errorf("%s: %w", where, err)
	}
	return nil
}
