package node

import (
	"testing"

	"github.com/stretchr/testify/require"

	"networkmngr/internal/netgroup"
	"networkmngr/internal/protocol"
	"networkmngr/internal/transport"
	"networkmngr/internal/types"
)

// Strangers have all places. A newcomer that knows this node alone gets in, and who has
// brought a block stays, though he came last.
func TestANewcomerGetsInAmongStrangers(t *testing.T) {
	w := newWorld(t)
	n := w.node(func(c *Config) { c.MaxInbound = 2 })
	stranger, honest := w.attach(n), w.attach(n)
	w.relayed(n, honest)
	newcomer := w.node()
	_, err := newcomer.Register([]types.NodeInfo{n.Self()})
	require.NoError(t, err)
	w.awaitOneTip(n, newcomer)
	require.Error(t, w.awaitGone(stranger))
	require.Empty(t, honest.gone)
	require.Len(t, n.Peers(), 2)
}

// Who is near, and who has brought a transfer that was news, has a place for it.
func TestWhyPeersAreKept(t *testing.T) {
	w := newWorld(t)
	n := w.node(func(c *Config) { c.MaxInbound = 16 })
	near := w.node()
	near.register(n)
	w.awaitPeers(1, n, near)
	_, err := n.Resolve(t.Context())
	require.NoError(t, err)
	w.until("an answer to a ping", func() bool { return n.Kept()[near.Self().ID] == transport.KeptByPing })
	giver := w.attach(n)
	transfers := pay(0, 1)
	giver.say(n.Self().ID, protocol.Have{IDs: idsOf(transfers)})
	answer[protocol.GetTransactions](w, giver)
	giver.say(n.Self().ID, protocol.Transactions{Transactions: transfers})
	w.until("a transfer", func() bool { return n.Kept()[giver.self.ID] == transport.KeptByTransfer })
}

// On loopback, inbound places go by the groups of ports or names that outbound ones go by.
func TestInboundPlacesGoByTheGroupsOfALab(t *testing.T) {
	w := newWorld(t)
	n := w.node(func(c *Config) {
		c.MaxInbound, c.Grouping.Labels = 4, []netgroup.Label{{Name: "east", First: 1, Last: 65535}}
	})
	first, second, third := w.attach(n), w.attach(n), w.puppet()
	require.NoError(t, third.link.Dial(t.Context(), n.Self().P2P[0]))
	require.Error(t, w.awaitGone(third), "east has all that it may: half of the places, of which none is old enough to give way")
	require.Empty(t, first.gone)
	require.Empty(t, second.gone)
}
