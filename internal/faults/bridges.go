package faults

import (
	"fmt"
	"strings"
)

// Bridges says in words for people which nodes of no group link the sides of a partition all
// the same, as they keep their links; empty for none. The plan is what Resolve makes of the
// state and the members.
func Bridges(s State, members []Member, plan Plan) string {
	members = present(members)
	cuts, sides := plan.cuts(), s.Sides(members)
	var parts []string
	for i, p := range s.Partitions {
		if names := bridge(p.groupOf(members, s.Regions), cuts, members); len(names) > 0 {
			parts = append(parts, bridgeWords(names, sides[i]))
		}
	}
	return strings.Join(parts, "; ")
}

func bridgeWords(names []string, sides Sides) string {
	format := "%s are of no group and link %s; with the rest (--rest) they are a side of their own"
	if len(names) == 1 {
		format = "%s is of no group and links %s; with the rest (--rest) it is a side of its own"
	}
	return fmt.Sprintf(format, listed(names), sides)
}

// bridge lists the members of no group that link two groups, alone or by way of each other.
func bridge(group []int, cuts [][]bool, members []Member) (names []string) {
	seen, links := make([]bool, len(group)), make([]bool, len(group))
	for m := range group {
		if group[m] >= 0 || seen[m] {
			continue
		}
		if reached, sides := reach(m, group, cuts, seen); sides > 1 {
			for _, other := range reached {
				links[other] = true
			}
		}
	}
	for m, is := range links {
		if is {
			names = append(names, members[m].Name)
		}
	}
	return names
}

// reach lists the members of no group that a first one has links with, or that one of them
// has, and counts the groups that they have links with. It notes them as seen.
func reach(first int, group []int, cuts [][]bool, seen []bool) (reached []int, sides int) {
	reached, seen[first] = []int{first}, true
	met := make(map[int]bool)
	for next := 0; next < len(reached); next++ { // of a list that grows meanwhile
		from := reached[next]
		for to := range group {
			switch {
			case to == from || apart(cuts, from, to):
			case group[to] >= 0:
				met[group[to]] = true
			case !seen[to]:
				reached, seen[to] = append(reached, to), true
			}
		}
	}
	return reached, len(met)
}
