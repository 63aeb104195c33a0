package server_test

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/hashicorp/go-hclog"
	"github.com/stretchr/testify/require"

	"networkmngr/internal/api"
	"networkmngr/internal/api/server"
	"networkmngr/internal/chain"
	"networkmngr/internal/chain/chaintest"
	"networkmngr/internal/consensus"
	"networkmngr/internal/core"
	"networkmngr/internal/events"
	"networkmngr/internal/leaktest"
	"networkmngr/internal/logging/logtest"
	"networkmngr/internal/mempool"
	"networkmngr/internal/mempool/mempooltest"
	"networkmngr/internal/mining"
	"networkmngr/internal/mining/strategy"
	"networkmngr/internal/node"
	"networkmngr/internal/node/nodetest"
	"networkmngr/internal/store"
	"networkmngr/internal/transport"
	"networkmngr/internal/types"
)

func TestMain(m *testing.M) { leaktest.Main(m) }

var (
	alice = types.NamedAddress("alice")
	bob   = types.NamedAddress("bob")
	miner = types.NamedAddress("miner")
)

const p2p = "/ip4/127.0.0.1/tcp/6000/p2p/QmcgpsyWgH8Y8ajJz1Cu72KnS5uo2Aa2LpzU7kinSupNKC"

// Copy implements server.Copier.
func (n *fakeNode) Copy(w io.Writer) error { return n.copy(w) }

// fakeNode stands on a real chain and mempool; it mines at once and has no
// network.
type fakeNode struct {
	nodetest.BanList
	self  types.NodeInfo
	peers []node.Peer
	chain *chain.Chain
	pool  *mempooltest.Pool

	events      *events.Log
	problems    []string
	copy        func(io.Writer) error // of Copy
	alive       func(context.Context) error
	lonely      bool                                        // never meets anybody
	resolve     func(context.Context) (chain.Change, error) // nil finds nothing new
	mine        func(context.Context) error                 // nil goes on
	counter     node.Counter
	afterMining error // of Mine, beside the blocks
	links       []transport.LinkStatus
	addresses   []core.AddressRow
	kept        map[types.NodeID]transport.Reason

	mu        sync.Mutex // guards what follows
	settings  mining.Settings
	known     []types.NodeInfo
	redialled []types.NodeID
	dialled   []types.NodeID                 // by hand
	apart     map[types.NodeID]time.Duration // from whom it was disconnected, for how long
	met       []types.NodeID
	sought    []string
	faults    node.Faults
}

// parts is the node as a server sees it, with another writer if there is one.
func (n *fakeNode) parts(writer server.Writer) server.Backend {
	return server.Backend{
		Identity: n, Network: n, Seeker: n, Writer: cmp.Or[server.Writer](writer, n), Miner: n, Tree: n, Health: n, Copier: n,
		Chain: n.chain, Ledger: n.chain, Pool: n.pool, Events: n.events,
	}
}

func (n *fakeNode) Problems() []string              { return n.problems }
func (n *fakeNode) Alive(ctx context.Context) error { return n.alive(ctx) }
func (n *fakeNode) Traffic() transport.Traffic {
	return transport.Traffic{
		Sent:     map[string]transport.Flow{"ping": {Frames: 1, Bytes: 13}, "pong": {}},
		Received: map[string]transport.Flow{"ping": {}, "pong": {Frames: 2, Bytes: 168}},
		Queued:   3,
	}
}
func (n *fakeNode) StoreSize() int64         { return 4096 }
func (n *fakeNode) CountWith(c node.Counter) { n.counter = c }

func (n *fakeNode) Self() types.NodeInfo { return n.self }
func (n *fakeNode) Peers() []node.Peer   { return n.peers }
func (n *fakeNode) Tips() []chain.Tip    { return n.chain.View().Tips() }

func (n *fakeNode) Invalidate(id types.Hash) (chain.Change, error) { return n.chain.Invalidate(id) }
func (n *fakeNode) Reconsider(id types.Hash) (chain.Change, error) { return n.chain.Reconsider(id) }

func (n *fakeNode) LastStored(id types.Hash) (chain.Ref, bool) { return n.chain.View().LastStored(id) }

func (n *fakeNode) Known() []types.NodeInfo {
	n.mu.Lock()
	defer n.mu.Unlock()
	return append([]types.NodeInfo(nil), n.known...)
}

func (n *fakeNode) Faults() node.Faults {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.faults
}

func (n *fakeNode) SetFaults(f node.Faults) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.faults = f
}

func (n *fakeNode) Links() []transport.LinkStatus { return n.links }

func (n *fakeNode) Register(entries []types.NodeInfo) (int, error) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.known = append(n.known, entries...)
	return len(entries), nil
}

func (n *fakeNode) Forget(ids []types.NodeID) (int, error) {
	n.mu.Lock()
	defer n.mu.Unlock()
	before := len(n.known)
	n.known = slices.DeleteFunc(n.known, func(e types.NodeInfo) bool { return slices.Contains(ids, e.ID) })
	return before - len(n.known), nil
}

func (n *fakeNode) Redial(ids []types.NodeID) error {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.redialled = append(n.redialled, ids...)
	return nil
}

func (n *fakeNode) Connect(id types.NodeID) error {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.dialled = append(n.dialled, id)
	return nil
}

func (n *fakeNode) Disconnect(id types.NodeID, wait time.Duration) error {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.apart[id] = wait
	return nil
}

func (n *fakeNode) Addresses() []core.AddressRow { return slices.Clone(n.addresses) }

func (n *fakeNode) Kept() map[types.NodeID]transport.Reason { return n.kept }

func (n *fakeNode) Group(peer types.NodeInfo, remote string) string {
	if remote == "" {
		return ""
	}
	return "group of " + peer.Address
}

func (n *fakeNode) Seek(address string) (bool, error) {
	n.mu.Lock()
	defer n.mu.Unlock()
	switch {
	case slices.Contains(n.sought, address):
		return false, nil
	case len(n.sought) == maxSought:
		return false, server.ErrManySought
	}
	n.sought = append(n.sought, address)
	return true, nil
}

// maxSought is how many nodes a fake node seeks.
const maxSought = 2

func (n *fakeNode) Sought() []string {
	n.mu.Lock()
	defer n.mu.Unlock()
	return slices.Clone(n.sought)
}

func (n *fakeNode) AwaitPeer(_ context.Context, id types.NodeID) (bool, error) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.met = append(n.met, id)
	return !n.lonely, nil
}

func (n *fakeNode) Resolve(ctx context.Context) (chain.Change, error) {
	if n.resolve == nil {
		return chain.Change{Tip: n.chain.Tip()}, nil
	}
	return n.resolve(ctx)
}

func (n *fakeNode) Mine(ctx context.Context, count int, data []byte) ([]types.Block, error) {
	if n.mine != nil {
		if err := n.mine(ctx); err != nil {
			return nil, err
		}
	}
	if err := mining.CheckData(data); err != nil {
		return nil, err
	}
	var blocks []types.Block
	for range count {
		state, transfers, err := n.pool.Template(types.MaxBlockSize / 2)
		if err != nil {
			return blocks, err
		}
		block := nextWith(state, data, transfers)
		if _, err := n.chain.AddBlocks(block); err != nil {
			return blocks, err
		}
		blocks = append(blocks, block)
	}
	if n.afterMining != nil {
		return blocks, n.afterMining
	}
	return blocks, n.pool.Sync()
}

// MineAside mines on a known block.
func (n *fakeNode) MineAside(_ context.Context, from types.Hash, count int, _ []byte) (blocks []types.Block, hashes uint64, err error) {
	h, known := n.chain.Header(from)
	if !known {
		return nil, 0, chain.ErrNotFound
	}
	if n.settings.Strategy.New() != nil {
		return nil, 0, mining.ErrWithholds
	}
	state, _ := n.chain.View().State(h.ID)
	for range count {
		b := chaintest.Next(state, bob)
		state = chaintest.After(state, b)
		blocks, hashes = append(blocks, b), hashes+7
		if _, err := n.chain.AddBlocks(b); err != nil {
			return blocks, hashes, err
		}
		if n.chain.Tip().ID == b.Hash() {
			return blocks, hashes, nil
		}
	}
	return blocks, hashes, chain.ErrNotBetter
}

// nextWith is a block whose coinbase carries data.
func nextWith(state consensus.State, data []byte, transfers []types.Transaction) types.Block {
	block := chaintest.Next(state, miner, transfers...)
	if data != nil {
		block.Transactions[0].Data = data
		chaintest.Solve(&block)
	}
	return block
}

func (n *fakeNode) Strategy() core.Strategy {
	n.mu.Lock()
	defer n.mu.Unlock()
	return core.Strategy{
		Settings: n.settings.Strategy.Normal(),
		Branches: strategy.Branches{Own: 3, Public: 1, Shown: 1, Confirmations: 1},
	}
}

func (n *fakeNode) Mining() (mining.Settings, mining.Achieved) {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.settings, mining.Achieved{Searching: true, Solver: n.settings.Name(), Hashrate: 1.5, Hashes: 42, Blocks: 3}
}

func (n *fakeNode) SetMining(settings mining.Settings) error {
	n.mu.Lock()
	defer n.mu.Unlock()
	if err := settings.Validate(); err != nil {
		return err
	}
	n.settings = settings
	return nil
}

func (n *fakeNode) Attack(settings mining.Settings) error {
	if err := cmp.Or(settings.Validate(), n.pool.Add(settings.Strategy.Payment)); err != nil {
		return err
	}
	return n.SetMining(settings)
}

func (n *fakeNode) Submit(t types.Transaction) error { return n.pool.Add(t) }
func (n *fakeNode) Account() types.Address           { return miner }

func (n *fakeNode) Sign(t *types.Transaction) {
	t.Sign(types.NamedKey("miner"), n.chain.Genesis().Params.GenesisID)
}

func (n *fakeNode) AddBlock(block types.Block) (chain.Change, error) {
	return n.chain.AddBlocks(block)
}

func (n *fakeNode) Replace(blocks []types.Block) (chain.Change, error) {
	return n.chain.Replace(blocks)
}

// harness is a server on a port of its own over a fake node.
type harness struct {
	testing.TB
	node     *fakeNode
	writer   server.Writer // in the place of node, if there is one
	config   server.Options
	server   *server.Server
	store    *failingStore
	log      *logtest.Buffer
	address  string
	base     string
	http     *http.Client
	client   *testClient
	farewell time.Duration           // for who listens to close; on a slow machine the usual time may be over before a word was said
	shutdown chan struct{}           // closed by the first /shutdown
	leave    context.CancelCauseFunc // ends the server, for a reason
	stop     func() error            // ends the server and gives what Serve did
}

// failingStore is a store that can be told to fail at reading blocks.
type failingStore struct {
	chain.Store
	mu   sync.Mutex // guards fail
	fail error
}

func (s *failingStore) set(err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.fail = err
}

func (s *failingStore) View(fn func(chain.Reader) error) error {
	s.mu.Lock()
	err := s.fail
	s.mu.Unlock()
	if err != nil {
		return err
	}
	return s.Store.View(fn)
}

// start runs a server; change may alter node and config before.
func start(t testing.TB, change ...func(*harness)) *harness {
	h := &harness{TB: t, log: &logtest.Buffer{}, shutdown: make(chan struct{})}
	h.store = &failingStore{Store: store.NewMemory()}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	h.address = listener.Addr().String()
	h.base = "http://" + h.address

	c, err := chain.Open(h.store, chaintest.Genesis(), chaintest.Now)
	require.NoError(t, err)
	h.node = &fakeNode{
		alive: func(context.Context) error { return nil },
		self:  types.NodeInfo{ID: types.NodeID{1}, Address: h.address, P2P: []string{p2p}},
		chain: c, pool: mempooltest.New(mempool.DefaultLimits(), c, chaintest.Now),
		events:   events.NewLog(events.Config{Stream: "abc", Bytes: 1 << 20, Now: time.Now}),
		settings: mining.Default(2), apart: make(map[types.NodeID]time.Duration),
	}
	h.config = server.Options{
		Software: "networkmngr test",
		Shutdown: sync.OnceFunc(func() { close(h.shutdown) }),
		Logger:   hclog.New(&hclog.LoggerOptions{Output: h.log, Level: hclog.Debug}),
	}
	h.farewell = soon
	for _, f := range change {
		f(h)
	}
	transport := &http.Transport{}
	t.Cleanup(transport.CloseIdleConnections)
	h.http = &http.Client{Transport: described(t, transport)}
	h.client = newTestClient(h.base, h.config.Guard.Token, h.http)
	h.serve(listener)
	return h
}

func (h *harness) serve(listener net.Listener) {
	var ctx context.Context
	ctx, h.leave = context.WithCancelCause(context.Background())
	done := make(chan error, 1)
	h.server = server.New(h.config, h.node.parts(h.writer))
	h.server.SetFarewell(h.farewell)
	h.server.SetHearTime(soon)
	go func() { done <- h.server.Serve(ctx, listener) }()
	h.stop = sync.OnceValue(func() error {
		h.leave(nil)
		return <-done
	})
	h.Cleanup(func() { require.NoError(h, h.stop()) })
}

// extend puts count blocks on the chain's tip.
func (h *harness) extend(count int) {
	_, err := h.node.chain.AddBlocks(chaintest.Branch(h.node.chain.Tip(), miner, count)...)
	require.NoError(h, err)
}

// reply is an answer as it came.
type reply struct {
	status int
	header http.Header
	body   string
}

// send makes one request. header is "Key: value".
func (h *harness) send(method, path string, body io.Reader, header ...string) reply {
	request, err := http.NewRequestWithContext(h.Context(), method, h.base+path, body)
	require.NoError(h, err)
	for _, line := range header {
		key, value, _ := strings.Cut(line, ": ")
		if key == "Host" {
			request.Host = value
		}
		request.Header.Set(key, value)
	}
	response, err := h.http.Do(request)
	require.NoError(h, err)
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	require.NoError(h, err)
	return reply{response.StatusCode, response.Header, string(text)}
}

func (h *harness) get(path string) reply { return h.send(http.MethodGet, path, nil) }

func (h *harness) post(path, body string) reply {
	return h.send(http.MethodPost, path, strings.NewReader(body))
}

// requireError checks an answer against the one form that errors have.
func (h *harness) requireError(got reply, status int, code, part string) {
	h.Helper()
	require.Equal(h, status, got.status, got.body)
	var form map[string]map[string]string
	require.NoError(h, json.Unmarshal([]byte(got.body), &form), got.body)
	require.Len(h, form, 1, got.body)
	require.Len(h, form["error"], 2, got.body)
	require.Equal(h, code, form["error"]["code"], got.body)
	require.Contains(h, form["error"]["message"], part)
	require.Equal(h, "application/json; charset=utf-8", got.header.Get("Content-Type"))
}

// requireRefusal checks an error of the client.
func (h *harness) requireRefusal(err error, status int, code string) {
	h.Helper()
	var refusal *api.Error
	require.ErrorAs(h, err, &refusal)
	require.Equal(h, status, refusal.Status, refusal.Message)
	require.Equal(h, code, refusal.Code, refusal.Message)
}

// object decodes an answer without going through the product's types.
func (h *harness) object(got reply) map[string]any {
	h.Helper()
	require.Equal(h, http.StatusOK, got.status, got.body)
	dec := json.NewDecoder(strings.NewReader(got.body))
	dec.UseNumber()
	var object map[string]any
	require.NoError(h, dec.Decode(&object))
	return object
}

// plain encodes v as the product does.
func plain(t require.TestingT, v any) string {
	var out bytes.Buffer
	enc := json.NewEncoder(&out)
	enc.SetEscapeHTML(false)
	require.NoError(t, enc.Encode(v))
	return strings.TrimSpace(out.String())
}

// wholeChain is the genesis block and what follows it.
func wholeChain(blocks ...types.Block) []types.Block {
	return append([]types.Block{chaintest.Genesis().Block}, blocks...)
}

// rival is a chain of other blocks than extend makes.
func rival(count int) []types.Block {
	return wholeChain(chaintest.Branch(chaintest.Genesis().State(), bob, count)...)
}

// transfer is signed by alice.
func transfer(sequence uint64, data string) types.Transaction {
	t := types.Transaction{
		Sequence: sequence, Recipient: bob, Amount: 3 * types.Coin, Fee: types.Coin / 1000,
	}
	if data != "" {
		t.Data = []byte(data)
	}
	t.Sign(types.NamedKey("alice"), chaintest.Genesis().Params.GenesisID)
	return t
}

// soon bounds what a test waits for.
const soon = 3 * time.Minute

// receives waits for a value or for the channel's end.
func receives[T any](t testing.TB, from <-chan T) (value T) {
	t.Helper()
	select {
	case value = <-from:
	case <-time.After(soon):
		require.Fail(t, "nothing came")
	}
	return value
}

var errBroken = errors.New("no more connections")

// brokenListener accepts nothing.
type brokenListener struct{ net.Listener }

func (brokenListener) Accept() (net.Conn, error) { return nil, errBroken }
func (brokenListener) Addr() net.Addr            { return &net.TCPAddr{} }
func (brokenListener) Close() error              { return nil }
