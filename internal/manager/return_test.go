package manager_test

import (
	"crypto/ed25519"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"testing"

	"github.com/stretchr/testify/require"

	"networkmngr/internal/api"
	"networkmngr/internal/config"
	"networkmngr/internal/launch"
	"networkmngr/internal/manager"
	"networkmngr/internal/types"
	"networkmngr/internal/wallet"
)

// back has a node come back, by its name or port.
func (h *harness) back(node string) api.NodeState {
	h.Helper()
	added, err := h.client().ReturnNode(h.Context(), node)
	require.NoError(h, err)
	return added.Node
}

func (h *harness) listed() api.Nodes {
	h.Helper()
	nodes, err := h.client().Nodes(h.Context())
	require.NoError(h, err)
	return nodes
}

// A node that was killed, or removed in order, comes back by name and by port: as the same
// member in its next life, with its port and data, and known to the others.
func TestANodeComesBack(t *testing.T) {
	t.Parallel()
	h := start(t, 3)
	h.act("n1", "kill")
	_, err := h.client().RemoveNode(t.Context(), "n2")
	require.NoError(t, err)
	require.Equal(t, []api.RemovedNode{{Name: "n2", Port: h.port(2), Reason: api.WasRemoved}}, h.listed().Removed)
	for i, reference := range []string{"n1", strconv.Itoa(h.port(2))} {
		number := i + 1
		node := h.back(reference)
		require.Equal(t, api.Running, node.State)
		require.Equal(t, fmt.Sprintf("n%d", number), node.Name)
		require.Equal(t, h.port(number), node.Port)
		require.Len(t, node.Lives, 2)
		require.NotNil(t, node.Lives[0].Exit)
		require.Equal(t, config.NodeFolder(h.summary.Data, node.Port), h.launcher.specs[node.Port].Settings["data"])
		require.Contains(t, h.node(0).Known(), h.node(number).self, "the others are told of it")
		require.Contains(t, h.node(number).Known(), h.node(0).self, "it is told of the others")
	}
	require.Equal(t, []int{h.port(0), h.port(1), h.port(2)}, h.ports())
	require.Empty(t, h.listed().Removed)
	require.Len(t, h.record().Nodes, 3)
	require.Equal(t, 3, h.report(h.get("/start/mining")).Mined)
	require.Equal(t, "3 nodes stopped", object(t, h.get("/shutdown/all").body)["message"])
}

// Who leaves in order is forgotten by the others, those too that did not hear of it then;
// who dies is not.
func TestOthersForgetWhoLeft(t *testing.T) {
	t.Parallel()
	h := start(t, 6)
	requireKnown := func(node int, others ...int) {
		t.Helper()
		var want []types.NodeInfo
		for _, i := range others {
			want = append(want, h.node(i).self)
		}
		h.eventually(func() bool {
			known := h.node(node).Known()
			contains := func(e types.NodeInfo) bool {
				return slices.ContainsFunc(known, func(k types.NodeInfo) bool { return k.ID == e.ID })
			}
			return !slices.ContainsFunc(want, func(e types.NodeInfo) bool { return !contains(e) }) &&
				!slices.ContainsFunc(known, func(k types.NodeInfo) bool { return !slices.ContainsFunc(append(want, h.node(node).self), k.Equal) })
		}, fmt.Sprintf("node %d knows %v", node, others))
	}
	requireKnown(0, 1, 2, 3, 4, 5)
	h.act("n1", "pause")
	h.act("n2", "kill")
	_, err := h.client().RemoveNode(t.Context(), "n4")
	require.NoError(t, err)
	requireKnown(0, 1, 2, 3, 5)
	h.launcher.process(h.port(5)).Die(launch.Exit{}, "") // as it does when it is told to
	requireKnown(0, 1, 2, 3)
	requireKnown(3, 0, 1, 2)
	h.act("n1", "resume")
	requireKnown(1, 0, 2, 3)
	h.act("n2", "restart")
	requireKnown(2, 0, 1, 3)
	h.back("n4")
	requireKnown(0, 1, 2, 3, 4)
	requireKnown(4, 0, 1, 2, 3)
}

// So they are after a restart of the manager: who was down as a node was removed would seek it
// for ever else.
func TestOthersForgetWhoLeftInAnEarlierRun(t *testing.T) {
	t.Parallel()
	h := start(t, 3, inFolder)
	h.act("n0", "kill")
	public, key, err := ed25519.GenerateKey(nil)
	require.NoError(t, err)
	h.inNode(2, "identity.pem", string(wallet.EncodeKey(key)))
	_, err = h.client().RemoveNode(t.Context(), "n2")
	require.NoError(t, err)
	require.NoError(t, h.stop())
	again := start(t, 2, func(next *harness) {
		next.config.Settings = h.config.Settings
		next.config.Settings.AmountSet = false
	})
	require.Equal(t, []types.NodeID{types.NodeIDOf(public)}, again.node(0).toForget())
}

func TestWhoCannotComeBack(t *testing.T) {
	t.Parallel()
	h := start(t, 3)
	h.act("n1", "kill")
	_, err := h.client().RemoveNode(t.Context(), "n2")
	require.NoError(t, err)
	taken, err := net.Listen("tcp", h.address(1))
	require.NoError(t, err)
	defer taken.Close()
	require.NoError(t, os.RemoveAll(config.NodeFolder(h.summary.Data, h.port(2))))
	for _, c := range []struct {
		body   string
		status int
		code   string
		part   string
	}{
		{`{"name": "n0"}`, http.StatusConflict, "node-running", fmt.Sprintf("n0 on port %d is running", h.port(0))},
		{fmt.Sprintf(`{"port": %d}`, h.port(0)), http.StatusConflict, "node-running", "n0"},
		{`{"name": "n1"}`, http.StatusConflict, "port-in-use", fmt.Sprintf("port %d on 127.0.0.1 is in use", h.port(1))},
		{`{"name": "n2"}`, http.StatusUnprocessableEntity, "no-data", fmt.Sprintf("node-%d", h.port(2))},
		{`{"name": "n7"}`, http.StatusNotFound, "unknown-node", "n7"},
		{`{"port": 9}`, http.StatusNotFound, "unknown-node", "no node 9"},
		{`{"port": 0}`, http.StatusBadRequest, "malformed", `"0"`},
		{`{"port": 65536}`, http.StatusBadRequest, "malformed", `"65536"`},
		{`{"port": "5001"}`, http.StatusBadRequest, "malformed", ""},
		{`{"name": "alice"}`, http.StatusBadRequest, "malformed", `"alice"`},
		{`{"name": ""}`, http.StatusBadRequest, "malformed", "empty"},
		{`{"name": "n1", "port": 9}`, http.StatusBadRequest, "malformed", "not both"},
		{`{"nam": "n1"}`, http.StatusBadRequest, "malformed", "nam"},
		{`[]`, http.StatusBadRequest, "malformed", ""},
	} {
		h.requireError(h.post("/nodes", c.body), c.status, c.code, c.part)
	}
	h.act("n0", "pause")
	h.requireError(h.post("/nodes", `{"name": "n0"}`), http.StatusConflict, "node-running", "n0")
	h.act("n0", "resume")
	require.Equal(t, []int{h.port(0), h.port(1)}, h.ports())
	require.Equal(t, http.StatusCreated, h.post("/nodes", `{}`).status, "which is a new one")
}

func TestAReturnThatFails(t *testing.T) {
	t.Parallel()
	h := start(t, 2)
	_, err := h.client().RemoveNode(t.Context(), "n1")
	require.NoError(t, err)
	h.launcher.fail[h.port(1)] = errors.New("no disk")
	h.requireError(h.post("/nodes", `{"name": "n1"}`), http.StatusBadGateway, "start-failed", "no disk")
	require.Equal(t, []int{h.port(0)}, h.ports())
	require.DirExists(t, config.NodeFolder(h.summary.Data, h.port(1)))
	delete(h.launcher.fail, h.port(1))
	h.manager.SetNodes(1)
	h.requireError(h.post("/nodes", `{"name": "n1"}`), http.StatusConflict, "network-full", "at most 1")
	h.manager.SetNodes(2)
	require.Len(t, h.back("n1").Lives, 2, "a life that did not begin is none")
}

// What was removed in an earlier run, or is not started in this one, can come back too;
// and no new node gets the port of one.
func TestANodeComesBackInALaterRun(t *testing.T) {
	t.Parallel()
	unsaid := func(h *harness) { h.config.Settings.AmountSet = false }
	h := start(t, 3, holding())
	_, err := h.client().RemoveNode(t.Context(), "n1")
	require.NoError(t, err)
	require.NoError(t, h.stop())
	again := func(change ...func(*harness)) *harness {
		next := prepare(t, 3, append(change, func(next *harness) {
			next.config.Settings.Data, next.config.Settings.Port = h.config.Settings.Data, h.config.Settings.Port
		})...)
		next.launch()
		return next
	}
	second := again(unsaid)
	require.Equal(t, []int{h.port(0), h.port(2)}, second.ports())
	require.Equal(t, []api.RemovedNode{{Name: "n1", Port: h.port(1), Reason: api.WasRemoved}}, second.listed().Removed)
	require.Equal(t, "n1", second.back("n1").Name)
	require.NoError(t, second.stop())
	third := again(unsaid)
	require.Equal(t, []int{h.port(0), h.port(1), h.port(2)}, third.ports(), "it has come back for good")
	require.NoError(t, third.stop())
	fewer := again(func(h *harness) { h.config.Settings.Amount = 2 })
	require.Empty(t, fewer.listed().Removed, "nobody has removed the third")
	added, err := fewer.client().AddNode(t.Context())
	require.NoError(t, err)
	require.Equal(t, "n3", added.Node.Name)
	require.Greater(t, added.Node.Port, h.port(2))
	require.Equal(t, "n2", fewer.back(strconv.Itoa(h.port(2))).Name)
	require.NoError(t, fewer.stop())
}

// A node whose folder has become a copy of another one's is none of a network that stands,
// and the cause is named.
func TestACopiedFolderDoesNotComeBack(t *testing.T) {
	t.Parallel()
	h := start(t, 2)
	requireRefused := func(got reply, known int) {
		t.Helper()
		part := fmt.Sprintf("%s and %s both have the id %s; remove identity.pem in the copy, %s",
			h.address(0), h.address(1), h.node(0).self.ID, config.NodeFolder(h.summary.Data, h.port(1)))
		h.requireError(got, http.StatusUnprocessableEntity, "same-identity", part)
		<-h.launcher.process(h.port(1)).Done()
		require.Len(t, h.node(0).Known(), known, "nobody is told of it")
	}
	h.act("n1", "kill")
	h.launcher.twins = map[int]int{h.port(1): h.port(0)}
	requireRefused(h.post("/nodes/n1/restart", ""), 1)
	requireRefused(h.post("/nodes", `{"name": "n1"}`), 1)
	_, err := h.client().RemoveNode(t.Context(), "n1")
	require.NoError(t, err)
	requireRefused(h.post("/nodes", `{"name": "n1"}`), 0)
	require.Equal(t, []int{h.port(0)}, h.ports())
	h.launcher.twins = nil
	require.Len(t, h.back("n1").Lives, 2, "a life that was refused is none")
}

// A node is told once who has left, and in its next life again.
func TestANodeIsToldOnceWhoHasLeft(t *testing.T) {
	t.Parallel()
	h := start(t, 4)
	third, fourth := h.node(2).self.ID, h.node(3).self.ID
	for _, name := range []string{"n3", "n2"} {
		_, err := h.client().RemoveNode(t.Context(), name)
		require.NoError(t, err)
	}
	h.act("n1", "restart")
	require.NoError(t, h.stop())
	require.Equal(t, []types.NodeID{fourth, third}, h.node(0).forgot)
	require.Equal(t, []types.NodeID{third, fourth}, h.node(1).forgot)
}

// A node that is told to end itself has left: the list says so, and the next run has it.
func TestANodeThatWasToldToEndHasLeft(t *testing.T) {
	t.Parallel()
	h := start(t, 2, holding(0, 1), func(h *harness) { h.config.Settings.AmountSet = false })
	h.launcher.process(h.port(1)).Die(launch.Exit{}, "") // as it does then
	left := []api.RemovedNode{{Name: "n1", Port: h.port(1), Reason: api.HasLeft}}
	h.eventually(func() bool { return slices.Equal(left, h.listed().Removed) }, "n1 to have left")
	require.NoError(t, h.stop())
	require.NoFileExists(t, filepath.Join(h.config.Settings.Data, "removed.json"))
}

// A network of which every node was removed does not start by itself: the line says what
// has them all start again.
func TestAllNodesWereRemoved(t *testing.T) {
	t.Parallel()
	h := start(t, 2, holding(0, 1))
	for _, name := range []string{"n0", "n1"} {
		_, err := h.client().RemoveNode(t.Context(), name)
		require.NoError(t, err)
	}
	require.NoError(t, h.stop())
	again := func(named bool) *harness {
		return prepare(t, 2, func(next *harness) {
			next.config.Settings.Data, next.config.Settings.Port = h.config.Settings.Data, h.config.Settings.Port
			next.config.Settings.AmountSet = named
		})
	}
	err := again(false).manager.Run(t.Context(), func(manager.Summary) { require.Fail(t, "started") })
	require.ErrorIs(t, err, manager.ErrCheck)
	require.ErrorContains(t, err, fmt.Sprintf("the nodes on ports %d-%d; --amount 2 starts again what was removed", h.port(0), h.port(1)))
	named := again(true)
	named.launch()
	require.Equal(t, []int{h.port(0), h.port(1)}, named.ports())
	require.Contains(t, named.notices.String(), fmt.Sprintf("removed before, and back, as the amount says: the nodes on ports %d-%d", h.port(0), h.port(1)))
	require.NoError(t, named.stop())
}
