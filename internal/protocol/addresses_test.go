package protocol

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

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

// far and near are ids on either side of selfID: we dial the far one at once,
// and wait for the near one to dial us.
var far, near = types.NodeID{0xf0}, types.NodeID{0x01}

func TestLearnedNodesAreDialled(t *testing.T) {
	s := newScript(t, outbound(8))
	s.handle(Learned{Nodes: entries(far, near, selfID)})
	require.Equal(t, []types.NodeID{far}, s.dialled())
	s.wait(s.engine.config.DialPatience - 1)
	s.quiet()
	s.wait(1)
	require.Equal(t, []types.NodeID{near}, s.dialled())
	s.handle(Connected{Peer: near, Outbound: true})
	sent[Hello](s, near)
	s.wait(time.Second)
	s.quiet()
	require.Equal(t, entries(far, near), s.engine.Known())
}

func TestOutboundIsBounded(t *testing.T) {
	s := newScript(t, outbound(2))
	ids := []types.NodeID{{0xf1}, {0xf2}, {0xf3}, {0xf4}}
	s.handle(Learned{Nodes: entries(ids...)})
	first := s.dialled()
	require.Len(t, first, 2)
	s.wait(time.Second)
	s.quiet()
	s.handle(DialFailed{Peer: first[0]})
	s.wait(1)
	require.Len(t, s.dialled(), 1)
}

func TestFailedDialsBackOff(t *testing.T) {
	s := newScript(t, outbound(1))
	s.handle(Learned{Nodes: entries(far)})
	for wait := s.engine.config.RetryFirst; wait < 2*s.engine.config.RetryMost; wait *= 2 {
		require.Equal(t, []types.NodeID{far}, s.dialled())
		s.handle(DialFailed{Peer: far})
		s.wait(min(wait, s.engine.config.RetryMost) - 1)
		s.quiet()
		s.wait(1)
	}
	require.Equal(t, []types.NodeID{far}, s.dialled())
}

// A node that we reach but that is not of our kind is left alone for longer
// each time, too.
func TestHandshakesThatFailBackOff(t *testing.T) {
	s := newScript(t, outbound(1))
	s.handle(Learned{Nodes: entries(far)})
	for wait := s.engine.config.RetryFirst; wait <= time.Minute; wait *= 2 {
		require.Equal(t, []types.NodeID{far}, s.dialled())
		s.handle(Connected{Peer: far, Outbound: true})
		sent[Hello](s, far)
		m := s.helloOf(far, s.chain.Tip())
		m.Version++
		s.says(far, m)
		s.dropped(far, errVersion, false)
		s.wait(wait - 1)
		s.quiet()
		s.wait(1)
	}
}

// Who can be reached again, as somebody says, is dialled at once: those of them that are
// known, are no peers and are not barred.
func TestRedial(t *testing.T) {
	s := newScript(t, outbound(8))
	cut, unknown, barred := types.NodeID{0xf1}, types.NodeID{0xf2}, types.NodeID{0xf3}
	peer := s.join(0xf0, s.chain.Tip())
	s.handle(Learned{Nodes: entries(cut, barred)})
	require.Len(t, s.dialled(), 2)
	s.handle(Connected{Peer: barred, Outbound: true})
	s.handle(Received{Peer: barred, Frame: []byte{0xff}})
	s.handle(Disconnected{Peer: barred})
	s.out = nil
	for range 8 { // it has failed for long
		s.handle(DialFailed{Peer: cut})
		s.wait(s.engine.config.RetryMost)
		s.out = nil
	}
	s.handle(DialFailed{Peer: cut})
	s.out = nil
	s.handle(Redial{Nodes: []types.NodeID{peer, cut, unknown, barred}})
	require.Equal(t, []types.NodeID{cut}, s.dialled())
	s.handle(Redial{Nodes: []types.NodeID{cut}})
	require.Empty(t, s.dialled(), "the dial is under way")
	s.handle(DialFailed{Peer: cut})
	s.wait(s.engine.config.RetryFirst)
	require.Equal(t, []types.NodeID{cut}, s.dialled(), "what it had failed before counts no more")
}

// Two parts of a network that was cut may each have all the peers that they want.
func TestRedialWhereNoPeerIsWanted(t *testing.T) {
	s := newScript(t, outbound(2))
	peers := s.dialledUp(2)
	a, b := types.NodeID{0xe0}, types.NodeID{0xe1}
	s.handle(Learned{Nodes: entries(a, b)})
	require.Empty(t, s.dialled())
	s.handle(Redial{Nodes: []types.NodeID{a, b, peers[0]}})
	one := s.dialled()
	require.Len(t, one, 1)
	require.Contains(t, []types.NodeID{a, b}, one[0])
	s.handle(Connected{Peer: one[0], Outbound: true})
	s.says(one[0], s.helloOf(one[0], s.chain.Tip()))
	s.out = nil
	s.wait(s.engine.config.RequestTimeout)
	s.dropped(one[0], ErrExtraPeer, false)
}

// An engine that seeks no peers, or leaves, dials nobody.
func TestRedialIsOnlyForWhoSeeksPeers(t *testing.T) {
	s := newScript(t, outbound(0))
	s.handle(Learned{Nodes: entries(far)})
	s.handle(Redial{Nodes: []types.NodeID{far}})
	require.Empty(t, s.dialled())
	s = newScript(t, outbound(2))
	s.handle(Leave{})
	s.out = nil
	s.handle(Redial{Nodes: []types.NodeID{far}})
	require.Empty(t, s.dialled())
}

func TestLostPeerIsDialledAgainSoon(t *testing.T) {
	s := newScript(t, outbound(1))
	s.handle(Learned{Nodes: entries(far)})
	for range 5 {
		require.Equal(t, []types.NodeID{far}, s.dialled())
		s.handle(Connected{Peer: far, Outbound: true})
		s.says(far, s.helloOf(far, s.chain.Tip()))
		takeAll(s, func(Send) bool { return true })
		s.handle(Disconnected{Peer: far})
		s.quiet()
		s.wait(s.engine.config.RetryFirst)
	}
}

func TestBannedNodeIsNotDialled(t *testing.T) {
	s := newScript(t, outbound(1))
	s.handle(Learned{Nodes: entries(near)})
	s.handle(Connected{Peer: near})
	takeAll(s, func(Send) bool { return true })
	s.handle(Received{Peer: near, Frame: []byte{200}})
	s.dropped(near, ErrMessage, true)
	s.wait(s.engine.config.Ban / 2)
	s.quiet()
	moved := entryOf(near)
	moved.Address = "127.0.0.1:1"
	s.handle(Learned{Nodes: []types.NodeInfo{moved}})
	s.wait(s.engine.config.Ban/2 - 1)
	s.quiet()
	s.wait(1)
	require.Equal(t, []types.NodeID{near}, s.dialled())
}

// Who has a link with us is not dialled, however we come to know of it.
func TestConnectedNodesAreNotDialled(t *testing.T) {
	t.Run("inbound stranger", func(t *testing.T) {
		s := newScript(t, outbound(8))
		s.join(0xf0, s.chain.Tip())
		s.wait(time.Minute)
		require.Empty(t, s.dialled())
	})
	t.Run("learned before its Hello", func(t *testing.T) {
		s := newScript(t, outbound(8))
		s.link(0xf0)
		s.handle(Learned{Nodes: entries(far)})
		s.wait(time.Second)
		require.Empty(t, s.dialled())
	})
	t.Run("told of by another", func(t *testing.T) {
		s := newScript(t, outbound(8))
		other := s.join(0xe0, s.chain.Tip())
		s.link(0xf0)
		s.says(other, Addresses{Nodes: entries(far)})
		s.wait(time.Second)
		require.Empty(t, s.dialled())
	})
}

func TestNewsOfNodesIsPassedOnOnce(t *testing.T) {
	s := newScript(t)
	ids := s.peers(3)
	s.says(ids[0], Addresses{Nodes: entries(far, ids[1], selfID)})
	for _, id := range ids[1:] {
		require.Equal(t, entries(far), sent[Addresses](s, id).Nodes)
	}
	s.quiet()
	s.says(ids[1], Addresses{Nodes: entries(far)})
	s.quiet()

	// A node that joins is news too.
	s.handle(Connected{Peer: near})
	s.link(0xe0)
	s.out = nil
	joined := types.NodeID{0xe0}
	s.says(joined, s.helloOf(joined, s.chain.Tip()))
	for _, id := range ids {
		require.Equal(t, entries(joined), sent[Addresses](s, id).Nodes)
	}
}

// One message goes out once to each of many peers: a flood of it is not passed
// on, but a peer that has been quiet is heard again.
func TestFloodOfNodesIsNotPassedOn(t *testing.T) {
	s := newScript(t)
	ids := s.peers(2)
	n := 0
	passedOn := func(count int) int {
		var list []types.NodeInfo
		for range count {
			n++
			list = append(list, entryOf(types.NodeID{0xe0, byte(n >> 8), byte(n)}))
		}
		s.says(ids[0], Addresses{Nodes: list})
		passed := 0
		for _, m := range sentAll[Addresses](s, ids[1]) {
			passed += len(m.Nodes)
		}
		return passed
	}
	require.Equal(t, newsLimit.Burst-1, passedOn(newsLimit.Burst-1))
	require.Equal(t, 1, passedOn(maxEntries))
	require.Zero(t, passedOn(maxEntries))
	s.wait(3 * newsLimit.Interval)
	require.Equal(t, 3, passedOn(maxEntries))
	s.wait(time.Minute * 10)
	require.Equal(t, newsLimit.Burst, passedOn(maxEntries))
	require.Empty(t, sentAll[Addresses](s, ids[0]))
}

// Hearsay does not change what a node said of itself.
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

// What one peer tells of takes a share of the address book, and what another tells of
// finds room in a full one. Who has proved to be there stays.
func TestNobodyFillsTheBook(t *testing.T) {
	s := newScript(t)
	liars, honest := s.peers(2*maxBook/maxTold), s.join(99, s.chain.Tip())
	tell := func(id types.NodeID, kind byte, count int) {
		for from := 0; from < count; from += maxEntries {
			var list []types.NodeInfo
			for n := from; n < min(from+maxEntries, count); n++ {
				list = append(list, entryOf(types.NodeID{kind, id[0], byte(n >> 8), byte(n)}))
			}
			s.says(id, Addresses{Nodes: list})
		}
	}
	kept := func(kind byte) (count int) {
		for _, known := range s.engine.Known() {
			if known.ID[0] == kind {
				count++
			}
		}
		return count
	}
	tell(liars[0], 0xe0, 1)
	s.engine.book.proved(types.NodeID{0xe0, liars[0][0]})
	tell(liars[0], 0x90, maxBook)
	require.Equal(t, maxTold, kept(0x90))
	s.wait(time.Second)
	tell(liars[0], 0x91, 1)
	require.Equal(t, 1, kept(0x91), "the newest news of who has told of all he may")
	for _, liar := range liars[1:] {
		tell(liar, 0x90, maxBook)
	}
	require.Len(t, s.engine.Known(), maxBook)
	tell(honest, 0xf0, 200)
	require.Equal(t, newsLimit.Burst, kept(0xf0))
	s.wait(time.Minute)
	tell(honest, 0xf1, 200)
	require.GreaterOrEqual(t, kept(0xf1), 60)
	require.Equal(t, 1, kept(0xe0))
	require.Len(t, s.engine.Known(), maxBook)
	total := 0
	for _, count := range s.engine.book.told {
		total += count
	}
	require.Equal(t, maxBook, total)
}

// A flood of nodes that do not exist neither grows the address book beyond its bound
// nor keeps real ones out of it once dialling has shown what they are.
func TestBookIsBounded(t *testing.T) {
	s := newScript(t, outbound(1))
	ids := s.peers(2 * maxBook / maxTold)
	fake := func(n int) types.NodeID { return types.NodeID{0xff, byte(n >> 8), byte(n)} }
	for from := 0; from < 2*maxBook; from += maxEntries {
		var list []types.NodeInfo
		for n := range maxEntries {
			list = append(list, entryOf(fake(from+n)))
		}
		s.says(ids[from/maxTold], Addresses{Nodes: list})
	}
	require.Len(t, s.engine.Known(), maxBook)
	require.Len(t, s.engine.book.nodes, maxBook)
	there := types.NodeID{0xf0, 1}
	dials := s.dialled()
	require.Len(t, dials, 1)
	s.handle(DialFailed{Peer: dials[0]})
	s.handle(Learned{Nodes: entries(there)})
	require.Len(t, s.engine.Known(), maxBook)
	require.NotNil(t, s.engine.book.nodes[there])
	require.Nil(t, s.engine.book.nodes[dials[0]])
}

// Who is banned by hand is dropped and not dialled, whatever anybody says, until the time is
// over or somebody lifts it.
func TestBarredByHand(t *testing.T) {
	s := newScript(t, outbound(8))
	s.handle(Learned{Nodes: entries(far)})
	require.Equal(t, []types.NodeID{far}, s.dialled())
	s.handle(Connected{Peer: far, Outbound: true})
	sent[Hello](s, far)
	s.handle(Barred{Nodes: []types.NodeID{far}, For: time.Hour})
	s.dropped(far, errBarred, false)
	s.handle(Redial{Nodes: []types.NodeID{far}})
	s.handle(Learned{Nodes: entries(far)})
	s.wait(time.Hour - 1)
	require.Empty(t, s.dialled())
	s.handle(Barred{Nodes: []types.NodeID{far}})
	require.Equal(t, []types.NodeID{far}, s.dialled())
}
