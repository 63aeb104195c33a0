package node

import (
	"context"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"networkmngr/internal/mining"
)

// mineBy has the node mine by these settings, on one thread.
func (r *running) mineBy(settings mining.Settings) {
	r.t.Helper()
	settings.Threads = 1
	require.NoError(r.t, r.SetMining(settings))
}

func (w world) awaitHeight(height uint64, n *running) {
	w.t.Helper()
	w.until("blocks", func() bool { return n.Chain().Tip().Height >= height })
}

func (w world) awaitRest(n *running) {
	w.t.Helper()
	w.until("it rests", func() bool {
		_, achieved := n.Mining()
		return !achieved.Searching
	})
}

func TestANodeMinesOnDemandAtFirst(t *testing.T) {
	w := newWorld(t)
	n := w.node()
	settings, achieved := n.Mining()
	require.Equal(t, mining.Default(1), settings)
	require.Zero(t, achieved.Blocks)
	n.mine(3)
	w.until("the count", func() bool {
		_, achieved = n.Mining()
		return achieved.Blocks == 3
	})
	require.GreaterOrEqual(t, achieved.Hashes, uint64(3))
	require.Positive(t, achieved.Hashrate)
	require.Equal(t, "cpu", achieved.Solver)
}

// Without anybody who asks, a node that mines continuously mines as many blocks as
// it is to, and its peers hear of them.
func TestANodeMinesByItself(t *testing.T) {
	w := newWorld(t)
	nodes := w.mesh(2)
	nodes[0].mineBy(mining.Settings{Mode: mining.Continuous, Blocks: 7})
	w.awaitHeight(7, nodes[1])
	w.awaitRest(nodes[0])
	require.EqualValues(t, 7, nodes[0].Chain().Tip().Height, "and no more")
	_, achieved := nodes[0].Mining()
	require.EqualValues(t, 7, achieved.Blocks)
}

// A node searches for one block at a time: a call's blocks are the next of those
// that it would have mined anyway, and carry the call's data.
func TestACallOfANodeThatMinesByItself(t *testing.T) {
	w := newWorld(t)
	n := w.node()
	n.mineBy(mining.Settings{Mode: mining.Continuous})
	w.awaitHeight(3, n)
	data := []byte(`"mine"`)
	blocks, err := n.Mine(t.Context(), 5, data)
	require.NoError(t, err)
	require.Len(t, blocks, 5)
	for i, b := range blocks {
		require.Equal(t, data, b.Transactions[0].Data)
		require.Equal(t, blocks[0].Height()+uint64(i), b.Height(), "in a row")
	}
	w.awaitHeight(blocks[4].Height()+3, n) // it goes on
	n.mineBy(mining.Settings{Mode: mining.Demand})
	w.awaitRest(n)
	carried := 0
	for _, b := range n.blocks() {
		if b.Height() > 0 && b.Transactions[0].Data != nil {
			carried++
		}
	}
	require.Equal(t, 5, carried)
}

// A call's blocks are not those that Settings.Blocks counts.
func TestCallsAndBlocksByItselfAreCountedApart(t *testing.T) {
	w := newWorld(t)
	n := w.node()
	n.mineBy(mining.Settings{Mode: mining.Interval, Interval: mining.MaxInterval, Blocks: 1})
	n.mine(2)
	n.mineBy(mining.Settings{Mode: mining.Continuous, Blocks: 2})
	w.awaitHeight(4, n)
	w.awaitRest(n)
	n.mine(1)
	require.EqualValues(t, 5, n.Chain().Tip().Height)
}

func TestANodeMinesWhatIsPending(t *testing.T) {
	w := newWorld(t)
	nodes := w.mesh(2)
	nodes[0].mineBy(mining.Settings{Mode: mining.Pending})
	w.awaitRest(nodes[0])
	for i, from := range nodes { // one's own, and one that a peer brings
		from.submit(pay(uint64(i), 1)...)
		w.awaitHeight(uint64(i)+1, nodes[0])
		w.awaitOneTip(nodes...)
	}
	w.until("nothing is pending", func() bool { return nodes[0].Pool().Len() == 0 })
	w.awaitRest(nodes[0])
	require.EqualValues(t, 2, nodes[0].Chain().Tip().Height, "no block without transfers")
}

func TestANodeMinesAtAnInterval(t *testing.T) {
	w := newWorld(t)
	n := w.node()
	began := time.Now()
	n.mineBy(mining.Settings{Mode: mining.Interval, Interval: mining.MinInterval, Blocks: 3})
	w.awaitHeight(3, n)
	require.GreaterOrEqual(t, time.Since(began).Seconds(), 3*mining.MinInterval)
}

func TestOffMeansThatNothingIsMined(t *testing.T) {
	w := newWorld(t)
	n := w.node(func(c *Config) { c.Genesis = hard() })
	var calls sync.WaitGroup
	defer calls.Wait()
	failed := make(chan error, 1)
	calls.Go(func() {
		_, err := n.Mine(context.Background(), 1, nil)
		failed <- err
	})
	w.until("it searches", func() bool {
		_, achieved := n.Mining()
		return achieved.Searching
	})
	n.mineBy(mining.Settings{Mode: mining.Off})
	require.ErrorIs(t, <-failed, mining.ErrOff, "who waits is told")
	_, err := n.Mine(t.Context(), 1, nil)
	require.ErrorIs(t, err, mining.ErrOff)
	w.awaitRest(n)
}

func TestSettingsThatDoNotGoChangeNothing(t *testing.T) {
	n := newWorld(t).node()
	require.ErrorIs(t, n.SetMining(mining.Settings{Mode: "always"}), mining.ErrSettings)
	settings, _ := n.Mining()
	require.Equal(t, mining.Default(1), settings)
}

// Nodes that race have one chain once they rest.
func TestNodesThatRace(t *testing.T) {
	w := newWorld(t)
	nodes := w.mesh(3)
	for _, n := range nodes {
		n.mineBy(mining.Settings{Mode: mining.Continuous, Blocks: 30})
	}
	w.until("each has mined its blocks", func() bool {
		for _, n := range nodes {
			if _, achieved := n.Mining(); achieved.Blocks < 30 {
				return false
			}
		}
		return true
	})
	for _, n := range nodes {
		n.mineBy(mining.Settings{Mode: mining.Demand})
	}
	nodes[0].mine(1) // of branches with equal work one gets ahead
	w.awaitOneTip(nodes...)
}
