package manager_test

import (
	"context"
	"errors"
	"net/http"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"networkmngr/internal/api"
	"networkmngr/internal/events"
	"networkmngr/internal/types"
)

// grown is a network whose nodes have so many blocks each.
func grown(t *testing.T, nodes, rounds int) *harness {
	h := start(t, nodes)
	for range rounds {
		require.Equal(t, nodes, h.report(h.get("/start/mining?min=0&max=0")).Mined)
	}
	return h
}

func TestReorgOnDemand(t *testing.T) {
	t.Parallel()
	h := grown(t, 3, 2)
	before, _ := h.node(0).chain.IDAt(3)
	var told []api.MinedBlock
	got, err := h.client().Reorg(t.Context(), api.ReorgOrder{Depth: 3, Node: "n1"}, func(b api.MinedBlock) { told = append(told, b) })
	require.NoError(t, err)
	require.Equal(t, "n1", got.Node)
	require.Equal(t, 3, got.Depth)
	require.Equal(t, api.Tip{Index: 3, Hash: before}, got.Fork)
	require.Len(t, got.Blocks, 4)
	require.Equal(t, told, got.Blocks)
	require.EqualValues(t, 28, got.Hashes)
	require.EqualValues(t, 7, got.Blocks[0].Hashes)
	require.ElementsMatch(t, []api.ReorgOfNode{{Node: "n0", Depth: 3, Returned: 2}, {Node: "n1", Depth: 3, Returned: 2}, {Node: "n2", Depth: 3, Returned: 2}}, got.Reorgs)
	require.Contains(t, got.Message, "n1 mined 4 blocks aside from block 3, and 3 nodes left up to 3 blocks for them; the tip is block 7")
	for i := range 3 {
		require.Equal(t, got.Blocks[3].Hash, h.node(i).chain.Tip().ID)
	}
	again := h.post("/network/reorg", `{"depth": 7}`)
	require.Equal(t, http.StatusOK, again.status, again.body)
	require.EqualValues(t, "n0", object(t, again.body)["node"])
	require.Len(t, object(t, again.body)["blocks"], 8)
}

// What is asked for counts from the tip as it is when the block is found: one that comes
// meanwhile makes the reorg no deeper.
func TestTheDepthIsThatFromTheTip(t *testing.T) {
	t.Parallel()
	var h *harness
	var once sync.Once
	h = start(t, 2, inFront("GET /blocks", func(_ string, own http.Handler, w http.ResponseWriter, r *http.Request) {
		own.ServeHTTP(w, r)
		once.Do(func() {
			_, err := h.launcher.network.extend(h.node(0))
			require.NoError(t, err)
		})
	}))
	require.Equal(t, 2, h.report(h.get("/start/mining?min=0&max=0")).Mined)
	got, err := h.client().Reorg(t.Context(), api.ReorgOrder{Depth: 1}, func(api.MinedBlock) {})
	require.NoError(t, err)
	require.EqualValues(t, 2, got.Fork.Index, "of three blocks")
	require.Len(t, got.Blocks, 2)
}

// A reorg that happens meanwhile for another reason is not told as one to these blocks.
func TestAReorgIsThatToItsBlocks(t *testing.T) {
	t.Parallel()
	h := grown(t, 3, 1)
	other := events.BlockRef{Hash: types.Hash{9}, Index: 4}
	h.node(0).set(func(n *fakeNode) {
		n.mine = func(context.Context) error {
			h.node(2).events.Tell(events.BlockDisconnected{BlockRef: other})
			h.node(2).events.Tell(events.Reorg{To: other, Depth: 9})
			return nil
		}
	})
	got, err := h.client().Reorg(t.Context(), api.ReorgOrder{Depth: 1, Node: "n0"}, func(api.MinedBlock) {})
	require.NoError(t, err)
	for _, reorg := range got.Reorgs {
		require.Equal(t, 1, reorg.Depth, "%+v", reorg)
	}
	require.Len(t, got.Reorgs, 3)
}

func TestReorgThatCannotBe(t *testing.T) {
	t.Parallel()
	h := grown(t, 2, 1)
	for body, want := range map[string]string{
		`{"depth": 3}`: "the chain of n0 has 2 blocks after the genesis block", `{"depth": 901}`: "want 1 to 900", `{"depth": 0}`: "want 1 to 900",
	} {
		got := h.post("/network/reorg", body)
		h.requireError(got, http.StatusUnprocessableEntity, "too-deep", want)
	}
	h.requireError(h.post("/network/reorg", `{"deep": 1}`), http.StatusBadRequest, "malformed", "deep")
	h.requireError(h.post("/network/reorg", `{"depth": 1, "node": "n9"}`), http.StatusNotFound, "unknown-node", "n9")
	h.act("n1", "pause")
	h.requireError(h.post("/network/reorg", `{"depth": 1, "node": "n1"}`), http.StatusConflict, "node-paused", "/nodes/n1/resume")
	h.act("n1", "kill")
	h.requireError(h.post("/network/reorg", `{"depth": 1, "node": "n1"}`), http.StatusConflict, "node-ended", "signal 9")
	h.act("n0", "kill")
	h.requireError(h.post("/network/reorg", `{"depth": 1}`), http.StatusConflict, "no-node", "no node")
}

// Who goes away ends the mining; what the node refuses is told as it is, after the answer has begun too.
func TestReorgThatIsGivenUp(t *testing.T) {
	t.Parallel()
	h := grown(t, 2, 1)
	begun, ended := make(chan struct{}), make(chan struct{})
	h.node(0).set(func(n *fakeNode) {
		n.mine = func(ctx context.Context) error { close(begun); <-ctx.Done(); close(ended); return ctx.Err() }
	})
	ctx, cancel := context.WithCancel(t.Context())
	go func() { <-begun; cancel() }()
	_, err := h.client().Reorg(ctx, api.ReorgOrder{Depth: 1}, func(api.MinedBlock) {})
	require.ErrorIs(t, err, context.Canceled)
	receives(t, ended)
	h.node(0).set(func(n *fakeNode) { n.mine = func(context.Context) error { return errors.New("no luck") } })
	_, err = h.client().Reorg(t.Context(), api.ReorgOrder{Depth: 1}, func(api.MinedBlock) {})
	var refused *api.Error
	require.ErrorAs(t, err, &refused)
	require.Equal(t, "internal", refused.Code)
}

func TestDecisionsAreForwarded(t *testing.T) {
	t.Parallel()
	h := grown(t, 2, 1)
	got := object(t, h.post("/nodes/n1/blocks/2/invalidate", "").body)
	require.Equal(t, true, got["invalidated"])
	require.EqualValues(t, 1, h.node(1).chain.Tip().Height)
	require.EqualValues(t, 2, h.node(0).chain.Tip().Height)
	hash := got["block"].(map[string]any)["hash"].(string)
	require.Equal(t, http.StatusOK, h.post("/nodes/n1/blocks/"+hash+"/reconsider", "").status)
	require.EqualValues(t, 2, h.node(1).chain.Tip().Height)
	h.requireError(h.post("/nodes/n1/blocks/9/invalidate", ""), http.StatusNotFound, "not-found", "height is 2")
	h.requireError(h.post("/nodes/n1/blocks/0/invalidate", ""), http.StatusUnprocessableEntity, "genesis-stays", "genesis")
}
