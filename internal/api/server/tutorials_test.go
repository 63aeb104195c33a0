package server_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"networkmngr/internal/types"
)

// created decodes an answer with status 201.
func (h *harness) created(got reply) map[string]any {
	h.Helper()
	require.Equal(h, http.StatusCreated, got.status, got.body)
	got.status = http.StatusOK
	return h.object(got)
}

// A transfer by either name waits for the block that is named.
func TestCreateTransaction(t *testing.T) {
	h := start(t, func(h *harness) { h.config.Sign = true })
	h.extend(2)
	for _, path := range []string{"/create-transaction", "/transactions/new"} {
		sent := h.created(h.post(path, `{"sender":"alice","recipient":"bob","amount":3}`))
		require.Contains(t, sent["message"], "waits for a block")
		require.Equal(t, json.Number("3"), sent["block_index"])
		pending := h.object(h.get(sent["location"].(string)))
		require.Equal(t, "pending", pending["status"])
	}
	require.Equal(t, json.Number("2"), h.object(h.get("/transactionPool"))["count"])
	h.requireError(h.post("/create-transaction", `{"sender":"alice","recipient":"nobody","amount":3}`),
		http.StatusUnprocessableEntity, "unknown-name", "nobody")
	block := h.object(h.get("/mine"))["block_data"].(map[string]any)
	require.Equal(t, json.Number("3"), block["index"])
	require.Len(t, block["transactions"], 3)
}

// absent is an address where nobody answers, another one for each n.
func absent(n int) string { return fmt.Sprintf("127.0.0.1:%d", 1+n) }

// A node that is not up yet is sought; one that is, is met.
func TestRegisterNode(t *testing.T) {
	h := start(t)
	later := absent(0)
	for _, added := range []json.Number{"1", "0"} {
		got := h.created(h.post("/register-node", plain(t, map[string]string{"address": "http://" + later})))
		require.Contains(t, got["message"], "does not answer yet")
		require.Equal(t, added, got["added"])
		require.Equal(t, json.Number("1"), got["node_count"])
		require.Equal(t, []any{later}, got["nodes"])
	}
	other := start(t, func(h *harness) { h.node.self.ID = types.NodeID{9} })
	got := h.created(h.post("/register-node", plain(t, other.base)))
	require.Equal(t, "connected to "+other.address, got["message"])
	require.ElementsMatch(t, []any{later, other.address}, got["nodes"])
	require.Equal(t, []string{later}, h.node.Sought())
	require.Contains(t, h.created(h.post("/register-node", plain(t, h.base)))["message"], "this node itself")
}

func TestRegisterNodeRefuses(t *testing.T) {
	h := start(t)
	h.requireError(h.post("/register-node", `"no address"`), http.StatusUnprocessableEntity, "bad-node", "want host:port")
	for i := range maxSought {
		h.created(h.post("/register-node", plain(t, absent(i))))
	}
	h.requireError(h.post("/register-node", plain(t, absent(maxSought))), http.StatusTooManyRequests, "busy", "sought")
	h.requireError(h.post("/addPeer", plain(t, absent(maxSought))), http.StatusUnprocessableEntity, "node-unreachable", "")
}

// Who introduces itself is met, or sought, and listed. Who does not changes nothing.
func TestIntroductions(t *testing.T) {
	h := start(t)
	require.Equal(t, "a node of network test, at block 0", h.object(h.post("/", ""))["message"])
	require.Equal(t, "[]\n", h.get("/nodes/").body)
	other := start(t, func(h *harness) { h.node.self.ID = types.NodeID{9} })
	host, port, err := net.SplitHostPort(other.address)
	require.NoError(t, err)
	place := fmt.Sprintf(`{"ip_address":%q,"port":%s}`, host, port)
	require.Equal(t, "connected to "+other.address, h.object(h.post("/", place))["message"])
	known := fmt.Sprintf(`{"ip_address":%q,"port":%s,"id":"%s","address":%q,"p2p":[%q]}`, host, port, other.node.self.ID, other.address, p2p)
	require.JSONEq(t, "["+known+"]", h.get("/nodes").body)
	later := h.send(http.MethodGet, "/nodes/", strings.NewReader(`{"ip_address":"127.0.0.1","port":1}`))
	sought := `{"ip_address":"127.0.0.1","port":1,"address":"127.0.0.1:1"}`
	require.JSONEq(t, "["+sought+","+known+"]", later.body)
	require.JSONEq(t, "["+sought+"]", h.get("/nodes?limit=1").body)
	require.Equal(t, "connected to "+other.address, h.object(h.post("/", known))["message"], "in our form, too")
	require.Equal(t, []string{"127.0.0.1:1"}, h.node.Sought())

	h.object(h.post("/", `{"ip_address":"127.0.0.1","port":42020}`))
	require.NotContains(t, h.get("/nodes").body, "42020")
	for _, text := range []string{`{"ip_address":"no place","port":1}`, `{"ip_address":"127.0.0.1","port":0}`, `{"port":1,"ip_address":"a b"}`} {
		h.requireError(h.post("/", text), http.StatusUnprocessableEntity, "bad-node", "address is")
	}
}

func TestAddPeerTellsItsStatus(t *testing.T) {
	h, other := start(t), start(t, func(h *harness) { h.node.self.ID = types.NodeID{9} })
	for _, scheme := range []string{"ws://", "wss://", "https://"} {
		got := h.object(h.post("/addPeer", plain(t, map[string]string{"peer": scheme + other.address})))
		require.Equal(t, true, got["status"])
	}
}

func TestOwnBalance(t *testing.T) {
	h := start(t)
	h.get("/mine")
	got := h.object(h.get("/balance?limit=1"))
	require.Equal(t, miner.String(), got["address"])
	require.Equal(t, json.Number("2"), got["balance"])
	require.Len(t, got["history"], 1)
}

// Who syncs sees the chain that there is then.
func TestSyncShowsTheChain(t *testing.T) {
	h := start(t)
	require.Contains(t, h.object(h.get("/sync-chain"))["message"], "knows no neighbour")
	h.node.known = []types.NodeInfo{{ID: types.NodeID{9}, Address: "127.0.0.1:1"}}
	h.extend(2)
	for _, path := range []string{"/sync-chain", "/nodes/resolve"} {
		got := h.object(h.get(path))
		require.Contains(t, got["message"], "up to date")
		require.Equal(t, json.Number("3"), got["length"])
		require.Equal(t, h.object(h.get("/chain"))["chain"], got["chain"])
	}
}

// A chain is indented as it streams, with data as it was signed, and has names.
func TestPrettyChain(t *testing.T) {
	h := start(t)
	_, err := h.node.Mine(t.Context(), 1, []byte(`{"a":["\"{<&>"]}`))
	require.NoError(t, err)
	var want bytes.Buffer
	require.NoError(t, json.Indent(&want, []byte(h.get("/chain").body), "", "  "))
	named := regexp.MustCompile(`\n *"recipient_name": "(.*)",`)
	text := h.pretty("/chain")
	require.Equal(t, strings.TrimSpace(want.String()), strings.TrimSpace(named.ReplaceAllString(text, "")))
	var names []string
	for _, found := range named.FindAllStringSubmatch(text, -1) {
		names = append(names, found[1])
	}
	require.Equal(t, []string{"alice", "bob", "carol", "dave", h.address}, names)
}

// pretty is the answer to a client of no description, with ?pretty.
func (h *harness) pretty(path string) string {
	response, err := http.Get(h.base + path + "?pretty")
	require.NoError(h, err)
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	require.NoError(h, err)
	require.Equal(h, http.StatusOK, response.StatusCode, string(text))
	http.DefaultClient.CloseIdleConnections()
	return string(text)
}
