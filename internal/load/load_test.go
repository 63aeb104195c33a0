package load

import (
	"context"
	"crypto/ed25519"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"networkmngr/internal/api"
	"networkmngr/internal/api/client"
	"networkmngr/internal/events"
	"networkmngr/internal/leaktest"
	"networkmngr/internal/types"
)

func TestMain(m *testing.M) { leaktest.Main(m) }

// toy is a node's HTTP server over a ledger that only numbers transfers. It
// includes what is pending whenever somebody asks for the tip.
type toy struct {
	mu      sync.Mutex // guards what follows
	next    map[types.Address]uint64
	pending []types.Transaction
	chain   []types.Block
	known   map[types.Hash]string // status
	// mutate alters what the node does about a transfer that it has accepted;
	// it is false if the node forgets it.
	mutate func(types.Transaction) bool
	refuse func(types.TransferRequest) *api.Error // nil takes all
	seen   []types.TransferRequest
	posted chan struct{} // tells of transfers that wait
}

func newToy() *toy {
	n := &toy{
		next: make(map[types.Address]uint64), known: make(map[types.Hash]string),
		mutate: func(types.Transaction) bool { return true }, posted: make(chan struct{}, 1),
	}
	n.mineBlock()
	return n
}

// mineBlock puts a block on the chain that holds what is pending.
func (n *toy) mineBlock() {
	height := uint64(len(n.chain))
	b := types.Block{Transactions: append([]types.Transaction{{Kind: types.Coinbase, Sequence: height}}, n.pending...)}
	if height > 0 {
		b.Previous = n.chain[height-1].Hash()
	}
	for i := range n.pending {
		n.known[n.pending[i].ID()] = "confirmed"
	}
	n.chain, n.pending = append(n.chain, b), nil
}

func (n *toy) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.URL.Path == "/events" && r.FormValue("limit") == "" {
		n.stream(w, r)
		return
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	status, answer := n.answer(r)
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(answer)
}

// stream tells of a new tip, which is mined as soon as somebody asks for it.
func (n *toy) stream(w http.ResponseWriter, r *http.Request) {
	for offset := 1; ; offset++ {
		_ = http.NewResponseController(w).Flush()
		select {
		case <-n.posted:
		case <-r.Context().Done():
			return
		}
		e := events.Event{Offset: uint64(offset), Type: events.TipMoved{}.Type(), Data: events.TipMoved{}}
		text, _ := json.Marshal(e)
		fmt.Fprintf(w, "id: toy-%d\nevent: tip-moved\ndata: %s\n\n", offset, text)
	}
}

func (n *toy) answer(r *http.Request) (int, any) {
	switch path := r.URL.Path; {
	case path == "/events":
		return http.StatusOK, api.EventPage{Next: 1}
	case path == "/node/id":
		if len(n.pending) > 0 {
			n.mineBlock()
		}
		tip := n.chain[len(n.chain)-1]
		return http.StatusOK, api.Info{Tip: api.Tip{Index: tip.Height(), Hash: tip.Hash()}}
	case path == "/blocks":
		from, _ := strconv.Atoi(r.FormValue("from"))
		limit, _ := strconv.Atoi(r.FormValue("limit"))
		above := min(from+1, len(n.chain))
		page := slices.Clone(n.chain[max(above-limit, 0):above])
		slices.Reverse(page)
		return http.StatusOK, api.Blocks{Length: uint64(len(n.chain)), Blocks: page, Next: new(page[len(page)-1].Height() - 1)}
	case strings.HasPrefix(path, "/accounts/"):
		address, _ := types.ParseAddress(path[len("/accounts/"):])
		return http.StatusOK, api.Account{Address: address, Sequence: n.next[address]}
	case strings.HasPrefix(path, "/transactions/"):
		id, _ := types.ParseHash(path[len("/transactions/"):])
		if status := n.known[id]; status == "confirmed" {
			return http.StatusOK, map[string]any{"status": status, "block": api.Tip{}}
		} else if status != "" {
			return http.StatusOK, map[string]any{"status": status}
		}
		return http.StatusNotFound, refusal("not-found")
	}
	return n.submit(r)
}

func refusal(code string) any {
	return map[string]any{"error": map[string]string{"code": code, "message": code}}
}

func (n *toy) submit(r *http.Request) (int, any) {
	var request types.TransferRequest
	if err := json.NewDecoder(r.Body).Decode(&request); err != nil {
		return http.StatusBadRequest, refusal("malformed")
	}
	n.seen = append(n.seen, request)
	t := *request.Signed
	if n.refuse != nil {
		if refused := n.refuse(request); refused != nil {
			return http.StatusUnprocessableEntity, refusal(refused.Code)
		}
	}
	n.next[t.Sender()] = t.Sequence + 1
	select {
	case n.posted <- struct{}{}:
	default:
	}
	if n.mutate(t) {
		n.pending = append(n.pending, t)
		n.known[t.ID()] = "pending"
	}
	return http.StatusAccepted, api.Submitted{ID: t.ID()}
}

var network = types.Hash{9}

// judge refuses what a real node would.
func (n *toy) judge(r types.TransferRequest) *api.Error {
	t := r.Signed
	switch {
	case *r.Network != network:
		return &api.Error{Code: "wrong-network"}
	case n.known[t.ID()] != "":
		return &api.Error{Code: "already-pending"}
	case t.Amount == 0:
		return &api.Error{Code: "zero-amount"}
	case t.Amount > types.Coin:
		return &api.Error{Code: "overspend"}
	case t.Sequence != n.next[t.Sender()]:
		return &api.Error{Code: "sequence-gap"}
	}
	if !ed25519.Verify(t.PublicKey[:], t.SigningMessage(network), t.Signature[:]) {
		return &api.Error{Code: "bad-signature"}
	}
	return nil
}

// run loads toys with a few transfers.
func run(t *testing.T, seed uint64, toys ...*toy) (Report, error) {
	keeping := &http.Transport{}
	t.Cleanup(keeping.CloseIdleConnections)
	config := Options{
		Rate: 2000, For: 200 * time.Millisecond, Seed: seed, Network: network, Senders: Derive(1, 3), Quiet: 50 * time.Millisecond,
	}
	for _, n := range toys {
		server := httptest.NewServer(n)
		t.Cleanup(server.Close)
		config.Nodes = append(config.Nodes, client.NewNode(server.URL, "", &http.Client{Transport: keeping}))
	}
	return Run(t.Context(), config)
}

func judging() *toy {
	n := newToy()
	n.refuse = n.judge
	return n
}

func TestEveryTransferIsAccountedFor(t *testing.T) {
	n := judging()
	r, err := run(t, 42, n)
	require.NoError(t, err)
	require.Equal(t, 400, r.Sent)
	refused := 0
	for _, count := range r.Refused {
		refused += count
	}
	require.Equal(t, r.Sent, r.Accepted+refused)
	require.Equal(t, r.Accepted, r.Included)
	require.Zero(t, r.GoodRefused+r.Pending+r.Lost+r.Failed+r.WronglyAccepted)
	codes := slices.Sorted(maps.Keys(r.Refused))
	require.Equal(t, []string{"already-pending", "bad-signature", "overspend", "sequence-gap", "wrong-network", "zero-amount"}, codes)
	require.Positive(t, r.Inclusion.P50)
	require.LessOrEqual(t, r.Inclusion.P50, r.Inclusion.P99)
	require.Positive(t, r.Achieved)
}

// A seed decides what is sent.
func TestSameSeedSameTransfers(t *testing.T) {
	sent := func(seed uint64) map[types.Hash]bool {
		n := judging()
		_, err := run(t, seed, n)
		require.NoError(t, err)
		ids := make(map[types.Hash]bool)
		for _, request := range n.seen {
			ids[request.Signed.ID()] = true
		}
		return ids
	}
	require.Equal(t, sent(3), sent(3))
	require.NotEqual(t, sent(3), sent(4))
}

func TestLostTransfersAreFound(t *testing.T) {
	n := judging()
	count := 0
	n.mutate = func(types.Transaction) bool { count++; return count%100 != 0 }
	r, err := run(t, 42, n)
	require.ErrorIs(t, err, ErrLost)
	require.Equal(t, r.Accepted/100, r.Lost)
	require.Len(t, r.LostIDs, r.Lost)
	require.Equal(t, r.Accepted, r.Included+r.Pending+r.Lost)
}

// What one node has forgotten may be pending at another.
func TestPendingAnywhereIsNotLost(t *testing.T) {
	first, second := judging(), judging()
	second.mutate = func(tx types.Transaction) bool {
		first.mu.Lock()
		defer first.mu.Unlock()
		first.known[tx.ID()] = "pending"
		return false
	}
	r, err := run(t, 42, first, second)
	require.NoError(t, err)
	require.Positive(t, r.Pending)
	require.Equal(t, r.Accepted, r.Included+r.Pending)
}

func TestWronglyAccepted(t *testing.T) {
	r, err := run(t, 42, newToy()) // refuses nothing
	require.ErrorIs(t, err, ErrLost)
	require.Positive(t, r.WronglyAccepted)
}

// An account that somebody else sends from too goes on with the number that the
// node says is next.
func TestSomebodyElseUsesTheNumber(t *testing.T) {
	n := judging()
	meddled := false
	n.refuse = func(r types.TransferRequest) *api.Error {
		if !meddled && len(n.seen) > 100 {
			meddled = true
			n.next[r.Signed.Sender()] += 5
		}
		return n.judge(r)
	}
	r, err := run(t, 42, n)
	require.NoError(t, err)
	require.Equal(t, 1, r.GoodRefused)
	require.Equal(t, r.Accepted, r.Included)
}

// A reorg may move a sender's sequence between the question for it and the payment.
func TestFundingGoesOnAfterAReorg(t *testing.T) {
	n := newToy()
	n.refuse = func(r types.TransferRequest) *api.Error {
		if sender := r.Signed.Sender(); len(n.seen) == 2 {
			n.next[sender]++
			return &api.Error{Code: "fee-too-low"}
		} else if r.Signed.Sequence != n.next[sender] {
			return &api.Error{Code: "sequence-used"}
		}
		return nil
	}
	server := httptest.NewServer(n)
	t.Cleanup(server.Close)
	keys := Derive(1, 4)
	require.NoError(t, payEach(t.Context(), client.NewNode(server.URL, "", server.Client()), network, keys[0], keys[1:]))
	require.Len(t, n.seen, 4)
	require.EqualValues(t, 4, n.next[types.AddressOfKey(keys[0])])
}

func TestAReorgTakesBack(t *testing.T) {
	results := newResults()
	tx := types.Transaction{Kind: types.Transfer, Amount: 1}
	block := types.Block{Transactions: []types.Transaction{tx}}
	results.accepted(tx.ID(), time.Now())
	require.Len(t, results.missing(), 1)
	results.added(&block, time.Now())
	require.Empty(t, results.missing())
	results.reverted(block.Hash())
	require.Equal(t, []types.Hash{tx.ID()}, results.missing())
}

func TestInterrupted(t *testing.T) {
	n := judging()
	stop := errors.New("enough")
	limited, end := context.WithTimeout(t.Context(), 3*time.Minute)
	defer end()
	ctx, cancel := context.WithCancelCause(limited)
	n.refuse = func(r types.TransferRequest) *api.Error {
		if len(n.seen) == 20 {
			cancel(stop)
		}
		return n.judge(r)
	}
	server := httptest.NewServer(n)
	defer server.Close()
	keeping := &http.Transport{}
	defer keeping.CloseIdleConnections()
	report, err := Run(ctx, Options{
		Rate: 1000, For: time.Hour, Network: network, Senders: Derive(1, 3), Quiet: time.Second,
		Nodes: []*client.Node{client.NewNode(server.URL, "", &http.Client{Transport: keeping})},
	})
	require.ErrorIs(t, err, stop)
	require.GreaterOrEqual(t, report.Sent, 20)
	require.Positive(t, report.Accepted)
}

// Nobody waits for the end of a load on a node that is gone.
func TestANodeThatDies(t *testing.T) {
	n := judging()
	server := httptest.NewServer(n)
	defer server.Close()
	n.refuse = func(r types.TransferRequest) *api.Error {
		if len(n.seen) == 20 {
			go server.CloseClientConnections()
			server.Listener.Close()
		}
		return n.judge(r)
	}
	keeping := &http.Transport{}
	defer keeping.CloseIdleConnections()
	report, err := Run(t.Context(), Options{
		Rate: 1000, For: time.Hour, Network: network, Senders: Derive(1, 3), Quiet: time.Second,
		Nodes: []*client.Node{client.NewNode(server.URL, "", &http.Client{Transport: keeping})},
	})
	require.Regexp(t, "refused|reset|EOF|broken pipe", err, "whichever request meets the end first")
	require.GreaterOrEqual(t, report.Sent, 20)
}

func TestQuantiles(t *testing.T) {
	require.Zero(t, quantiles(nil))
	var list []time.Duration
	for i := range 101 {
		list = append(list, time.Duration(100-i)*time.Second)
	}
	require.Equal(t, Quantiles{P50: 50, P99: 99, Max: 100}, quantiles(list))
}

func TestDraw(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	seen, large := make(map[kind]int), 0
	for range 10_000 {
		in := draw(random, 5)
		seen[in.kind]++
		require.Less(t, in.recipient, 5)
		require.Positive(t, in.amount)
		require.LessOrEqual(t, in.amount, maxAmount)
		if len(in.data) > 1<<10 {
			large++
		}
		compact, err := types.CompactJSON(in.data)
		require.NoError(t, err)
		require.Equal(t, string(in.data), string(compact))
	}
	require.Len(t, seen, int(kinds), fmt.Sprint(seen))
	require.InDelta(t, 9200, seen[good], 200)
	require.InDelta(t, 95, large, 60)
}
