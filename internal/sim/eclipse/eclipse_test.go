package eclipse

import (
	"bytes"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"networkmngr/internal/addrman"
	"networkmngr/internal/netgroup"
)

// small is an attack that is over soon.
func small(attack Attack, defence Defence) Settings {
	s := Default(attack, defence)
	s.Duration, s.Restarts, s.Honest = s.Duration/8, 2, 20_000
	return s
}

// Neither attack has more of tried than its addresses could ever have (24.5 % and 32.4 %),
// nor all links; without test before evict, and where who comes in counts as one that has
// answered, both have about that, which shows that the attacks are played at all.
func TestTheAttackersShareOfTried(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		attack Attack
		most   float64
	}{{Botnet, 0.245}, {Networks, 0.324}} {
		safe := Runs(small(c.attack, All[0]), 3)
		for i, r := range safe.Results {
			require.Less(t, Tried(r), 0.02, "seed %d", i+1)
			require.Greater(t, New(r), 0.2, "seed %d: the attacker is heard", i+1)
		}
		captured, _ := safe.Count(Captured)
		require.Zero(t, captured)
		open := Runs(small(c.attack, named(t, "inbound counts, no test")), 2)
		for i, r := range open.Results {
			require.InDelta(t, c.most, Tried(r), 0.1, "seed %d", i+1)
		}
	}
}

func named(t *testing.T, name string) Defence {
	for _, d := range All {
		if d.Name == name {
			return d
		}
	}
	require.Fail(t, "no such defence", name)
	return Defence{}
}

// What each defence does is seen where it is off.
func TestDefencesAreSwitchedOff(t *testing.T) {
	t.Parallel()
	tried := func(defence string) float64 {
		s := small(Botnet, named(t, defence))
		s.Seed = 1
		return Tried(Run(s))
	}
	require.Less(t, 4*tried("no feelers"), tried("all defences"), "few but its own links tell who answers")
	require.Greater(t, tried("no test before evict"), 2*tried("all defences"))
	inventor := small(Inventor, All[0])
	share := New(Run(inventor))
	inventor.Defence = named(t, "no share of a source")
	require.Greater(t, New(Run(inventor)), 3*share)
	v := newVictim(small(Networks, All[0]))
	v.settings.Defence.NoGroups = true
	v.links = []link{{node: v.attacker[0]}}
	same := addrman.Candidate{Node: v.attacker[1].entry, Group: v.attacker[1].group}
	require.False(t, v.isLinked(same))
	v.settings.Defence.NoGroups = false
	require.True(t, v.isLinked(same))
}

// A victim all of whose links are the attacker's finds honest nodes once it has gone.
func TestRecovery(t *testing.T) {
	t.Parallel()
	v := newVictim(small(FewNetworks, All[0]))
	for _, n := range v.attacker[:outbound] {
		v.links = append(v.links, link{node: n})
	}
	require.Zero(t, v.honestLinks())
	var r Result
	r.recover(v)
	require.Equal(t, outbound, v.honestLinks())
	require.Positive(t, r.FirstHonest)
	require.LessOrEqual(t, r.FirstHonest, r.AllHonest)
}

// Anchors are dialled first after a restart, unless they are off.
func TestAnchors(t *testing.T) {
	t.Parallel()
	v := newVictim(small(Networks, All[0]))
	v.seek()
	first, second := v.links[0].node, v.links[1].node
	v.restart()
	require.Equal(t, []*node{first, second}, []*node{v.links[0].node, v.links[1].node})
}

func TestRunsRepeat(t *testing.T) {
	t.Parallel()
	s := small(FewNetworks, All[0])
	s.Honest, s.Seed = 500, 7
	require.Equal(t, Run(s), Run(s))
	other := s
	other.Seed = 8
	require.NotEqual(t, Run(s), Run(other))
}

// Nodes have addresses and groups as the address manager reads them.
func TestNodes(t *testing.T) {
	t.Parallel()
	v := &victim{}
	for _, group := range []int{1, 126 << 8, 127 << 8, honestGroups + 2300} {
		n := v.newNode(group, 300)
		at, err := netgroup.First(n.entry)
		require.NoError(t, err)
		require.Equal(t, n.group, netgroup.Default().OfNode(n.entry, at.At))
		require.NotEmpty(t, n.group)
		require.Same(t, n, v.node(n.entry.ID))
	}
}

// Some honest peers keep their places, or get some, whoever was there first; where nothing
// but the youth of a link counts, next to none who come later do.
func TestInbound(t *testing.T) {
	t.Parallel()
	s := DefaultInbound()
	s.Duration /= 3
	require.Greater(t, RunInbound(s), 20)
	s.First = true
	with := RunInbound(s)
	s.Protected.Transfers, s.Protected.Blocks, s.Protected.Groups = 0, 0, 0
	require.Greater(t, with, RunInbound(s))
}

func TestRows(t *testing.T) {
	t.Parallel()
	s := small(FewNetworks, All[0])
	s.Honest = 500
	var out bytes.Buffer
	require.NoError(t, Header(&out))
	report := Runs(s, 2)
	require.NoError(t, report.Row(&out))
	require.NoError(t, report.OverTime(&out))
	in := DefaultInbound()
	in.Duration = 0
	require.NoError(t, InboundRow(&out, "none", in, 1))
	lines := strings.Split(strings.TrimSpace(out.String()), "\n")
	require.Len(t, lines, 3+3+1)
	require.Equal(t, strings.Count(lines[0], "|"), strings.Count(lines[2], "|"))
	require.Contains(t, lines[6], "| none | 1 | 64.0 | 64 | 0.0 | 0 |")
}
