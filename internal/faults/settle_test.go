package faults_test

import (
	"encoding/json"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"networkmngr/internal/faults"
	"networkmngr/internal/links"
	"networkmngr/internal/strictjson"
	"networkmngr/internal/times"
)

var noon = time.Date(2026, 11, 29, 12, 0, 0, 0, time.UTC)

// members are n0 on port 5000, and so on.
func members(count int) []faults.Member {
	list := make([]faults.Member, count)
	for i := range list {
		list[i] = faults.Member{Name: fmt.Sprintf("n%d", i), Port: 5000 + i}
	}
	return list
}

// read reads a state as a request has it.
func read(t *testing.T, text string) (s faults.State) {
	t.Helper()
	require.NoError(t, strictjson.Unmarshal([]byte(text), &s), text)
	return s
}

// settled reads a state for six nodes at noon.
func settled(t *testing.T, text string) faults.State {
	t.Helper()
	s, err := read(t, text).Settle(members(6), noon)
	require.NoError(t, err, text)
	return s
}

func TestSettle(t *testing.T) {
	s := settled(t, `{
		"partitions": [{"groups": [[5000, "n1-n2"], ["region:eu", "n5", 5005]], "until": "2m"}],
		"links": [{"from": "all", "to": ["5003"], "both": true, "delay": "120ms", "loss": 0.01, "until": "2026-11-29T14:00:00+01:00"}],
		"regions": {"members": {"eu": "5003-5004"}},
		"topology": {"kind": "star", "center": 5002},
		"until": "1h", "seed": 7}`)
	require.Equal(t, []faults.Partition{{
		Name: "partition", Groups: []faults.Nodes{{"n0", "n1", "n2"}, {"region:eu", "n5"}}, How: links.Silent,
		Until: faults.Until{At: noon.Add(2 * time.Minute)},
	}}, s.Partitions)
	require.Equal(t, faults.Rule{
		From: faults.Nodes{"all"}, To: faults.Nodes{"n3"}, Both: true,
		Link:  links.Link{Delay: times.Duration(120 * time.Millisecond), Loss: 0.01},
		Until: faults.Until{At: noon.Add(time.Hour)},
	}, s.Links[0])
	require.Equal(t, faults.Nodes{"n3", "n4"}, s.Regions.Members["eu"])
	require.EqualValues(t, "n2", s.Topology.Center)
	require.Equal(t, noon.Add(time.Hour), s.Until.At)
	require.Equal(t, noon.Add(2*time.Minute), s.Next())
}

// What is settled stays as it is, also after it was written down and read again.
func TestSettlingIsDoneOnce(t *testing.T) {
	for _, text := range []string{
		`{}`,
		`{"partitions": [{"groups": [["n0"]], "rest": true, "oneway": true}, {"name": "b", "groups": [["n1"], ["n2"]], "how": "reset"}]}`,
		`{"links": [{"from": "n0", "to": "all", "preset": "3g"}, {"from": ["n1", "n2"], "to": "region:jp"}], "regions": {"table": "planet-2019", "members": {"jp": ["n4"]}}}`,
		`{"links": [{"from": "all", "to": "all", "delay": "1.5s", "jitter": "10ms", "shape": "pareto", "bandwidth": "8Mbit/s", "burst": "64kB", "loss_burst": {"p": "1%", "r": "25%"}, "drop": "0.1%", "flap": {"every": "1m", "for": "5s"}}]}`,
		`{"topology": {"kind": "random", "degree": 3, "seed": 9}, "until": "90s", "reconnect": false}`,
		`{"topology": {"kind": "edges", "edges": [["n0", 5001], [5002, "n1"]]}}`,
	} {
		once := settled(t, text)
		written, err := json.Marshal(once)
		require.NoError(t, err)
		require.Equal(t, once, settled(t, string(written)), text)
	}
}

// Each refusal says where, what, and what would be right.
func TestRefusals(t *testing.T) {
	for text, want := range map[string]string{
		`{"partitions": [{"groups": [["n0"], ["n9"]]}]}`:                                                        `partitions[0].groups[1][0]: there is no node "n9", want a name such as n0`,
		`{"partitions": [{"groups": [["n0"], [5007]]}]}`:                                                        `partitions[0].groups[1][0]: there is no node "5007"`,
		`{"partitions": [{"groups": [["n0-n9"], ["n1"]]}]}`:                                                     `partitions[0].groups[0][0]: there is no node "n9"`,
		`{"partitions": [{"groups": [["n3-n1"], ["n0"]]}]}`:                                                     `partitions[0].groups[0][0]: n1 comes before n3`,
		`{"partitions": [{"groups": [["n0", "n1"], ["n2", "n1"]]}]}`:                                            `partitions[0].groups[1]: n1 is in group 0 too`,
		`{"partitions": [{"groups": [["n0"], ["all"]]}]}`:                                                       `partitions[0].groups[1]: n0 is in group 0 too`,
		`{"partitions": [{"groups": [["n0"], []]}]}`:                                                            `partitions[0].groups[1]: is empty, want nodes`,
		`{"partitions": [{"groups": [["n0"]]}]}`:                                                                `partitions[0].groups: 1, want two or more`,
		`{"partitions": [{"groups": [["all"]], "rest": true}]}`:                                                 `partitions[0].rest: no node is left, as a group has all`,
		`{"partitions": [{"groups": []}]}`:                                                                      `partitions[0].groups: 0, want two or more`,
		`{"partitions": [{"groups": [["n0"], ["n1"]], "how": "quiet"}]}`:                                        `partitions[0].how: "quiet", want silent or reset`,
		`{"partitions": [{"groups": [["n0"], ["n1"]], "how": "reset", "oneway": true}]}`:                        `partitions[0].oneway: wants "how": "silent"`,
		`{"partitions": [{"name": "a|b", "groups": [["n0"], ["n1"]]}]}`:                                         `partitions[0].name: "a|b", want at most 64 letters`,
		`{"partitions": [{"groups": [["n0"], ["n1"]]}, {"groups": [["n2"], ["n3"]]}]}`:                          `partitions[1].name: "partition" is that of another one too`,
		`{"partitions": [{"groups": [["n0"], ["n1"]], "until": "2020-01-01T00:00:00Z"}]}`:                       `partitions[0].until: 2020-01-01T00:00:00Z, want a time to come`,
		`{"links": [{"from": "n0", "to": ["n1", "region:eu"]}]}`:                                                `links[0].to[1]: there is no region "eu"`,
		`{"links": [{"from": "n0", "to": "n1"}, {"from": "n0", "to": ["n9"]}]}`:                                 `links[1].to[0]: there is no node "n9"`,
		`{"links": [{"to": "n1"}]}`:                                                                             `links[0].from: is empty`,
		`{"links": [{"from": "n0", "to": "n1", "preset": "4g"}]}`:                                               `links[0].preset: there is no "4g", want one of 3g, continent`,
		`{"links": [{"from": "n0", "to": "n1", "preset": "planet-2019"}]}`:                                      `links[0].preset: "planet-2019" goes by regions, want it as "regions": {"table": "planet-2019"`,
		`{"links": [{"from": "n0", "to": "n1", "preset": "3g", "loss": "1%"}]}`:                                 `links[0].preset: "3g" beside fields of a link`,
		`{"links": [{"from": "n0", "to": "n1", "delay": "2h"}]}`:                                                `links[0].delay: 2h0m0s, want 0s to 1h0m0s`,
		`{"links": [{"from": "n0", "to": "n1", "until": "9000h"}]}`:                                             `links[0].until: 2027-12-09T12:00:00Z, want a time to come, within a year`,
		`{"regions": {"table": "planet-1492", "members": {}}}`:                                                  `regions.table: there is no "planet-1492", want one of planet-2015, planet-2019`,
		`{"regions": {"table": "planet-2019", "members": {"mars": ["n0"]}}}`:                                    `regions.members.mars: the table has no such region, want one of na, eu`,
		`{"regions": {"members": {"a": ["n0"], "b": ["n0-n1"]}}}`:                                               `regions.members.b: n0 is in region a too`,
		`{"regions": {"members": {"a": ["region:a"]}}}`:                                                         `regions.members.a[0]: there is no region "a"`,
		`{"regions": {"members": {"a\nb": ["n0"]}}}`:                                                            `regions.members: "a\nb", want at most 64`,
		`{"topology": {"kind": "torus"}}`:                                                                       `topology.kind: "torus", want one of mesh, ring`,
		`{"topology": {"kind": "ring", "degree": 4}}`:                                                           `topology.degree: 4, but a ring has none`,
		`{"topology": {"kind": "random", "degree": 1}}`:                                                         `topology.degree: 1, want 2 to 128`,
		`{"topology": {"kind": "line", "seed": 4}}`:                                                             `topology.seed: 4, but there is no chance in a line`,
		`{"topology": {"kind": "ring", "center": "n0"}}`:                                                        `topology.center: "n0", but a ring has none`,
		`{"topology": {"kind": "star", "center": "n9"}}`:                                                        `topology.center: there is no node "n9"`,
		`{"topology": {"kind": "edges"}}`:                                                                       `topology.edges: 0, want 1 to 65536`,
		`{"topology": {"kind": "mesh", "edges": [["n0", "n1"]]}}`:                                               `topology.edges: 1, want`,
		`{"topology": {"kind": "edges", "edges": [["n0", "n1", "n2"]]}}`:                                        `topology.edges[0]: 3 nodes, want 2`,
		`{"links": [{"from": "n0", "to": "n0", "delay": "1ms"}]}`:                                               `links[0].to: n0 is where the link begins`,
		`{"topology": {"kind": "edges", "edges": [["n0", "n0"]]}}`:                                              `topology.edges[0]: joins n0 with itself`,
		`{"topology": {"kind": "edges", "edges": [["n0", "n1"], ["n0", "n7"]]}}`:                                `topology.edges[1][1]: there is no node "n7"`,
		`{"until": "2020-01-01T00:00:00Z"}`:                                                                     `until: 2020-01-01T00:00:00Z, want a time to come`,
		fmt.Sprintf(`{"links": [%s{"from": "n0", "to": "n1"}]}`, repeated(256, `{"from": "n0", "to": "n1"}, `)): `links: 257, at most 256`,
		fmt.Sprintf(`{"partitions": [%s{}]}`, repeated(64, `{}, `)):                                             `partitions: 65, at most 64`,
	} {
		_, err := read(t, text).Settle(members(6), noon)
		require.ErrorIs(t, err, faults.ErrState, text)
		require.ErrorContains(t, err, "invalid faults: "+want, text)
	}
}

func repeated(count int, text string) (all string) {
	for range count {
		all += text
	}
	return all
}

// What is no state at all is refused as it is read.
func TestForms(t *testing.T) {
	for text, want := range map[string]string{
		`{"partition": []}`: `unknown key "partition"`,
		`{"links": [{"from": "n0", "to": "n1", "lag": 1}]}`: `links: 0: unknown key "lag"`,
		`{"links": [{"from": true, "to": "n1"}]}`:           `true, want nodes`,
		`{"links": [{"from": ["n0", 1.5], "to": "n1"}]}`:    `1.5, want nodes`,
		`{"until": "soon"}`:                                 `"soon", want how long, such as 2m`,
		`{"until": "-2m"}`:                                  `"-2m", want how long`,
		`{"until": "0s"}`:                                   `"0s", want how long`,
	} {
		var s faults.State
		err := strictjson.Unmarshal([]byte(text), &s)
		require.ErrorIs(t, err, strictjson.ErrMalformed, text)
		require.ErrorContains(t, err, want, text)
	}
}

// A node that was taken out may come back, and what is asked of it stays.
func TestNodesThatAreOutAreKnown(t *testing.T) {
	list := members(3)
	list[1].Out = true
	s, err := read(t, `{"partitions": [{"groups": [["n0"], ["n1", "n2"]]}]}`).Settle(list, noon)
	require.NoError(t, err)
	plan := faults.Resolve(s, list)
	require.Equal(t, 2, plan.Cut)
	require.Len(t, plan.Nodes, 2)
	require.Equal(t, "n0 | n2", s.Sides(list)[0].String())
}

func TestWhatIsOverIsGone(t *testing.T) {
	s := settled(t, `{
		"partitions": [{"groups": [["n0"], ["n1"]], "until": "2m"}, {"name": "b", "groups": [["n2"], ["n3"]]}],
		"links": [{"from": "n0", "to": "n1", "preset": "3g", "until": "1m"}, {"from": "n0", "to": "n2", "preset": "3g"}]}`)
	require.Equal(t, noon.Add(time.Minute), s.Next())
	require.Equal(t, s, s.After(noon.Add(time.Minute-1)))
	left := s.After(noon.Add(time.Minute))
	require.Len(t, left.Partitions, 2)
	require.Len(t, left.Links, 1)
	require.Equal(t, noon.Add(2*time.Minute), left.Next())
	left = left.After(noon.Add(2 * time.Minute))
	require.Equal(t, "b", left.Partitions[0].Name)
	require.Zero(t, left.Next())
	require.Len(t, s.Partitions, 2, "the state itself is as it was")

	whole := settled(t, `{"partitions": [{"groups": [["n0"], ["n1"]]}], "topology": {"kind": "ring"}, "until": "1s", "seed": 4}`)
	require.True(t, whole.After(noon.Add(time.Second)).IsZero())
	require.False(t, whole.After(noon).IsZero())
}

// What was taken once, and is of no effect whatever nodes there are, can be left out of what is
// kept.
func TestWhatIsOfNoEffectIsLeftOut(t *testing.T) {
	kept := read(t, `{
		"partitions": [{"name": "a", "groups": [["all"]], "rest": true}, {"name": "b", "groups": [["n0"]], "rest": true}],
		"links": [{"from": "n0", "to": "n0", "loss": "1%"}, {"from": "all", "to": "all", "loss": "1%"}, {"from": "region:eu", "to": "region:eu"}],
		"regions": {"members": {"eu": "n1"}}}`)
	_, err := kept.Settle(members(6), noon)
	require.ErrorIs(t, err, faults.ErrState)
	left, err := kept.Effective().Settle(members(6), noon)
	require.NoError(t, err)
	require.Len(t, left.Partitions, 1)
	require.Equal(t, "b", left.Partitions[0].Name)
	require.Len(t, left.Links, 2)
}
