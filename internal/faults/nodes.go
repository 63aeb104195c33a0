package faults

import (
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"networkmngr/internal/strictjson"
)

// Member is a node that there is, or was and may come back.
type Member struct {
	Name string
	Port int
	Out  bool // it was taken out: it has no links now
}

// Nodes are some nodes, in JSON a list or only one of these: a name such as "n3", a port
// such as 5003, a range of either such as "n0-n4", "all", or "region:eu".
type Nodes []string

// All is every node.
const All = "all"

const regionPrefix = "region:"

// UnmarshalJSON reads a list, or one alone. The error says what was wanted.
func (n *Nodes) UnmarshalJSON(text []byte) error {
	var list []reference
	var err error
	if len(text) > 0 && text[0] == '[' {
		err = strictjson.Unmarshal(text, &list)
	} else {
		list = make([]reference, 1)
		err = list[0].UnmarshalJSON(text)
	}
	if err != nil {
		return err
	}
	*n = make(Nodes, len(list))
	for i, one := range list {
		(*n)[i] = string(one)
	}
	return nil
}

// reference is a string, or a port as a number.
type reference string

func (r *reference) UnmarshalJSON(text []byte) error {
	if len(text) > 0 && text[0] == '"' {
		return json.Unmarshal(text, (*string)(r))
	}
	port, err := strconv.Atoi(string(text))
	if err != nil {
		return fmt.Errorf("%.64s, want nodes: a name such as \"n0\", a port, a range such as \"n0-n4\", \"all\", or \"region:eu\"", text)
	}
	*r = reference(strconv.Itoa(port))
	return nil
}

// settle replaces ports and ranges by names, in the order in which they stand. A node
// that comes again is left out.
func (n Nodes) settle(at string, members []Member, regions *Regions) (Nodes, error) {
	if len(n) == 0 {
		return nil, wrong(at, "is empty, want nodes")
	}
	var settled Nodes
	for i, reference := range n {
		names, err := expand(reference, members, regions)
		if err != nil {
			return nil, wrong(fmt.Sprintf("%s[%d]", at, i), "%w", err)
		}
		for _, name := range names {
			if !slices.Contains(settled, name) {
				settled = append(settled, name)
			}
		}
	}
	return settled, nil
}

// expand returns the names that a reference stands for; all and regions stay as they are.
func expand(reference string, members []Member, regions *Regions) ([]string, error) {
	region, isRegion := strings.CutPrefix(reference, regionPrefix)
	switch {
	case reference == All:
		return []string{All}, nil
	case isRegion && regions.has(region):
		return []string{reference}, nil
	case isRegion:
		return nil, fmt.Errorf("there is no region %.64q; \"regions\" says which there are", region)
	}
	if m := find(members, reference); m >= 0 {
		return []string{members[m].Name}, nil
	}
	if first, last, ranged := strings.Cut(reference, "-"); ranged {
		return between(first, last, members)
	}
	return nil, unknownNode(reference)
}

func unknownNode(reference string) error {
	return fmt.Errorf("there is no node %.64q, want a name such as n0, a port, a range such as n0-n4, all, or region:eu", reference)
}

// between is every member from first to last.
func between(first, last string, members []Member) ([]string, error) {
	from, to := find(members, first), find(members, last)
	switch {
	case from < 0:
		return nil, unknownNode(first)
	case to < 0:
		return nil, unknownNode(last)
	case to < from:
		return nil, fmt.Errorf("%s comes before %s", last, first)
	}
	var names []string
	for _, m := range members[from : to+1] {
		names = append(names, m.Name)
	}
	return names, nil
}

// find is the place of the member with a name or a port, or -1.
func find(members []Member, reference string) int {
	return slices.IndexFunc(members, func(m Member) bool {
		return m.Name == reference || strconv.Itoa(m.Port) == reference
	})
}

// has reports whether there is a region.
func (r *Regions) has(name string) bool {
	if r == nil {
		return false
	}
	_, has := r.Members[name]
	return has
}

func isRegion(reference string) bool { return strings.HasPrefix(reference, regionPrefix) }

// nodes are those of a region, by its reference.
func (r *Regions) nodes(reference string) Nodes {
	if r == nil {
		return nil
	}
	return r.Members[strings.TrimPrefix(reference, regionPrefix)]
}
