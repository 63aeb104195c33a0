package addrman

import (
	"encoding/binary"
	"fmt"
	"math"
	"math/rand/v2"
	"net/netip"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"networkmngr/internal/netgroup"
	"networkmngr/internal/types"
)

var start = time.Unix(1_700_000_000, 0)

func seeded(seed uint64) *rand.Rand { return rand.New(rand.NewPCG(seed, 0)) }

// nodeAt is a node that answers at an address.
func nodeAt(n int, ip string) types.NodeInfo {
	var id types.NodeID
	binary.BigEndian.PutUint32(id[:], uint32(n))
	return types.NodeInfo{ID: id, Address: ip + ":5000", P2P: []string{"/ip4/" + ip + "/tcp/8333"}}
}

// groupIP is host number of a group, as 10.0.0.0/16 is one.
func groupIP(group, host int) string {
	return fmt.Sprintf("%d.%d.%d.%d", 11+group>>8, group&0xff, host>>8, host&0xff)
}

func from(n int, group netgroup.Group) Source {
	return Source{Node: nodeAt(n, "1.1.1.1").ID, Group: group}
}

func anybody(Candidate) bool { return true }

// check looks at everything that must hold at any time.
func check(t require.TestingT, m *Manager) {
	fresh, tried, places := 0, 0, 0
	told := 0
	members := map[netgroup.Group]int{}
	for i, e := range m.all {
		require.Equal(t, i, e.index)
		require.Same(t, e, m.nodes[e.node.ID])
		members[e.group]++
		if e.tried {
			tried++
			require.Empty(t, e.places)
			require.Same(t, e, m.tried.get(m.triedPlace(e)))
			continue
		}
		fresh++
		places += len(e.places)
		require.NotEmpty(t, e.places)
		require.LessOrEqual(t, len(e.places), m.config.Places)
		require.Contains(t, m.bySource[e.source.name()], e)
		for _, at := range e.places {
			require.Same(t, e, m.fresh.get(at))
			require.Less(t, at.bucket, m.config.New)
			require.Less(t, at.slot, m.config.Slots)
		}
	}
	for _, list := range m.bySource {
		require.NotEmpty(t, list)
		require.LessOrEqual(t, len(list), m.config.perSource())
		told += len(list)
	}
	require.Equal(t, members, m.members)
	require.Len(t, m.nodes, len(m.all))
	require.Equal(t, []int{places, tried, fresh}, []int{m.fresh.count, m.tried.count, told})
	require.LessOrEqual(t, len(m.waiting), m.config.Waiting)
	for _, table := range []*table{&m.fresh, &m.tried} {
		require.Len(t, table.buckets, len(table.filled))
		for i, b := range table.filled {
			require.Equal(t, i, b.at)
			require.Same(t, b, table.buckets[b.number])
			require.NotEmpty(t, b.taken)
			require.LessOrEqual(t, len(b.taken), m.config.Slots)
		}
	}
}

// small tables soon collide.
func small() Config {
	c := DefaultConfig()
	c.New, c.Tried, c.Slots, c.TriedPerGroup, c.NewPerSource, c.Places, c.Share, c.Waiting = 4, 2, 3, 2, 2, 3, 2, 2
	return c
}

// operate does something random.
func operate(t *rapid.T, m *Manager, now time.Time) *Manager {
	n := rapid.IntRange(0, 40).Draw(t, "node")
	node := nodeAt(n, groupIP(n%5, n))
	switch rapid.IntRange(0, 9).Draw(t, "what") {
	case 0, 1, 2:
		if rapid.Bool().Draw(t, "elsewhere") {
			node.P2P = append([]string{"/ip4/" + groupIP(n%5+5, n) + "/tcp/1"}, node.P2P...)
		}
		source := from(rapid.IntRange(0, 3).Draw(t, "source"), netgroup.Group(rapid.SampledFrom([]string{"", "a", "b"}).Draw(t, "group")))
		if rapid.Bool().Draw(t, "own") {
			source.Node = node.ID
		}
		m.Add(now, node, source)
	case 3:
		m.Attempt(now, node.ID)
	case 4:
		m.Failed(now, node.ID)
	case 5:
		m.Good(now, node.ID)
	case 6:
		m.Reached(now, node.ID, "/ip4/"+groupIP(n%5+5*rapid.IntRange(0, 1).Draw(t, "there"), n)+"/tcp/1")
	case 7:
		m.Resolve(now)
		m.Feel(now, anybody)
	case 8:
		m.Remove(node.ID)
	case 9:
		return Restore(m.config, m.State(now), now, m.random)
	}
	return m
}

// Whatever happens in whatever order, the tables agree with the entries and keep to their
// bounds.
func TestTablesHold(t *testing.T) {
	rapid.Check(t, tables)
}

func FuzzTables(f *testing.F) { f.Fuzz(rapid.MakeFuzz(tables)) }

func tables(t *rapid.T) {
	config := small()
	config.NoBuckets, config.NoTest, config.NoShare = rapid.Bool().Draw(t, "no buckets"), rapid.Bool().Draw(t, "no test"), rapid.Bool().Draw(t, "no share")
	config.Grouping.Members = rapid.IntRange(0, 3).Draw(t, "members")
	m, now := New(config, seeded(rapid.Uint64().Draw(t, "seed"))), start
	for range rapid.IntRange(1, 60).Draw(t, "steps") {
		now = now.Add(time.Duration(rapid.IntRange(0, 6*3600).Draw(t, "seconds")) * time.Second)
		m = operate(t, m, now)
		check(t, m)
		if chosen, ok := m.Select(now, anybody); ok {
			require.True(t, m.Has(chosen.Node.ID))
			require.NotEmpty(t, chosen.Node.P2P)
		} else {
			require.Zero(t, m.Len())
		}
	}
}

// owned is the share of tried that addresses of groups take who all answer, and have the
// table to themselves.
func owned(config Config, groups, each int, seed uint64) float64 {
	m := New(config, seeded(seed))
	places := map[place]bool{}
	for group := range groups {
		ip := [16]byte{0x20, 0x01, byte(group >> 8), byte(group)}
		party := config.Grouping.OfIP(netip.AddrFrom16(ip))
		for host := range each {
			binary.BigEndian.PutUint32(ip[12:], uint32(host))
			places[m.triedPlace(&entry{at: netip.AddrPortFrom(netip.AddrFrom16(ip), 8333), group: party})] = true
		}
	}
	return float64(len(places)) / float64(config.Tried*config.Slots)
}

// What an attacker can own of tried, computed independently: of today's tables of Bitcoin
// Core, and of those of before 0.10.1.
func TestWhatAnAttackerCanOwn(t *testing.T) {
	today, old := DefaultConfig(), DefaultConfig()
	old.Tried, old.TriedPerGroup = 64, 4
	for _, test := range []struct {
		groups, each  int
		today, before float64 // percent
	}{
		{100, 1, 0.6, 2.4}, {400, 1, 2.4, 9.4}, {20, 256, 21.9, 53.7}, {32, 256, 32.4, 73.5},
		{2300, 2, 24.5, 67.3}, {16384, 1, 63.2, 98.2}, {65536, 1, 98.2, 100},
	} {
		for config, want := range map[*Config]float64{&today: test.today, &old: test.before} {
			const seeds = 4
			var sum, squares float64
			for seed := range uint64(seeds) {
				share := 100 * owned(*config, test.groups, test.each, seed)
				sum, squares = sum+share, squares+share*share
			}
			mean := sum / seeds
			deviation := math.Sqrt(max(0, squares/seeds-mean*mean) / (seeds - 1))
			require.InDelta(t, want, mean, 0.1+6*deviation, "%d groups of %d in %d buckets, seeds 0 to 3", test.groups, test.each, config.Tried)
		}
	}
}

// Without buckets by group, few groups have as much of tried as many.
func TestWithoutBucketsGroupsCountForNothing(t *testing.T) {
	config := DefaultConfig()
	config.NoBuckets = true
	require.InDelta(t, 1-math.Exp(-0.5), owned(config, 1, 8192, 1), 0.02)
	config.NoBuckets = false
	require.LessOrEqual(t, owned(config, 1, 8192, 1), 8.0/256)
}

// One peer names 5,120 nodes that do not exist, and then another names 200: as in the case
// of a book that one peer fills.
func TestNobodyFillsTheTables(t *testing.T) {
	m := New(DefaultConfig(), seeded(1))
	told := func(source Source, first, count int) (kept int) {
		for n := range count {
			m.Add(start, nodeAt(first+n, groupIP((first+n)%1000, n)), source)
		}
		for n := range count {
			if m.Has(nodeAt(first+n, "").ID) {
				kept++
			}
		}
		return kept
	}
	require.Equal(t, 655, told(from(1, "attacker"), 1000, 5120))
	require.Equal(t, 655, told(from(2, "attacker"), 10_000, 5120), "another id of the same group is no other source")
	require.Equal(t, 655, m.Len())
	require.GreaterOrEqual(t, told(from(3, "honest"), 20_000, 200), 190)
	check(t, m)
}

// The oldest word of a source gives way for its newest.
func TestASourcesShare(t *testing.T) {
	config := DefaultConfig()
	config.Share = 65536 / 2
	m := New(config, seeded(1))
	for n := range 3 {
		require.True(t, m.Add(start, nodeAt(n, groupIP(n, 1)), from(9, "a")))
	}
	require.False(t, m.Has(nodeAt(0, "").ID))
	m.Good(start, nodeAt(1, "").ID)
	require.True(t, m.Add(start, nodeAt(3, groupIP(3, 1)), from(9, "a")))
	require.Equal(t, 3, m.Len(), "what has answered does not count")
}

// Only who has a place of his own may be there: not two at one address of one source.
func TestManyIdsAtOneAddressHaveOnePlace(t *testing.T) {
	m := New(DefaultConfig(), seeded(1))
	for n := range 100 {
		m.Add(start, nodeAt(n, "10.1.1.1"), from(1, "a"))
		m.Good(start, nodeAt(n, "").ID)
	}
	require.Equal(t, 1, m.tried.count)
	require.LessOrEqual(t, m.Len(), 2)
}

func TestMembersOfAGroup(t *testing.T) {
	config := DefaultConfig()
	config.Grouping = netgroup.Grouping{V4: 24, Members: 255}
	m := New(config, seeded(1))
	for n := range 4 * 256 {
		m.Add(start, nodeAt(n, groupIP(1, n)), from(n, ""))
	}
	require.LessOrEqual(t, m.members["11.1.0.0/24"], 255)
	config.Grouping.Members = 3
	m = New(config, seeded(1))
	for n := range 256 {
		m.Add(start, nodeAt(n, groupIP(1, n)), from(n, ""))
	}
	require.Equal(t, 3, m.Len())
}

func TestTableShowsEveryPlace(t *testing.T) {
	m := New(DefaultConfig(), seeded(1))
	node := nodeAt(1, "10.1.1.1")
	m.Add(start, node, from(2, "a"))
	rows := m.Table()
	require.Len(t, rows, 1)
	require.Equal(t, "10.1.1.1:8333", rows[0].Address)
	require.Equal(t, netgroup.Group("10.1.0.0/16"), rows[0].Group)
	require.Equal(t, from(2, "a"), rows[0].Source)
	require.False(t, rows[0].Tried)
	m.Good(start, node.ID)
	rows = m.Table()
	require.Len(t, rows, 1)
	require.True(t, rows[0].Tried)
	require.Equal(t, start, rows[0].LastSuccess)
}

func BenchmarkAdd(b *testing.B) {
	b.ReportAllocs()
	m := New(DefaultConfig(), seeded(1))
	for n := range b.N {
		m.Add(start, nodeAt(n, groupIP(n%60_000, n/60_000)), from(n%1000, netgroup.Group(fmt.Sprint(n%1000))))
	}
}

// Peers tell each other of the same nodes again and again, which must cost next to nothing.
func TestWhatIsKnownIsNotReadAgain(t *testing.T) {
	m := New(DefaultConfig(), seeded(1))
	node := nodeAt(1, "10.1.2.3")
	require.True(t, m.Add(start, node, from(2, "")))
	m.Good(start, node.ID)
	source := from(3, "")
	require.Zero(t, testing.AllocsPerRun(100, func() { m.Add(start, node, source) }))
}
