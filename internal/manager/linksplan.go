package manager

import (
	"context"
	"encoding/json"
	"slices"

	"networkmngr/internal/api"
	"networkmngr/internal/config"
	"networkmngr/internal/events"
	"networkmngr/internal/faults"
	"networkmngr/internal/fleet"
	"networkmngr/internal/types"
)

// faultMembers are the nodes that faults may name, in the order of their names: those of
// the fleet, those that were taken out, those that the network begins with, and others
// that are about to join.
func (m *Manager) faultMembers(joining ...*fleet.Member) []faults.Member {
	m.linkFaults.mu.Lock()
	list := slices.Clone(m.linkFaults.starting)
	m.linkFaults.mu.Unlock()
	places := make(map[string]int, len(list))
	for i, member := range list {
		places[member.Name] = i
	}
	add := func(members []*fleet.Member, out bool) {
		for _, member := range members {
			now := faults.Member{Name: member.Name(), Port: member.Port(), Out: out}
			if at, there := places[now.Name]; there {
				list[at] = now
				continue
			}
			places[now.Name] = len(list)
			list = append(list, now)
		}
	}
	add(m.fleet.Removed(), true)
	add(m.fleet.All(), false)
	add(joining, false)
	slices.SortFunc(list, func(a, b faults.Member) int { return events.CompareNames(a.Name, b.Name) })
	return list
}

// beginFaults is for a network that is about to start, with faults of an earlier run: all
// of its nodes are known before the first of them dials.
func (m *Manager) beginFaults(ctx context.Context, starting []*fleet.Member) error {
	f := &m.linkFaults
	if f.now.Desired.IsZero() {
		return nil
	}
	var places []string
	var held []int
	for _, member := range starting {
		f.starting = append(f.starting, faults.Member{Name: member.Name(), Port: member.Port()})
		if m.data.holds(member.Port()) {
			held, places = append(held, member.Port()), append(places, config.NodeFolder(m.data.path, member.Port()))
		}
	}
	if _, err := f.now.Desired.Settle(m.faultMembers(), f.opened); err != nil { // in a file that came from elsewhere
		return f.file.wrong(err)
	}
	chains, err := m.launcher.Chains(ctx, places)
	if err != nil {
		return err
	}
	f.ids = make(map[int]types.NodeID)
	for i, c := range chains {
		if c.ID != (types.NodeID{}) {
			f.ids[held[i]] = c.ID
		}
	}
	return nil
}

// begunFaults is for a network whose nodes have all started.
func (m *Manager) begunFaults(ctx context.Context) error {
	f := &m.linkFaults
	f.mu.Lock()
	f.starting, f.ids = nil, nil
	f.mu.Unlock()
	if f.asked().Desired.IsZero() {
		return nil
	}
	return m.pushAsked(ctx, m.nodes()) // some were not known when others started
}

// peerIDs are the ids of the nodes that have one, by name.
func (m *Manager) peerIDs() map[string]types.NodeID {
	ids := make(map[string]types.NodeID)
	f := &m.linkFaults
	f.mu.Lock()
	for _, member := range f.starting {
		if id, known := f.ids[member.Port]; known {
			ids[member.Name] = id
		}
	}
	f.mu.Unlock()
	for _, member := range m.fleet.All() {
		ids[member.Name()] = member.Life().Node().Ready().ID
	}
	return ids
}

// reachable is how many running nodes a node can have a link with.
func (m *Manager) reachable(c node) (count int) {
	var rows map[string]faults.Rows
	if !m.linkFaults.asked().Desired.IsZero() { // or else a start would plan for each node anew
		rows = m.linkFaults.plan(m.faultMembers()).rows
	}
	for _, other := range m.running() {
		if other.Name() != c.Name() && rows[c.Name()].To(other.Name()).Cut == "" && rows[other.Name()].To(c.Name()).Cut == "" {
			count++
		}
	}
	return count
}

// faultsOf is what a node is to have when it starts; nil if nobody has asked for anything
// yet.
func (m *Manager) faultsOf(member *fleet.Member) (json.RawMessage, error) {
	if m.linkFaults.asked().Generation == 0 {
		return nil, nil
	}
	return json.Marshal(m.faultsForm(m.linkFaults.plan(m.faultMembers(member)), member.Name(), m.peerIDs()))
}

// faultsForm is the rows of a node of a name, as it takes them. A peer without an id has not
// started yet, and cannot be met.
func (m *Manager) faultsForm(planned *plannedFaults, name string, ids map[string]types.NodeID) api.LinkFaults {
	asked, rows := planned.asked, planned.rows[name]
	form := api.LinkFaults{Generation: asked.Generation, Seed: asked.Desired.Seed, Links: []api.PeerFaults{}, Others: rows.Others}
	if form.Seed == 0 {
		form.Seed = m.config.Seed
	}
	for _, row := range rows.Links {
		if id, known := ids[row.Peer]; known {
			form.Links = append(form.Links, api.PeerFaults{Peer: id, Link: row.Link})
		}
	}
	return form
}
