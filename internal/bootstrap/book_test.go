package bootstrap

import (
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"networkmngr/internal/leaktest"
	"networkmngr/internal/netgroup"
	"networkmngr/internal/types"
)

func TestMain(m *testing.M) { leaktest.Main(m) }

var start = time.Date(2026, 11, 29, 12, 0, 0, 0, time.UTC)

// nodeAt is a node that has answered at an address.
func nodeAt(address string) Introduction {
	id := types.NodeID{}
	copy(id[:], address)
	return Introduction{NodeInfo: types.NodeInfo{ID: id, Address: address, P2P: []string{"/ip4/127.0.0.1/tcp/1"}}}
}

func addresses(nodes []Introduction) []string {
	list := []string{}
	for _, n := range nodes {
		list = append(list, n.Address)
	}
	return list
}

// enter has nodes answer.
func enter(t *testing.T, b *Book, list ...string) {
	t.Helper()
	for _, address := range list {
		added, err := b.Answered(nodeAt(address), start)
		require.NoError(t, err)
		require.True(t, added)
	}
}

// A node that stops answering is told of no more, is asked less and less often, and is told
// of again as soon as it answers.
func TestANodeThatStopsAnsweringAndComesBack(t *testing.T) {
	b := NewBook(DefaultLimits())
	enter(t, b, "127.0.0.1:5000")
	for i, want := range []struct {
		gone bool
		wait time.Duration
	}{{false, time.Second}, {true, 2 * time.Second}, {false, 4 * time.Second}} {
		require.Equal(t, want.gone, b.Failed("127.0.0.1:5000", start), i)
		_, at, found := b.Next()
		require.True(t, found)
		require.Equal(t, want.wait, at.Sub(start), i)
	}
	require.Empty(t, b.For(nil, 9, nil))
	require.Zero(t, b.Count())
	enter(t, b, "127.0.0.1:5000")
	require.Len(t, b.For(nil, 9, nil), 1)

	for range 40 {
		b.Failed("127.0.0.1:5000", start)
	}
	_, at, _ := b.Next()
	require.Equal(t, DefaultLimits().Most, at.Sub(start))
	b.Failed("127.0.0.1:5000", start.Add(DefaultLimits().Forget+1))
	_, _, found := b.Next()
	require.False(t, found, "it is forgotten")
}

// However many nodes are known, only so many are asked in a second.
func TestQuestionsAreSpaced(t *testing.T) {
	limits := DefaultLimits()
	b := NewBook(limits)
	for i := range 1000 {
		enter(t, b, fmt.Sprintf("127.0.0.1:%d", 1+i))
	}
	enter(t, b, "127.0.0.1:5000")
	require.Equal(t, 1001*limits.Spacing, b.interval())
	require.GreaterOrEqual(t, limits.Every, NewBook(limits).interval())

	first, _, _ := b.Next()
	b.Asked(first)
	second, _, _ := b.Next()
	require.NotEqual(t, first, second, "nobody is asked twice at a time")
}

func TestABookIsBounded(t *testing.T) {
	limits := DefaultLimits()
	limits.Nodes, limits.PerHost, limits.PerGroup = 6, 2, 3
	b := NewBook(limits)
	enter(t, b, "10.0.0.1:1", "10.0.0.1:2", "10.0.0.2:1")
	for _, address := range []string{"10.0.0.1:3", "10.0.9.9:1", "[::ffff:10.0.3.4]:1"} {
		_, err := b.Answered(nodeAt(address), start)
		require.ErrorIs(t, err, ErrGroup, address)
	}
	enter(t, b, "10.1.0.1:1", "127.0.0.1:1", "localhost:2")
	_, err := b.Answered(nodeAt("[::1]:3"), start)
	require.ErrorIs(t, err, ErrFull)

	b.Failed("10.0.0.1:2", start)
	b.Failed("10.0.0.1:2", start)
	enter(t, b, "[::1]:3") // in the place of the one that does not answer
	require.NotContains(t, addresses(b.For(nil, 9, nil)), "10.0.0.1:2")
	require.Len(t, b.Entries(), 6)
	require.Equal(t, map[string]int{"10.0.0.1": 1, "10.0.0.2": 1, "10.1.0.1": 1, "": 3}, b.hosts)
	require.Equal(t, map[netgroup.Group]int{"10.0.0.0/16": 2, "10.1.0.0/16": 1, "": 3}, b.groups)
}

func TestGroups(t *testing.T) {
	for address, want := range map[string][2]string{
		"192.0.2.7:1": {"192.0.2.7", "192.0.0.0/16"}, "[2001:db8:1::7]:1": {"2001:db8:1::7", "2001:db8::/32"},
		"127.8.0.1:1": {}, "[::1]:1": {}, "localhost:1": {}, "lab.example:1": {"lab.example", string(names)},
	} {
		host, group := groupOf(address, netgroup.Default())
		require.Equal(t, want, [2]string{host, string(group)}, address)
	}
	host, group := groupOf("127.0.0.1:5005", netgroup.Grouping{Block: 10})
	require.Equal(t, [2]string{"", "ports 5000-5009"}, [2]string{host, string(group)})
}

// Who asks is told of those that can be its peers.
func TestForAnAsker(t *testing.T) {
	b := NewBook(DefaultLimits())
	enter(t, b, "127.0.0.1:1", "127.0.0.1:2")
	stranger, elsewhere := nodeAt("127.0.0.1:3"), nodeAt("127.0.0.1:4")
	stranger.Lab, elsewhere.Genesis = "other", types.Hash{1}
	for _, n := range []Introduction{stranger, elsewhere} {
		_, err := b.Answered(n, start)
		require.NoError(t, err)
	}
	asker := nodeAt("127.0.0.1:1")
	require.Equal(t, []string{"127.0.0.1:2"}, addresses(b.For(&asker, 9, nil)))
	require.Empty(t, b.For(&stranger, 9, nil))
	require.Equal(t, []string{"127.0.0.1:1", "127.0.0.1:2", "127.0.0.1:3", "127.0.0.1:4"}, addresses(b.For(nil, 4, nil)))

	seed := rand.Uint64()
	random := rand.New(rand.NewPCG(seed, 0))
	seen := make(map[string]bool)
	for range 200 { // of which all miss one of four by chance 4 * 0.75^200 < 1e-24
		list := b.For(nil, 1, random)
		require.Len(t, list, 1)
		seen[list[0].Address] = true
	}
	require.Len(t, seen, 4, "seed %d", seed)
}

// What was kept is told of at once, and asked at once.
func TestRestore(t *testing.T) {
	b := NewBook(DefaultLimits())
	enter(t, b, "127.0.0.1:1", "127.0.0.1:2")
	b.Failed("127.0.0.1:2", start)
	b.Failed("127.0.0.1:2", start)
	again := NewBook(DefaultLimits())
	again.Restore(append(b.Entries(), b.Entries()...))
	require.Equal(t, b.Entries(), again.Entries())
	require.Equal(t, []string{"127.0.0.1:1"}, addresses(again.For(nil, 9, nil)))
	_, at, _ := again.Next()
	require.True(t, at.IsZero())
}
