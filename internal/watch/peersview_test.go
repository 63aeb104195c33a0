package watch

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"networkmngr/internal/api"
)

func TestTheChosenNodesPeers(t *testing.T) {
	s, a := seeServed(t, 3)
	a.answers["GET /network/peers"] = api.NetworkPeers{Nodes: []api.NodePeers{
		{Node: "n0"},
		{Node: "n1", More: 2, Peers: []api.PeerLink{
			{ID: id(7), Type: "inbound", Kept: "ping", Group: "10.1\x1b[2J", Latency: &api.Latency{Last: 0.0123}, Sent: 2170, Received: 1_234_567, Height: 40},
			{Node: new("n0"), ID: id(0), Type: "outbound"},
		}},
	}}
	s.types("down", "P")
	require.Equal(t, []string{"GET /network/peers"}, a.taken())
	text := s.text()
	require.Contains(t, text, "Peers of n1  4 links at ")
	require.Contains(t, text, "  "+fit(id(7).Short(), maxName)+" inbound     12.3 ms     2.2 kB  1234.6 kB      40  10.1")
	require.Contains(t, text, "  n0           outbound          -     0.0 kB     0.0 kB       0  - -")
	require.Less(t, strings.Index(text, id(7).Short()), strings.Index(text, "and 2 more"))
	s.types("P")
	require.Equal(t, []string{"GET /network/peers"}, a.taken(), "asks again")
	s.types("esc")
	require.NotContains(t, s.text(), "Peers of")
}

func TestWhyNoPeersAreShown(t *testing.T) {
	s, a := seeServed(t, 2)
	s.types("P")
	require.Contains(t, s.last(2), "peers: ", "the manager has no such route")
	a.answers["GET /network/peers"] = api.NetworkPeers{Unknown: []string{"n0"}}
	s.types("P")
	require.Equal(t, "peers: n0 does not answer", s.last(2))
	s = see(t, 80, 24, 0)
	s.types("P")
	require.Equal(t, errNothing.Error(), s.last(2))
	s = see(t, 80, 24, 1)
	s.types("P")
	require.Equal(t, errNobody.Error(), s.last(2))
}
