package linkfaults

import (
	"encoding/json"
	"maps"
	"slices"

	"networkmngr/internal/api"
	"networkmngr/internal/events"
	"networkmngr/internal/faults"
	"networkmngr/internal/fleet"
	"networkmngr/internal/types"
)

// planned are what is asked, and what that comes to.
type planned struct {
	asked   Asked
	members []faults.Member // that it is for
	plan    faults.Plan
	rows    map[string]faults.Rows // of plan, by name
}

func planFor(asked Asked, members []faults.Member) *planned {
	p := &planned{asked: asked, members: members, plan: faults.Resolve(asked.Desired, members)}
	p.rows = make(map[string]faults.Rows, len(p.plan.Nodes))
	for _, r := range p.plan.Nodes {
		p.rows[r.Node] = r
	}
	return p
}

// members are the nodes that faults may name, in the order of their names: those of
// the fleet, those that were taken out, those that the network begins with, and others
// that are about to join.
func (f *Faults) members(joining ...*fleet.Member) []faults.Member {
	known := make(map[string]faults.Member)
	f.mu.Lock()
	for _, member := range f.starting {
		known[member.Name] = member
	}
	f.mu.Unlock()
	add := func(members []*fleet.Member, out bool) {
		for _, member := range members {
			known[member.Name()] = faults.Member{Name: member.Name(), Port: member.Port(), Out: out}
		}
	}
	add(f.Fleet.Removed(), true)
	add(f.Fleet.All(), false)
	add(joining, false)
	return slices.SortedFunc(maps.Values(known), func(a, b faults.Member) int { return events.CompareNames(a.Name, b.Name) })
}

// Begin is for a network that is about to start, with faults of an earlier run: all of its
// nodes are known before the first of them dials. ids finds out those of the nodes that have
// had a life, by port.
func (f *Faults) Begin(starting []*fleet.Member, ids func() (map[int]types.NodeID, error)) (err error) {
	asked := f.Asked()
	if asked.Desired.IsZero() {
		return nil
	}
	f.mu.Lock()
	for _, member := range starting {
		f.starting = append(f.starting, faults.Member{Name: member.Name(), Port: member.Port()})
	}
	f.mu.Unlock()
	if _, err := asked.Desired.Settle(f.members(), f.opened); err != nil { // in a file that came from elsewhere
		return f.file.Wrong(err)
	}
	known, err := ids()
	f.mu.Lock()
	defer f.mu.Unlock()
	f.ids = known
	return err
}

// PeerIDs are the ids of the nodes that have one, by name.
func (f *Faults) PeerIDs() map[string]types.NodeID {
	ids := make(map[string]types.NodeID)
	f.mu.Lock()
	for _, member := range f.starting {
		if id, known := f.ids[member.Port]; known {
			ids[member.Name] = id
		}
	}
	f.mu.Unlock()
	for _, member := range f.Fleet.All() {
		ids[member.Name()] = member.Life().Node().Ready().ID
	}
	return ids
}

// Reachable is how many running nodes a node of a name can have a link with.
func (f *Faults) Reachable(name string) (count int) {
	var rows map[string]faults.Rows
	if !f.Asked().Desired.IsZero() { // or else a start would plan for each node anew
		rows = f.plan(f.members()).rows
	}
	for _, other := range f.Fleet.Running() {
		if other.Name() != name && rows[name].To(other.Name()).Cut == "" && rows[other.Name()].To(name).Cut == "" {
			count++
		}
	}
	return count
}

// AtLaunch is what a node is to have when it starts; nil if nobody has asked for anything
// yet.
func (f *Faults) AtLaunch(member *fleet.Member) (json.RawMessage, error) {
	if f.Asked().Generation == 0 {
		return nil, nil
	}
	return json.Marshal(f.form(f.plan(f.members(member)), member.Name(), f.PeerIDs()))
}

// form is the rows of a node of a name, as it takes them. A peer without an id has not
// started yet, and cannot be met.
func (f *Faults) form(planned *planned, name string, ids map[string]types.NodeID) api.LinkFaults {
	asked, rows := planned.asked, planned.rows[name]
	form := api.LinkFaults{Generation: asked.Generation, Seed: asked.Desired.Seed, Links: []api.PeerFaults{}, Others: rows.Others}
	if form.Seed == 0 {
		form.Seed = f.Seed
	}
	for _, row := range rows.Links {
		if id, known := ids[row.Peer]; known {
			form.Links = append(form.Links, api.PeerFaults{Peer: id, Link: row.Link})
		}
	}
	return form
}
