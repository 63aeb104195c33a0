package manager_test

import (
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"networkmngr/internal/types"
)

// stranger is a node that no manager has started.
func stranger(t *testing.T, lab string) (address, place string) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = fmt.Fprintf(w, `{"id": "%s", "address": "x", "p2p": ["/ip4/127.0.0.1/tcp/1"], "lab": %q, "genesis": "%s"}`, types.NodeID{7}, lab, types.Hash{7})
	}))
	t.Cleanup(server.Close)
	address = server.Listener.Addr().String()
	host, port, err := net.SplitHostPort(address)
	require.NoError(t, err)
	return address, fmt.Sprintf(`{"ip_address": %q, "port": %s}`, host, port)
}

// places lists the ports of an answer.
func (h *harness) places(text string) (ports []string) {
	h.Helper()
	for _, part := range strings.Split(text, `"port":`)[1:] {
		ports = append(ports, part[:strings.IndexByte(part, ',')])
	}
	return ports
}

// The manager answers as a bootstrap node does, by the tutorial's names.
func TestTheManagerAsBootstrapNode(t *testing.T) {
	t.Parallel()
	h := start(t, 2)
	own := []string{fmt.Sprint(h.config.Settings.Port + 1), fmt.Sprint(h.config.Settings.Port + 2)}
	require.Equal(t, own, h.places(h.get("/nodes/").body))
	require.Contains(t, object(t, h.get("/nodes").body), "running", "without the slash it is the manager's own")
	h.requireError(h.get("/nodes?limit=1"), http.StatusBadRequest, "malformed", "limit")
	require.Equal(t, own[:1], h.places(h.get("/nodes/?limit=1").body))
	require.Contains(t, object(t, h.post("/", "").body)["message"], "bootstrap node")

	lab := object(t, h.get("/nodes").body)["lab"].(string)
	address, place := stranger(t, lab)
	require.Equal(t, address+" is known now", object(t, h.post("/", place).body)["message"])
	require.Len(t, h.places(h.get("/nodes/").body), 3)
	require.EqualValues(t, 2, object(t, h.get("/nodes").body)["count"], "it is none of the network's")
	require.Equal(t, own, h.places(h.sendBody(http.MethodGet, "/nodes", strings.NewReader(place)).body), "who asks is not told of itself")
	_, other := stranger(t, "other")
	require.Empty(t, h.places(h.sendBody(http.MethodGet, "/nodes/", strings.NewReader(other)).body), "nodes of two labs never meet")
	h.requireError(h.post("/", `{"ip_address": "127.0.0.1", "port": 1}`), http.StatusUnprocessableEntity, "node-unreachable", "no node answers")
}

// A copy of a node's folder that introduces itself is refused, with the cause; the node itself,
// at whatever address, is none.
func TestACopyIntroducesItself(t *testing.T) {
	t.Parallel()
	h := start(t, 2)
	self := h.node(0).self
	for said, status := range map[string]int{"127.0.0.1:1": http.StatusUnprocessableEntity, self.Address: http.StatusOK} {
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			_, _ = fmt.Fprintf(w, `{"id": "%s", "address": %q, "p2p": ["/ip4/127.0.0.1/tcp/1"], "genesis": "%s"}`, self.ID, said, types.Hash{7})
		}))
		t.Cleanup(server.Close)
		host, port, err := net.SplitHostPort(server.Listener.Addr().String())
		require.NoError(t, err)
		got := h.post("/", fmt.Sprintf(`{"ip_address": %q, "port": %s}`, host, port))
		require.Equal(t, status, got.status, got.body)
		if status != http.StatusOK {
			h.requireError(got, status, "same-identity", "has the id of "+self.Address)
			require.Contains(t, h.log.String(), "two nodes have one identity")
		}
	}
}

// Without the manager's registry, nodes are told of nobody but where to ask.
func TestNoManagerRegistry(t *testing.T) {
	t.Parallel()
	h := start(t, 2, func(h *harness) { h.config.Settings.NoRegistry, h.config.Settings.PeersOut = true, 0 })
	require.Equal(t, 1, len(h.summary.Seeds))
	for i := range 2 {
		require.Equal(t, h.summary.Seeds[0], h.launcher.specs[h.port(i)].Settings["seeds"])
		require.Empty(t, h.node(i).Known())
	}
	_, place := stranger(t, h.summary.Lab)
	response, err := http.Post("http://"+h.summary.Seeds[0]+"/", "application/json", strings.NewReader(place))
	require.NoError(t, err)
	require.NoError(t, response.Body.Close())
	require.Equal(t, http.StatusOK, response.StatusCode)
	require.Len(t, h.places(h.get("/nodes/").body), 3, "the manager and its bootstrap node know the same")
	http.DefaultClient.CloseIdleConnections()

	elsewhere := start(t, 1, func(h *harness) {
		h.config.Settings.NoRegistry, h.config.Settings.Seeds = true, []string{"127.0.0.1:42020"}
		h.config.Settings.PeersOut = 0
	})
	require.Equal(t, []string{"127.0.0.1:42020"}, elsewhere.summary.Seeds)
	require.Equal(t, "127.0.0.1:42020", elsewhere.launcher.specs[elsewhere.port(0)].Settings["seeds"])
}
