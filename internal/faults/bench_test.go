package faults

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"networkmngr/internal/links"
	"networkmngr/internal/times"
)

// BenchmarkLargest is what the largest states come to for a thousand nodes: all that a
// change of them costs the manager.
func BenchmarkLargest(b *testing.B) {
	const nodes = 1000
	members := make([]Member, nodes)
	for i := range members {
		members[i] = Member{Name: fmt.Sprintf("n%d", i), Port: 5000 + i}
	}
	for name, asked := range map[string]State{"rules": manyRules(members), "edges": manyEdges(members)} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				settled, err := asked.Settle(members, time.Now())
				require.NoError(b, err)
				plan := Resolve(settled, members)
				require.Len(b, plan.Nodes, nodes)
				require.NotEmpty(b, Freed(plan, Resolve(State{}, members)))
			}
		})
	}
}

// manyRules has as many rules and partitions as may be, each of one node and all others.
func manyRules(members []Member) (s State) {
	for i := range maxRules {
		slow := links.Link{Delay: times.Duration(time.Millisecond)}
		s.Links = append(s.Links, Rule{From: Nodes{members[i].Name}, To: Nodes{All}, Both: true, Link: slow})
	}
	for i := range maxPartitions {
		s.Partitions = append(s.Partitions, Partition{Name: fmt.Sprint(i), Groups: []Nodes{{members[i].Name}}, Rest: true})
	}
	return s
}

// manyEdges has as many edges as may be.
func manyEdges(members []Member) State {
	t := &Topology{Kind: Edges}
	for i := range maxEdges {
		last := len(members) - 1
		t.Edges = append(t.Edges, Nodes{members[i%last].Name, members[last].Name})
	}
	return State{Topology: t}
}
