package linkfaults

import (
	"encoding/json"
	"time"

	"networkmngr/internal/events"
	"networkmngr/internal/faults"
	"networkmngr/internal/fleet"
)

// tell tells what is asked now, and what has changed.
func (f *Faults) tell(before faults.State, why string) {
	now := time.Now()
	planned, lab := f.plan(f.members()), f.lab().Time(now)
	is := planned.asked.Desired.Shifted(now.Sub(lab))
	desired, _ := json.Marshal(is) // it was read from JSON
	done := faults.Changed(before, planned.asked.Desired, planned.members, lab)
	told := events.FaultsChanged{Generation: planned.asked.Generation, Why: why, Done: done, Faults: events.Faults{
		Desired: desired, Partitions: partitionsOf(is, planned.members), Cut: planned.plan.Cut, Shaped: planned.plan.Shaped, Pending: f.pending(),
	}}
	f.Network.Tell(told)
	f.Logger.Info("faults of links changed", "generation", told.Generation, "done", done, "why", why, "cut", told.Cut, "shaped", told.Shaped, "pending", told.Pending)
}

// partitionsOf are those of a state with the nodes that there are.
func partitionsOf(state faults.State, members []faults.Member) []events.Partition {
	list := []events.Partition{}
	for _, s := range state.Sides(members) {
		list = append(list, events.Partition{Name: s.Name, Groups: s.Groups, How: string(s.How), Oneway: s.Oneway, Until: s.Until})
	}
	return list
}

// pending are the nodes that do not have what is asked of them yet.
func (f *Faults) pending() []string {
	names, generation := []string{}, f.Asked().Generation
	for _, member := range f.Fleet.All() {
		if member.State() != fleet.Running || member.Life().Faults != generation {
			names = append(names, member.Name())
		}
	}
	return names
}

// TellBefore tells of the faults that are there from an earlier run on. The caller has the
// change.
func (f *Faults) TellBefore() {
	if f.over.Generation > 0 {
		f.tell(f.over.Desired, events.FaultsOver)
	}
	if !f.Asked().Desired.IsZero() {
		f.tell(faults.State{}, events.FaultsResumed)
	}
}

// Retime is for faults that have an end, when it has become another one by the machine's
// time: the network goes on after a rest, or its time is another one. It tells of them anew. The
// caller has the change.
func (f *Faults) Retime() {
	if !f.Asked().Desired.Next().IsZero() {
		f.move()
		f.tell(faults.State{}, events.FaultsResumed)
	}
}
