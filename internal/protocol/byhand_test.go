package protocol

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"networkmngr/internal/types"
)

// Who is to be linked with by hand is dialled though all links stand that are sought, and
// takes none of their places.
func TestConnectByHand(t *testing.T) {
	s := newScript(t, outbound(2))
	s.dialledUp(2)
	wanted := types.NodeID{0xe0}
	s.handle(Learned{Nodes: entries(wanted)})
	require.Empty(t, s.dialled())
	s.handle(Connect{Node: wanted})
	require.Equal(t, []types.NodeID{wanted}, s.dialled())
	s.handle(Connected{Peer: wanted, Outbound: true})
	s.says(wanted, s.helloOf(wanted, s.chain.Tip()))
	s.out = nil
	var kinds []LinkType
	for _, p := range s.engine.Ready() {
		kinds = append(kinds, p.Type)
	}
	require.Equal(t, []LinkType{Outbound, Outbound, Manual}, kinds)
	s.wait(s.engine.config.RequestTimeout)
	require.Empty(t, takeAll(s, func(Drop) bool { return true }), "it is nobody on trial")
}

// A link that was sought becomes one by hand; one from the other side stays what it is.
func TestConnectByHandToAPeer(t *testing.T) {
	s := newScript(t, outbound(1))
	ours, theirs := s.dialledUp(1)[0], s.join(1, s.chain.Tip())
	s.out = nil
	s.handle(Connect{Node: ours})
	s.handle(Connect{Node: theirs})
	s.quiet()
	require.Equal(t, Manual, s.engine.Ready()[0].Type)
	require.Equal(t, Inbound, s.engine.Ready()[1].Type)
}

// A dial by hand that came to nothing leaves nothing behind: the next link with that node
// is like any other.
func TestConnectByHandFails(t *testing.T) {
	s := newScript(t)
	id := types.NodeID{0xe0}
	s.handle(Connect{Node: id})
	require.Empty(t, s.dialled(), "it is not known")
	s.handle(Learned{Nodes: entries(id)})
	s.handle(Connect{Node: id})
	require.Equal(t, []types.NodeID{id}, s.dialled())
	s.handle(Connect{Node: id})
	require.Empty(t, s.dialled(), "it is being dialled")
	s.handle(DialFailed{Peer: id})
	s.handle(Connected{Peer: id, Outbound: true})
	s.says(id, s.helloOf(id, s.chain.Tip()))
	require.Equal(t, Outbound, s.engine.Ready()[0].Type)
}

// Who is disconnected by hand is kept away, and dialled again only after that.
func TestDisconnectByHand(t *testing.T) {
	s := newScript(t, outbound(1))
	id := s.dialledUp(1)[0]
	s.handle(Learned{Nodes: entries(id)})
	s.handle(Disconnect{Peer: types.NodeID{9}, Wait: time.Hour})
	s.quiet()
	s.handle(Disconnect{Peer: id, Wait: time.Hour})
	drop := action[Drop](s)
	require.Equal(t, Drop{Peer: id, Reason: errByHand, Discourage: time.Hour}, drop)
	s.handle(Disconnected{Peer: id})
	s.wait(time.Hour - 1)
	require.Empty(t, s.dialled())
	s.wait(1)
	require.Equal(t, []types.NodeID{id}, s.dialled())
}

// The latency of a peer is that of its last answer, and the lowest of all.
func TestLatency(t *testing.T) {
	s := newScript(t)
	id := s.join(1, s.chain.Tip())
	require.Zero(t, s.engine.Ready()[0].Latency)
	for _, took := range []time.Duration{30 * time.Millisecond, 20 * time.Millisecond, 50 * time.Millisecond} {
		s.wait(s.engine.config.PingInterval)
		number := sent[Ping](s, id).Number
		s.now = s.now.Add(took)
		s.pong(id, number, s.chain.Tip())
	}
	require.Equal(t, Latency{Last: 50 * time.Millisecond, Lowest: 20 * time.Millisecond}, s.engine.Ready()[0].Latency)
}
