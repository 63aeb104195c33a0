package core_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"networkmngr/internal/chain"
	"networkmngr/internal/chain/chaintest"
	"networkmngr/internal/core"
	"networkmngr/internal/events"
	"networkmngr/internal/protocol"
	"networkmngr/internal/types"
)

// tells are the waiting events of a kind.
func tells[D events.Data](h *host) (list []D) {
	for _, effect := range h.out {
		if tell, ok := effect.(core.Tell); ok {
			if data, ok := tell.Data.(D); ok {
				list = append(list, data)
			}
		}
	}
	return list
}

// begun is a host with a chain of three blocks, the second of which has a transfer.
func begun(t *testing.T) (*host, []types.Block) {
	h := newHost(t)
	first := h.next()
	state := chaintest.After(h.chain.Tip(), first)
	second := chaintest.Next(state, alice, h.transfer(0))
	third := chaintest.Next(chaintest.After(state, second), alice)
	blocks := []types.Block{first, second, third}
	h.handle(core.Replace{Number: 1, Blocks: blocks, Part: true})
	h.write()
	require.NoError(t, one[core.Answer](h).Err)
	h.out = nil
	return h, blocks
}

// The transfers of what was invalidated wait again, who decided hears of it once they
// do, and it is told as what it is.
func TestInvalidatedTransfersWaitAgain(t *testing.T) {
	h, blocks := begun(t)
	h.handle(core.Invalidate{Number: 7, Block: blocks[1].Hash()})
	require.Equal(t, 2, h.write().Change.Reverted)
	require.Empty(t, take[core.Answer](h), "the mempool is under way")
	h.follow()
	a := one[core.Answer](h)
	require.EqualValues(t, 7, a.Number)
	require.NoError(t, a.Err)
	require.Equal(t, blocks[0].Hash(), a.Result.Change.Tip.ID)
	require.Equal(t, blocks[0].Hash(), h.machine.Tip().ID)
	require.Equal(t, 1, h.pool.Len())
	require.Equal(t, []events.BlockInvalidated{{BlockRef: events.BlockRef{Hash: blocks[1].Hash(), Index: 2}}}, tells[events.BlockInvalidated](h))
	require.Equal(t, 2, tells[events.Reorg](h)[0].Depth)
	require.Equal(t, 1, tells[events.Reorg](h)[0].Returned)
	require.Len(t, tells[events.BlockDisconnected](h), 2)

	h.out = nil
	h.handle(core.Reconsider{Number: 8, Block: blocks[2].Hash()})
	h.write()
	h.follow()
	require.NoError(t, one[core.Answer](h).Err)
	require.Equal(t, blocks[2].Hash(), h.machine.Tip().ID)
	require.Zero(t, h.pool.Len())
	require.Len(t, tells[events.BlockReconsidered](h), 1)
	require.Empty(t, tells[events.Reorg](h), "nothing was undone")

	h.handle(core.Invalidate{Number: 9, Block: types.Hash{9}})
	h.write()
	require.ErrorIs(t, one[core.Answer](h).Err, chain.ErrNotFound)
	h.handle(core.Invalidate{Number: 10})
	h.handle(core.Reconsider{Number: 11})
	for _, a := range take[core.Answer](h) {
		require.ErrorIs(t, a.Err, chain.ErrNotFound, "the zero hash is no block's")
	}
	require.Empty(t, take[core.Write](h))
}

// A block that was stored in a life before, or long ago, is told of as it is once its branch
// is the main chain: with its miner, its size and how many transactions it has.
func TestStoredBlocksAreToldOfWithTheirMiner(t *testing.T) {
	h, _ := begun(t)
	side := chaintest.Branch(h.chain.Genesis().State(), types.NamedAddress("bob"), 2)
	main := chaintest.After(h.chain.Genesis().State(), side...)
	_, err := h.chain.AddBlocks(side...)
	require.NoError(t, err)
	h.restart()
	id, _ := h.chain.IDAt(1)
	h.handle(core.Invalidate{Number: 7, Block: id})
	h.write()
	require.Equal(t, main.ID, h.machine.Tip().ID)
	connected := tells[events.BlockConnected](h)
	require.Len(t, connected, 2)
	for i, told := range connected {
		require.Equal(t, side[i].Hash(), told.Hash)
		require.Equal(t, types.NamedAddress("bob"), told.Miner)
		require.Equal(t, []int{1, side[i].Size()}, []int{told.Transactions, told.Size})
	}
	h.follow()
	require.Equal(t, types.NamedAddress("bob"), tells[events.Reorg](h)[0].Miner)
}

// Peers that have an invalidated branch, go on with it, or send blocks of it are not
// blamed, asked for nothing of it, and nobody waits for them; once it is reconsidered
// they are asked what they have.
func TestNobodyIsBlamedForAnInvalidatedBlock(t *testing.T) {
	h, blocks := begun(t)
	peer := h.peer(1)
	more := chaintest.Branch(h.chain.Tip(), alice, 2)
	compact := func(b types.Block) protocol.Compact {
		return protocol.Compact{Header: b.Header, Coinbase: b.Transactions[0]}
	}
	h.says(peer, compact(more[0])) // which is being verified when its branch goes
	late := one[core.Write](h)
	h.handle(core.Invalidate{Number: 7, Block: blocks[1].Hash()})
	h.handle(late.To(h.chain))
	require.Equal(t, 3, h.write().Change.Reverted)
	h.follow()
	pings := sent[protocol.Ping](h)
	require.Len(t, pings, 1, "perhaps it has left that branch")
	h.out = nil

	h.says(peer, compact(more[1]))
	h.says(peer, protocol.Headers{Headers: []types.Header{more[0].Header, more[1].Header}})
	on := chaintest.Next(chaintest.After(chaintest.After(h.chain.Genesis().State(), blocks...), more...), alice)
	h.says(peer, compact(on))
	top := chaintest.After(chaintest.After(h.chain.Genesis().State(), blocks...), append(more, on)...)
	tip := protocol.Claim{ID: top.ID, Height: top.Height, Work: top.Work}
	h.handle(core.Resolve{Number: 9})
	for _, ping := range append(pings, sent[protocol.Ping](h)...) {
		h.says(peer, protocol.Pong{Number: ping.Number, Tip: tip})
	}
	require.EqualValues(t, 9, one[core.Answer](h).Number)

	unseen := chaintest.Next(top, alice)
	top = chaintest.After(top, unseen)
	tip = protocol.Claim{ID: top.ID, Height: top.Height, Work: top.Work}
	h.handle(core.Resolve{Number: 10})
	h.says(peer, protocol.Pong{Number: sent[protocol.Ping](h)[0].Number, Tip: tip})
	require.Len(t, sent[protocol.GetHeaders](h), 1)
	h.says(peer, protocol.Headers{Answer: true, Headers: headersOf(append(blocks[1:], append(more, on, unseen)...))})
	require.EqualValues(t, 10, one[core.Answer](h).Number, "nobody waits for what is not wanted")
	require.Empty(t, take[core.Drop](h))
	require.Empty(t, sent[protocol.GetBlocks](h))
	require.Empty(t, sent[protocol.GetBlockTransactions](h))
	require.Empty(t, take[core.Write](h))

	h.handle(core.Reconsider{Number: 11, Block: blocks[1].Hash()})
	h.write()
	h.follow()
	pings = sent[protocol.Ping](h)
	require.Len(t, pings, 1)
	h.says(peer, protocol.Pong{Number: pings[0].Number, Tip: tip})
	asked := sent[protocol.GetBlocks](h)
	require.Len(t, asked, 1)
	require.Equal(t, []types.Hash{more[1].Hash(), on.Hash(), unseen.Hash()}, asked[0].IDs)
	require.Empty(t, take[core.Drop](h))
}

func headersOf(blocks []types.Block) (headers []types.Header) {
	for i := range blocks {
		headers = append(headers, blocks[i].Header)
	}
	return headers
}
