package node

import (
	"context"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"networkmngr/internal/protocol"
	"networkmngr/internal/transport"
	"networkmngr/internal/types"
)

func TestMineEndsWithItsContext(t *testing.T) {
	w := newWorld(t)
	n := w.node(func(c *Config) { c.Genesis = hard() })
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
	defer cancel()
	blocks, err := n.Mine(ctx, 1)
	require.ErrorIs(t, err, context.DeadlineExceeded)
	require.Empty(t, blocks)
}

func TestMineWaitsForItsTurnNoLongerThanItsContext(t *testing.T) {
	w := newWorld(t)
	n := w.node(func(c *Config) { c.Genesis = hard() })
	var mining sync.WaitGroup
	defer mining.Wait()
	first, endFirst := context.WithCancel(t.Context())
	defer endFirst()
	mining.Go(func() { _, _ = n.Mine(first, 1) })
	w.until("the first mines", func() bool { return len(n.mining) == 1 })
	second, endSecond := context.WithCancel(t.Context())
	endSecond()
	_, err := n.Mine(second, 1)
	require.ErrorIs(t, err, context.Canceled)
}

func TestMineEndsWithTheNode(t *testing.T) {
	w := newWorld(t)
	n := w.node(func(c *Config) { c.Genesis = hard() })
	failed := make(chan error, 2)
	for range cap(failed) { // one mines, one waits for its turn
		go func() {
			_, err := n.Mine(context.Background(), 1)
			failed <- err
		}()
	}
	w.until("one mines", func() bool { return len(n.mining) == 1 })
	n.stop()
	require.ErrorIs(t, <-failed, ErrStopping)
	require.ErrorIs(t, <-failed, ErrStopping)
}

func TestNothingWorksOnAfterTheEnd(t *testing.T) {
	w := newWorld(t)
	n, other := w.node(), w.node()
	n.stop()
	_, err := n.Mine(t.Context(), 1)
	require.ErrorIs(t, err, ErrStopping)
	_, err = n.Resolve(t.Context())
	require.ErrorIs(t, err, ErrStopping)
	_, err = n.Register(t.Context(), []Entry{other.Self()})
	require.ErrorIs(t, err, ErrStopping)
	require.Error(t, n.Submit(pay(0, 1)[0]))
	require.Empty(t, n.Known())
	require.Empty(t, n.Peers())
}

func TestRunEndsWhileNodesMineAndTalk(t *testing.T) {
	w := newWorld(t)
	nodes := w.mesh(3)
	var mining sync.WaitGroup
	ended := make(chan error, len(nodes))
	for _, n := range nodes {
		mining.Go(func() {
			_, err := n.Mine(context.Background(), 1_000_000)
			ended <- err
		})
	}
	w.until("blocks of many", func() bool { return nodes[0].Chain().Tip().Height > 30 })
	for _, n := range nodes {
		n.stop()
	}
	mining.Wait()
	for range nodes {
		require.ErrorIs(t, <-ended, ErrStopping)
	}
}

func TestMinedBlocksSurviveARestart(t *testing.T) {
	w := newWorld(t)
	config := testConfig(t)
	n := w.open(config)
	n.submit(pay(0, 1)...)
	block := n.mine(1)[0]
	require.Len(t, block.Transactions, 2)
	n.stop()
	n = w.open(config)
	stored, err := n.Chain().Block(block.Hash())
	require.NoError(t, err)
	require.Equal(t, block, stored)
}

func TestResolveWithAPeerThatIsGone(t *testing.T) {
	w := newWorld(t)
	nodes := w.mesh(3)
	nodes[0].mine(1)
	nodes[1].stop()
	change, err := nodes[2].Resolve(t.Context())
	require.NoError(t, err)
	require.EqualValues(t, 1, change.Tip.Height)
}

// mute is a peer that says hello and then nothing more.
type mute struct {
	link  *transport.Transport
	self  Entry
	hello protocol.Hello
}

func (m *mute) Connected(p transport.Peer) {
	_ = m.link.Send(p.ID, protocol.Encode(m.hello))
}
func (*mute) Disconnected(types.NodeID, error) {}
func (*mute) Received(types.NodeID, []byte)    {}

func (w world) mute() *mute {
	key, err := loadIdentity(w.t.TempDir())
	require.NoError(w.t, err)
	config := transport.Default()
	config.Key, config.MaxFrame = key, protocol.MaxFrame
	m := &mute{}
	m.link, err = transport.New(config, m)
	require.NoError(w.t, err)
	m.self = Entry{ID: types.NodeIDOf(publicOf(key)), Address: "127.0.0.1:1", P2P: m.link.Addrs()}
	genesis := easy().State()
	m.hello = protocol.Hello{
		Version: protocol.Version, Genesis: genesis.ID, Self: m.self,
		Tip: protocol.Claim{ID: genesis.ID, Work: genesis.Work},
	}
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		_ = m.link.Run(ctx)
	}()
	w.t.Cleanup(func() {
		cancel()
		<-ended
	})
	return m
}

func TestResolveWaitsForAStuckPeerOnceAndNotForLong(t *testing.T) {
	w := newWorld(t)
	n, stuck := w.node(), w.mute()
	_, err := n.Register(t.Context(), []Entry{stuck.self})
	require.NoError(t, err)
	w.awaitPeers(1, n)
	bound := protocol.DefaultConfig().ResolveTimeout

	began := time.Now()
	n.mine(1) // resolves twice
	require.Less(t, time.Since(began), 2*bound)
	began = time.Now()
	n.mine(1)
	require.Less(t, time.Since(began), bound)
}

func TestResolveEndsWithItsContext(t *testing.T) {
	w := newWorld(t)
	n, stuck := w.node(), w.mute()
	_, err := n.Register(t.Context(), []Entry{stuck.self})
	require.NoError(t, err)
	w.awaitPeers(1, n)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err = n.Resolve(ctx)
	require.ErrorIs(t, err, context.Canceled)
}
