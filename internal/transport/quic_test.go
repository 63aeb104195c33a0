package transport

import (
	"context"
	"net"
	"testing"

	"github.com/stretchr/testify/require"
)

// What holds over TCP holds over QUIC: tests that say nothing of how a node listens, once
// more. One thing does not: where nobody listens, only the time of a dial over QUIC tells.
func TestOverQUIC(t *testing.T) {
	listenOn = loopbackQUIC
	defer func() { listenOn = loopbackTCP }()
	for name, test := range map[string]func(*testing.T){
		"peer of each side": TestPeerOfEachSide, "idempotent": TestDialIsIdempotent, "churn": TestChurnAddsUp,
		"reconnect": TestReconnectAfterDisconnect,
		"context":   TestDialEndsWithItsContext, "transport ends": TestDialEndsWithTheTransport, "send": TestSendRefusals,
		"too large": TestTooLargeFrameEndsTheLink, "slow peer": TestAwaitRoomKeepsASlowPeer, "queue": TestQueueIsGivenBack,
		"blocked handler": TestBlockedHandlerDelaysOnlyItsPeer, "ban": TestBan, "labs": TestLabsDoNotMeet,
		"taken port": TestListenOnTakenPort,
		"young":      TestAYoungLinkStays,
	} {
		t.Run(name, test)
	}
}

// Nodes that listen on IPv6, over TCP or QUIC, and some that listen otherwise or on several
// at once, are all linked with each other and hear each other.
func TestMixedListeners(t *testing.T) {
	listens := [][]string{{loopbackTCP}, {loopbackQUIC}, {loopbackTCP, loopbackQUIC}}
	if probe, err := net.Listen("tcp", "[::1]:0"); err == nil {
		require.NoError(t, probe.Close())
		listens = append(listens, []string{"/ip6/::1/tcp/0"}, []string{"/ip6/::1/udp/0/quic-v1"}, []string{"/ip6/::1/tcp/0", loopbackQUIC})
	} else {
		t.Log("no IPv6 here:", err)
	}
	var nodes []*node
	for _, listen := range listens {
		cfg := testConfig(t)
		cfg.Listen = listen
		n := start(t, cfg)
		for i, other := range nodes {
			to := other.Addrs()
			require.NoError(t, n.Dial(context.Background(), to[i%len(to)]))
			n.awaitLink(t, other.self)
			other.awaitLink(t, n.self)
			require.NoError(t, n.Send(other.self, frameOf(1)))
			require.NoError(t, other.Send(n.self, frameOf(2)))
		}
		nodes = append(nodes, n)
	}
	for _, n := range nodes {
		for _, other := range nodes {
			if n != other {
				n.until(t, "frame", func() bool { return len(n.frames[other.self]) == 1 })
			}
		}
		require.Equal(t, len(nodes)-1, n.count())
	}
}
