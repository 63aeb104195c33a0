package addrman

import (
	"crypto/ed25519"
	"fmt"
	"testing"
	"time"

	"github.com/libp2p/go-libp2p/core/crypto"
	"github.com/libp2p/go-libp2p/core/peer"
	"github.com/stretchr/testify/require"

	"networkmngr/internal/netgroup"
	"networkmngr/internal/types"
)

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
	require.True(t, m.Add(start, lie, from(1, "adversary")))
	require.True(t, m.Add(start, truth, Source{Node: truth.ID}))
	require.Equal(t, truth.P2P[0], at(m))
	require.False(t, m.Add(start, lie, from(1, "adversary")))
	m.Good(start, truth.ID)
	m.Failed(start, truth.ID)
	require.Equal(t, truth.P2P[0], at(m), "it has answered there")

	m = New(DefaultConfig(), seeded(1))
	require.True(t, m.Add(start, lie, from(1, "adversary")))
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
	require.Equal(t, []types.NodeID{other.ID}, m.Sample(now, netgroup.Machine))
	require.Len(t, m.State(now).Nodes, 1)
	require.False(t, m.nodes[other.ID].isTerrible(now, &m.config))
	require.True(t, m.nodes[other.ID].isTerrible(start.Add(31*24*time.Hour), &m.config))
	require.True(t, m.Add(now.Add(20*24*time.Hour), other, from(1, "a")))
	require.False(t, m.nodes[other.ID].isTerrible(start.Add(31*24*time.Hour), &m.config))
}
