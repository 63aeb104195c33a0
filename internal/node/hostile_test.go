package node

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"networkmngr/internal/protocol"
	"networkmngr/internal/transport"
	"networkmngr/internal/types"
)

// puppet is a peer that says hello by itself and then only what a test has it
// say. It keeps what it hears.
type puppet struct {
	link  *transport.Transport
	self  types.NodeInfo
	hello protocol.Hello
	heard chan protocol.Message
	gone  chan error    // why a link ended
	hold  chan struct{} // if set, blocks are heard once it is closed
}

func (p *puppet) Connected(other transport.Peer) { p.say(other.ID, p.hello) }

func (p *puppet) Disconnected(_ types.NodeID, reason error) {
	select {
	case p.gone <- reason:
	default:
	}
}

func (p *puppet) Received(_ types.NodeID, frame []byte) {
	m, err := protocol.Decode(frame)
	if err != nil {
		panic(err)
	}
	if _, blocks := m.(protocol.Blocks); blocks && p.hold != nil {
		<-p.hold
	}
	select {
	case p.heard <- m:
	default:
	}
}

// say leaves it to the test to notice that the link is gone.
func (p *puppet) say(to types.NodeID, m protocol.Message) {
	_ = p.link.Send(to, protocol.Encode(m))
}

func (w world) puppet() *puppet {
	key, err := loadIdentity(w.t.TempDir())
	require.NoError(w.t, err)
	config := transport.Default()
	config.Key, config.MaxFrame = key, protocol.MaxFrame
	p := &puppet{heard: make(chan protocol.Message, 1000), gone: make(chan error, 1)}
	p.link, err = transport.New(config, p)
	require.NoError(w.t, err)
	p.self = types.NodeInfo{ID: types.NodeIDOf(publicOf(key)), Address: "127.0.0.1:1", P2P: p.link.Addrs()}
	genesis := easy().State()
	p.hello = protocol.Hello{
		Version: protocol.Version, Genesis: genesis.ID, Self: p.self,
		Tip: protocol.Claim{ID: genesis.ID, Work: genesis.Work},
	}
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		_ = p.link.Run(ctx)
	}()
	w.t.Cleanup(func() {
		cancel()
		<-ended
	})
	return p
}

// attach gives n a puppet for a peer.
func (w world) attach(n *running) *puppet {
	w.t.Helper()
	p := w.puppet()
	w.link(p, n)
	return p
}

// link makes a puppet one more of n's peers.
func (w world) link(p *puppet, n *running) {
	w.t.Helper()
	before := len(n.Peers())
	require.NoError(w.t, p.link.Dial(w.t.Context(), n.Self().P2P[0]))
	w.awaitPeers(before+1, n)
}

// answer waits for a message of the same kind as M.
func answer[M protocol.Message](w world, p *puppet) M {
	w.t.Helper()
	late := time.After(patience)
	for {
		select {
		case m := <-p.heard:
			if m, ok := m.(M); ok {
				return m
			}
		case <-late:
			var none M
			require.Failf(w.t, "waited in vain", "%T", none)
			return none
		}
	}
}

// awaitGone waits until a puppet's link has ended, and returns why.
func (w world) awaitGone(p *puppet) error {
	w.t.Helper()
	select {
	case reason := <-p.gone:
		return reason
	case <-time.After(patience):
		require.Fail(w.t, "the link stays")
		return nil
	}
}

func (w world) awaitDrop(n *running, p *puppet) {
	w.t.Helper()
	_ = w.awaitGone(p)
	w.until("the loss", func() bool { return len(n.Peers()) == 0 })
}

func TestPeerThatSendsGarbageIsBarred(t *testing.T) {
	w := newWorld(t)
	n := w.node()
	p := w.attach(n)
	require.NoError(t, p.link.Send(n.Self().ID, []byte("garbage")))
	w.awaitDrop(n, p)
	require.Error(t, p.link.Dial(t.Context(), n.Self().P2P[0]))
	n.mine(1)
}

func TestPeersGetTransactionsOfOldBlocks(t *testing.T) {
	w := newWorld(t)
	n := w.node()
	transfers := pay(0, 3)
	n.submit(transfers...)
	block := n.mine(1)[0]
	n.mine(10) // nobody keeps it in memory any more
	p := w.attach(n)

	p.say(n.Self().ID, protocol.GetBlockTransactions{Block: block.Hash(), Indexes: []uint32{1, 3}})
	got := answer[protocol.BlockTransactions](w, p)
	require.Equal(t, []types.Transaction{block.Transactions[1], block.Transactions[3]}, got.Transactions)

	p.say(n.Self().ID, protocol.GetBlockTransactions{Block: types.Hash{1}, Indexes: []uint32{1}})
	require.Equal(t, []types.Hash{{1}}, answer[protocol.NotFound](w, p).IDs)

	p.say(n.Self().ID, protocol.GetBlockTransactions{Block: block.Hash(), Indexes: []uint32{4}})
	w.awaitDrop(n, p)
}

func TestPeersGetBlocksInParts(t *testing.T) {
	w := newWorld(t)
	n := w.node()
	n.mine(50)
	p := w.attach(n)
	var ids []types.Hash
	for _, ref := range n.Chain().MainChain(1, 50) {
		ids = append(ids, ref.ID)
	}
	p.say(n.Self().ID, protocol.GetBlocks{IDs: append(ids, types.Hash{1})})
	for got := 0; got < len(ids); {
		m := answer[protocol.Blocks](w, p)
		for _, raw := range m.Encoded {
			b, err := types.DecodeBlock(raw)
			require.NoError(t, err)
			require.Contains(t, ids, b.Hash())
			got++
		}
	}
	require.Equal(t, []types.Hash{{1}}, answer[protocol.NotFound](w, p).IDs)
}

func TestPeerThatAsksTooMuchAtOnceIsDropped(t *testing.T) {
	w := newWorld(t)
	n := w.node()
	p := w.puppet()
	p.hold = make(chan struct{})
	defer close(p.hold)
	w.link(p, n)
	ids := n.fill(20) // more than the link holds
	const most = 64   // questions that may wait
	for range most + 1 {
		p.say(n.Self().ID, protocol.GetBlocks{IDs: ids})
	}
	w.until("the end of the link", func() bool { return len(n.Peers()) == 0 })
}
