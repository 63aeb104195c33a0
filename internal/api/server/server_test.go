package server_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"networkmngr/internal/api"
	"networkmngr/internal/api/server"
	"networkmngr/internal/chain/chaintest"
	"networkmngr/internal/httpserver/guard"
	"networkmngr/internal/node"
	"networkmngr/internal/types"
)

func TestInfo(t *testing.T) {
	h := start(t)
	h.extend(2)
	require.Equal(t, []any{}, h.object(h.get("/node/id"))["nodes"])
	_, err := h.client.Register(t.Context(), []types.NodeInfo{entry(2)})
	require.NoError(t, err)
	got, err := h.client.Info(t.Context())
	require.NoError(t, err)
	tip := h.node.chain.Tip()
	require.Equal(t, api.Info{
		NodeInfo: h.node.self, Account: miner, Software: "networkmngr test", Network: "test",
		Genesis: chaintest.Genesis().Params.GenesisID,
		Tip:     api.Tip{Index: 2, Hash: tip.ID}, Known: 1, Nodes: []types.NodeInfo{entry(2)},
	}, got)
	object := h.object(h.get("/node/id"))
	require.Equal(t, h.node.self.ID.String(), object["id"])
	require.Equal(t, map[string]any{"index": json.Number("2"), "hash": tip.ID.String()}, object["tip"])
}

// Who asks for a part of the nodes that are known gets that, and how many there are.
func TestPartOfTheKnownNodes(t *testing.T) {
	h := start(t)
	h.node.known = []types.NodeInfo{entry(2), entry(3), entry(4)}
	for query, want := range map[string]int{"": 3, "?limit=0": 0, "?limit=2": 2, "?from=2": 1, "?from=9&limit=1": 0} {
		got := h.object(h.get("/node/id" + query))
		require.Equal(t, json.Number("3"), got["node_count"])
		require.Len(t, got["nodes"], want, query)
	}
	part := h.object(h.get("/node/id?from=1&limit=1"))["nodes"].([]any)
	require.Equal(t, entry(3).ID.String(), part[0].(map[string]any)["id"])
	h.requireError(h.get("/node/id?limit=-1"), http.StatusBadRequest, "malformed", "limit")
}

func TestHealth(t *testing.T) {
	h := start(t)
	got, err := h.client.Health(t.Context())
	require.NoError(t, err)
	require.Equal(t, "ok", got.Status)
}

func TestShutdown(t *testing.T) {
	for _, method := range []string{http.MethodGet, http.MethodPost} {
		h := start(t)
		require.NotEmpty(t, h.object(h.send(method, "/shutdown", nil))["message"])
		receives(t, h.shutdown)
		require.NoError(t, h.stop())
	}
}

// The answer arrives although the server ends at once.
func TestShutdownAnswers(t *testing.T) {
	h := start(t, func(h *harness) {
		h.config.Shutdown = func() { go func() { _ = h.stop() }() }
	})
	got, err := h.client.Shutdown(t.Context())
	require.NoError(t, err)
	require.NotEmpty(t, got.Message)
	require.NoError(t, h.stop())
}

// A request that runs when the server ends is told so; none holds it up.
func TestEndCancelsRequests(t *testing.T) {
	running := make(chan struct{})
	h := start(t, func(h *harness) {
		h.node.mine = func(ctx context.Context) error {
			close(running)
			<-ctx.Done()
			return fmt.Errorf("mine: %w", ctx.Err())
		}
	})
	answered := make(chan reply, 1)
	go func() { answered <- h.get("/mine") }()
	receives(t, running)
	require.NoError(t, h.stop())
	h.requireError(receives(t, answered), http.StatusServiceUnavailable, "shutting-down", "")
}

// A client that hangs up does not leave its work behind.
func TestHangUpCancels(t *testing.T) {
	running, ended := make(chan struct{}), make(chan struct{})
	h := start(t, func(h *harness) {
		h.node.mine = func(ctx context.Context) error {
			close(running)
			<-ctx.Done()
			close(ended)
			return ctx.Err()
		}
	})
	ctx, hangUp := context.WithCancel(t.Context())
	result := make(chan error, 1)
	go func() {
		_, err := h.client.Mine(ctx, 1)
		result <- err
	}()
	receives(t, running)
	hangUp()
	require.ErrorIs(t, receives(t, result), context.Canceled)
	receives(t, ended)
}

func TestListenerFails(t *testing.T) {
	h := start(t)
	require.NoError(t, h.stop())
	server := server.New(h.config, h.node.parts(nil))
	err := server.Serve(t.Context(), brokenListener{})
	require.ErrorIs(t, err, errBroken)
}

func TestPanic(t *testing.T) {
	h := start(t, func(h *harness) {
		h.node.mine = func(context.Context) error { panic("a bug") }
	})
	h.requireError(h.get("/mine"), http.StatusInternalServerError, "internal", "its log says why")
	require.Contains(t, h.log.String(), "a bug")
	require.NotContains(t, h.get("/mine").body, "a bug")
	require.Equal(t, http.StatusOK, h.get("/healthz").status)
}

func TestUnforeseenError(t *testing.T) {
	h := start(t, func(h *harness) {
		h.node.mine = func(context.Context) error { return errors.New("secret path") }
	})
	got := h.get("/mine")
	h.requireError(got, http.StatusInternalServerError, "internal", "its log says why")
	require.NotContains(t, got.body, "secret path")
	require.Contains(t, h.log.String(), "secret path")
	h.node.mine = func(context.Context) error { return node.ErrStopping }
	h.requireError(h.get("/mine"), http.StatusServiceUnavailable, "shutting-down", "")
	h.node.mine = func(context.Context) error { return fmt.Errorf("mine: %w", context.Canceled) }
	h.requireError(h.get("/mine"), http.StatusServiceUnavailable, "shutting-down", "mine: the server ends, or the client has closed its side")
	h.node.mine = func(context.Context) error { return context.DeadlineExceeded }
	h.requireError(h.get("/mine"), http.StatusServiceUnavailable, "timed-out", "the time for this is over")
}

func TestNoRoute(t *testing.T) {
	h := start(t)
	for _, path := range []string{"/nothing", "/chain//", "/chain/x", "/MINE", "//mine", "/blocks/1/2", "/../chain", "/transactions/x/y?z=1"} {
		h.requireError(h.get(path), http.StatusNotFound, "not-found", "")
	}
	require.NotContains(t, h.get("/start/mining").body, "manager", "there is none")
	h = start(t, func(h *harness) { h.config.Manager = "http://127.0.0.1:4999" })
	h.requireError(h.get("/start/mining"), http.StatusNotFound, "not-found", "at a node; the manager has others, which http://127.0.0.1:4999 lists")
}

func TestNoMethod(t *testing.T) {
	h := start(t)
	for path, allow := range map[string]string{
		"/chain": "GET, HEAD", "/chain/replace": "POST", "/mine": "GET, POST", "/nodes/register": "POST", "/blocks/7": "GET, HEAD",
	} {
		got := h.send(http.MethodDelete, path, nil)
		h.requireError(got, http.StatusMethodNotAllowed, "method-not-allowed", allow)
		require.ElementsMatch(t, strings.Split(allow, ", "), strings.Split(got.header.Get("Allow"), ", "))
	}
}

// everyRoute has one way to call each route, and whether it changes something.
var everyRoute = map[string]bool{
	"GET /": false, "GET /healthz": false, "GET /node/id": false, "GET /chain": false, "GET /blockchain": false,
	"GET /blocks": false, "GET /blocks/0": false, "GET /mempool": false, "GET /peers": false,
	"GET /accounts/nm1qqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqdnxqhy": false,
	"GET /shutdown": true, "POST /shutdown": true, "POST /chain/replace": true, "POST /block/new": true,
	"GET /chain/sync": true, "POST /chain/sync": true, "GET /sync-chain": true,
	"POST /create-transaction": true, "POST /mineBlock": true, "POST /register-node": true, "PUT /blockchain": true, "POST /addPeer": true,
	"GET /mine": true, "POST /mine": true, "POST /transactions": true, "POST /nodes/register": true, "POST /peers": true, "DELETE /peers": true, "DELETE /peers/7002": true,
}

func TestGuard(t *testing.T) {
	h := start(t, func(h *harness) {
		h.config.Guard = guard.Guard{Hosts: []string{"proxy.example:80"}, Token: "s3cret"}
	})
	const bearer = "Authorization: Bearer s3cret"
	for call, changes := range everyRoute {
		method, path, _ := strings.Cut(call, " ")
		h.requireError(h.send(method, path, nil, bearer, "Host: evil.example"), http.StatusForbidden, "wrong-host", "evil.example")
		h.requireError(h.send(method, path, nil, bearer, "Origin: https://evil.example"), http.StatusForbidden, "cross-site", "evil.example")
		h.requireError(h.send(method, path, nil, bearer, "Sec-Fetch-Site: cross-site"), http.StatusForbidden, "cross-site", "")
		if !changes {
			require.Equal(t, http.StatusOK, h.send(method, path, nil).status, call)
			require.Equal(t, http.StatusOK, h.send(method, path, nil, "Host: proxy.example:80").status, call)
			continue
		}
		h.requireError(h.send(method, path, nil, bearer, "Sec-Purpose: prefetch;prerender"), http.StatusForbidden, "prefetch", "")
		for _, wrong := range []string{"X: y", "Authorization: Bearer s3cre", "Authorization: Basic s3cret"} {
			got := h.send(method, path, nil, wrong)
			h.requireError(got, http.StatusUnauthorized, "token-needed", "Bearer")
			require.Equal(t, "Bearer", got.header.Get("WWW-Authenticate"))
		}
	}
	h.requireError(h.send(http.MethodGet, "/nothing", nil, "Host: evil.example"), http.StatusForbidden, "wrong-host", "")
	select {
	case <-h.shutdown:
		require.Fail(t, "shut down by a stranger")
	default:
	}
	require.Zero(t, h.node.chain.Tip().Height)
	_, err := h.client.Mine(t.Context(), 1)
	require.NoError(t, err, "the client sends the token")
}

// No answer may be read by a page of another origin.
func TestNoCORS(t *testing.T) {
	h := start(t)
	got := h.send(http.MethodOptions, "/mine", nil, "Origin: "+h.base, "Access-Control-Request-Method: POST")
	require.Equal(t, http.StatusMethodNotAllowed, got.status)
	for key := range got.header {
		require.NotContains(t, key, "Access-Control")
	}
}

func TestBodyTooLarge(t *testing.T) {
	h := start(t)
	for path, most := range map[string]int{
		"/transactions": 256 << 10, "/nodes/register": 4 << 20, "/peers": 4 << 10, "/block/new": 8 << 20,
		"/mine": 256 << 10, "/mineBlock": 256 << 10, "/addPeer": 4 << 10,
	} {
		body := strings.Repeat(" ", most+1)
		limit := fmt.Sprint(most)
		h.requireError(h.post(path, body), http.StatusRequestEntityTooLarge, "too-large", limit)
		unknownLength := struct{ io.Reader }{strings.NewReader(body)}
		h.requireError(h.send(http.MethodPost, path, unknownLength), http.StatusRequestEntityTooLarge, "too-large", limit)
		if path != "/block/new" && path != "/mine" {
			h.requireError(h.post(path, body[:most]), http.StatusBadRequest, "malformed", "empty")
		}
	}
	require.Zero(t, h.node.chain.Tip().Height)
}

func TestHeaderTooLarge(t *testing.T) {
	h := start(t)
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, h.base+"/chain", nil)
	require.NoError(t, err)
	request.Header.Set("X", strings.Repeat("x", 32<<10))
	response, err := h.http.Do(request)
	require.NoError(t, err)
	require.NoError(t, response.Body.Close())
	require.Equal(t, http.StatusRequestHeaderFieldsTooLarge, response.StatusCode)
}

// One line for each request, with what somebody looks for in it.
func TestLog(t *testing.T) {
	h := start(t)
	h.get("/blocks/9?x=secret")
	require.Regexp(t, `\[DEBUG\] request answered: method=GET path=/blocks/9 status=400 duration=\S+\n`, h.log.String())
	require.NotContains(t, h.log.String(), "[ERROR]")
}

// A node that does nothing is not well, though its server answers.
func TestHealthOfANodeThatDoesNotWork(t *testing.T) {
	var failure error
	h := start(t, func(h *harness) { h.node.alive = func(context.Context) error { return failure } })
	failure = fmt.Errorf("%w: the disk is gone", node.ErrStopping)
	h.requireError(h.get("/healthz"), http.StatusServiceUnavailable, "shutting-down", "the disk is gone")
	failure = context.DeadlineExceeded
	h.requireError(h.get("/healthz"), http.StatusServiceUnavailable, "stuck", "2s")
}

// What does not keep the node from working is told, and no more.
func TestHealthWithProblems(t *testing.T) {
	require.JSONEq(t, `{"status":"ok"}`, start(t).get("/healthz").body)
	h := start(t, func(h *harness) { h.node.problems = []string{"the disk is full"} })
	require.JSONEq(t, `{"status":"degraded","problems":["the disk is full"]}`, h.get("/healthz").body)
}
