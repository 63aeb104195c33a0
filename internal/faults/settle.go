package faults

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"networkmngr/internal/links"
)

// Bounds of a State, so that what it comes to is found within seconds of processor time for a
// thousand nodes: BenchmarkLargest.
const (
	maxPartitions = 64
	maxRules      = 256
	maxNameLength = 64
)

// wrong says what is wrong and where; it wraps ErrState.
func wrong(at, format string, values ...any) error {
	return fmt.Errorf("%w: %s: %w", ErrState, strings.TrimPrefix(at, "."), fmt.Errorf(format, values...))
}

// Settle checks the state against the nodes that there are, in the order of their names,
// and returns it with names in place of ports and ranges, times in place of what is
// counted from now, and defaults where nothing is said. The error wraps ErrState.
func (s State) Settle(members []Member, now time.Time) (State, error) {
	var failures [5]error
	s.Regions, failures[0] = s.Regions.settle(members)
	if failures[0] != nil {
		return s, failures[0] // all else may refer to them
	}
	s.Partitions, failures[1] = settlePartitions(s.Partitions, members, s.Regions, now)
	s.Links, failures[2] = settleRules(s.Links, members, s.Regions, now)
	s.Topology, failures[3] = s.Topology.settle(members)
	s.Until, failures[4] = s.Until.settle(now)
	if failures[4] != nil {
		failures[4] = wrong("until", "%w", failures[4])
	}
	for _, err := range failures {
		if err != nil {
			return s, err
		}
	}
	return s, nil
}

func settlePartitions(list []Partition, members []Member, regions *Regions, now time.Time) ([]Partition, error) {
	if len(list) > maxPartitions {
		return nil, wrong("partitions", "%d, at most %d", len(list), maxPartitions)
	}
	var settled []Partition
	names := make(map[string]bool)
	for i, p := range list {
		at := fmt.Sprintf("partitions[%d]", i)
		p, err := p.settle(at, members, regions, now)
		if err != nil {
			return nil, err
		}
		if names[p.Name] {
			return nil, wrong(at+".name", "%q is that of another one too", p.Name)
		}
		names[p.Name] = true
		settled = append(settled, p)
	}
	return settled, nil
}

// Settle is State.Settle for a partition alone, in the regions of a settled state, with the
// same errors.
func (p Partition) Settle(members []Member, regions *Regions, now time.Time) (Partition, error) {
	return p.settle("", members, regions, now)
}

func (p Partition) settle(at string, members []Member, regions *Regions, now time.Time) (Partition, error) {
	if p.Name == "" {
		p.Name = DefaultName
	}
	if p.How == "" {
		p.How = links.Silent
	}
	switch {
	case !isLabel(p.Name):
		return p, wrong(at+".name", "%.80q, want at most %d letters, digits, spaces, and . _ -", p.Name, maxNameLength)
	case p.How != links.Silent && p.How != links.Reset:
		return p, wrong(at+".how", "%.64q, want silent or reset", p.How)
	case p.Oneway && p.How == links.Reset:
		return p, wrong(at+".oneway", "wants \"how\": \"silent\", as a link that is reset is gone both ways")
	case len(p.Groups) < 2 && !(p.Rest && len(p.Groups) == 1):
		return p, wrong(at+".groups", "%d, want two or more, or one and the rest (\"rest\": true, or --rest)", len(p.Groups))
	case p.leavesNobody():
		return p, wrong(at+".rest", "no node is left, as a group has all")
	}
	var err error
	if p.Groups, err = settleGroups(at+".groups", p.Groups, members, regions); err != nil {
		return p, err
	}
	if p.Until, err = p.Until.settle(now); err != nil {
		return p, wrong(at+".until", "%w", err)
	}
	return p, nil
}

// settleGroups refuses a node that is in two of them.
func settleGroups(at string, groups []Nodes, members []Member, regions *Regions) ([]Nodes, error) {
	settled, in := make([]Nodes, len(groups)), make(map[string]int)
	for g, group := range groups {
		at := fmt.Sprintf("%s[%d]", at, g)
		nodes, err := group.settle(at, members, regions)
		if err != nil {
			return nil, err
		}
		for m, grade := range grades(nodes, members, regions) {
			if grade == none {
				continue
			}
			name := members[m].Name
			if other, twice := in[name]; twice {
				return nil, wrong(at, "%s is in group %d too", name, other)
			}
			in[name] = g
		}
		settled[g] = nodes
	}
	return settled, nil
}

func settleRules(list []Rule, members []Member, regions *Regions, now time.Time) ([]Rule, error) {
	if len(list) > maxRules {
		return nil, wrong("links", "%d, at most %d", len(list), maxRules)
	}
	var settled []Rule
	for i, r := range list {
		r, err := r.settle(fmt.Sprintf("links[%d]", i), members, regions, now)
		if err != nil {
			return nil, err
		}
		settled = append(settled, r)
	}
	return settled, nil
}

// Settle is State.Settle for a rule alone, in the regions of a settled state, with the same
// errors.
func (r Rule) Settle(members []Member, regions *Regions, now time.Time) (Rule, error) {
	return r.settle("", members, regions, now)
}

func (r Rule) settle(at string, members []Member, regions *Regions, now time.Time) (Rule, error) {
	_, known := links.Presets()[r.Preset]
	switch {
	case r.Preset != "" && slices.Contains(links.TableNames(), r.Preset):
		return r, wrong(at+".preset", "%q goes by regions, want it as \"regions\": {\"table\": %[1]q, \"members\": …}", r.Preset)
	case r.Preset != "" && !known:
		return r, wrong(at+".preset", "there is no %.64q, want one of %s", r.Preset, strings.Join(links.PresetNames(), ", "))
	case r.Preset != "" && !r.Link.IsZero():
		return r, wrong(at+".preset", "%q beside fields of a link, want either", r.Preset)
	}
	if err := r.Link.Validate(); err != nil {
		return r, ofLink(at, err)
	}
	var errs [3]error
	r.From, errs[0] = r.From.settle(at+".from", members, regions)
	r.To, errs[1] = r.To.settle(at+".to", members, regions)
	if r.Until, errs[2] = r.Until.settle(now); errs[2] != nil {
		errs[2] = wrong(at+".until", "%w", errs[2])
	}
	for _, err := range errs {
		if err != nil {
			return r, err
		}
	}
	if r.endsWhereItBegins() {
		return r, wrong(at+".to", "%s is where the link begins, want another node", r.To[0])
	}
	return r, nil
}

// ofLink says where an error of links.Link.Validate is, which names the field itself.
func ofLink(at string, err error) error {
	field, what, _ := strings.Cut(strings.TrimPrefix(err.Error(), links.ErrLink.Error()+": "), ": ")
	return wrong(at+"."+field, "%s", what)
}

// settle refuses a node that is in two regions, and a region that the table lacks.
func (r *Regions) settle(members []Member) (*Regions, error) {
	if r == nil {
		return nil, nil
	}
	table, known := links.TableOf(r.Table)
	if r.Table != "" && !known {
		return nil, wrong("regions.table", "there is no %.64q, want one of %s", r.Table, strings.Join(links.TableNames(), ", "))
	}
	settled, in := &Regions{Table: r.Table, Members: make(map[string]Nodes)}, make(map[string]string)
	for _, name := range slices.Sorted(maps.Keys(r.Members)) {
		at := "regions.members." + name
		switch {
		case r.Table != "" && !slices.Contains(table.Regions, name):
			return nil, wrong(at, "the table has no such region, want one of %s", strings.Join(table.Regions, ", "))
		case !isLabel(name):
			return nil, wrong("regions.members", "%.80q, want at most %d letters, digits, spaces, and . _ -", name, maxNameLength)
		}
		nodes, err := r.Members[name].settle(at, members, nil)
		if err != nil {
			return nil, err
		}
		for m, grade := range grades(nodes, members, nil) {
			if other, twice := in[members[m].Name]; grade != none && twice {
				return nil, wrong(at, "%s is in region %s too", members[m].Name, other)
			} else if grade != none {
				in[members[m].Name] = name
			}
		}
		settled.Members[name] = nodes
	}
	return settled, nil
}

// isLabel reports whether a text is a name as people give them.
func isLabel(text string) bool {
	const others = " ._-"
	return len(text) > 0 && len(text) <= maxNameLength && !strings.ContainsFunc(text, func(r rune) bool {
		return (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') && (r < '0' || r > '9') && !strings.ContainsRune(others, r)
	})
}
