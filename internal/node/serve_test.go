package node

import (
	"testing"

	"github.com/stretchr/testify/require"

	"networkmngr/internal/chain/chaintest"
	"networkmngr/internal/protocol"
	"networkmngr/internal/types"
)

// More than may wait on a link is sent at the pace of the peer, which stays,
// and holds up no other.
func TestPeersGetMoreThanALinkHolds(t *testing.T) {
	w := newWorld(t)
	n := w.node()
	slow := w.puppet()
	slow.hold = make(chan struct{})
	w.link(slow, n)
	fast := w.attach(n)
	ids := n.fill(20)
	for _, p := range []*puppet{slow, fast} {
		p.say(n.Self().ID, protocol.GetBlocks{IDs: ids})
	}
	for range ids {
		require.Len(t, answer[protocol.Blocks](w, fast).Encoded, 1)
	}
	close(slow.hold)
	for range ids {
		require.Len(t, answer[protocol.Blocks](w, slow).Encoded, 1)
	}
	require.Empty(t, slow.gone)
}

// fill puts blocks of nearly the largest size on the chain.
func (r *running) fill(count int) (ids []types.Hash) {
	const transfers, size = 15, 60 << 10
	data, bob := chaintest.Data(size), types.NamedAddress("bob")
	for i := range count {
		list := make([]types.Transaction, transfers)
		for j := range list {
			list[j] = types.Transaction{Sequence: uint64(i*transfers + j), Recipient: bob, Amount: 1, Data: data}
			list[j].Sign(types.NamedKey("alice"), easy().Params.GenesisID)
		}
		block := chaintest.Next(r.Chain().Tip(), bob, list...)
		r.store(block)
		ids = append(ids, block.Hash())
	}
	return ids
}
