package faults

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
)

// Topology says who may have a link with whom; all others refuse each other. It is of all
// nodes, in the order of their names: one that comes later takes a place in it.
type Topology struct {
	Kind string `json:"kind"` // Mesh, Ring, Star, Line, Random, ScaleFree or Edges
	// Degree is how many links a node of Random has, or of ScaleFree at most as it comes;
	// zero for DefaultDegree.
	Degree int `json:"degree,omitempty"`
	// Seed is that of the chance in Random and ScaleFree.
	Seed uint64 `json:"seed,omitempty"`
	// Center is the middle of Star: a name or a port; the first node if it is empty.
	Center reference `json:"center,omitempty"`
	// Edges are the links of Edges, two nodes each.
	Edges []Nodes `json:"edges,omitempty"`
}

// The kinds of a topology.
const (
	Mesh      = "mesh"       // each with each
	Ring      = "ring"       // each with the next one, and the last with the first
	Line      = "line"       // each with the next one
	Star      = "star"       // each with Center
	Random    = "random"     // each with Degree others, and all of them joined
	ScaleFree = "scale-free" // each that comes with half of Degree of those that are there, by their links (Barabási and Albert, 1999)
	Edges     = "edges"      // as they are listed
)

// Bounds of a Topology.
const (
	DefaultDegree = 4
	minDegree     = 2
	maxDegree     = 128
	maxEdges      = 65_536
)

var kinds = []string{Mesh, Ring, Line, Star, Random, ScaleFree, Edges}

// settle refuses what its kind has no use for.
func (t *Topology) settle(members []Member) (*Topology, error) {
	if t == nil {
		return nil, nil
	}
	s := *t
	chance := s.Kind == Random || s.Kind == ScaleFree
	if chance && s.Degree == 0 {
		s.Degree = DefaultDegree
	}
	switch {
	case !slices.Contains(kinds, s.Kind):
		return nil, wrong("topology.kind", "%.64q, want one of %s", s.Kind, strings.Join(kinds, ", "))
	case chance && (s.Degree < minDegree || s.Degree > maxDegree):
		return nil, wrong("topology.degree", "%d, want %d to %d", s.Degree, minDegree, maxDegree)
	case !chance && s.Degree != 0:
		return nil, wrong("topology.degree", "%d, but a %s has none", s.Degree, s.Kind)
	case !chance && s.Seed != 0:
		return nil, wrong("topology.seed", "%d, but there is no chance in a %s", s.Seed, s.Kind)
	case s.Kind != Star && s.Center != "":
		return nil, wrong("topology.center", "%.64q, but a %s has none", s.Center, s.Kind)
	case (s.Kind == Edges) != (len(s.Edges) > 0) || len(s.Edges) > maxEdges:
		return nil, wrong("topology.edges", "%d, want 1 to %d of kind \"edges\", and none of another kind", len(s.Edges), maxEdges)
	}
	return s.named(members)
}

// named has names where ports or ranges were.
func (t Topology) named(members []Member) (*Topology, error) {
	if t.Kind == Star && t.Center != "" {
		center := find(members, string(t.Center))
		if center < 0 {
			return nil, wrong("topology.center", "there is no node %.64q, want a name such as n0, or a port", t.Center)
		}
		t.Center = reference(members[center].Name)
	}
	t.Edges = slices.Clone(t.Edges)
	places := placesOf(members)
	for i, edge := range t.Edges {
		ends, err := places.ends(fmt.Sprintf("topology.edges[%d]", i), edge, members)
		if err != nil {
			return nil, err
		}
		t.Edges[i] = ends
	}
	return &t, nil
}

// places is where in their list members stand, by name and by port: find for those who
// ask a hundred thousand times.
type places map[string]int

func placesOf(members []Member) places {
	p := make(places, 2*len(members))
	for i, m := range members {
		p[strconv.Itoa(m.Port)] = i
	}
	for i, m := range members {
		p[m.Name] = i
	}
	return p
}

// of is the place of the member with a name or a port, or -1.
func (p places) of(reference string) int {
	if place, is := p[reference]; is {
		return place
	}
	return -1
}

// ends are the names of the two nodes that an edge joins.
func (p places) ends(at string, edge Nodes, members []Member) (Nodes, error) {
	if len(edge) != 2 {
		return nil, wrong(at, "%d nodes, want 2", len(edge))
	}
	ends := make(Nodes, 2)
	for i, reference := range edge {
		place := p.of(reference)
		if place < 0 {
			return nil, wrong(fmt.Sprintf("%s[%d]", at, i), "there is no node %.64q, want a name such as n0, or a port", reference)
		}
		ends[i] = members[place].Name
	}
	if ends[0] == ends[1] {
		return nil, wrong(at, "joins %s with itself", ends[0])
	}
	return ends, nil
}

// joins says of each member whom it may have a link with; nil if with everybody.
func (t *Topology) joins(members []Member) []map[int]bool {
	if t == nil || t.Kind == Mesh {
		return nil
	}
	g := make(graph, len(members))
	for m := range g {
		g[m] = make(map[int]bool)
	}
	switch t.Kind {
	case Ring, Line:
		g.chain(sequence(len(g)), t.Kind == Ring)
	case Star:
		g.star(t.center(members))
	case Random:
		g.random(t.Degree, t.chance())
	case ScaleFree:
		g.grow(max(1, t.Degree/2), t.chance())
	case Edges:
		places := placesOf(members)
		for _, edge := range t.Edges {
			g.join(places.of(edge[0]), places.of(edge[1]))
		}
	}
	return g
}

// center is the place of the middle of a star; below 0 if that node is out.
func (t *Topology) center(members []Member) int {
	if t.Center == "" {
		return 0
	}
	return find(members, string(t.Center))
}

func (t *Topology) chance() *rand.Rand { return rand.New(rand.NewPCG(t.Seed, 0)) }

// graph has the neighbours of each member.
type graph []map[int]bool

// join joins two members; one that is out is below 0.
func (g graph) join(a, b int) {
	if a >= 0 && b >= 0 && a != b {
		g[a][b], g[b][a] = true, true
	}
}

// chain joins each with the next one in an order.
func (g graph) chain(order []int, closed bool) {
	for i := 1; i < len(order); i++ {
		g.join(order[i-1], order[i])
	}
	if closed && len(order) > 0 {
		g.join(order[len(order)-1], order[0])
	}
}

func (g graph) star(center int) {
	for m := range g {
		g.join(center, m)
	}
}

// random lays rings over each other, each in an order of its own, and for an odd degree
// pairs: all are joined, and a node has degree links, or fewer where two fall together.
func (g graph) random(degree int, chance *rand.Rand) {
	for range degree / 2 {
		g.chain(chance.Perm(len(g)), true)
	}
	if degree%2 == 1 {
		for pair := range slices.Chunk(chance.Perm(len(g)), 2) {
			g.join(pair[0], pair[len(pair)-1])
		}
	}
}

// grow has each member join so many of those before it, with chances that go by how many
// links they have. One that comes later changes none that there are.
func (g graph) grow(each int, chance *rand.Rand) {
	var ends []int // each member as often as it has links
	for m := 1; m < len(g); m++ {
		for _, to := range g.chosen(m, min(each, m), ends, chance) {
			g.join(m, to)
			ends = append(ends, m, to)
		}
	}
}

// chosen draws count different members before m.
func (g graph) chosen(m, count int, ends []int, chance *rand.Rand) []int {
	if count == m {
		return sequence(m)
	}
	var list []int
	for len(list) < count {
		if to := ends[chance.IntN(len(ends))]; !slices.Contains(list, to) {
			list = append(list, to)
		}
	}
	return list
}

// sequence is 0, 1, and so on, count numbers.
func sequence(count int) []int {
	list := make([]int, count)
	for i := range list {
		list[i] = i
	}
	return list
}
