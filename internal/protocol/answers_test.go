package protocol

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"networkmngr/internal/addrman"
	"networkmngr/internal/types"
)

// asks has somebody come from an address, ask for nodes and leave; it is what he is told,
// but for others that have come so.
func (s *script) asks(n byte, address string) (ids []types.NodeID) {
	id := types.NodeID{0xaa, n}
	s.handle(Connected{Peer: id, Address: address})
	s.says(id, s.helloOf(id, s.chain.Tip()))
	sentAll[Addresses](s, id)
	s.says(id, GetAddresses{}, GetAddresses{})
	ids = idsOfNodes(sent[Addresses](s, id).Nodes)
	s.handle(Disconnected{Peer: id})
	s.out = nil
	return ids
}

func idsOfNodes(nodes []types.NodeInfo) (ids []types.NodeID) {
	for _, node := range nodes {
		if node.ID[0] != 0xaa {
			ids = append(ids, node.ID)
		}
	}
	return ids
}

func (s *script) knows(nodes int) {
	var list []types.NodeInfo
	for n := range nodes {
		list = append(list, entryOf(types.NodeID{0xe0, byte(n >> 8), byte(n)}))
	}
	s.handle(Learned{Nodes: list})
}

// Whoever comes back again and again is told the same, or he would learn of all.
func TestWhoComesBackIsToldTheSame(t *testing.T) {
	s := newScript(t, outbound(0))
	s.knows(1000)
	const near = "/ip4/127.0.0.1/tcp/1"
	first := s.asks(1, near)
	require.Len(t, first, 230)
	require.Equal(t, first, s.asks(2, near))
	s.wait(answerLeast - time.Second)
	require.Equal(t, first, s.asks(3, near))

	s.handle(Departed{Nodes: first[:10]})
	require.Equal(t, first[10:], s.asks(4, near), "nobody is told of those that have gone")
	s.wait(answerSpread + time.Second)
	require.NotSubset(t, first, s.asks(5, near))
}

// A young network soon is another one; of a small one all are told.
func TestAnAnswerHoldsWhileANetworkGrows(t *testing.T) {
	s := newScript(t, outbound(0))
	s.knows(10)
	require.Len(t, s.asks(1, ""), 10)
	s.knows(20)
	require.Subset(t, s.asks(2, ""), idsOfNodes(s.engine.Known()[:20]))
	s.knows(addrman.SampleLeast + 50)
	first := s.asks(3, "")
	require.Len(t, first, addrman.SampleLeast)
	require.Equal(t, first, s.asks(4, ""))
	s.knows(4 * addrman.SampleLeast)
	require.NotSubset(t, first, s.asks(5, ""))
}

// Nobody is told where he can dial nobody.
func TestNobodyIsToldOfWhatIsOutOfReach(t *testing.T) {
	s := newScript(t, outbound(0))
	node := entryOf(types.NodeID{0xe0})
	node.P2P = append(node.P2P, "/ip4/10.0.0.1/tcp/1")
	s.handle(Learned{Nodes: []types.NodeInfo{node, entryOf(types.NodeID{0xe1})}})
	require.Empty(t, s.asks(1, "/ip4/8.8.8.8/tcp/1"))
	require.Equal(t, []types.NodeID{node.ID}, s.asks(2, "/ip4/10.0.0.9/tcp/1"))
	require.Len(t, s.asks(3, "/ip4/127.0.0.1/tcp/1"), 2)
}

// A node answers each of its peers at its start, and pieces that answers have left in its
// memory hold that while the node is idle: a long list takes no more of them than a short one.
func TestAnAnswerIsDrawnInOnePiece(t *testing.T) {
	pieces := func(nodes int) float64 {
		s := newScript(t, outbound(0))
		s.knows(nodes)
		require.Len(t, s.engine.sample(0), nodes)
		return testing.AllocsPerRun(100, func() { s.engine.sample(0) })
	}
	require.InDelta(t, pieces(2), pieces(addrman.SampleLeast), 0)
}
