package server_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net"
	"net/http"
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
	"networkmngr/internal/events"
	"networkmngr/internal/leaktest"
	"networkmngr/internal/logging/logtest"
	"networkmngr/internal/mempool"
	"networkmngr/internal/mempool/mempooltest"
	"networkmngr/internal/mining"
	"networkmngr/internal/store"
	"networkmngr/internal/types"
)

func TestMain(m *testing.M) { leaktest.Main(m) }

var (
	alice = types.NamedAddress("alice")
	bob   = types.NamedAddress("bob")
	miner = types.NamedAddress("miner")
)

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
