package node

import (
	"context"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/hashicorp/go-hclog"
	"github.com/stretchr/testify/require"

	"networkmngr/internal/chain"
	"networkmngr/internal/chain/chaintest"
	"networkmngr/internal/consensus"
	"networkmngr/internal/core"
	"networkmngr/internal/genesis"
	"networkmngr/internal/leaktest"
	"networkmngr/internal/mining"
	"networkmngr/internal/types"
)

// patience is how long a test waits for what should happen at once.
const patience = 3 * time.Minute

// easy is a network on which mining costs next to nothing, and which lets
// blocks come much faster than time passes. Its genesis block is an hour old.
var easy = sync.OnceValue(func() *consensus.Genesis {
	return chaintest.Genesis(func(d *genesis.Description) {
		d.Time = uint32(time.Now().Add(-time.Hour).Unix())
		d.BlockTime, d.HalfLife = 1, 1<<25
	})
})

// past is a time of a genesis block, in seconds since 1970, that has been on any machine's
// clock: the start of 2026. chaintest.Start may be ahead of it, and then nobody mines yet.
const past = 1_767_225_600

// hard is a network on which no test will find a block.
func hard() *consensus.Genesis {
	return chaintest.Genesis(func(d *genesis.Description) { d.Name, d.FloorBits, d.Time = "hard", "180fffff", past })
}

// world is the nodes of one test.
type world struct {
	t testing.TB
}

// newWorld has the test's end prove that nothing is left running.
func newWorld(t testing.TB) world {
	t.Cleanup(func() { leaktest.Verify(t) })
	return world{t}
}

// testConfig is a node on the loopback interface, in a folder of its own.
func testConfig(t testing.TB) Config {
	logger := hclog.NewNullLogger()
	if os.Getenv("NODE_TEST_LOG") != "" {
		logger = hclog.New(&hclog.LoggerOptions{Name: filepath.Base(t.TempDir()), Level: hclog.Debug})
	}
	folder := t.TempDir()
	config := Config{
		Folder: folder, Genesis: easy(), Address: "127.0.0.1:1", Host: "127.0.0.1",
		Outbound: 8, MaxInbound: 64, Threads: 1, Logger: logger, Now: time.Now,
	}
	if _, measures := t.(*testing.B); !measures {
		config.Record = filepath.Join(folder, "record")
	}
	return config
}

// running is a node with what runs it.
type running struct {
	*Node
	t      testing.TB
	cancel context.CancelFunc
	ended  chan struct{}
	err    error // of Run, once ended
}

func (w world) open(config Config) *running {
	w.t.Helper()
	n, err := Open(config)
	require.NoError(w.t, err)
	return w.run(n)
}

func (w world) run(n *Node) *running {
	ctx, cancel := context.WithCancel(context.Background())
	r := &running{Node: n, t: w.t, cancel: cancel, ended: make(chan struct{})}
	go func() {
		defer close(r.ended)
		r.err = n.Run(ctx)
	}()
	w.t.Cleanup(func() {
		cancel()
		<-r.ended
		if path := r.config.Record; path != "" && !w.t.Failed() {
			requireReplay(w.t, path)
		}
	})
	return r
}

func (w world) node(change ...func(*Config)) *running {
	w.t.Helper()
	config := testConfig(w.t)
	for _, f := range change {
		f(&config)
	}
	return w.open(config)
}

func (w world) nodes(count int, change ...func(*Config)) []*running {
	w.t.Helper()
	nodes := make([]*running, count)
	for i := range nodes {
		nodes[i] = w.node(change...)
	}
	return nodes
}

// stop ends the node and checks that it ended well.
func (r *running) stop() {
	r.t.Helper()
	r.cancel()
	<-r.ended
	require.NoError(r.t, r.err)
}

// awaitEnd waits until the node has ended by itself and returns the reason.
func (r *running) awaitEnd() error {
	r.t.Helper()
	select {
	case <-r.ended:
		return r.err
	case <-time.After(patience):
		require.Fail(r.t, "the node goes on")
		return nil
	}
}

func (r *running) mine(count int) []types.Block {
	r.t.Helper()
	blocks, err := r.Mine(r.t.Context(), count, nil)
	require.NoError(r.t, err)
	require.Len(r.t, blocks, count)
	return blocks
}

// store brings blocks to the chain, as a miner does.
func (r *running) store(blocks ...types.Block) {
	r.t.Helper()
	found := make([]mining.Found, len(blocks))
	for i := range blocks {
		found[i].Block = blocks[i]
	}
	a, err := r.request(r.t.Context(), func(number uint64) core.Input {
		return core.Solved{Number: number, Found: found}
	})
	require.NoError(r.t, err)
	require.NoError(r.t, a.Err)
}

func (r *running) tip() types.Hash { return r.Chain().Tip().ID }

// introduce gives every node the registry of all.
func introduce(nodes ...*running) {
	for _, n := range nodes {
		n.register(nodes...)
	}
}

// register tells the node of others, as a manager does.
func (r *running) register(others ...*running) {
	r.t.Helper()
	_, err := r.Register(selves(others))
	require.NoError(r.t, err)
}

func selves(nodes []*running) []types.NodeInfo {
	entries := make([]types.NodeInfo, len(nodes))
	for i, n := range nodes {
		entries[i] = n.Self()
	}
	return entries
}

// mesh starts nodes of which each has a link to every other.
func (w world) mesh(count int) []*running {
	w.t.Helper()
	nodes := w.nodes(count)
	introduce(nodes...)
	w.awaitPeers(count-1, nodes...)
	return nodes
}

// until waits for a condition.
func (w world) until(what string, condition func() bool) {
	w.t.Helper()
	deadline := time.After(patience)
	look := time.NewTicker(2 * time.Millisecond)
	defer look.Stop()
	for !condition() {
		select {
		case <-look.C:
		case <-deadline:
			require.Fail(w.t, "waited in vain", what)
		}
	}
}

func (w world) awaitPeers(count int, nodes ...*running) {
	w.t.Helper()
	for _, n := range nodes {
		w.until("peers", func() bool { return len(n.Peers()) >= count })
	}
}

// awaitOneTip waits until all nodes have one tip, and checks that they agree on
// every account.
func (w world) awaitOneTip(nodes ...*running) consensus.State {
	w.t.Helper()
	w.until("one tip", func() bool {
		for _, n := range nodes[1:] {
			if n.tip() != nodes[0].tip() {
				return false
			}
		}
		return true
	})
	w.agree(nodes...)
	return nodes[0].Chain().Tip()
}

func (w world) agree(nodes ...*running) {
	w.t.Helper()
	var addresses []types.Address
	for _, name := range chaintest.Names {
		addresses = append(addresses, types.NamedAddress(name))
	}
	for _, n := range nodes {
		addresses = append(addresses, n.Account())
	}
	want, at, err := nodes[0].Chain().Accounts(addresses...)
	require.NoError(w.t, err)
	for _, n := range nodes[1:] {
		got, gotAt, err := n.Chain().Accounts(addresses...)
		require.NoError(w.t, err)
		require.Equal(w.t, at, gotAt)
		require.Equal(w.t, want, got)
	}
}

// pay makes count transfers of alice's, numbered on from sequence.
func pay(sequence uint64, count int) []types.Transaction {
	key, bob := types.NamedKey("alice"), types.NamedAddress("bob")
	transfers := make([]types.Transaction, count)
	for i := range transfers {
		transfers[i] = chaintest.Transfer(key, easy().Params.GenesisID, sequence+uint64(i), bob, types.Coin/100, types.Coin/1000)
	}
	return transfers
}

func (r *running) submit(transfers ...types.Transaction) {
	r.t.Helper()
	for _, t := range transfers {
		require.NoError(r.t, r.Submit(t))
	}
}

func (w world) awaitPending(transfers []types.Transaction, nodes ...*running) {
	w.t.Helper()
	for _, n := range nodes {
		w.until("pending transfers", func() bool {
			for i := range transfers {
				if !n.Pool().Has(transfers[i].ID()) {
					return false
				}
			}
			return true
		})
	}
}

// blocks reads a node's main chain.
func (r *running) blocks() []types.Block {
	r.t.Helper()
	var blocks []types.Block
	for _, ref := range r.Chain().MainChain(0, int(r.Chain().Tip().Height)+1) {
		b, err := r.Chain().Block(ref.ID)
		require.NoError(r.t, err)
		blocks = append(blocks, b)
	}
	return blocks
}

// failing is a store that fails from when it is told to.
type failing struct {
	closableStore
	broken chan struct{} // closed when it fails
	reads  bool          // fail these too
}

func (s *failing) err() error {
	select {
	case <-s.broken:
		return os.ErrPermission
	default:
		return nil
	}
}

func (s *failing) Update(fn func(chain.Writer) error) error {
	if err := s.err(); err != nil {
		return err
	}
	return s.closableStore.Update(fn)
}

func (s *failing) View(fn func(chain.Reader) error) error {
	if err := s.err(); err != nil && s.reads {
		return err
	}
	return s.closableStore.View(fn)
}
