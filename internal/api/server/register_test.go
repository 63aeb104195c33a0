package server_test

import (
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"networkmngr/internal/chain"
	"networkmngr/internal/chain/chaintest"
	"networkmngr/internal/genesis"
	"networkmngr/internal/httpserver/guard"
	"networkmngr/internal/store"
	"networkmngr/internal/types"
)

func entry(n byte) types.NodeInfo {
	return types.NodeInfo{ID: types.NodeID{n}, Address: fmt.Sprintf("127.0.0.1:%d", 7000+int(n)), P2P: []string{p2p}}
}

func TestRegister(t *testing.T) {
	entries := []types.NodeInfo{entry(2), entry(3)}
	for _, body := range []string{
		plain(t, entries),
		plain(t, map[string]any{"nodes": entries}),
		" \n" + plain(t, entries),
	} {
		h := start(t)
		require.Equal(t, map[string]any{
			"message": "2 of 2 nodes are new", "added": json.Number("2"),
		}, h.object(h.post("/nodes/register", body)))
		require.Equal(t, entries, h.node.Known())
	}
}

func TestRegisterPassesOverItself(t *testing.T) {
	h := start(t)
	elsewhere := h.node.self
	elsewhere.Address = "192.0.2.1:5000"
	got, err := h.client.Register(t.Context(), []types.NodeInfo{h.node.self, entry(2), elsewhere})
	require.NoError(t, err)
	require.Equal(t, 1, got.Added)
	for _, body := range []string{`[]`, plain(t, []string{h.address, h.base, h.base + "/"})} {
		require.Equal(t, json.Number("0"), h.object(h.post("/nodes/register", body))["added"])
	}
	require.Equal(t, []types.NodeInfo{entry(2)}, h.node.Known())
}

// Addresses are enough: the nodes there say the rest.
func TestRegisterAsks(t *testing.T) {
	h := start(t)
	var bodies []any
	var want []types.NodeInfo
	for i := range 12 {
		other := start(t, func(h *harness) { h.node.self.ID[0] = byte(i + 2) })
		want = append(want, other.node.self)
		forms := []any{other.address, other.base, other.base + "/", map[string]string{"address": other.address}}
		bodies = append(bodies, forms[i%len(forms)])
	}
	bodies = append(bodies, entry(40), h.address)
	got := h.object(h.post("/nodes/register", plain(t, map[string]any{"nodes": bodies})))
	require.Equal(t, json.Number("13"), got["added"])
	require.ElementsMatch(t, append(want, entry(40)), h.node.Known())
}

// Who names a few addresses speaks of these nodes next, and so is answered when
// they are met. A manager's registry is not waited for.
func TestRegisterMeetsAFew(t *testing.T) {
	for count, waits := range map[int]bool{1: true, 8: true, 9: false} {
		h := start(t)
		addresses := make([]string, count)
		ids := make([]types.NodeID, count)
		for i := range count {
			other := start(t, func(h *harness) { h.node.self.ID[0] = byte(i + 2) })
			addresses[i], ids[i] = other.address, other.node.self.ID
		}
		h.object(h.post("/nodes/register", plain(t, addresses)))
		if !waits {
			ids = nil
		}
		require.ElementsMatch(t, ids, h.node.met)
	}
	h := start(t)
	h.object(h.post("/nodes/register", plain(t, []types.NodeInfo{entry(2)})))
	require.Empty(t, h.node.met)
}

// The token is for the network's own nodes, not for whatever address is named.
func TestRegisterKeepsTheToken(t *testing.T) {
	seen := make(chan http.Header, 1)
	stranger := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { seen <- r.Header }))
	defer stranger.Close()
	h := start(t, func(h *harness) { h.config.Guard = guard.Guard{Token: "s3cret"} })
	_, err := h.client.AddPeer(t.Context(), stranger.URL)
	h.requireRefusal(err, http.StatusUnprocessableEntity, "node-unreachable")
	require.NotContains(t, receives(t, seen), "Authorization")
}

func TestRegisterRefuses(t *testing.T) {
	closed, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	require.NoError(t, closed.Close())
	with := func(change func(*types.NodeInfo)) string {
		e := entry(2)
		change(&e)
		return plain(t, []types.NodeInfo{entry(3), e})
	}
	const bad, malformed = http.StatusUnprocessableEntity, http.StatusBadRequest
	h := start(t)
	for _, row := range []struct {
		body   string
		status int
		code   string
		part   string
	}{
		{with(func(e *types.NodeInfo) { e.ID = types.NodeID{} }), bad, "bad-node", "node 1: id is missing"},
		{with(func(e *types.NodeInfo) { e.Address = "" }), bad, "bad-node", "node 1: address"},
		{with(func(e *types.NodeInfo) { e.Address = "127.0.0.1" }), bad, "bad-node", "want host:port"},
		{with(func(e *types.NodeInfo) { e.Address = ":" }), bad, "bad-node", "port"},
		{with(func(e *types.NodeInfo) { e.Address = "http://" }), bad, "bad-node", "want host:port"},
		{with(func(e *types.NodeInfo) { e.Address = "127.0.0.1:0" }), bad, "bad-node", "port"},
		{with(func(e *types.NodeInfo) { e.Address = "127.0.0.1:65536" }), bad, "bad-node", "port"},
		{with(func(e *types.NodeInfo) { e.Address = "127.0.0.1:http" }), bad, "bad-node", "port"},
		{with(func(e *types.NodeInfo) { e.Address = "user@127.0.0.1:5000" }), bad, "bad-node", "address"},
		{with(func(e *types.NodeInfo) { e.Address = "127.0.0.1:5000/chain" }), bad, "bad-node", "address"},
		{with(func(e *types.NodeInfo) { e.Address = strings.Repeat("a", 300) + ":1" }), bad, "bad-node", "at most 256"},
		{with(func(e *types.NodeInfo) { e.P2P = nil }), bad, "bad-node", "p2p has 0"},
		{with(func(e *types.NodeInfo) { e.P2P = make([]string, 17) }), bad, "bad-node", "p2p has 17"},
		{with(func(e *types.NodeInfo) { e.P2P = []string{"tcp:1"} }), bad, "bad-node", "p2p"},
		{with(func(e *types.NodeInfo) { e.P2P = []string{"/ip4/127.0.0.1/tcp/6000"} }), bad, "bad-node", "end in /p2p/"},
		{with(func(e *types.NodeInfo) { e.P2P = []string{p2p[strings.Index(p2p, "/p2p/"):]} }), bad, "bad-node", "say where"},
		{with(func(e *types.NodeInfo) { e.P2P = []string{strings.Repeat("/ip4/1.2.3.4", 40)} }), bad, "bad-node", "at most 256"},
		{plain(t, []string{"ftp://127.0.0.1:5000"}), bad, "bad-node", "address"},
		{plain(t, []any{entry(3), closed.Addr().String()}), bad, "node-unreachable", closed.Addr().String()},
		{`[{"peer":"127.0.0.1:1","address":"127.0.0.1:1"}]`, malformed, "malformed", "beside other keys"},
		{`[{"peer":5001}]`, malformed, "malformed", "node 0: malformed JSON form: peer: number 5001, want string"},
		{`[null]`, malformed, "malformed", "node 0: malformed JSON form: null, want an object"},
		{`[{"id":"zz"}]`, malformed, "malformed", "node 0"},
		{`[{"id":"` + strings.Repeat("0", 64) + `","adress":"x"}]`, malformed, "malformed", "adress"},
		{`[1]`, malformed, "malformed", "node 0: malformed JSON form: number 1, want an object"},
		{`{"nodes":null}`, malformed, "malformed", "want a list"},
		{`{"nodes":{}}`, malformed, "malformed", "want a list"},
		{`{"node":[]}`, malformed, "malformed", ""},
		{`{}`, malformed, "malformed", "want a list"},
		{`null`, malformed, "malformed", "want a list"},
		{`5`, malformed, "malformed", ""},
		{`[] []`, malformed, "malformed", "follows"},
		{`[`, malformed, "malformed", ""},
		{``, malformed, "malformed", "empty"},
		{"[" + strings.Repeat(`"",`, 4096) + `""]`, http.StatusRequestEntityTooLarge, "too-large", "4096"},
		{"[" + strings.Repeat(`"127.0.0.1:1",`, 256) + `"127.0.0.1:1"]`, http.StatusRequestEntityTooLarge, "too-large", "256"},
	} {
		h.requireError(h.post("/nodes/register", row.body), row.status, row.code, row.part)
	}
	require.Empty(t, h.node.Known())
}

// Who has left is forgotten, and nobody else.
func TestForget(t *testing.T) {
	h := start(t, func(h *harness) { h.node.known = []types.NodeInfo{entry(2), entry(3)} })
	got := h.object(h.post("/nodes/forget", fmt.Sprintf(`{"ids": [%q, %q]}`, entry(2).ID, entry(9).ID)))
	require.Equal(t, map[string]any{"message": "1 of 2 nodes are forgotten", "forgotten": json.Number("1")}, got)
	require.Equal(t, []types.NodeInfo{entry(3)}, h.node.Known())
	for _, body := range []string{`{}`, `{"ids": []}`, `{"ids": null}`, `{"ids": ["03"]}`, `{"ids": [3]}`, `{"ids": [null]}`, `{"ids": "03"}`, `[]`, ``} {
		h.requireError(h.post("/nodes/forget", body), http.StatusBadRequest, "malformed", "")
	}
	many := `{"ids": [` + strings.Repeat(fmt.Sprintf("%q,", entry(3).ID), 4096) + fmt.Sprintf("%q]}", entry(3).ID)
	h.requireError(h.post("/nodes/forget", many), http.StatusRequestEntityTooLarge, "too-large", "4097")
	require.Equal(t, []types.NodeInfo{entry(3)}, h.node.Known())
}

func TestRedial(t *testing.T) {
	h := start(t, func(h *harness) { h.node.known = []types.NodeInfo{entry(2), entry(3)} })
	got := h.object(h.post("/nodes/redial", fmt.Sprintf(`{"ids": [%q, %q]}`, entry(2).ID, entry(9).ID)))
	require.Contains(t, got["message"], "are dialled")
	require.Equal(t, []types.NodeID{entry(2).ID, entry(9).ID}, h.node.redialled)
	for _, body := range []string{`{}`, `{"ids": []}`, `{"ids": ["03"]}`, ``} {
		h.requireError(h.post("/nodes/redial", body), http.StatusBadRequest, "malformed", "")
	}
}

// Whoever is asked may answer anything.
func TestRegisterTrustsNoAnswer(t *testing.T) {
	other, err := chain.Open(store.NewMemory(), chaintest.Genesis(func(d *genesis.Description) { d.Name = "other" }), chaintest.Now)
	require.NoError(t, err)
	foreign := start(t, func(h *harness) { h.node.chain = other })
	nameless := start(t, func(h *harness) { h.node.self = types.NodeInfo{Address: h.address} })
	lost := start(t, func(h *harness) { h.node.self.P2P = []string{"/ip4/127.0.0.1/tcp/1"} })
	elsewhere, apart := start(t), start(t, func(h *harness) { h.config.Lab = "spring-27" })
	answers := func(fn http.HandlerFunc) string {
		server := httptest.NewServer(fn)
		t.Cleanup(server.Close)
		return server.URL
	}
	h := start(t)
	for address, want := range map[string][2]string{
		foreign.base:  {"bad-node", `is on network "other"`},
		nameless.base: {"bad-node", "does not say who it is"},
		lost.base:     {"bad-node", "says of itself"},
		apart.base:    {"bad-node", `is of lab "spring-27", this node of ""`},
		answers(func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, elsewhere.base+"/node/id", http.StatusFound)
		}): {"node-unreachable", "leads elsewhere"},
		answers(func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, "hello") }):      {"node-unreachable", "read the answer"},
		answers(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(500) }):          {"node-unreachable", "500"},
		answers(func(w http.ResponseWriter, _ *http.Request) { panic(http.ErrAbortHandler) }): {"node-unreachable", "EOF"},
		answers(func(w http.ResponseWriter, _ *http.Request) {
			fmt.Fprintf(w, `{"software":"%s"}`, strings.Repeat("x", 5<<20))
		}): {"node-unreachable", "read the answer"},
	} {
		h.requireError(h.post("/peers", plain(t, address)), http.StatusUnprocessableEntity, want[0], want[1])
	}
	require.Empty(t, h.node.Known())
}

// So are two nodes of one identity that are both none of this node's; one that has moved is not.
func TestACopyOfAnotherNodeIsRefused(t *testing.T) {
	h := start(t)
	var live [2]string
	for i := range live {
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			fmt.Fprintf(w, `{"id": "%s", "address": %q, "p2p": [%q], "genesis": "%s"}`,
				types.NodeID{7}, live[i], p2p, h.node.chain.Genesis().Params.GenesisID)
		}))
		t.Cleanup(server.Close)
		live[i] = server.Listener.Addr().String()
	}
	moved := httptest.NewServer(nil)
	moved.Close()
	h.node.known = []types.NodeInfo{{ID: types.NodeID{7}, Address: moved.Listener.Addr().String()}}
	got := h.post("/nodes/register", plain(t, live[:1]))
	require.Equal(t, http.StatusOK, got.status, "it has moved: %s", got.body)
	h.node.known = []types.NodeInfo{{ID: types.NodeID{7}, Address: live[0]}}
	require.Equal(t, http.StatusOK, h.post("/nodes/register", plain(t, live[:1])).status, "it is the one that is known")
	for path, body := range map[string]string{"/peers": plain(t, live[1]), "/nodes/register": plain(t, live[1:])} {
		h.requireError(h.post(path, body), http.StatusUnprocessableEntity, "same-identity", "has the id of "+live[0])
	}
}

// A node at another address with this node's id runs on a copy of its folder, or has lent it
// its own: whoever names it is told so, rather than that it is this node itself.
func TestACopyOfThisNodeIsRefused(t *testing.T) {
	h, twin := start(t), start(t)
	require.Equal(t, h.node.self.ID, twin.node.self.ID)
	for path, body := range map[string]string{
		"/peers": plain(t, twin.base), "/addPeer": plain(t, twin.base), "/register-node": plain(t, twin.base),
		"/nodes/register": plain(t, []string{twin.address}),
	} {
		h.requireError(h.post(path, body), http.StatusUnprocessableEntity, "same-identity", "the folder of one is a copy of the other's")
	}
	require.Empty(t, h.node.dialled)
}
