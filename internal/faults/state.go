package faults

import (
	"bytes"
	"encoding/json"
	"errors"
	"slices"
	"time"

	"networkmngr/internal/links"
)

// ErrState means that what is asked for breaks a rule; match with errors.Is. The text
// says where, such as links[1].to[0].
var ErrState = errors.New("invalid faults")

// State is all that is asked of the links of a network. The zero State is a network
// without faults.
//
// One thing holds for each pair of nodes and each direction; what two parts say never adds
// up. The first of these that says something of the pair counts: the topology, a
// partition, and then the rule that is most special: one that names both nodes, one of
// them, both by region, the table of regions, one by region, or all. Of two alike the
// later one counts.
type State struct {
	Partitions []Partition `json:"partitions,omitempty"`
	Links      []Rule      `json:"links,omitempty"`
	Regions    *Regions    `json:"regions,omitempty"`
	Topology   *Topology   `json:"topology,omitempty"`
	// Until is when all of it ends.
	Until Until `json:"until,omitzero"`
	// Reconnect is whether nodes dial at once whom they can reach again, as they do if it
	// is nil. If not, they find each other in their own time.
	Reconnect *bool `json:"reconnect,omitempty"`
	// Seed is that of all chance in it; zero for one that the manager has.
	Seed uint64 `json:"seed,omitempty"`
}

// Partition cuts groups of nodes off from each other. Who is in no group keeps all links.
type Partition struct {
	Name   string  `json:"name,omitempty"` // no other one has it; DefaultName if it is empty
	Groups []Nodes `json:"groups"`
	// Rest has the nodes of no group be a group of their own.
	Rest bool      `json:"rest,omitempty"`
	How  links.Cut `json:"how,omitempty"` // silent if it is empty
	// Oneway cuts off only what a group sends to those behind it in the list.
	Oneway bool  `json:"oneway,omitempty"`
	Until  Until `json:"until,omitzero"`
}

// DefaultName is that of a partition that nobody has named.
const DefaultName = "partition"

// Rule says how frames from some nodes to others fare: by Preset, or by the fields of a
// link. With neither, they have no faults.
type Rule struct {
	From Nodes `json:"from"`
	To   Nodes `json:"to"`
	Both bool  `json:"both,omitempty"` // directions
	// Preset is the name of one of links.Presets.
	Preset string `json:"preset,omitempty"`
	links.Link
	Until Until `json:"until,omitzero"`
}

// Asked is the link that the rule says.
func (r Rule) Asked() links.Link {
	if r.Preset != "" {
		return links.Presets()[r.Preset]
	}
	return r.Link
}

// Regions say which nodes are where, and what lies between them.
type Regions struct {
	// Table is the name of one of links.Tables; if it is empty, regions are groups only.
	Table   string           `json:"table,omitempty"`
	Members map[string]Nodes `json:"members"` // by region
}

// IsZero reports whether there are no faults.
func (s State) IsZero() bool {
	return len(s.Partitions) == 0 && len(s.Links) == 0 && s.Regions == nil && s.Topology == nil
}

// Equal reports whether two states ask for the same, in the same words.
func (s State) Equal(other State) bool {
	a, _ := json.Marshal(s) // it can be written, whatever it holds
	b, _ := json.Marshal(other)
	return bytes.Equal(a, b)
}

// Reconnects reports whether nodes dial at once whom they can reach again.
func (s State) Reconnects() bool { return s.Reconnect == nil || *s.Reconnect }

// Next is the first time at which a part of the state ends; zero for never. The state is
// a settled one.
func (s State) Next() (next time.Time) {
	for _, until := range s.untils() {
		if at := until.At; !at.IsZero() && (next.IsZero() || at.Before(next)) {
			next = at
		}
	}
	return next
}

func (s State) untils() []Until {
	list := []Until{s.Until}
	for _, p := range s.Partitions {
		list = append(list, p.Until)
	}
	for _, r := range s.Links {
		list = append(list, r.Until)
	}
	return list
}

// Shifted is the state with the times at which its parts end so much later, or earlier.
func (s State) Shifted(by time.Duration) State {
	s.Until = s.Until.shifted(by)
	s.Partitions, s.Links = slices.Clone(s.Partitions), slices.Clone(s.Links)
	for i := range s.Partitions {
		s.Partitions[i].Until = s.Partitions[i].Until.shifted(by)
	}
	for i := range s.Links {
		s.Links[i].Until = s.Links[i].Until.shifted(by)
	}
	return s
}

// After is what is left of the state at a time.
func (s State) After(now time.Time) State {
	if s.Until.over(now) {
		return State{}
	}
	s.Partitions = slices.DeleteFunc(slices.Clone(s.Partitions), func(p Partition) bool { return p.Until.over(now) })
	s.Links = slices.DeleteFunc(slices.Clone(s.Links), func(r Rule) bool { return r.Until.over(now) })
	return s
}

// Effective is the settled state without what is of no effect whatever nodes there are: Settle
// refuses that now, and once did not.
func (s State) Effective() State {
	s.Partitions = slices.DeleteFunc(slices.Clone(s.Partitions), Partition.leavesNobody)
	s.Links = slices.DeleteFunc(slices.Clone(s.Links), Rule.endsWhereItBegins)
	return s
}

// leavesNobody reports whether the partition cuts a group off from the rest that has all nodes.
func (p Partition) leavesNobody() bool {
	return p.Rest && slices.ContainsFunc(p.Groups, func(group Nodes) bool { return slices.Contains(group, All) })
}

// endsWhereItBegins reports whether the rule, which is settled, is for the link of a node with
// itself.
func (r Rule) endsWhereItBegins() bool {
	return len(r.From) == 1 && slices.Equal(r.From, r.To) && r.From[0] != All && !isRegion(r.From[0])
}
