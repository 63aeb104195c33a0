package faults

import (
	"slices"

	"networkmngr/internal/links"
)

// Plan is what a state comes to.
type Plan struct {
	Nodes  []Rows // of every member that is not out, in their order
	Cut    int    // directed pairs that are cut
	Shaped int    // that have another fault
}

// Rows are the faults of what one node sends.
type Rows struct {
	Node   string
	Links  []Row      // by peer, in the order of the members
	Others links.Link // to every other peer
}

// To is the link to a peer.
func (r Rows) To(peer string) links.Link {
	if i := slices.IndexFunc(r.Links, func(row Row) bool { return row.Peer == peer }); i >= 0 {
		return r.Links[i].Link
	}
	return r.Others
}

// Row is a node's link to one peer.
type Row struct {
	Peer string
	Link links.Link
}

// fewRows are those that a node is told one by one. Of more, what most of them say is
// said once.
const fewRows = 16

// Resolve says what a settled state comes to for each of the nodes that there are.
func Resolve(s State, members []Member) Plan {
	members = present(members)
	pairs := prepare(s, members).rows()
	var plan Plan
	for from := range members {
		rows := Rows{Node: members[from].Name}
		for to := range members {
			if to == from {
				continue
			}
			link := pairs[from].link(from, to)
			switch {
			case link.Cut != "":
				plan.Cut++
			case !link.IsZero():
				plan.Shaped++
			}
			rows.Links = append(rows.Links, Row{members[to].Name, link})
		}
		plan.Nodes = append(plan.Nodes, rows.short())
	}
	return plan
}

// short says as little as comes to the same: nothing of links without faults or, where
// that leaves many rows, nothing of those that are as most of them.
func (r Rows) short() Rows {
	count := make(map[links.Link]int)
	for _, row := range r.Links {
		count[row.Link]++
	}
	if len(r.Links)-count[links.Link{}] > fewRows {
		for _, row := range r.Links { // in order, as a map has none
			if count[row.Link] > count[r.Others] {
				r.Others = row.Link
			}
		}
	}
	r.Links = slices.DeleteFunc(r.Links, func(row Row) bool { return row.Link == r.Others })
	return r
}

// grade says how specially nodes name one of them.
type grade uint8

const (
	none grade = iota
	asAll
	byRegion
	byName
)

// rank says how special a rule is for a pair, the greater the more.
type rank uint8

const (
	rankNone rank = iota
	rankAll
	rankRegion
	rankTable
	rankRegions
	rankNode
	rankPair
)

// rankOf is the rank of a rule that names a pair with these grades.
func rankOf(from, to grade) rank {
	switch low, high := min(from, to), max(from, to); {
	case low == none:
		return rankNone
	case low == byName:
		return rankPair
	case high == byName:
		return rankNode
	case low == byRegion:
		return rankRegions
	case high == byRegion:
		return rankRegion
	default:
		return rankAll
	}
}

// grades says of each member how nodes name it.
func grades(nodes Nodes, members []Member, regions *Regions) []grade {
	list := make([]grade, len(members))
	for _, reference := range nodes {
		switch {
		case reference == All:
			raise(list, asAll, func(int) bool { return true })
		case isRegion(reference):
			inside := grades(regions.nodes(reference), members, nil)
			raise(list, byRegion, func(m int) bool { return inside[m] != none })
		default:
			raise(list, byName, func(m int) bool { return members[m].Name == reference })
		}
	}
	return list
}

func raise(list []grade, to grade, of func(member int) bool) {
	for m := range list {
		if of(m) {
			list[m] = max(list[m], to)
		}
	}
}

// pairs is a state, made ready to be asked for each pair of members.
type pairs struct {
	joined     []map[int]bool // by member: those that the topology joins it with; nil for all
	partitions []partition
	rules      []rule
	regions    []string // by member; empty for none
	table      *links.Table
}

type partition struct {
	group  []int // by member; -1 for none
	how    links.Cut
	oneway bool
}

type rule struct {
	from, to []grade // by member
	link     links.Link
}

func prepare(s State, members []Member) pairs {
	p := pairs{joined: s.Topology.joins(members), regions: make([]string, len(members))}
	for _, asked := range s.Partitions {
		p.partitions = append(p.partitions, partition{asked.groupOf(members, s.Regions), asked.How, asked.Oneway})
	}
	for _, asked := range s.Links {
		from, to := grades(asked.From, members, s.Regions), grades(asked.To, members, s.Regions)
		p.rules = append(p.rules, rule{from, to, asked.Asked()})
		if asked.Both {
			p.rules = append(p.rules, rule{to, from, asked.Asked()})
		}
	}
	if s.Regions != nil {
		p.place(s.Regions, members)
	}
	return p
}

// rows is by member what speaks of its links to others, so that few of many partitions and
// rules are looked at for each pair.
func (p pairs) rows() []pairs {
	rows := make([]pairs, len(p.regions))
	for m := range rows {
		rows[m] = p
		rows[m].partitions = slices.DeleteFunc(slices.Clone(p.partitions), func(part partition) bool { return part.group[m] < 0 })
		rows[m].rules = slices.DeleteFunc(slices.Clone(p.rules), func(r rule) bool { return r.from[m] == none })
	}
	return rows
}

// place notes where each member is.
func (p *pairs) place(regions *Regions, members []Member) {
	for name, nodes := range regions.Members {
		for m, grade := range grades(nodes, members, nil) {
			if grade != none {
				p.regions[m] = name
			}
		}
	}
	if table, known := links.TableOf(regions.Table); known {
		p.table = &table
	}
}

// groupOf is the place of each member's group in the list; the rest, if it is one, is the
// last.
func (p Partition) groupOf(members []Member, regions *Regions) []int {
	list := make([]int, len(members))
	for m := range list {
		list[m] = -1
		if p.Rest {
			list[m] = len(p.Groups)
		}
	}
	for g, nodes := range p.Groups {
		for m, grade := range grades(nodes, members, regions) {
			if grade != none {
				list[m] = g
			}
		}
	}
	return list
}

// link is what holds from one member to another one.
func (p *pairs) link(from, to int) links.Link {
	if p.joined != nil && !p.joined[from][to] {
		return links.Link{Cut: links.Reset}
	}
	for i := len(p.partitions) - 1; i >= 0; i-- {
		if part := &p.partitions[i]; part.cuts(from, to) {
			return links.Link{Cut: part.how}
		}
	}
	best, link := rankNone, links.Link{}
	if p.table != nil && p.regions[from] != "" && p.regions[to] != "" {
		best = rankTable
		link, _ = p.table.Link(p.regions[from], p.regions[to]) // both are there, as the state is settled
	}
	for i := range p.rules { // of which a copy would cost more than what is asked of it
		r := &p.rules[i]
		if rank := rankOf(r.from[from], r.to[to]); rank != rankNone && rank >= best {
			best, link = rank, r.link
		}
	}
	return link
}

func (p *partition) cuts(from, to int) bool {
	a, b := p.group[from], p.group[to]
	return a >= 0 && b >= 0 && a != b && (!p.oneway || a < b)
}

// Freed lists, by name, those whom each node could not link with before, and can after.
// Both are plans for the same members.
func Freed(before, after Plan) map[string][]string {
	was, is := before.cuts(), after.cuts()
	freed := make(map[string][]string)
	for a := range is {
		for b := range is[:a] {
			if apart(was, a, b) && !apart(is, a, b) {
				one, other := after.Nodes[a].Node, after.Nodes[b].Node
				freed[one], freed[other] = append(freed[one], other), append(freed[other], one)
			}
		}
	}
	return freed
}

// cuts says, by the places of two nodes, whether the one is cut off from the other.
func (p Plan) cuts() [][]bool {
	places := make(map[string]int, len(p.Nodes))
	for i, rows := range p.Nodes {
		places[rows.Node] = i
	}
	cuts := make([][]bool, len(p.Nodes))
	for i, rows := range p.Nodes {
		cuts[i] = slices.Repeat([]bool{rows.Others.Cut != ""}, len(p.Nodes))
		for _, row := range rows.Links {
			cuts[i][places[row.Peer]] = row.Link.Cut != ""
		}
	}
	return cuts
}

// apart reports whether a pair is cut in a direction, which no link survives for long.
func apart(cuts [][]bool, a, b int) bool { return cuts[a][b] || cuts[b][a] }

// present are the members that are not out.
func present(members []Member) []Member {
	return slices.DeleteFunc(slices.Clone(members), func(m Member) bool { return m.Out })
}
