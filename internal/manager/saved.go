package manager

import (
	"slices"
	"strconv"
	"time"

	"networkmngr/internal/config"
	"networkmngr/internal/events"
	"networkmngr/internal/events/state"
	"networkmngr/internal/fleet"
	"networkmngr/internal/manager/folder"
	"networkmngr/internal/snapshot"
)

// saved is a node that a snapshot is to have. It is nothing in the place of a number that no
// node has.
type saved struct {
	member *fleet.Member // nil of a node that was not fully added
	port   int           // of this manager's own; 0 of those of other machines
}

// ownSaved are the nodes that have data in this manager's folder.
func (m *Manager) ownSaved() ([]saved, error) {
	ports, err := folder.Nodes(m.data.Path)
	nodes := make([]saved, len(ports))
	for i, port := range ports {
		nodes[i].port = port
		if member, err := m.fleet.FindAny(strconv.Itoa(port)); err == nil && member.Machine() == "" {
			nodes[i].member = member
		}
	}
	return nodes, err
}

// place lists nodes by the numbers of their names: what is kept of them by their names finds
// them where the snapshot is loaded, which names them in the order of the list. Those without
// a name come last. With names beyond all that can be loaded, it has no gaps.
func place(nodes []saved) (placed []saved) {
	named := slices.DeleteFunc(slices.Clone(nodes), func(n saved) bool { return n.member == nil })
	slices.SortFunc(named, func(a, b saved) int { return events.CompareNames(a.member.Name(), b.member.Name()) })
	for _, n := range named {
		for number, _ := strconv.Atoi(n.member.Name()[1:]); len(placed) < number && number < config.MaxAmount; {
			placed = append(placed, saved{})
		}
		placed = append(placed, n)
	}
	return append(placed, slices.DeleteFunc(slices.Clone(nodes), func(n saved) bool { return n.member != nil })...)
}

// count is how many nodes there are.
func (s *taking) count() (count int) {
	for _, n := range s.nodes {
		if n != (saved{}) {
			count++
		}
	}
	return count
}

// manifest says what there is of the network, and of nodes.
func (m *Manager) manifest(name string, nodes []saved) snapshot.Manifest {
	now, told := time.Now(), m.stream.State()
	params := m.network().Params
	manifest := snapshot.Manifest{
		Software: m.config.Software, Name: name, Created: now.UTC(),
		Time:    m.clock.read().Time(now).UTC(),
		Network: params.Name, Genesis: params.GenesisID.String(), Lab: m.settings.Lab, Offset: told.Offset,
		Nodes: make([]snapshot.Node, len(nodes)),
	}
	for i, n := range nodes {
		manifest.Nodes[i] = m.manifestNode(n.member, told)
	}
	return manifest
}

func (m *Manager) manifestNode(member *fleet.Member, told state.State) snapshot.Node {
	n := snapshot.Node{State: state.Down}
	if member == nil {
		n.Removed = true
		return n
	}
	n.Removed, n.Machine = m.isRemoved(member), member.Machine()
	for _, known := range told.Nodes {
		if known.Name == member.Name() {
			n.ID, n.State = known.ID.String(), known.State
			if known.Tip != nil {
				n.Height, n.Tip = known.Tip.Index, known.Tip.Hash.String()
			}
		}
	}
	return n
}

// isRemoved reports whether a member was taken out of the network.
func (m *Manager) isRemoved(member *fleet.Member) bool {
	return !slices.Contains(m.fleet.All(), member)
}
