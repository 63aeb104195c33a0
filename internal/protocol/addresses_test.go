package protocol

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"networkmngr/internal/netgroup"
	"networkmngr/internal/types"
)

func outbound(n int) func(*Config) { return func(c *Config) { c.Outbound = n } }

// dialled takes the waiting Dials.
func (s *script) dialled() []types.NodeID {
	var ids []types.NodeID
	for _, d := range takeAll(s, func(Dial) bool { return true }) {
		ids = append(ids, d.Node.ID)
	}
	return ids
}

func entries(ids ...types.NodeID) []types.NodeInfo {
	var list []types.NodeInfo
	for _, id := range ids {
		list = append(list, entryOf(id))
	}
	return list
}

// News of nodes goes to two peers, the same all day, and to each at most once in a while.
func TestNewsOfNodesIsPassedOn(t *testing.T) {
	s := newScript(t)
	ids := s.peers(5)
	tellers := func(node types.NodeID) (told []types.NodeID) {
		for _, id := range ids[1:] {
			for _, m := range sentAll[Addresses](s, id) {
				require.Equal(t, entries(node), m.Nodes)
				told = append(told, id)
			}
		}
		return told
	}
	s.says(ids[0], Addresses{Nodes: entries(far, ids[1], selfID)})
	first := tellers(far)
	require.Len(t, first, s.engine.config.RelayTo)
	s.quiet()
	s.says(ids[1], Addresses{Nodes: entries(far)})
	s.quiet()
	s.now = s.now.Add(2 * time.Hour) // and it is news once more
	s.says(ids[0], Addresses{Nodes: entries(far)})
	require.Equal(t, first, tellers(far))

	// A node that joins is news too.
	joined := s.link(0xe0)
	s.out = nil
	s.says(joined, s.helloOf(joined, s.chain.Tip()))
	require.Len(t, append(tellers(joined), nodesOf(sentAll[Addresses](s, ids[0]))...), s.engine.config.RelayTo)
}

func nodesOf(messages []Addresses) (ids []types.NodeID) {
	for _, m := range messages {
		ids = append(ids, m.Nodes[0].ID)
	}
	return ids
}

// However much is news, a peer is told of it in few messages.
func TestNewsWaitsForMore(t *testing.T) {
	s := newScript(t, func(c *Config) { c.NewsInterval, c.PingInterval = 5*time.Second, time.Hour })
	ids := s.peers(2)
	s.wait(10 * time.Second)
	s.out = nil
	messages, told := 0, 0
	for n := range byte(60) {
		s.says(ids[0], Addresses{Nodes: entries(types.NodeID{0xe0, n})})
		s.wait(time.Second)
		for _, m := range sentAll[Addresses](s, ids[1]) {
			messages++
			told += len(m.Nodes)
		}
	}
	require.LessOrEqual(t, messages, 1+60*2/5, "one in 2.5 s at the least")
	require.GreaterOrEqual(t, messages, 1+60*2/15-1, "one in 7.5 s at the most")
	s.wait(2 * s.engine.config.NewsInterval)
	for _, m := range sentAll[Addresses](s, ids[1]) {
		told += len(m.Nodes)
	}
	require.GreaterOrEqual(t, told, 55, "but for those whose place in the table is taken")
}

// A flood of nodes is neither kept nor passed on, but a peer that has been quiet is heard
// again. An answer to our question is kept, and is no news to others.
func TestFloodOfNodes(t *testing.T) {
	s := newScript(t)
	ids := s.peers(2)
	n := 0
	tell := func(count int) (kept, passed int) {
		var list []types.NodeInfo
		for range count {
			n++
			list = append(list, entryOf(types.NodeID{0xe0, byte(n >> 8), byte(n)}))
		}
		before := s.engine.KnownCount()
		s.says(ids[0], Addresses{Nodes: list})
		kept = s.engine.KnownCount() - before
		s.wait(10 * time.Second)
		for _, m := range sentAll[Addresses](s, ids[1]) {
			passed += len(m.Nodes)
		}
		require.Empty(t, sentAll[Addresses](s, ids[0]))
		return kept, passed
	}
	between := func(low, high, got int) { // some places in the table are taken
		t.Helper()
		require.True(t, low <= got && got <= high, "%d: want %d to %d", got, low, high)
	}
	kept, passed := tell(100)
	between(90, 100, kept)
	require.Zero(t, passed, "the answer")
	kept, passed = tell(100)
	between(newsLimit.Burst-6, newsLimit.Burst, kept)
	require.Equal(t, kept, passed)
	kept, passed = tell(100)
	between(7, 10, kept) // one a second
	require.Equal(t, kept, passed)
}

// What others say does not change what a node said of itself.
func TestHearsayDoesNotReplaceAnEntry(t *testing.T) {
	s := newScript(t)
	ids := s.peers(2)
	moved := entryOf(ids[1])
	moved.Address = "127.0.0.1:1"
	s.says(ids[0], Addresses{Nodes: []types.NodeInfo{moved}})
	s.quiet()
	require.Equal(t, entries(ids...), s.engine.Known())
}

func TestInvalidEntryIsPunished(t *testing.T) {
	s := newScript(t)
	id := s.peers(1)[0]
	s.says(id, Addresses{Nodes: []types.NodeInfo{entryOf(far), {ID: near}}})
	s.dropped(id, ErrMessage, true)
}

// What peers tell of neither touches nor pushes out what somebody trusted has named.
func TestTheRegistryIsKeptApart(t *testing.T) {
	s := newScript(t)
	adversary := s.join(2, s.chain.Tip())
	s.handle(Learned{Nodes: entries(far)})
	moved := entryOf(far)
	moved.P2P = []string{"/ip4/127.9.9.9/tcp/9"}
	s.says(adversary, Addresses{Nodes: []types.NodeInfo{moved}})
	require.Equal(t, entries(far, adversary), s.engine.Known())
	require.False(t, s.engine.addresses.Has(far))
	require.Empty(t, s.engine.AddressOf(near.Account()))

	s.says(adversary, Addresses{Nodes: entries(near)})
	require.True(t, s.engine.addresses.Has(near))
	for _, id := range []types.NodeID{far, near} {
		require.Equal(t, entryOf(id).Address, s.engine.AddressOf(id.Account()))
	}
	s.handle(Learned{Nodes: entries(near)})
	require.False(t, s.engine.addresses.Has(near), "it is trusted now")
	require.Equal(t, entries(far, near, adversary), s.engine.Known())
}

// A whole book of trusted nodes takes more in place of those that failed most.
func TestTheRegistryIsBounded(t *testing.T) {
	s := newScript(t, outbound(1))
	var list []types.NodeInfo
	for n := range maxBook {
		list = append(list, entryOf(types.NodeID{0xff, byte(n >> 8), byte(n)}))
	}
	s.handle(Learned{Nodes: list})
	dials := s.dialled()
	require.Len(t, dials, 1)
	s.handle(DialFailed{Peer: dials[0]})
	there := types.NodeID{0xf0, 1}
	s.handle(Learned{Nodes: entries(there)})
	require.Len(t, s.engine.Known(), maxBook)
	require.NotNil(t, s.engine.book.nodes[there])
	require.Nil(t, s.engine.book.nodes[dials[0]])
}

// nodeIn is a node of a group.
func nodeIn(n byte, group byte) types.NodeInfo {
	return types.NodeInfo{ID: types.NodeID{0xf0, n}, P2P: []string{fmt.Sprintf("/ip4/10.%d.0.%d/tcp/8333", group, n)}}
}

func (s *script) tellOf(nodes ...types.NodeInfo) {
	teller := s.join(1, s.chain.Tip())
	s.says(teller, Addresses{Nodes: nodes})
}

// What a node knew, and whom it had dialled first, is there again after a restart.
func TestRestored(t *testing.T) {
	s := newScript(t, outbound(3))
	s.handle(Learned{Nodes: entries(types.NodeID{0xa0})})
	var nodes []types.NodeInfo
	for n := range byte(40) {
		nodes = append(nodes, nodeIn(n, n))
	}
	s.tellOf(nodes...)
	s.dialled()
	var anchors []types.NodeID
	for n := range byte(2) {
		id := types.NodeID{0xf0, 7 + n}
		s.handle(Connected{Peer: id, Outbound: true})
		s.says(id, Hello{Version: Version, Genesis: s.engine.genesis, Self: nodeIn(7+n, 7+n), Tip: claimOf(s.chain.Tip())})
		anchors = append(anchors, id)
	}
	for _, id := range anchors { // which the end of this life does not undo
		s.handle(Disconnected{Peer: id})
	}
	book := s.engine.Book()
	require.Equal(t, anchors, book.Anchors)
	again := newScript(t, outbound(3))
	again.handle(Restored{Book: book})
	require.ElementsMatch(t, s.engine.Known(), again.engine.Known())
	dials := again.dialled()
	require.Equal(t, anchors, dials[:2])
	require.Equal(t, types.NodeID{0xa0}, dials[2])

	off := newScript(t, outbound(3), func(c *Config) { c.Anchors = 0 })
	off.handle(Restored{Book: book})
	require.Equal(t, types.NodeID{0xa0}, off.dialled()[0])
}

// A peer that claims an address which names another node is no node at all.
func TestNobodySpeaksForAnotherNodesAddress(t *testing.T) {
	const named = "/ip4/127.0.0.1/tcp/1/p2p/12D3KooWD3eckifWpRn9wQpMG9R9hX3sD158z7EqHWmweQAJU5SA"
	s := newScript(t)
	id := s.link(9)
	m := s.helloOf(id, s.chain.Tip())
	m.Self.P2P = []string{named}
	s.says(id, m)
	s.dropped(id, errIdentity, true)
	teller := s.peers(1)[0]
	s.says(teller, Addresses{Nodes: []types.NodeInfo{{ID: far, P2P: []string{named}}}})
	s.handle(Learned{Nodes: []types.NodeInfo{{ID: far, P2P: []string{named}}}})
	require.Equal(t, entries(teller), s.engine.Known())
}

// A node tells a peer of itself now and then.
func TestANodeTellsOfItself(t *testing.T) {
	s := newScript(t)
	id := s.peers(1)[0]
	s.wait(1)
	require.Empty(t, sentAll[Addresses](s, id))
	for told := 0; told == 0; told = len(sentAll[Addresses](s, id)) {
		require.Less(t, s.now.Sub(s.engine.peers[0].since), 2*s.engine.config.SelfInterval)
		s.wait(time.Minute)
		for _, m := range sentAll[Ping](s, id) {
			s.pong(id, m.Number, s.chain.Tip())
		}
	}
}

// One message has what a decoder takes, also where the node itself is one more to tell of.
func TestANodeTellsOfItselfWithinBounds(t *testing.T) {
	s := newScript(t)
	s.peers(1)
	s.wait(1)
	p := s.engine.peers[0]
	for n := range maxEntries {
		p.tell(entryOf(types.NodeID{0xe0, byte(n)}))
	}
	s.engine.selfAt = s.now
	s.wait(0)
	_, err := Decode(Encode(action[Send](s).Message))
	require.NoError(t, err)
	s.quiet()
}

// Strangers that come first with very many nodes do not keep this one from asking those
// that it dials.
func TestAPeerThatWasDialledIsAskedForNodes(t *testing.T) {
	s := newScript(t, outbound(1))
	stranger := s.link(9)
	s.says(stranger, s.helloOf(stranger, s.chain.Tip()))
	sent[GetAddresses](s, stranger)
	var lies []types.NodeInfo
	for n := range 2 * enoughKnown {
		lies = append(lies, entryOf(types.NodeID{0xe0, byte(n)}))
	}
	s.says(stranger, Addresses{Nodes: lies})
	require.Greater(t, s.engine.KnownCount(), enoughKnown)
	another := s.link(8)
	s.says(another, s.helloOf(another, s.chain.Tip()))
	require.Empty(t, sentAll[GetAddresses](s, another))
	dialled := s.dialled()[0]
	s.handle(Connected{Peer: dialled, Outbound: true})
	s.says(dialled, s.helloOf(dialled, s.chain.Tip()))
	sent[GetAddresses](s, dialled)
}

// Who came by itself and has gone is not dialled at once: it may have been evicted.
func TestWhoHasGoneIsNotDialledAtOnce(t *testing.T) {
	s := newScript(t, outbound(2))
	s.handle(Connected{Peer: far})
	s.says(far, s.helloOf(far, s.chain.Tip()))
	s.handle(Disconnected{Peer: far})
	require.Empty(t, s.dialled())
	s.wait(s.engine.config.RetryFirst - 1)
	require.Empty(t, s.dialled())
	s.wait(1)
	require.Equal(t, []types.NodeID{far}, s.dialled())
}

// A peer from far away has nobody dial this machine, neither this node nor, through it,
// peers for which this one is near.
func TestAPeerFromFarAwayTellsNothingOfThisMachine(t *testing.T) {
	s := newScript(t, outbound(2))
	near, remote := s.join(1, s.chain.Tip()), types.NodeID{2}
	s.handle(Connected{Peer: remote, Address: "/ip4/8.8.8.8/tcp/1"})
	hello := s.helloOf(remote, s.chain.Tip())
	hello.Self.P2P = append(hello.Self.P2P, "/ip4/8.8.8.8/tcp/1")
	s.says(remote, hello)
	own, other := nodeIn(3, 1), nodeIn(4, 1)
	own.P2P = []string{"/ip4/127.0.0.1/tcp/22"}
	other.P2P = []string{"/ip4/127.0.0.1/tcp/22", "/ip4/9.9.9.9/tcp/1"}
	s.says(remote, Addresses{Nodes: []types.NodeInfo{own, other}})
	s.wait(s.engine.config.NewsInterval * 2)
	hello.Self.P2P, other.P2P = hello.Self.P2P[1:], other.P2P[1:]
	require.ElementsMatch(t, []types.NodeInfo{entryOf(near), hello.Self, other}, s.engine.Known())
	told := map[types.NodeID]types.NodeInfo{}
	for _, m := range sentAll[Addresses](s, near) {
		for _, node := range m.Nodes {
			told[node.ID] = node
		}
	}
	require.Equal(t, map[types.NodeID]types.NodeInfo{remote: hello.Self, other.ID: other}, told)
}

// What a seed tells is taken, but not trusted: it is no more than one source's word.
func TestASeedIsNotTrusted(t *testing.T) {
	s := newScript(t, outbound(2))
	s.handle(Learned{Nodes: entries(far)})
	moved := entryOf(far)
	moved.P2P = []string{"/ip4/127.9.9.9/tcp/9"}
	other := types.NodeID{0xf1}
	s.handle(Seeded{Seed: "127.0.0.1:42020", Nodes: append(entries(other, selfID), moved)})
	require.Equal(t, []types.NodeID{far, other}, s.dialled())
	require.Equal(t, entries(far, other), s.engine.Known())
	require.Equal(t, entries(far), s.engine.Book().Registry)
	s.handle(Seeded{Seed: "seed.example:42020", Reach: netgroup.Internet, Nodes: entries(types.NodeID{0xf2})})
	require.Equal(t, entries(far, other), s.engine.Known(), "it cannot know what is on this machine")
}
