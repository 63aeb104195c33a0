package faults_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"networkmngr/internal/faults"
)

func TestChanged(t *testing.T) {
	const halves = `{"partitions": [{"groups": [["n0-n2"], ["n3-n5"]]}]}`
	for _, c := range []struct{ before, after, want string }{
		{`{}`, `{}`, ""},
		{halves, halves, ""},
		{`{}`, halves, "n0 n1 n2 | n3 n4 n5 are cut apart"},
		{halves, `{}`, "healed"},
		{halves, `{"partitions": [{"groups": [["n0"]], "rest": true}]}`, "n0 | n1 n2 n3 n4 n5 are cut apart"},
		{`{}`, `{"partitions": [{"groups": [["n0"], ["n1"]], "until": "2m"}]}`, "n0 | n1 are cut apart for 2m0s"},
		{`{}`, `{"partitions": [{"groups": [["n0"], ["n1"]], "until": "300ms"}]}`, "n0 | n1 are cut apart for 300ms"},
		{`{}`, `{"partitions": [{"groups": [["n0"], ["n1"]], "how": "reset"}]}`, "n0 | n1 are cut apart, their links reset"},
		{`{}`, `{"partitions": [{"groups": [["n0"], ["n1"]], "oneway": true}]}`, "n0 > n1 are cut one way"},
		{
			`{"partitions": [{"name": "a", "groups": [["n0"], ["n1"]]}, {"name": "b", "groups": [["n2"], ["n3"]]}]}`,
			`{"partitions": [{"name": "b", "groups": [["n2"], ["n3"]]}]}`, "n0 | n1 are joined again",
		},
		{`{}`, `{"links": [{"from": "all", "to": "n3", "both": true, "preset": "3g"}]}`, "links all to n3 and back: 3g"},
		{
			`{}`, `{"links": [{"from": "n0", "to": "n1", "delay": "50ms", "jitter": "5ms", "loss": "1%", "bandwidth": "8Mbit/s", "drop": "0.5%"}]}`,
			"links n0 to n1: delay 50ms, jitter 5ms, 8Mbit/s, loss 1%, drop 0.5%",
		},
		{`{}`, `{"links": [{"from": "n0", "to": "n1", "cut": "silent"}, {"from": "n0", "to": "n2"}]}`, "2 rules for links"},
		{`{"links": [{"from": "n0", "to": "n1"}]}`, `{}`, "no rule for links is left"},
		{`{}`, `{"topology": {"kind": "ring"}}`, "topology: ring"},
		{`{"topology": {"kind": "ring"}}`, `{}`, "every node may link to every other one"},
		{`{}`, `{"regions": {"table": "planet-2019", "members": {"eu": ["n0"], "jp": ["n1"]}}}`, "nodes are in 2 regions of planet-2019"},
		{`{"regions": {"members": {"eu": ["n0"]}}}`, halves, "n0 n1 n2 | n3 n4 n5 are cut apart; nodes are in no regions"},
	} {
		require.Equal(t, c.want, faults.Changed(settled(t, c.before), settled(t, c.after), members(6), noon), c.after)
	}
}

// Of many nodes, those in a row are named by the ends.
func TestManyNames(t *testing.T) {
	list := members(100)
	s, err := read(t, `{"partitions": [{"groups": [["n0-n49"], ["n50-n97", "n99"]]}]}`).Settle(list, noon)
	require.NoError(t, err)
	require.Equal(t, "n0-n49 | n50-n97 n99", s.Sides(list)[0].String())
	require.Equal(t, faults.Sides{Name: "partition", Groups: s.Sides(list)[0].Groups, How: "silent"}, s.Sides(list)[0])
}

// A partition of which one side has nodes cuts nothing.
func TestOneSideThatIsLeft(t *testing.T) {
	list := members(3)
	s, err := read(t, `{"partitions": [{"name": "alone", "groups": [["n2"]], "rest": true}, {"name": "b", "groups": [["n0"], ["n1"]]}]}`).Settle(list, noon)
	require.NoError(t, err)
	list[2].Out = true
	require.Equal(t, `partition "alone" cuts nothing now, as no two sides of it have nodes; n0 | n1 are cut apart`,
		faults.Changed(faults.State{}, s, list, noon))
	healed, _ := s.Healed("alone")
	require.Equal(t, `partition "alone" is over`, faults.Changed(s, healed, list, noon))
}

// Nodes of no group join what a partition cuts, by themselves or with each other, unless
// something else cuts them off.
func TestBridges(t *testing.T) {
	const halves = `"partitions": [{"groups": [["n0-n1"], ["n3-n4"]]}]`
	for _, c := range []struct{ state, want string }{
		{`{}`, ""},
		{`{"partitions": [{"groups": [["n0-n2"], ["n3-n5"]]}]}`, ""},
		{`{"partitions": [{"groups": [["n0-n1"], ["n3-n4"]], "rest": true}]}`, ""},
		{`{"partitions": [{"groups": [["n0-n2"], ["n3-n4"]]}]}`, "n5 is of no group and links n0 n1 n2 | n3 n4; with the rest (--rest) it is a side of its own"},
		{`{` + halves + `}`, "n2 n5 are of no group and link n0 n1 | n3 n4; with the rest (--rest) they are a side of their own"},
		{`{` + halves + `, "links": [{"from": ["n2", "n5"], "to": "n0-n1", "cut": "reset"}]}`, ""},
		{`{"partitions": [{"groups": [["n0"], ["n3"]]}], "topology": {"kind": "line"}}`, "n1 n2 are of no group and link n0 | n3; with the rest (--rest) they are a side of their own"},
		{`{"partitions": [{"groups": [["n0-n1"], ["n2-n3"]]}], "topology": {"kind": "line"}}`, ""},
	} {
		s := settled(t, c.state)
		require.Equal(t, c.want, faults.Bridges(s, members(6), faults.Resolve(s, members(6))), c.state)
	}
	list := members(6)
	list[5].Out = true
	s := settled(t, `{"partitions": [{"groups": [["n0-n2"], ["n3-n4"]]}]}`)
	require.Empty(t, faults.Bridges(s, list, faults.Resolve(s, list)))
}

func TestEdits(t *testing.T) {
	cut := func(s faults.State, name, a, b string) faults.State {
		return s.With(faults.Partition{Name: name, Groups: []faults.Nodes{{a}, {b}}})
	}
	var s faults.State
	s = cut(s, "", "n0", "n1")
	s = cut(s, "x", "n2", "n3")
	s = cut(s, "partition", "n4", "n5")
	require.Len(t, s.Partitions, 2, "the second of a name is in place of the first")
	require.Equal(t, faults.Nodes{"n4"}, s.Partitions[1].Groups[0])

	slow := faults.Rule{From: faults.Nodes{"n0"}, To: faults.Nodes{"n1"}, Preset: "3g"}
	dead := faults.Rule{From: faults.Nodes{"n0"}, To: faults.Nodes{"n2"}}
	dead.Cut = "reset"
	s = s.WithLinks(slow, dead)
	other := slow
	other.Preset = "moon"
	s = s.WithLinks(other)
	require.Equal(t, []faults.Rule{dead, other}, s.Links)
	both := faults.Rule{From: faults.Nodes{"n1"}, To: faults.Nodes{"n0"}, Both: true}
	back := faults.Rule{From: faults.Nodes{"n0"}, To: faults.Nodes{"n1"}, Both: true, Preset: "lan"}
	require.Equal(t, []faults.Rule{dead, other, back}, s.WithLinks(both, back).Links, "both directions are the same in either order")

	one, found := s.Healed("x")
	require.True(t, found)
	require.Len(t, one.Partitions, 1)
	require.Len(t, one.Links, 2)
	_, found = s.Healed("y")
	require.False(t, found)
	all, found := s.Healed("")
	require.True(t, found)
	require.Empty(t, all.Partitions)
	require.Equal(t, []faults.Rule{other}, all.Links, "what is slow stays so")
	require.Len(t, s.Partitions, 2, "the state itself is as it was")
	_, found = all.Healed("")
	require.False(t, found)
}
