package manager_test

import (
	"io"
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"
)

// ofNode asks a node itself.
func (h *harness) ofNode(i int, path string) reply {
	request, err := http.NewRequestWithContext(h.Context(), http.MethodGet, "http://"+h.address(i)+path, nil)
	require.NoError(h, err)
	response, err := (&http.Client{Transport: &http.Transport{DisableKeepAlives: true}}).Do(request)
	require.NoError(h, err)
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	require.NoError(h, err)
	return reply{response.StatusCode, response.Header, string(text)}
}

// A page, which may ask only its own server, finds out and does at the manager what it
// would at a node.
func TestATransferByWayOfTheManager(t *testing.T) {
	t.Parallel()
	h := start(t, 2)
	got := h.post("/nodes/n1/transactions", `{"sender": "alice", "recipient": "bob", "amount": 3}`)
	require.Equal(t, http.StatusAccepted, got.status, got.body)
	id := object(t, got.body)["id"].(string)
	require.Equal(t, "/nodes/n1/transactions/"+id, got.header.Get("Location"))
	require.Equal(t, "pending", object(t, h.get("/nodes/n1/transactions/"+id).body)["status"])
	require.EqualValues(t, 1, object(t, h.get("/nodes/n1/mempool?limit=1").body)["count"])
	h.requireError(h.get("/nodes/n0/transactions/"+id), http.StatusNotFound, "not-found", id)

	got = h.post("/nodes/n0/create-transaction", `{"sender": "alice", "recipient": "carol", "amount": "0.5"}`)
	require.Equal(t, http.StatusCreated, got.status, got.body)
	require.EqualValues(t, 1, object(t, got.body)["block_index"])
	h.requireError(h.post("/nodes/n1/transactions", `{"sender": "zoe", "recipient": "bob", "amount": 3}`), http.StatusUnprocessableEntity, "unknown-name", "zoe")
}

func TestReadsOfOneNode(t *testing.T) {
	t.Parallel()
	h := start(t, 2)
	require.Equal(t, 2, mined(h, "/start/mining?min=0s&max=0s").Mined)
	tip := h.node(1).chain.Tip().ID.String()
	for here, there := range map[string]string{
		"/id": "/node/id", "/id?limit=1": "/node/id?limit=1", "/tips": "/chain/tips", "/tips?from=0&limit=2": "/chain/tips?from=0&limit=2", "/mining": "/mining",
		"/blocks?from=1&limit=1": "/blocks?from=1&limit=1", "/blocks/1": "/blocks/1", "/blocks/" + tip + "?details=true": "/blocks/" + tip + "?details=true",
		"/blocks/7": "/blocks/7", "/blocks/%3Fx": "/blocks/%3Fx", "/accounts?limit=2": "/accounts?limit=2",
		"/accounts/alice": "/accounts/alice", "/accounts/alice?limit=1": "/accounts/alice?limit=1", "/search?q=bob": "/search?q=bob",
		"/peers": "/peers", "/mempool": "/mempool", "/transactions/" + tip: "/transactions/" + tip, "/search?q=nothing": "/search?q=nothing",
	} {
		want, got := h.ofNode(1, there), h.get("/nodes/n1"+here)
		require.Equal(t, want.status, got.status, here)
		require.Equal(t, want.body, got.body, here)
	}
	state := object(t, h.get("/nodes/n1/state").body)
	require.Equal(t, object(t, h.ofNode(1, "/state").body)["stream"], state["stream"])
	h.requireError(h.get("/nodes/n1/blocks?x=1"), http.StatusBadRequest, "malformed", "parameter")
	h.requireError(h.get("/nodes/n7/blocks"), http.StatusNotFound, "unknown-node", "n7")
}
