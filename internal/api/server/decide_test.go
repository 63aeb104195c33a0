package server_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"networkmngr/internal/api"
	"networkmngr/internal/types"
)

func TestBlockIsInvalidatedAndReconsidered(t *testing.T) {
	h := start(t)
	h.extend(5)
	id, _ := h.node.chain.IDAt(3)
	got, err := h.client.Invalidate(t.Context(), "3")
	require.NoError(t, err)
	tip := h.node.chain.Tip()
	require.EqualValues(t, 2, tip.Height)
	require.Equal(t, api.Decided{
		Changed: api.Changed{
			Message:  fmt.Sprintf("block 3 (%s) is invalidated on this node, with all that follows on it; the tip is now block 2 (%s)", id, tip.ID),
			Replaced: true, Length: 3, ReorgDepth: 3,
		},
		Block: api.Tip{Index: 3, Hash: id}, Invalidated: true, Decisions: []api.Tip{{Index: 3, Hash: id}},
	}, got)
	tips, err := h.client.Tips(t.Context(), 0, 9)
	require.NoError(t, err)
	require.Equal(t, "invalid", tips.Tips[1].Status)
	require.True(t, tips.Tips[1].ByHand)
	require.False(t, tips.Tips[0].ByHand)

	got, err = h.client.Invalidate(t.Context(), id.String())
	require.NoError(t, err)
	require.True(t, got.Invalidated && !got.Replaced)
	require.Contains(t, got.Message, "the tip is still block 2")
	h.requireError(h.post("/block/new", blockOf(t, h, id)), http.StatusUnprocessableEntity, "invalidated", "until that is reconsidered")

	got, err = h.client.Reconsider(t.Context(), id.String())
	require.NoError(t, err)
	require.True(t, got.Replaced && !got.Invalidated)
	require.Zero(t, got.ReorgDepth)
	require.EqualValues(t, 6, got.Length)
	require.Equal(t, 3, got.Applied)
	require.Contains(t, got.Message, fmt.Sprintf("block 3 (%s): not invalidated on this node any more; the tip is now block 5", id))

	got, err = h.client.Reconsider(t.Context(), "2")
	require.NoError(t, err)
	require.Empty(t, got.Decisions)
	require.Contains(t, got.Message, "nothing to take back: neither block 2 (")
}

// Who reconsiders a block is told which one on its branch that brought back.
func TestReconsideredByABlockBefore(t *testing.T) {
	h := start(t)
	h.extend(5)
	id, _ := h.node.chain.IDAt(4)
	_, err := h.client.Invalidate(t.Context(), "4")
	require.NoError(t, err)
	got, err := h.client.Reconsider(t.Context(), "3")
	require.NoError(t, err)
	require.EqualValues(t, 3, got.Block.Index)
	require.Equal(t, []api.Tip{{Index: 4, Hash: id}}, got.Decisions)
	require.Contains(t, got.Message, fmt.Sprintf("block 4 (%s): not invalidated on this node any more; the tip is now block 5", id))
}

// The first digits of a hash name a block, also one that has left the main chain, unless
// another block has them.
func TestBlocksGoByTheFirstDigitsOfTheirHashes(t *testing.T) {
	h := start(t)
	h.extend(40)
	id, _ := h.node.chain.IDAt(30)
	digits := id.String()[:20]
	for _, text := range []string{digits, strings.ToUpper(digits), id.String()[:63]} {
		require.Equal(t, id.String(), h.object(h.get("/blocks/" + text))["hash"])
	}
	_, err := h.client.Invalidate(t.Context(), digits)
	require.NoError(t, err)
	got, err := h.client.Reconsider(t.Context(), digits)
	require.NoError(t, err)
	require.Equal(t, id, got.Block.Hash)
	require.True(t, got.Replaced)
	h.requireError(h.get("/blocks/00ffffffffff"), http.StatusNotFound, "not-found", "no block whose hash begins with 00ffffffffff")
	h.requireError(h.get("/blocks/0000f"), http.StatusBadRequest, "malformed", "the first 6 do")
}

func blockOf(t *testing.T, h *harness, id types.Hash) string {
	b, err := h.node.chain.Block(id)
	require.NoError(t, err)
	return plain(t, b)
}

func TestWhatCannotBeDecided(t *testing.T) {
	h := start(t)
	h.extend(1)
	for _, verb := range []string{"invalidate", "reconsider"} {
		h.requireError(h.post("/blocks/7/"+verb, ""), http.StatusNotFound, "not-found", "the chain's height is 1")
		h.requireError(h.post("/blocks/"+types.Hash{1}.String()+"/"+verb, ""), http.StatusNotFound, "not-found", "01")
		h.requireError(h.post("/blocks/"+types.Hash{}.String()+"/"+verb, ""), http.StatusNotFound, "not-found", "000000")
		h.requireError(h.post("/blocks/one/"+verb, ""), http.StatusBadRequest, "malformed", `"one"`)
		h.requireError(h.get("/blocks/1/"+verb), http.StatusMethodNotAllowed, "method-not-allowed", "POST")
	}
	h.requireError(h.post("/blocks/0/invalidate", ""), http.StatusUnprocessableEntity, "genesis-stays", "every chain of the network begins with it")
}

func TestMinesAside(t *testing.T) {
	h := start(t)
	h.extend(4)
	got, err := h.client.MineAside(t.Context(), "2", 9)
	require.NoError(t, err)
	require.Len(t, got.Blocks, 3)
	require.EqualValues(t, 5, got.Block.Height())
	require.EqualValues(t, 21, got.Hashes)
	require.Equal(t, h.node.chain.Tip().ID, got.Block.Hash())
	require.Contains(t, got.Message, "3 blocks mined aside from block 2; the tip is block 5")

	short := h.post("/mine?from=0&count=2", `{"data": "x"}`)
	require.Equal(t, http.StatusConflict, short.status, short.body)
	var form struct {
		Error  struct{ Code string }
		Blocks []json.RawMessage
	}
	require.NoError(t, json.Unmarshal([]byte(short.body), &form))
	require.Equal(t, "not-better", form.Error.Code)
	h.requireError(h.post("/mine?from=9", ""), http.StatusNotFound, "not-found", "the chain's height is 5")
	h.requireError(h.post("/mine?from=1&count=1001", ""), http.StatusBadRequest, "malformed", "1000")
	require.Equal(t, http.StatusOK, h.put("/mining", `{"strategy": "selfish"}`).status)
	h.requireError(h.post("/mine?from=1", ""), http.StatusConflict, "withholding", "withholds blocks")
}
