package server_test

import (
	"context"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"networkmngr/internal/api"
	"networkmngr/internal/api/client"
	"networkmngr/internal/chain"
	"networkmngr/internal/chain/chaintest"
	"networkmngr/internal/types"
)

func TestChain(t *testing.T) {
	h := start(t)
	h.extend(6)
	got, err := h.client.Chain(t.Context())
	require.NoError(t, err)
	require.EqualValues(t, 7, got.Length)
	require.Len(t, got.Chain, 7)
	for i, block := range got.Chain {
		id, _ := h.node.chain.IDAt(uint64(i))
		require.Equal(t, id, block.Hash())
		require.Equal(t, i > 0, block.Previous != types.Hash{})
	}
}

func TestChainForm(t *testing.T) {
	h := start(t)
	h.extend(1)
	object := h.object(h.get("/chain"))
	require.Len(t, object, 2)
	require.Equal(t, json.Number("2"), object["length"])
	block := object["chain"].([]any)[1].(map[string]any)
	require.Equal(t, json.Number("1"), block["index"])
	require.Equal(t, h.node.chain.Tip().ID.String(), block["hash"])
}

func TestChainParts(t *testing.T) {
	h := start(t)
	h.extend(6)
	for _, row := range []struct {
		query   string
		heights []uint64
	}{
		{"?from=5", []uint64{5, 6}},
		{"?from=2&limit=2", []uint64{2, 3}},
		{"?limit=1", []uint64{0}},
		{"?from=6&limit=9", []uint64{6}},
		{"?from=7", nil},
		{"?from=18446744073709551615", nil},
		{"?limit=9223372036854775807", []uint64{0, 1, 2, 3, 4, 5, 6}},
	} {
		var got api.Chain
		require.NoError(t, json.Unmarshal([]byte(h.get("/chain"+row.query).body), &got), row.query)
		require.EqualValues(t, 7, got.Length)
		var heights []uint64
		for i := range got.Chain {
			heights = append(heights, got.Chain[i].Height())
		}
		require.Equal(t, row.heights, heights, row.query)
	}
	part, err := h.client.ChainPart(t.Context(), 3, 2)
	require.NoError(t, err)
	require.Len(t, part.Chain, 2)
}

func TestParametersRefused(t *testing.T) {
	h := start(t)
	for _, path := range []string{
		"/chain?from=-1", "/chain?from=x", "/chain?from=", "/chain?limit=0", "/chain?limit=9223372036854775808",
		"/chain?from=18446744073709551616", "/chain?form=1", "/chain?from=1&from=2",
		"/blocks?limit=101", "/blocks?limit=0", "/blocks?from=1.5",
		"/mempool?limit=501", "/mempool?from=-1", "/mempool?from=99999999999", "/peers?limit=0", "/peers?page=2",
		"/mine?count=0", "/mine?count=1001", "/mine?count=two", "/mine?cuont=2", "/node/id?x=1",
		"/blocks/-1", "/blocks/tip", "/blocks/18446744073709551616", "/blocks/0x1",
		"/blocks/" + strings.Repeat("g", 64), "/accounts/" + alice.String() + "x",
		"/accounts/alice?from=3", "/accounts/alice?from=3-x", "/accounts/alice?from=-1-1", "/accounts/alice?from=1-65536",
		"/accounts/alice?limit=101", "/accounts?limit=0", "/accounts?from=1", "/accounts?from=1-bob", "/accounts?from=x-" + bob.String(),
		"/transactions/1", "/transactions/" + strings.Repeat("g", 64), "/transactions/" + strings.Repeat("0", 64) + "?proof=1",
		"/blocks/1?details=yes", "/chain/tips?limit=0", "/chain/validate?from=1",
		"/search", "/search?q=", "/search?q=%20", "/search?q=-1", "/search?q=what+is+this", "/search?q=" + alice.String() + "x",
	} {
		h.requireError(h.get(path), http.StatusBadRequest, "malformed", "")
	}
	require.Zero(t, h.node.chain.Tip().Height)
}

// What a client reads must be one chain, whatever happens meanwhile.
func TestChainDuringReorgs(t *testing.T) {
	h := start(t)
	ctx, cancel := context.WithCancel(t.Context())
	reorgs := make(chan int)
	// A chain that is being read may be a few reorgs old: blocks that were left long ago are
	// forgotten.
	room := make(chan struct{}, 3)
	go func() {
		root, count := h.node.chain.Genesis().State(), 0
		// Each branch is one block longer than the last, from genesis on.
		for ; ctx.Err() == nil && count < 60; count++ {
			select {
			case room <- struct{}{}:
			case <-ctx.Done():
			}
			payout := types.NamedAddress(fmt.Sprint(count))
			if _, err := h.node.chain.AddBlocks(chaintest.Branch(root, payout, 20+count)...); err != nil {
				break
			}
		}
		reorgs <- count
	}()
	defer func() {
		cancel()
		require.Positive(t, <-reorgs)
	}()
	lengths := map[uint64]bool{}
	for h.node.chain.Tip().Height < 70 {
		got, err := h.client.Chain(t.Context())
		require.NoError(t, err)
		require.Len(t, got.Chain, int(got.Length))
		requireLinked(t, got.Chain)
		page, err := h.client.Blocks(t.Context(), 100)
		require.NoError(t, err)
		require.Len(t, page.Blocks, int(page.Length))
		lengths[got.Length] = true
		for range len(room) {
			<-room
		}
	}
	t.Logf("%d different chains read", len(lengths))
}

func requireLinked(t *testing.T, blocks []types.Block) {
	t.Helper()
	for i := 1; i < len(blocks); i++ {
		require.Equal(t, blocks[i-1].Hash(), blocks[i].Previous, "block %d", i)
	}
}

// A client that has got a part of a chain must not take it for the whole.
func TestChainBrokenOff(t *testing.T) {
	h := start(t)
	// Enough that neither side's buffers take all of it.
	var data strings.Builder
	fmt.Fprintf(&data, `"%s"`, strings.Repeat("x", 60<<10))
	for i := range uint64(200) {
		block := chaintest.Next(h.node.chain.Tip(), miner, transfer(i, data.String()))
		_, err := h.node.chain.AddBlocks(block)
		require.NoError(t, err)
	}
	response, err := h.http.Get(h.base + "/chain")
	require.NoError(t, err)
	defer response.Body.Close()
	require.Equal(t, http.StatusOK, response.StatusCode)
	h.store.set(errors.New("disk is gone"))
	defer h.store.set(nil)
	err = json.NewDecoder(response.Body).Decode(new(api.Chain))
	require.Error(t, err)
	require.Contains(t, h.log.String(), "disk is gone")
}

func TestStoreFails(t *testing.T) {
	h := start(t)
	h.extend(2)
	h.store.set(errors.New("disk is gone"))
	defer h.store.set(nil)
	for _, path := range []string{"/chain", "/blocks", "/blocks/1", "/accounts/" + alice.String()} {
		h.requireError(h.get(path), http.StatusInternalServerError, "store-failed", "its log says why")
	}
	require.Contains(t, h.log.String(), "disk is gone")
}

func TestBlocks(t *testing.T) {
	h := start(t)
	h.extend(24)
	first, err := h.client.Blocks(t.Context(), 10)
	require.NoError(t, err)
	require.EqualValues(t, 25, first.Length)
	var heights []uint64
	for page := first; ; {
		for i := range page.Blocks {
			heights = append(heights, page.Blocks[i].Height())
		}
		if page.Next == nil {
			break
		}
		page, err = h.client.BlocksFrom(t.Context(), *page.Next, 10)
		require.NoError(t, err)
	}
	require.Len(t, heights, 25)
	for i, height := range heights {
		require.EqualValues(t, 24-i, height)
	}
	usual := h.object(h.get("/blocks"))
	require.Len(t, usual["blocks"], 20)
	require.Equal(t, json.Number("4"), usual["next"])
	require.Len(t, h.object(h.get("/blocks?from=99"))["blocks"], 20, "above the tip is the tip")
}

func TestBlock(t *testing.T) {
	h := start(t)
	h.extend(3)
	side := rival(1)[1]
	_, err := h.node.chain.AddBlocks(side)
	require.NoError(t, err)
	main, _ := h.node.chain.IDAt(1)
	for id, want := range map[string]types.Hash{"1": main, main.String(): main, side.Hash().String(): side.Hash()} {
		block, err := h.client.Block(t.Context(), id)
		require.NoError(t, err)
		require.Equal(t, want, block.Hash())
	}
	h.requireDetails("1", api.BlockDetails{Main: true, Confirmations: 3, Names: map[string]string{miner.String(): h.address}})
	h.requireDetails(h.node.chain.Tip().ID.String(), api.BlockDetails{Main: true, Confirmations: 1, Names: map[string]string{miner.String(): h.address}})
	h.requireDetails(side.Hash().String(), api.BlockDetails{Names: map[string]string{bob.String(): "bob"}})
	_, err = h.client.Block(t.Context(), "4")
	h.requireRefusal(err, http.StatusNotFound, "not-found")
	_, err = h.client.Block(t.Context(), strings.Repeat("0", 64))
	h.requireRefusal(err, http.StatusNotFound, "not-found")
}

// requireDetails asks where a block stands; block, its bytes and the next
// hash are as the chain has them.
func (h *harness) requireDetails(id string, want api.BlockDetails) {
	got, err := h.client.BlockDetails(h.Context(), id)
	require.NoError(h, err)
	want.Block, err = h.client.Block(h.Context(), id)
	require.NoError(h, err)
	header := want.Block.Header.Encode()
	want.Header, want.Size = hex.EncodeToString(header[:]), want.Block.Size()
	if next, found := h.node.chain.IDAt(want.Block.Height() + 1); found && want.Main {
		want.Next = &next
	}
	require.Equal(h, want, got)
}

func TestBlockchain(t *testing.T) {
	h := start(t)
	genesis := chaintest.Genesis()
	atStart, err := h.client.Blockchain(t.Context())
	require.NoError(t, err)
	require.EqualValues(t, len(genesis.Block.Transactions), atStart.TotalTransactions)
	require.EqualValues(t, len(chaintest.Names), atStart.TotalAddresses)

	h.extend(3)
	_, err = h.node.chain.AddBlocks(chaintest.Next(h.node.chain.Tip(), bob, transfer(0, "")))
	require.NoError(t, err)
	got := h.object(h.get("/blockchain"))
	work := h.node.chain.Tip().Work
	require.Equal(t, map[string]any{
		"name": "test", "genesis": genesis.Params.GenesisID.String(), "height": json.Number("4"),
		"total_transactions": json.Number(fmt.Sprint(len(genesis.Block.Transactions) + 5)),
		"total_addresses":    json.Number(fmt.Sprint(len(chaintest.Names) + 1)),
		"block_time":         json.Number("10"), "half_life": json.Number("300"), "block_reward": json.Number("2"), "total_work": work.Dec(),
	}, got)
}

// A reorg takes back what only the blocks that left had paid.
func TestBlockchainAfterReorg(t *testing.T) {
	h := start(t)
	h.extend(5)
	before, err := h.client.Blockchain(t.Context())
	require.NoError(t, err)
	require.EqualValues(t, len(chaintest.Names)+1, before.TotalAddresses)
	_, err = h.client.ReplaceChain(t.Context(), rival(6))
	require.NoError(t, err)
	after, err := h.client.Blockchain(t.Context())
	require.NoError(t, err)
	require.EqualValues(t, 6, after.Height)
	require.Equal(t, before.TotalTransactions+1, after.TotalTransactions)
	require.EqualValues(t, len(chaintest.Names), after.TotalAddresses)
}

func TestMine(t *testing.T) {
	h := start(t)
	one, err := h.client.Mine(t.Context(), 1)
	require.NoError(t, err)
	require.Equal(t, h.node.chain.Tip().ID, one.Block.Hash())
	require.Empty(t, one.Blocks)
	several, err := h.client.Mine(t.Context(), 3)
	require.NoError(t, err)
	require.Len(t, several.Blocks, 3)
	require.Equal(t, h.node.chain.Tip().ID, several.Block.Hash())
	object := h.object(h.get("/mine"))
	require.Len(t, object, 4)
	require.Equal(t, map[string]any{miner.String(): h.address}, object["names"])
	require.Equal(t, "block 5 mined", object["message"])
	require.Equal(t, object["block"], object["block_data"])
	require.EqualValues(t, 5, h.node.chain.Tip().Height)
}

func TestMineWithData(t *testing.T) {
	h := start(t)
	for data, want := range map[string]string{
		`{"note": "<hi>", "n": 1e300}`: `{"note":"<hi>","n":1e300}`, `"text"`: `"text"`, `5`: `5`, `[ ]`: `[]`, `false`: `false`,
	} {
		for _, path := range []string{"/mine", "/mineBlock", "/mine?count=2"} {
			got := h.post(path, `{"data":`+data+`}`)
			require.Equal(t, http.StatusOK, got.status, got.body)
			tip := h.get(fmt.Sprintf("/blocks/%d", h.node.chain.Tip().Height))
			require.Contains(t, tip.body, `"data":`+want, "in the coinbase, as it came but for white space")
		}
	}
	require.NotContains(t, h.post("/mine", `{"data":null}`).body, `"data"`)
	require.NotContains(t, h.post("/mine", `{}`).body, `"data"`)
}

func TestMineRefusesData(t *testing.T) {
	h := start(t)
	quoted := func(length int) string { return `{"data":"` + strings.Repeat("x", length-2) + `"}` }
	for _, row := range []struct {
		path, body string
		status     int
		code, part string
	}{
		{"/mineBlock", ``, http.StatusBadRequest, "malformed", "data is missing"},
		{"/mineBlock", `{}`, http.StatusBadRequest, "malformed", "data is missing"},
		{"/mineBlock", `{"data":null}`, http.StatusBadRequest, "malformed", "data is missing"},
		{"/mine", `{"date":1}`, http.StatusBadRequest, "malformed", "date"},
		{"/mine", `"text"`, http.StatusBadRequest, "malformed", `malformed JSON form: string "text", want an object`},
		{"/mine", `{"data":x}`, http.StatusBadRequest, "malformed", ""},
		{"/mine", `{"data":"` + "\xff" + `"}`, http.StatusBadRequest, "malformed", ""},
		{"/mine", `{"data":` + strings.Repeat("[", 33) + strings.Repeat("]", 33) + `}`, http.StatusUnprocessableEntity, "data-too-deep", "more than 32 levels"},
		{"/mine", `{"data":1e400}`, http.StatusUnprocessableEntity, "data-not-i-json", "beyond a double"},
		{"/mine", `{"data":"\ud800"}`, http.StatusUnprocessableEntity, "data-not-i-json", "surrogate U+D800"},
		{"/mineBlock", `{"data":{"a":1,"\u0061":2}}`, http.StatusUnprocessableEntity, "data-not-i-json", "twice"},
		{"/mine", quoted(15), http.StatusUnprocessableEntity, "bad-data", "data of just 15 bytes"},
		{"/mine", quoted(65_488), http.StatusUnprocessableEntity, "transaction-too-large", "65537 bytes, at most 65536"},
		{"/mine", quoted(300_000), http.StatusRequestEntityTooLarge, "too-large", "262144"},
	} {
		h.requireError(h.post(row.path, row.body), row.status, row.code, row.part)
	}
	require.Zero(t, h.node.chain.Tip().Height)
	for _, length := range []int{14, 16, 65_487} {
		require.Equal(t, http.StatusOK, h.post("/mine", quoted(length)).status)
	}
}

// What was mined before something went wrong is told beside the error.
func TestMineThatFailsTellsWhatItHasMined(t *testing.T) {
	h := start(t)
	h.node.afterMining = context.DeadlineExceeded
	answer := h.post("/mine?count=3", "")
	require.Equal(t, http.StatusServiceUnavailable, answer.status)
	var form struct {
		Error  api.Error
		Blocks []types.Block
	}
	require.NoError(t, json.Unmarshal([]byte(answer.body), &form))
	require.Equal(t, "timed-out", form.Error.Code)
	require.Len(t, form.Blocks, 3)
	require.Equal(t, h.node.chain.Tip().ID, form.Blocks[2].Hash())
}

// The client tells it too, and nothing of errors that have no blocks beside them.
func TestMinedBefore(t *testing.T) {
	h := start(t)
	h.node.afterMining = context.DeadlineExceeded
	_, err := h.client.Mine(t.Context(), 2)
	before := client.MinedBefore(err)
	require.Len(t, before, 2)
	require.Equal(t, h.node.chain.Tip().ID, before[1].Hash())

	h.node.mine = func(context.Context) error { return context.DeadlineExceeded }
	_, err = h.client.Mine(t.Context(), 2)
	require.Error(t, err)
	require.Empty(t, client.MinedBefore(err))
	require.Empty(t, client.MinedBefore(context.Canceled))
	require.Empty(t, client.MinedBefore(&api.Error{Blocks: json.RawMessage(`[{}]`)}), "of a node that is none")
}

func TestSyncChain(t *testing.T) {
	h := start(t)
	h.extend(2)
	for _, method := range []string{http.MethodGet, http.MethodPost} {
		object := h.object(h.send(method, "/chain/sync", nil))
		require.Equal(t, false, object["replaced"])
		require.Equal(t, json.Number("3"), object["length"])
	}
	better := rival(4)
	h.node.resolve = func(context.Context) (chain.Change, error) { return h.node.chain.AddBlocks(better[1:]...) }
	object := h.object(h.get("/sync-chain"))
	require.Equal(t, true, object["replaced"])
	require.Equal(t, json.Number("2"), object["reorg_depth"])
}

func TestNewBlock(t *testing.T) {
	h := start(t)
	blocks := chaintest.Branch(h.node.chain.Tip(), miner, 3)
	for i, body := range []string{
		plain(t, blocks[0]),
		plain(t, api.Notice{Block: &blocks[1], Sender: "127.0.0.1:5001"}),
	} {
		got := h.object(h.post("/block/new", body))
		require.Equal(t, true, got["replaced"], body)
		require.Equal(t, json.Number(fmt.Sprint(i+2)), got["length"])
		require.Equal(t, json.Number("0"), got["reorg_depth"])
		require.Contains(t, got["message"], "the tip is now block")
	}
	hash := blocks[1].Hash()
	again, err := h.client.NewBlock(t.Context(), api.Notice{Hash: &hash, Sender: "x"})
	require.NoError(t, err)
	require.False(t, again.Replaced)
	require.EqualValues(t, 3, again.Length)
	require.Contains(t, again.Message, "nothing changed")
	require.Contains(t, h.log.String(), "sender=127.0.0.1:5001")
}

// A notice of what cannot be judged here sends the node to its peers.
func TestNewBlockResolves(t *testing.T) {
	better := rival(4)
	h := start(t, func(h *harness) {
		h.node.resolve = func(context.Context) (chain.Change, error) { return h.node.chain.AddBlocks(better[1:]...) }
	})
	h.extend(2)
	got, err := h.client.NewBlock(t.Context(), api.Notice{Block: &better[4]})
	require.NoError(t, err)
	require.Equal(t, api.Changed{
		Message:  got.Message,
		Replaced: true, Length: 5, ReorgDepth: 2,
	}, got)
	require.Equal(t, http.StatusOK, h.send(http.MethodPost, "/block/new", nil).status, "an empty notice")
	require.Equal(t, http.StatusOK, h.post("/block/new", "{}").status)
}

func TestNewBlockRefuses(t *testing.T) {
	h := start(t)
	good := chaintest.Next(h.node.chain.Tip(), miner)
	other, greedy := good.Previous, good
	greedy.Transactions = append([]types.Transaction{}, good.Transactions...)
	greedy.Transactions[0].Amount++
	chaintest.Solve(&greedy)
	for body, want := range map[string]struct {
		status int
		code   string
	}{
		plain(t, greedy): {http.StatusUnprocessableEntity, "bad-reward"},
		plain(t, api.Notice{Block: &good, Hash: &other}): {http.StatusBadRequest, "malformed"},
		plain(t, map[string]any{"blok": good}):           {http.StatusBadRequest, "malformed"},
		`{"sender":"` + strings.Repeat("x", 257) + `"}`:  {http.StatusBadRequest, "malformed"},
		`[]`:    {http.StatusBadRequest, "malformed"},
		`{`:     {http.StatusBadRequest, "malformed"},
		`{} {}`: {http.StatusBadRequest, "malformed"},
		strings.Replace(plain(t, good), `"nonce"`, `"n"`, 1): {http.StatusBadRequest, "malformed"},
	} {
		h.requireError(h.post("/block/new", body), want.status, want.code, "")
	}
	require.Zero(t, h.node.chain.Tip().Height)
}
