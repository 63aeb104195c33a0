package report

import (
	"encoding/json"
	"maps"
	"os"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
)

// forkCase is how reorgs of nodes go together; the page of the dashboard is held to the
// same cases.
type forkCase struct {
	Name    string
	Parents map[string]string // of blocks, by name
	Reorgs  []struct {
		Node, From string
		Depth      int
	}
	Forks []forkWant
}

type forkWant struct {
	Depth int
	Nodes []string // in the order in which they left
}

func TestWhichReorgsGoTogether(t *testing.T) {
	text, err := os.ReadFile("testdata/forks.json")
	require.NoError(t, err)
	var cases []forkCase
	require.NoError(t, json.Unmarshal(text, &cases))
	require.NotEmpty(t, cases)
	for _, c := range cases {
		t.Run(c.Name, func(t *testing.T) {
			s := tell(t, "n0", "n1", "n2")
			for _, name := range slices.Sorted(maps.Keys(c.Parents)) {
				s.finds(1, "n0", name, c.Parents[name])
			}
			for _, r := range c.Reorgs {
				s.leaves(2, r.Node, r.From, "z10", "a0", r.Depth)
			}
			var got []forkWant
			for _, fork := range s.fold.forks.list {
				want := forkWant{Depth: fork.Depth}
				for _, l := range fork.Nodes {
					want.Nodes = append(want.Nodes, l.Name)
				}
				got = append(got, want)
			}
			require.Equal(t, c.Forks, got)
		})
	}
}

// A branch is drawn as far as the node had it that left the most of it.
func TestTheLongestOfABranchIsTold(t *testing.T) {
	s := tell(t, "n0", "n1").finds(1, "n0", "a1", "").finds(2, "n0", "a2", "a1").finds(3, "n0", "a3", "a2").
		leaves(4, "n1", "a2", "b4", "", 2).leaves(5, "n0", "a3", "b4", "", 3)
	r := s.report().Reorgs
	require.Len(t, r.Full, 1)
	require.Equal(t, []DepthCount{{3, 1}}, r.Depths)
	require.Len(t, r.Full[0].Left, 3)
}
