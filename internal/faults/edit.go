package faults

import "slices"

// With has a partition come to the state, in place of the one of its name. Both are as
// somebody asks for them; the result is to be settled.
func (s State) With(p Partition) State {
	if p.Name == "" {
		p.Name = DefaultName
	}
	s.Partitions = append(slices.DeleteFunc(slices.Clone(s.Partitions), func(other Partition) bool { return other.Name == p.Name }), p)
	return s
}

// Healed is the state without the partition of a name or, with no name, without all that
// cuts nodes off but the topology. Links stay as slow as they are.
func (s State) Healed(name string) (healed State, found bool) {
	before := len(s.Partitions) + len(s.Links)
	s.Partitions = slices.DeleteFunc(slices.Clone(s.Partitions), func(p Partition) bool { return name == "" || p.Name == name })
	if name == "" {
		s.Links = slices.DeleteFunc(slices.Clone(s.Links), func(r Rule) bool { return r.Asked().Cut != "" })
	}
	return s, len(s.Partitions)+len(s.Links) < before
}

// WithLinks has rules come to the state, each in place of one for the same nodes.
func (s State) WithLinks(rules ...Rule) State {
	list := slices.Clone(s.Links)
	for _, r := range rules {
		list = slices.DeleteFunc(list, func(other Rule) bool { return other.same(r) })
		list = append(list, r)
	}
	s.Links = list
	return s
}

// same reports whether two rules are for the same pairs of nodes.
func (r Rule) same(other Rule) bool {
	there := slices.Equal(r.From, other.From) && slices.Equal(r.To, other.To)
	back := slices.Equal(r.From, other.To) && slices.Equal(r.To, other.From)
	return r.Both == other.Both && (there || r.Both && back)
}
