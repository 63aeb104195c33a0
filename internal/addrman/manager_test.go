package addrman

import (
	"crypto/ed25519"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"math"
	"math/rand/v2"
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/libp2p/go-libp2p/core/crypto"
	"github.com/libp2p/go-libp2p/core/peer"
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
		again, err := Restore(m.config, m.State(now), now, m.random)
		require.NoError(t, err)
		return again
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

// sameSlot is tables with one place each.
func sameSlot() Config {
	c := DefaultConfig()
	c.New, c.Tried, c.Slots, c.Share = 64, 1, 1, 1
	return c
}

// known has nodes with ids of their own added, of which those that answer do so at once.
func known(t *testing.T, config Config, count int) (*Manager, []types.NodeID) {
	for seed := range uint64(1000) {
		m := New(config, seeded(seed))
		var ids []types.NodeID
		for n := range count {
			if node := nodeAt(n+1, groupIP(n, 1)); m.Add(start, node, from(n, netgroup.Group(fmt.Sprint(n)))) {
				ids = append(ids, node.ID)
			}
		}
		if len(ids) == count {
			return m, ids
		}
	}
	require.Fail(t, "no seed has a place for each")
	return nil, nil
}

func TestTestBeforeEvict(t *testing.T) {
	tried := func(m *Manager, id types.NodeID) bool { return m.nodes[id] != nil && m.nodes[id].tried }
	t.Run("who is there stays", func(t *testing.T) {
		m, ids := known(t, sameSlot(), 2)
		m.Good(start, ids[0])
		m.Good(start.Add(time.Second), ids[1])
		require.True(t, tried(m, ids[0]))
		m.Resolve(start.Add(4*time.Hour - 1))
		require.True(t, tried(m, ids[0]))
		require.Empty(t, m.waiting, "the newcomer waits no longer")
	})
	t.Run("who does not answer goes", func(t *testing.T) {
		m, ids := known(t, sameSlot(), 2)
		m.Good(start, ids[0])
		later := start.Add(5 * time.Hour)
		m.Good(later, ids[1])
		m.Resolve(later)
		require.True(t, tried(m, ids[0]), "it is to be tested first")
		test, ok := m.Feel(later, anybody)
		require.True(t, ok)
		require.Equal(t, ids[0], test.Node.ID)
		m.Attempt(later, ids[0])
		m.Failed(later, ids[0])
		m.Resolve(later.Add(time.Minute))
		require.False(t, tried(m, ids[1]), "it may answer yet")
		m.Resolve(later.Add(time.Minute + 1))
		require.True(t, tried(m, ids[1]))
		require.False(t, tried(m, ids[0]))
	})
	t.Run("who cannot be tested goes", func(t *testing.T) {
		m, ids := known(t, sameSlot(), 2)
		m.Good(start, ids[0])
		later := start.Add(5 * time.Hour)
		m.Good(later, ids[1])
		m.Resolve(later.Add(40 * time.Minute))
		require.False(t, tried(m, ids[1]))
		m.Resolve(later.Add(40*time.Minute + 1))
		require.True(t, tried(m, ids[1]))
	})
	t.Run("switched off", func(t *testing.T) {
		config := sameSlot()
		config.NoTest = true
		m, ids := known(t, config, 2)
		m.Good(start, ids[0])
		m.Good(start, ids[1])
		require.True(t, tried(m, ids[1]))
		require.False(t, tried(m, ids[0]))
	})
	t.Run("few wait", func(t *testing.T) {
		config := sameSlot()
		config.New = 1024
		m, ids := known(t, config, 20)
		for _, id := range ids {
			m.Good(start, id)
		}
		require.Len(t, m.waiting, 10)
		check(t, m)
	})
}

// peerAt is a node with a key, at an address that names it.
func peerAt(t *testing.T, n byte, ip string) types.NodeInfo {
	key := ed25519.NewKeyFromSeed(append(make([]byte, ed25519.SeedSize-1), n)).Public().(ed25519.PublicKey)
	public, err := crypto.UnmarshalEd25519PublicKey(key)
	require.NoError(t, err)
	name, err := peer.IDFromPublicKey(public)
	require.NoError(t, err)
	return types.NodeInfo{ID: types.NodeIDOf(key), P2P: []string{"/ip4/" + ip + "/tcp/8333/p2p/" + name.String()}}
}

func TestAnAddressNamesItsNode(t *testing.T) {
	m := New(DefaultConfig(), seeded(1))
	one, other := peerAt(t, 1, "10.1.1.1"), peerAt(t, 2, "10.2.1.1")
	require.True(t, m.Add(start, one, from(1, "a")))
	other.P2P = one.P2P
	require.False(t, m.Add(start, other, from(1, "a")))
	other.P2P = []string{"nowhere"}
	require.False(t, m.Add(start, other, from(1, "a")))
	other.P2P = nil
	require.False(t, m.Add(start, other, from(1, "a")))
	require.Equal(t, 1, m.Len())
}

// Who names a node first does not fix its address: neither against the node's own word, nor
// against others once a dial has failed.
func TestTheFirstWordIsNotTheLast(t *testing.T) {
	lie, truth := peerAt(t, 1, "10.9.9.9"), peerAt(t, 1, "10.1.1.1")
	at := func(m *Manager) string {
		c, ok := m.Get(truth.ID)
		require.True(t, ok)
		return c.Node.P2P[0]
	}
	m := New(DefaultConfig(), seeded(1))
	require.True(t, m.Add(start, lie, from(1, "liar")))
	require.True(t, m.Add(start, truth, Source{Node: truth.ID}))
	require.Equal(t, truth.P2P[0], at(m))
	require.False(t, m.Add(start, lie, from(1, "liar")))
	m.Good(start, truth.ID)
	m.Failed(start, truth.ID)
	require.Equal(t, truth.P2P[0], at(m), "it has answered there")

	m = New(DefaultConfig(), seeded(1))
	require.True(t, m.Add(start, lie, from(1, "liar")))
	require.False(t, m.Add(start, truth, from(2, "honest")))
	require.Equal(t, lie.P2P[0], at(m))
	m.Failed(start, truth.ID)
	require.Equal(t, truth.P2P[0], at(m))
	require.Equal(t, 1, m.nodes[truth.ID].attempts)
	check(t, m)
}

// Who answers at one address is not known by one of somebody else's that it claims too.
func TestAddressesOfSeveralGroupsTakeTurns(t *testing.T) {
	m := New(DefaultConfig(), seeded(1))
	node := nodeAt(1, "10.1.1.1")
	node.P2P = append(node.P2P, "/ip4/10.1.1.2/tcp/8333", "/ip4/10.2.1.1/tcp/8333")
	require.True(t, m.Add(start, node, from(1, "a")))
	c, _ := m.Get(node.ID)
	require.Equal(t, node.P2P[:2], c.Node.P2P)
	require.Equal(t, netgroup.Group("10.1.0.0/16"), c.Group)
	m.Failed(start, node.ID)
	c, _ = m.Get(node.ID)
	require.Equal(t, node.P2P[2:], c.Node.P2P)
	require.Equal(t, netgroup.Group("10.2.0.0/16"), c.Group)
	check(t, m)
}

// Who answers at its own address, and says that it is at somebody else's, has proved
// nothing of that: else one host would fill tried with addresses of any group.
func TestTriedIsWhereItWasReached(t *testing.T) {
	m := New(DefaultConfig(), seeded(1))
	here, claimed := peerAt(t, 1, "10.1.1.1"), peerAt(t, 1, "10.2.2.2")
	require.True(t, m.Add(start, here, from(2, "a")))
	require.True(t, m.Add(start, claimed, Source{Node: here.ID, Group: "10.1.0.0/16"}))
	m.Reached(start, here.ID, here.P2P[0])
	require.False(t, m.nodes[here.ID].tried)
	require.True(t, m.nodes[here.ID].lastSuccess.IsZero())
	m.Reached(start, here.ID, claimed.P2P[0])
	require.True(t, m.nodes[here.ID].tried)
	check(t, m)
}

// A node that has several addresses, and tells of them in an order that never changes, is
// dialled again where it has answered.
func TestTheOrderOfAddressesSaysNothing(t *testing.T) {
	m := New(DefaultConfig(), seeded(1))
	node := nodeAt(1, "127.0.0.1")
	node.P2P = append(node.P2P, "/ip4/10.1.1.1/tcp/8333")
	require.True(t, m.Add(start, node, from(2, "a")))
	m.Failed(start, node.ID)
	c, _ := m.Get(node.ID)
	require.Equal(t, node.P2P[1:], c.Node.P2P)
	own := Source{Node: node.ID, Group: "10.1.0.0/16"}
	require.False(t, m.Add(start, node, own))
	m.Reached(start, node.ID, node.P2P[1])
	require.False(t, m.Add(start.Add(time.Minute), node, own), "it has dialled us")
	c, _ = m.Get(node.ID)
	require.Equal(t, node.P2P[1:], c.Node.P2P)
	require.Equal(t, netgroup.Group("10.1.0.0/16"), c.Group)
	require.True(t, m.nodes[node.ID].tried)
	check(t, m)
}

func TestTerrible(t *testing.T) {
	m := New(DefaultConfig(), seeded(1))
	other, node := nodeAt(1, "10.1.1.1"), nodeAt(2, "10.2.1.1")
	m.Add(start, other, from(1, "a"))
	m.Add(start, node, from(1, "a"))
	e, now := m.nodes[node.ID], start
	for range 5 { // nobody answers: this node may be cut off
		now = now.Add(time.Hour)
		m.Failed(now, node.ID)
	}
	require.Equal(t, 1, e.attempts)
	for range 2 {
		now = now.Add(time.Hour)
		m.Good(now, other.ID)
		now = now.Add(time.Second)
		m.Failed(now, node.ID)
	}
	require.False(t, e.isTerrible(now, &m.config), "just tried")
	now = now.Add(time.Minute)
	require.True(t, e.isTerrible(now, &m.config))
	require.Equal(t, []types.NodeInfo{other}, m.Sample(now, types.NodeID{}))
	require.Len(t, m.State(now).Nodes, 1)
	require.False(t, m.nodes[other.ID].isTerrible(now, &m.config))
	require.True(t, m.nodes[other.ID].isTerrible(start.Add(31*24*time.Hour), &m.config))
	require.True(t, m.Add(now.Add(20*24*time.Hour), other, from(1, "a")))
	require.False(t, m.nodes[other.ID].isTerrible(start.Add(31*24*time.Hour), &m.config))
}

// New and tried have the same chance, however many are in either; 10,000 draws are within
// 5 standard errors of half.
func TestBothTablesHaveTheSameChance(t *testing.T) {
	m := New(DefaultConfig(), seeded(7))
	for n := range 1000 {
		m.Add(start, nodeAt(n, groupIP(n, 1)), from(n%50, netgroup.Group(fmt.Sprint(n%50))))
	}
	for n := range 20 {
		m.Good(start, nodeAt(n, "").ID)
	}
	tried, now := 0, start.Add(time.Hour)
	for range 10_000 {
		c, ok := m.Select(now, anybody)
		require.True(t, ok)
		if m.nodes[c.Node.ID].tried {
			tried++
		}
	}
	require.InDelta(t, 5000, tried, 5*50)
}

// Who has failed is chosen less often: 0.66 to the power of the failures, which 10,000 draws
// show within 5 standard errors.
func TestFailuresMakeUnlikely(t *testing.T) {
	now, config := start.Add(time.Hour), DefaultConfig()
	require.InDelta(t, math.Pow(0.66, 2), (&entry{attempts: 2}).chance(now, &config), 1e-9)
	require.InDelta(t, math.Pow(0.66, 8), (&entry{attempts: 99}).chance(now, &config), 1e-9)
	require.InDelta(t, 0.01, (&entry{lastTry: now.Add(1 - 10*time.Minute)}).chance(now, &config), 1e-9)
}

func TestOnlyWhoMayIsChosen(t *testing.T) {
	m := New(DefaultConfig(), seeded(1))
	for n := range 300 {
		m.Add(start, nodeAt(n, groupIP(n, 1)), from(n, ""))
	}
	one := nodeAt(77, "").ID
	c, ok := m.Select(start, func(c Candidate) bool { return c.Node.ID == one })
	require.True(t, ok, "of a few, one is found in any case")
	require.Equal(t, one, c.Node.ID)
	_, ok = m.Select(start, func(Candidate) bool { return false })
	require.False(t, ok)
}

func TestSample(t *testing.T) {
	m := New(DefaultConfig(), seeded(1))
	for n := range 60 {
		m.Add(start, nodeAt(n, groupIP(n, 1)), from(n, ""))
	}
	asker := nodeAt(5, "").ID
	few := m.Sample(start, asker)
	require.Len(t, few, 59)
	for _, node := range few {
		require.NotEqual(t, asker, node.ID)
	}
	for n := range 1000 {
		m.Add(start, nodeAt(100+n, groupIP(100+n, 1)), from(n, ""))
	}
	require.Len(t, m.Sample(start, types.NodeID{}), m.Len()*23/100)
}

// A stranger cannot have all that a node knows refused at its next start, by an address that
// is longer once it is in a file: what is no text takes three bytes for one there.
func TestWhatIsKnownCanBeReadAgain(t *testing.T) {
	m := New(DefaultConfig(), seeded(1))
	m.Add(start, nodeAt(1, "10.1.1.1"), from(1, "a"))
	odd := nodeAt(2, "10.2.2.2")
	odd.Address = strings.Repeat("\xff", 100)
	m.Add(start, odd, from(2, "b"))
	text, err := json.Marshal(m.State(start))
	require.NoError(t, err)
	var state State
	require.NoError(t, json.Unmarshal(text, &state))
	again, err := Restore(m.config, state, start, seeded(2))
	require.NoError(t, err)
	require.Equal(t, 1, again.Len())
}

// A manager that is restored goes on where it was, with other buckets too.
func TestRestore(t *testing.T) {
	m := New(DefaultConfig(), seeded(1))
	for n := range 500 {
		m.Add(start, nodeAt(n, groupIP(n%50, n)), from(n%7, netgroup.Group(fmt.Sprint(n%7))))
		m.Add(start, nodeAt(n, groupIP(n%50, n)), from(n%5, netgroup.Group(fmt.Sprint(n%5))))
		if n%5 == 0 {
			m.Good(start, nodeAt(n, "").ID)
		}
	}
	text, err := json.Marshal(m.State(start))
	require.NoError(t, err)
	var state State
	require.NoError(t, json.Unmarshal(text, &state))
	again, err := Restore(m.config, state, start, seeded(2))
	require.NoError(t, err)
	check(t, again)
	require.Equal(t, m.State(start), again.State(start))
	require.ElementsMatch(t, places(m), places(again))

	config := small()
	config.New = 64
	other, err := Restore(config, state, start, seeded(2))
	require.NoError(t, err)
	check(t, other)
	require.NotZero(t, other.tried.count)
}

// places are the rows without what is known in this life only.
func places(m *Manager) []Row {
	rows := m.Table()
	for i := range rows {
		rows[i].LastTry = time.Time{}
		rows[i].LastSuccess = rows[i].LastSuccess.UTC()
	}
	return rows
}

func TestWhatIsNoState(t *testing.T) {
	good := Stored{Node: nodeAt(1, "10.1.1.1"), Buckets: []int{1}}
	for name, spoil := range map[string]func(*Stored){
		"no address": func(n *Stored) { n.Node.P2P = nil }, "another's": func(n *Stored) { n.Node.P2P = peerAt(t, 1, "10.1.1.1").P2P },
		"both": func(n *Stored) { n.Tried = true }, "neither": func(n *Stored) { n.Buckets = nil },
		"below zero": func(n *Stored) { n.Attempts = -1 }, "long": func(n *Stored) { n.Node.Address = strings.Repeat("x", 300) },
	} {
		bad := good
		spoil(&bad)
		_, err := Restore(DefaultConfig(), State{Nodes: []Stored{bad}}, start, seeded(1))
		require.Error(t, err, name)
	}
	_, err := Restore(DefaultConfig(), State{Nodes: []Stored{good, good}}, start, seeded(1))
	require.ErrorContains(t, err, "twice")
	for _, text := range []string{`""`, `"00"`, `"zz"`, `"` + strings.Repeat("0", 34) + `"`} {
		require.Error(t, json.Unmarshal([]byte(text), new(Key)), text)
	}
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
