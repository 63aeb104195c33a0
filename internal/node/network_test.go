package node

import (
	"context"
	"slices"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"networkmngr/internal/chain"
	"networkmngr/internal/chain/chaintest"
	"networkmngr/internal/core"
	"networkmngr/internal/types"
)

func TestEachOfAMeshMinesForAll(t *testing.T) {
	w := newWorld(t)
	nodes := w.mesh(5)
	for i, n := range nodes {
		block := n.mine(1)[0]
		require.EqualValues(t, i+1, block.Height(), "it caught up first")
	}
	require.EqualValues(t, 5, w.awaitOneTip(nodes...).Height)
}

func TestAllMineAtOnceAndConverge(t *testing.T) {
	w := newWorld(t)
	nodes := w.mesh(4)
	race(t, nodes, 10)
	nodes[0].mine(1) // settles a draw
	w.awaitOneTip(nodes...)
}

// race has each of nodes mine blocks, all at once.
func race(t *testing.T, nodes []*running, blocks int) {
	var mining sync.WaitGroup
	for _, n := range nodes {
		mining.Go(func() {
			for range blocks {
				if _, err := n.Mine(context.Background(), 1, nil); err != nil {
					t.Error(err)
				}
			}
		})
	}
	mining.Wait()
}

func TestCutOffNodeTakesTheHeavierChainAndKeepsItsTransfers(t *testing.T) {
	w := newWorld(t)
	all := w.rejoin(w.mesh(3), pay(0, 200))
	all[1].mine(1)
	w.awaitOneTip(all...)
	for _, n := range all {
		w.until("empty mempools", func() bool { return n.Pool().Len() == 0 })
		accounts, _, err := n.Chain().Accounts(types.NamedAddress("alice"))
		require.NoError(t, err)
		require.EqualValues(t, 200, accounts[types.NamedAddress("alice")].Sequence)
	}
}

// A node keeps a bounded number of transfers that come before those that they
// follow, so many must come in order.
func TestTransfersOfAReorgComeInOrder(t *testing.T) {
	w := newWorld(t)
	w.rejoin(w.mesh(1), pay(0, 600))
}

// rejoin mines transfers on a node that nodes do not know, then has them meet,
// and waits until the node has given up its branch and its transfers are
// pending everywhere. It gives all nodes.
func (w world) rejoin(nodes []*running, transfers []types.Transaction) []*running {
	w.t.Helper()
	loner := w.node()
	loner.mine(1)
	for part := range slices.Chunk(transfers, 100) {
		loner.submit(part...)
		loner.mine(1)
	}
	require.Zero(w.t, loner.Pool().Len())
	nodes[0].mine(int(loner.Chain().Tip().Height) + 3)
	loner.register(nodes...)
	all := append(nodes, loner)
	require.Equal(w.t, nodes[0].tip(), w.awaitOneTip(all...).ID)
	w.awaitPending(transfers, all...)
	return all
}

func TestFreshNodeCatchesUpFromSeveral(t *testing.T) {
	w := newWorld(t)
	nodes := w.mesh(3)
	transfers := pay(0, 50)
	nodes[0].submit(transfers...)
	nodes[0].mine(300)
	w.awaitOneTip(nodes...)

	fresh := w.node()
	fresh.register(nodes...)
	w.awaitPeers(3, fresh)
	change, err := fresh.Resolve(t.Context())
	require.NoError(t, err)
	require.EqualValues(t, 300, change.Tip.Height, "resolve waits until it has caught up")
	w.awaitOneTip(append(nodes, fresh)...)
}

func TestOneBootstrapNodeIsEnough(t *testing.T) {
	w := newWorld(t)
	nodes := w.mesh(4)
	late := w.node()
	late.register(nodes[0])
	w.awaitPeers(4, append(nodes, late)...)
	require.ElementsMatch(t, selves(nodes), late.Known())
}

func TestTwentyNodesWithThreeOutboundEachHaveOneTip(t *testing.T) {
	w := newWorld(t)
	const outbound = 3
	nodes := w.nodes(20, func(c *Config) { c.Outbound = outbound })
	introduce(nodes...)
	w.awaitPeers(outbound, nodes...)
	nodes[7].mine(3)
	w.awaitOneTip(nodes...)
	nodes[13].mine(1)
	require.EqualValues(t, 4, w.awaitOneTip(nodes...).Height)
	for _, n := range nodes {
		require.LessOrEqual(t, outboundOf(n), outbound)
	}
}

func outboundOf(n *running) int {
	count := 0
	for _, p := range n.Peers() {
		if p.Outbound {
			count++
		}
	}
	return count
}

func TestSubmittedTransfersReachAll(t *testing.T) {
	w := newWorld(t)
	nodes := w.mesh(4)
	transfers := pay(0, 30)
	for i := range transfers {
		n := nodes[i%len(nodes)]
		// Its predecessor was posted elsewhere and may still be on its way.
		w.awaitPending(transfers[:i], n)
		n.submit(transfers[i])
	}
	w.awaitPending(transfers, nodes...)
}

func TestNodeSpendsWhatItHasMined(t *testing.T) {
	w := newWorld(t)
	n := w.node()
	_, err := n.Mine(t.Context(), 1, nil)
	require.NoError(t, err)
	transfer := types.Transaction{Recipient: types.NamedAddress("bob"), Amount: types.Coin}
	n.Sign(&transfer)
	require.Equal(t, n.Account(), transfer.Sender())
	n.submit(transfer)
	blocks, err := n.Mine(t.Context(), 1, nil)
	require.NoError(t, err)
	require.Equal(t, transfer, blocks[0].Transactions[1])
}

func TestSubmitTellsWhatIsWrong(t *testing.T) {
	w := newWorld(t)
	n := w.node()
	transfer := pay(0, 1)[0]
	transfer.Amount++
	require.Error(t, n.Submit(transfer))
	require.Zero(t, n.Pool().Len())
}

func TestReplaceTakesABetterChainAndTellsPeers(t *testing.T) {
	w := newWorld(t)
	nodes := w.mesh(2)
	nodes[0].mine(2)
	w.awaitOneTip(nodes...)
	other := w.node()
	other.mine(3)
	better := other.blocks()

	_, err := nodes[1].Replace(better[:3])
	require.ErrorIs(t, err, chain.ErrNotBetter)
	change, err := nodes[1].Replace(better)
	require.NoError(t, err)
	require.Equal(t, other.tip(), change.Tip.ID)
	require.Equal(t, 2, change.Reverted)
	w.awaitOneTip(append(nodes, other)...)
}

// A block that a client brings goes the way of a peer's: it is relayed, and the
// mempool follows.
func TestABlockOfAClientGoesTheWayOfAll(t *testing.T) {
	w := newWorld(t)
	nodes := w.mesh(2)
	transfer := pay(0, 1)[0]
	nodes[0].submit(transfer)
	other := w.node()
	other.submit(transfer)
	block := other.mine(1)[0]
	require.Len(t, block.Transactions, 2)

	change, err := nodes[0].AddBlock(block)
	require.NoError(t, err)
	require.True(t, change.Moved)
	require.Equal(t, block.Hash(), change.Tip.ID)
	w.awaitOneTip(append(nodes, other)...)
	w.awaitPending(nil, nodes[0])

	branch := chaintest.Branch(change.Tip, types.NamedAddress("bob"), 2)
	_, err = nodes[0].AddBlock(branch[1])
	require.ErrorIs(t, err, chain.ErrUnknownParent)
}

func TestRestartedNodeIsTheSameAndReconnectsByItself(t *testing.T) {
	w := newWorld(t)
	nodes := w.mesh(2)
	config := testConfig(t)
	first := w.open(config)
	introduce(append(nodes, first)...)
	w.awaitPeers(2, first)
	first.mine(2)
	self, tip := first.Self(), first.tip()
	first.stop()

	nodes[0].mine(1)
	second := w.open(config)
	require.Equal(t, self, second.Self(), "id, and the port that others remember")
	require.Equal(t, tip, second.tip())
	w.awaitPeers(2, second)
	w.awaitOneTip(append(nodes, second)...)
}

func TestNodeReconnectsToOneThatCameBack(t *testing.T) {
	w := newWorld(t)
	config := testConfig(t)
	back := w.open(config)
	other := w.node()
	other.register(back)
	w.awaitPeers(1, other, back)
	back.stop()
	w.until("the loss", func() bool { return len(other.Peers()) == 0 })
	// It is forgotten that it knew the other, so that it cannot dial.
	require.NoError(t, writeKnown(config.Folder, core.Book{}))
	back = w.open(config)
	w.awaitPeers(1, other, back)
}

func TestKnownNodesAreSavedWhenTheNodeEnds(t *testing.T) {
	w := newWorld(t)
	config := testConfig(t)
	n, other := w.open(config), w.node()
	n.register(other)
	n.stop() // long before it is time to save
	known, _, err := readKnown(config.Folder)
	require.NoError(t, err)
	require.Equal(t, []types.NodeInfo{other.Self()}, knownOf(known))
	self, err := readJSON[types.NodeInfo](config.Folder, selfFile)
	require.NoError(t, err)
	require.Equal(t, n.Self(), self)
}

func TestRegisterCountsNews(t *testing.T) {
	w := newWorld(t)
	nodes := w.nodes(3)
	n := nodes[0]
	added, err := n.Register(selves(nodes))
	require.NoError(t, err)
	require.Equal(t, 2, added, "itself is none")
	added, err = n.Register(selves(nodes))
	require.NoError(t, err)
	require.Zero(t, added)
	require.Equal(t, selves(nodes[1:]), n.Known())
	require.Equal(t, 2, n.KnownCount())
}

func TestGarbageAddressesHarmNobody(t *testing.T) {
	w := newWorld(t)
	nodes := w.nodes(2)
	good := nodes[1].Self()
	added, err := nodes[0].Register([]types.NodeInfo{
		{ID: types.NodeID{1}, Address: "garbage", P2P: []string{"garbage"}},
		{ID: types.NodeID{2}, Address: "127.0.0.1:1"},
		{ID: types.NodeID{3}, P2P: []string{"/ip4/127.0.0.1/tcp/1"}},
		{ID: types.NodeID{4}, P2P: []string{"", "\x00", "/dns4/nowhere.invalid/tcp/1"}},
		{ID: types.NodeID{5}, P2P: good.P2P}, // another's address
		{},
		good,
	})
	require.NoError(t, err)
	require.Equal(t, 3, added, "those without an address, with an empty one, or with another's, cannot be used")
	w.awaitPeers(1, nodes...)
	nodes[1].mine(1)
	w.awaitOneTip(nodes...)
}
