package faults_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"networkmngr/internal/faults"
	"networkmngr/internal/links"
)

// matrix is what a plan has for each pair of the members, from the rows and the others.
func matrix(t *testing.T, plan faults.Plan, list []faults.Member) map[[2]string]links.Link {
	all := make(map[[2]string]links.Link)
	for _, rows := range plan.Nodes {
		for _, m := range list {
			all[[2]string{rows.Node, m.Name}] = rows.Others
		}
		for _, row := range rows.Links {
			require.NotEqual(t, rows.Node, row.Peer)
			require.NotEqual(t, rows.Others, row.Link, "a row that says nothing")
			all[[2]string{rows.Node, row.Peer}] = row.Link
		}
		delete(all, [2]string{rows.Node, rows.Node})
	}
	return all
}

// shape is a row of letters for each node: what becomes of its frames to n0, n1, …: . for
// nothing, S and R for cut by silence and by reset, else the milliseconds of delay.
func shape(t *testing.T, s faults.State, list []faults.Member) (rows []string) {
	all := matrix(t, faults.Resolve(s, list), list)
	for _, from := range list {
		row := ""
		for _, to := range list {
			link := all[[2]string{from.Name, to.Name}]
			switch {
			case from == to:
				row += "-"
			case link.Cut == links.Silent:
				row += "S"
			case link.Cut == links.Reset:
				row += "R"
			case link.IsZero():
				row += "."
			default:
				row += fmt.Sprint(time.Duration(link.Delay).Milliseconds())
			}
		}
		rows = append(rows, row)
	}
	return rows
}

func TestResolve(t *testing.T) {
	delays := func(rules ...string) (text string) {
		for i, rule := range rules {
			text += fmt.Sprintf(`{%s, "delay": "%dms"},`, rule, i+1)
		}
		return `"links": [` + text[:len(text)-1] + `]`
	}
	for name, c := range map[string]struct {
		state string
		want  []string
	}{
		"nothing":              {`{}`, []string{"-...", ".-..", "..-.", "...-"}},
		"halves":               {`{"partitions": [{"groups": [["n0", "n1"], ["n2", "n3"]]}]}`, []string{"-.SS", ".-SS", "SS-.", "SS.-"}},
		"reset":                {`{"partitions": [{"groups": [["n0"], ["n3"]], "how": "reset"}]}`, []string{"-..R", ".-..", "..-.", "R..-"}},
		"three":                {`{"partitions": [{"groups": [["n0"], ["n1"], ["n2"]]}]}`, []string{"-SS.", "S-S.", "SS-.", "...-"}},
		"rest":                 {`{"partitions": [{"groups": [["n2"]], "rest": true}]}`, []string{"-.S.", ".-S.", "SS-S", "..S-"}},
		"one way":              {`{"partitions": [{"groups": [["n0"], ["n1"], ["n2"]], "oneway": true}]}`, []string{"-SS.", ".-S.", "..-.", "...-"}},
		"to the rest one way":  {`{"partitions": [{"groups": [["n1"]], "rest": true, "oneway": true}]}`, []string{"-...", "S-SS", "..-.", "...-"}},
		"two partitions":       {`{"partitions": [{"groups": [["n0"], ["n1"]]}, {"name": "b", "groups": [["n0"], ["n2"]], "how": "reset"}]}`, []string{"-SR.", "S-..", "R.-.", "...-"}},
		"the later one of two": {`{"partitions": [{"groups": [["n0"], ["n1"]]}, {"name": "b", "groups": [["n0"], ["n1"]], "how": "reset"}]}`, []string{"-R..", "R-..", "..-.", "...-"}},
		"by region":            {`{"regions": {"members": {"eu": ["n0", "n1"], "us": ["n2"]}}, "partitions": [{"groups": ["region:eu", ["region:us", "n3"]]}]}`, []string{"-.SS", ".-SS", "SS-.", "SS.-"}},

		"one direction":          {`{` + delays(`"from": "n0", "to": "n1"`) + `}`, []string{"-1..", ".-..", "..-.", "...-"}},
		"both directions":        {`{` + delays(`"from": "n0", "to": "n1", "both": true`) + `}`, []string{"-1..", "1-..", "..-.", "...-"}},
		"all":                    {`{` + delays(`"from": "all", "to": "all"`) + `}`, []string{"-111", "1-11", "11-1", "111-"}},
		"from a node":            {`{` + delays(`"from": "n0", "to": "all"`, `"from": "all", "to": "all"`) + `}`, []string{"-111", "2-22", "22-2", "222-"}},
		"to a node":              {`{` + delays(`"from": "all", "to": "n0"`, `"from": "all", "to": "all"`) + `}`, []string{"-222", "1-22", "12-2", "122-"}},
		"a pair":                 {`{` + delays(`"from": "n0", "to": "n1"`, `"from": "n0", "to": "all"`, `"from": "all", "to": "n1"`) + `}`, []string{"-122", ".-..", ".3-.", ".3.-"}},
		"the later of two alike": {`{` + delays(`"from": "n0", "to": "all"`, `"from": "all", "to": "n1"`) + `}`, []string{"-211", ".-..", ".2-.", ".2.-"}},
		"no faults for a pair":   {`{"links": [{"from": "all", "to": "all", "delay": "4ms"}, {"from": "n0", "to": "n1", "both": true}]}`, []string{"-.44", ".-44", "44-4", "444-"}},
		"rules do not add up":    {`{"links": [{"from": "all", "to": "all", "cut": "silent"}, {"from": "n0", "to": "n1", "delay": "4ms"}]}`, []string{"-4SS", "S-SS", "SS-S", "SSS-"}},
		"partition before rules": {`{"partitions": [{"groups": [["n0"], ["n1"]]}], ` + delays(`"from": "n0", "to": "n1"`, `"from": "all", "to": "all"`) + `}`, []string{"-S22", "S-22", "22-2", "222-"}},

		"regions": {
			`{"regions": {"members": {"a": ["n0", "n1"], "b": ["n2"]}}, ` + delays(
				`"from": "region:a", "to": "region:b"`, `"from": "all", "to": "region:b"`, `"from": "n1", "to": "all"`, `"from": "all", "to": "all"`) + `}`,
			[]string{"-414", "3-33", "44-4", "442-"},
		},
		"table": {
			`{"regions": {"table": "planet-2019", "members": {"eu": ["n0", "n1"], "jp": ["n2"]}}, ` + delays(
				`"from": "all", "to": "all"`, `"from": "region:jp", "to": "all"`, `"from": "region:jp", "to": "region:eu"`, `"from": "n1", "to": "n2"`) + `}`,
			[]string{"-112521", "11-41", "33-2", "111-"},
		},

		"ring":                    {`{"topology": {"kind": "ring"}}`, []string{"-.R.", ".-.R", "R.-.", ".R.-"}},
		"line":                    {`{"topology": {"kind": "line"}}`, []string{"-.RR", ".-.R", "R.-.", "RR.-"}},
		"star":                    {`{"topology": {"kind": "star"}}`, []string{"-...", ".-RR", ".R-R", ".RR-"}},
		"star around another one": {`{"topology": {"kind": "star", "center": "n2"}}`, []string{"-R.R", "R-.R", "..-.", "RR.-"}},
		"mesh":                    {`{"topology": {"kind": "mesh"}}`, []string{"-...", ".-..", "..-.", "...-"}},
		"edges":                   {`{"topology": {"kind": "edges", "edges": [["n0", "n3"], ["n1", "n2"]]}}`, []string{"-RR.", "R-.R", "R.-R", ".RR-"}},
		"topology before all else": {
			`{"topology": {"kind": "line"}, "partitions": [{"groups": [["n0"], ["n1", "n2"]]}], ` + delays(`"from": "n0", "to": "n2"`, `"from": "n2", "to": "n3"`) + `}`,
			[]string{"-SRR", "S-.R", "R.-2", "RR.-"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			s, err := read(t, c.state).Settle(members(4), noon)
			require.NoError(t, err)
			require.Equal(t, c.want, shape(t, s, members(4)))
		})
	}
}

// A partition needs every group cut off from every other one, and nobody else, whatever
// the groups are: as few rows as there are nodes to be cut off from, or the others.
func TestPartitionsOfAnySize(t *testing.T) {
	seed := rand.Uint64()
	t.Log("seed", seed)
	random := rand.New(rand.NewPCG(seed, 0))
	for range 200 {
		list := members(2 + random.IntN(60))
		group := make([]int, len(list)) // 0 for none
		p := faults.Partition{Groups: make([]faults.Nodes, 2+random.IntN(3)), Rest: random.IntN(2) == 0}
		for i, m := range list {
			group[i] = random.IntN(len(p.Groups) + 1)
			if i < len(p.Groups) {
				group[i] = i + 1 // so that none is empty
			}
			if group[i] > 0 {
				p.Groups[group[i]-1] = append(p.Groups[group[i]-1], m.Name)
			}
		}
		if len(p.Groups) > len(list) {
			continue
		}
		s, err := faults.State{Partitions: []faults.Partition{p}}.Settle(list, noon)
		require.NoError(t, err)
		plan := faults.Resolve(s, list)
		all, cut := matrix(t, plan, list), 0
		for i, from := range list {
			for j, to := range list {
				apart := group[i] != group[j] && (p.Rest || group[i] > 0 && group[j] > 0)
				if i != j && apart {
					cut++
				}
				require.Equal(t, i != j && apart, all[[2]string{from.Name, to.Name}].Cut == links.Silent, "%v: %s to %s", p, from.Name, to.Name)
			}
		}
		require.Equal(t, cut, plan.Cut)
		for _, rows := range plan.Nodes {
			require.LessOrEqual(t, len(rows.Links), max(16, len(list)/2+1), "rows are few")
		}
	}
}

// neighbours are those of each member whom the topology does not cut off.
func neighbours(t *testing.T, topology string, list []faults.Member) [][]int {
	s, err := read(t, `{"topology": `+topology+`}`).Settle(list, noon)
	require.NoError(t, err)
	all := matrix(t, faults.Resolve(s, list), list)
	found := make([][]int, len(list))
	for i, from := range list {
		for j, to := range list {
			there, back := all[[2]string{from.Name, to.Name}], all[[2]string{to.Name, from.Name}]
			require.Equal(t, there, back, "a link has two ends")
			if i != j && there.Cut == "" {
				found[i] = append(found[i], j)
			}
		}
	}
	return found
}

// reached counts the members that can be reached from the first one.
func reached(of [][]int) int {
	seen := map[int]bool{0: true}
	for next := []int{0}; len(next) > 0; next = next[1:] {
		for _, other := range of[next[0]] {
			if !seen[other] {
				seen[other] = true
				next = append(next, other)
			}
		}
	}
	return len(seen)
}

func TestTopologiesByChance(t *testing.T) {
	for _, count := range []int{1, 2, 3, 4, 7, 12, 30} {
		for degree := 2; degree < 8; degree++ {
			for seed := range 2 {
				for _, kind := range []string{"random", "scale-free"} {
					topology := fmt.Sprintf(`{"kind": %q, "degree": %d, "seed": %d}`, kind, degree, seed)
					of := neighbours(t, topology, members(count))
					require.Equal(t, count, reached(of), "all are joined: %s", topology)
					require.Equal(t, of, neighbours(t, topology, members(count)), "the seed says all")
					links := 0
					for _, one := range of {
						links += len(one)
						if kind == "random" {
							require.LessOrEqual(t, len(one), degree)
						}
					}
					require.LessOrEqual(t, links, count*degree)
				}
			}
		}
	}
	of := neighbours(t, `{"kind": "random", "degree": 6, "seed": 1}`, members(100))
	require.NotEqual(t, of, neighbours(t, `{"kind": "random", "degree": 6, "seed": 2}`, members(100)))
}

// Who joins a scale-free network changes no link that there is, and few have many links.
func TestScaleFree(t *testing.T) {
	const topology = `{"kind": "scale-free", "degree": 4, "seed": 3}`
	before, after := neighbours(t, topology, members(200)), neighbours(t, topology, members(201))
	for i, one := range before {
		require.Equal(t, one, slices.DeleteFunc(slices.Clone(after[i]), func(j int) bool { return j == 200 }))
	}
	require.Len(t, after[200], 2)
	var degrees []int
	for _, one := range before {
		degrees = append(degrees, len(one))
	}
	slices.Sort(degrees)
	require.LessOrEqual(t, degrees[100], 3, "half of them have few")
	require.Greater(t, degrees[199], 12, "one has many")
}

// A thousand nodes are told as much in the others as can be.
func TestManyNodes(t *testing.T) {
	list := members(1000)
	for _, text := range []string{
		`{"topology": {"kind": "ring"}}`,
		`{"links": [{"from": "all", "to": "all", "preset": "continent"}]}`,
		`{"partitions": [{"groups": [["n7"]], "rest": true}]}`,
	} {
		s, err := read(t, text).Settle(list, noon)
		require.NoError(t, err)
		for _, rows := range faults.Resolve(s, list).Nodes {
			require.LessOrEqual(t, len(rows.Links), 2)
		}
	}
}
