package faults

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
	"time"

	"networkmngr/internal/links"
)

// Sides are the groups of a partition, node by node, as Resolve takes them.
type Sides struct {
	Name   string
	Groups [][]string // names of nodes; one that comes to nothing is left out
	How    links.Cut
	Oneway bool
	Until  time.Time // zero for never
}

// Sides lists the partitions of a settled state.
func (s State) Sides(members []Member) []Sides {
	members = present(members)
	var list []Sides
	for _, p := range s.Partitions {
		sides := Sides{Name: p.Name, Groups: make([][]string, len(p.Groups)+1), How: p.How, Oneway: p.Oneway, Until: p.Until.At}
		for m, group := range p.groupOf(members, s.Regions) {
			if group >= 0 {
				sides.Groups[group] = append(sides.Groups[group], members[m].Name)
			}
		}
		sides.Groups = slices.DeleteFunc(sides.Groups, func(group []string) bool { return len(group) == 0 })
		list = append(list, sides)
	}
	return list
}

// String is for people: "n0 n1 | n2".
func (s Sides) String() string {
	var groups []string
	for _, group := range s.Groups {
		groups = append(groups, listed(group))
	}
	return strings.Join(groups, " | ")
}

// fewNames are those that are listed one by one.
const fewNames = 8

// listed has names one by one, of many those in a row by the ends: "n0-n49 n51".
func listed(names []string) string {
	if len(names) <= fewNames {
		return strings.Join(names, " ")
	}
	var parts []string
	for first := 0; first < len(names); {
		last := first
		for last+1 < len(names) && number(names[last+1]) == number(names[last])+1 {
			last++
		}
		part := names[first]
		if last > first {
			part += "-" + names[last]
		}
		parts, first = append(parts, part), last+1
	}
	return strings.Join(parts, " ")
}

// number is that in a name such as n12, or -1.
func number(name string) int {
	n := -1
	_, _ = fmt.Sscanf(name, "n%d", &n) // else it is no number
	return n
}

// Changed says in words for people what makes one settled state of another at a time:
// "n0 n1 | n2 are cut apart for 2m0s". Empty for nothing.
func Changed(before, after State, members []Member, now time.Time) string {
	var parts []string
	parts = append(parts, cuts(before.Sides(members), after.Sides(members), now)...)
	if !reflect.DeepEqual(before.Topology, after.Topology) {
		parts = append(parts, after.Topology.words())
	}
	if !reflect.DeepEqual(before.Regions, after.Regions) {
		parts = append(parts, after.Regions.words())
	}
	if !sameRules(before.Links, after.Links) {
		parts = append(parts, ruled(after.Links))
	}
	return strings.Join(parts, "; ")
}

// cuts says which partitions come, and which go.
func cuts(before, after []Sides, now time.Time) (parts []string) {
	for _, side := range after {
		if !slices.ContainsFunc(before, side.same) {
			parts = append(parts, side.cut(now))
		}
	}
	if len(after) == 0 && len(before) > 0 {
		return append(parts, "healed")
	}
	for _, side := range before {
		if !slices.ContainsFunc(after, func(other Sides) bool { return other.same(side) || other.Name == side.Name }) {
			parts = append(parts, side.joined())
		}
	}
	return parts
}

func (s Sides) same(other Sides) bool { return reflect.DeepEqual(s, other) }

// joined says that a partition is over.
func (s Sides) joined() string {
	if len(s.Groups) < 2 {
		return fmt.Sprintf("partition %q is over", s.Name)
	}
	return s.String() + " are joined again"
}

// cut says what a partition does.
func (s Sides) cut(now time.Time) string {
	text := s.String()
	switch {
	case len(s.Groups) < 2: // the nodes of the others were taken out
		return fmt.Sprintf("partition %q cuts nothing now, as no two sides of it have nodes", s.Name)
	case s.Oneway:
		text = strings.ReplaceAll(text, " | ", " > ") + " are cut one way"
	case s.How == links.Reset:
		text += " are cut apart, their links reset"
	default:
		text += " are cut apart"
	}
	if !s.Until.IsZero() {
		text += " for " + rounded(s.Until.Sub(now)).String()
	}
	return text
}

// rounded is a time to whole seconds, or to whole milliseconds if it is less than one.
func rounded(d time.Duration) time.Duration {
	if d < time.Second {
		return max(d.Round(time.Millisecond), time.Millisecond)
	}
	return d.Round(time.Second)
}

func (t *Topology) words() string {
	if t == nil || t.Kind == Mesh {
		return "every node may link to every other one"
	}
	return "topology: " + t.Kind
}

func (r *Regions) words() string {
	switch {
	case r == nil:
		return "nodes are in no regions"
	case r.Table == "":
		return fmt.Sprintf("nodes are in %d regions", len(r.Members))
	}
	return fmt.Sprintf("nodes are in %d regions of %s", len(r.Members), r.Table)
}

func sameRules(a, b []Rule) bool {
	return slices.EqualFunc(a, b, func(a, b Rule) bool { return reflect.DeepEqual(a, b) })
}

// ruled says how many rules there are.
func ruled(rules []Rule) string {
	switch len(rules) {
	case 0:
		return "no rule for links is left"
	case 1:
		return "links " + rules[0].words()
	}
	return fmt.Sprintf("%d rules for links", len(rules))
}

// words are "all to n3: 3g", or "n0 to n1 and back: delay 50ms, loss 1%".
func (r Rule) words() string {
	text := listed(r.From) + " to " + listed(r.To)
	if r.Both {
		text += " and back"
	}
	if r.Preset != "" {
		return text + ": " + r.Preset
	}
	return text + ": " + Words(r.Link)
}

// TooFast says in words for people which rules ask for more than their links come to, as no
// more than so much may be in flight; empty for none.
func TooFast(s State) string {
	var parts []string
	for _, r := range s.Links {
		if asked := r.Asked(); asked.Reach() < asked.Bandwidth {
			parts = append(parts, fmt.Sprintf("%s with a delay of %s comes to about %s", asked.Bandwidth, asked.Delay, about(asked.Reach())))
		}
	}
	return strings.Join(slices.Compact(parts), "; ")
}

// about is a rate in whole megabits, or kilobits.
func about(rate links.Rate) links.Rate {
	unit := links.Rate(1e6)
	if rate < unit {
		unit = 1e3
	}
	return (rate + unit/2) / unit * unit
}

// Words says in words for people what is asked of a link: "delay 50ms, loss 1%".
func Words(l links.Link) string {
	var parts []string
	add := func(is bool, format string, values ...any) {
		if is {
			parts = append(parts, fmt.Sprintf(format, values...))
		}
	}
	add(l.Cut != "", "cut, %s", l.Cut)
	add(l.Delay != 0, "delay %s", l.Delay)
	add(l.Jitter != 0, "jitter %s", l.Jitter)
	add(l.Shape != "", "%s", l.Shape)
	add(l.Bandwidth != 0, "%s", l.Bandwidth)
	add(l.Burst != 0, "burst %s", l.Burst)
	add(l.Loss != 0, "loss %s", l.Loss)
	add(l.LossBurst != links.LossBurst{}, "loss in bursts")
	add(l.Drop != 0, "drop %s", l.Drop)
	add(l.Flap != links.Flap{}, "silent %s in %s", l.Flap.For, l.Flap.Every)
	if len(parts) == 0 {
		return "no faults"
	}
	return strings.Join(parts, ", ")
}
