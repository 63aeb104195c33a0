package server_test

import (
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"

	"networkmngr/internal/api"
	"networkmngr/internal/chain/chaintest"
	"networkmngr/internal/consensus"
	"networkmngr/internal/genesis"
	"networkmngr/internal/types"
)

func TestReplaceChain(t *testing.T) {
	h := start(t)
	h.extend(5)
	got, err := h.client.ReplaceChain(t.Context(), rival(6))
	require.NoError(t, err)
	tip := h.node.chain.Tip()
	require.Equal(t, api.Changed{
		Message:  fmt.Sprintf("chain replaced: the tip is now block 6 (%s)", tip.ID),
		Replaced: true, Length: 7, ReorgDepth: 5,
	}, got)
	require.Equal(t, rival(6)[6].Hash(), tip.ID)
}

// What one node gives, another takes, letter by letter.
func TestReplaceTakesWhatChainGives(t *testing.T) {
	from, to := start(t), start(t)
	_, err := from.client.Submit(t.Context(), transfer(0, `{"html":"<b>&"}`))
	require.NoError(t, err)
	_, err = from.client.Mine(t.Context(), 3)
	require.NoError(t, err)
	got := to.object(to.post("/chain/replace", "\uFEFF"+from.get("/chain").body)) // as some editors save it
	require.Equal(t, true, got["replaced"])
	require.Equal(t, from.node.chain.Tip(), to.node.chain.Tip())
	to.requireError(to.post("/chain/replace", from.get("/chain").body), http.StatusConflict, "not-better", "work")
	to.requireError(to.post("/chain/replace", from.get("/chain?limit=3").body), http.StatusBadRequest, "malformed", "length is 4")
}

func TestReplaceRefuses(t *testing.T) {
	h := start(t)
	h.extend(3)
	tip := h.node.chain.Tip()
	good := rival(5)
	alter := func(change func([]types.Block)) string {
		blocks := append([]types.Block{}, good...)
		change(blocks)
		return plain(t, api.Chain{Length: uint64(len(blocks)), Chain: blocks})
	}
	// Its proof of work may be too good to be spoilt by one try.
	unmined := func(b *types.Block) {
		target, _ := consensus.TargetFromBits(b.Bits)
		for n := consensus.HashToInt(b.Hash()); !n.Gt(&target); n = consensus.HashToInt(b.Hash()) {
			b.Nonce++
		}
	}
	other := chaintest.Genesis(func(d *genesis.Description) { d.Name = "other" })
	const rule, malformed = http.StatusUnprocessableEntity, http.StatusBadRequest
	for _, row := range []struct {
		body   string
		status int
		code   string
		part   string
	}{
		{alter(func(b []types.Block) { unmined(&b[2]) }), rule, "bad-proof-of-work", "block 2 ("},
		{alter(func(b []types.Block) { b[3] = b[2] }), rule, "bad-parent", "block 3 ("},
		{alter(func(b []types.Block) { b[4].Transactions = b[3].Transactions }), rule, "bad-merkle-root", "block 4 ("},
		{alter(func(b []types.Block) { b[4].Transactions = append(b[4].Transactions, transfer(0, "")) }), rule, "bad-merkle-root", "block 4 ("},
		{alter(func(b []types.Block) { b[0] = other.Block }), rule, "wrong-genesis", ""},
		{alter(func(b []types.Block) { b[0].Transactions = b[0].Transactions[:1] }), rule, "wrong-genesis", ""},
		{alter(func(b []types.Block) {
			b[5].Transactions = []types.Transaction{b[5].Transactions[0]}
			b[5].Transactions[0].Amount++
			chaintest.Solve(&b[5])
		}), rule, "bad-reward", "block 5 ("},
		{`{"chain":[]}`, rule, "wrong-genesis", ""},
		{`{}`, rule, "wrong-genesis", ""},
		{plain(t, api.Chain{Length: 4, Chain: rival(3)}), http.StatusConflict, "not-better", "its work is"},
		{plain(t, api.Chain{Length: 9, Chain: good}), malformed, "malformed", "length is 9, the chain has 6"},
		{``, malformed, "malformed", "empty"},
		{`null`, malformed, "malformed", "want"},
		{`[]`, malformed, "malformed", "want"},
		{plain(t, good), malformed, "malformed", "want"},
		{`{"chain":{}}`, malformed, "malformed", "want"},
		{`{"chain":[1]}`, malformed, "malformed", "block 0"},
		{`{"chain":[null]}`, malformed, "malformed", "block 0"},
		{`{"chain":[],"chain":[]}`, malformed, "malformed", "twice"},
		{`{"length":0,"length":0}`, malformed, "malformed", "twice"},
		{`{"length":-1}`, malformed, "malformed", ""},
		{`{"tip":1}`, malformed, "malformed", "tip"},
		{`{"chain":[`, malformed, "malformed", ""},
		{`{"chain":[]`, malformed, "malformed", ""},
		{`{"chain":[]}]`, malformed, "malformed", ""},
		{`{"chain":[]} {}`, malformed, "malformed", "follows"},
		{strings.Repeat("[", 20_000), malformed, "malformed", ""},
	} {
		h.requireError(h.post("/chain/replace", row.body), row.status, row.code, row.part)
		require.Equal(t, tip, h.node.chain.Tip(), row.body)
	}
	_, err := h.client.ReplaceChain(t.Context(), good)
	require.NoError(t, err, "the unaltered one is good")
}

// endless is JSON that never ends, and counts what was taken of it.
type endless struct {
	start string
	fill  byte
	taken atomic.Int64
}

func (e *endless) Read(p []byte) (int, error) {
	n := copy(p, e.start)
	e.start = e.start[n:]
	for i := n; i < len(p); i++ {
		p[i] = e.fill
	}
	e.taken.Add(int64(len(p)))
	return len(p), nil
}

// However a body goes on and on, no more than a block's worth is read of it.
func TestReplaceIsBoundedByTheBlock(t *testing.T) {
	h := start(t)
	for begin, fill := range map[string]byte{
		"":             ' ',
		`{"chain":["`:  '1',
		`{"chain":[]}`: ' ',
		`{"chain":[` + plain(t, chaintest.Genesis().Block) + `,`: ' ',
	} {
		body := &endless{start: begin, fill: fill}
		pipe, end := io.Pipe()
		go func() {
			_, err := io.Copy(end, io.LimitReader(body, 64<<20))
			end.CloseWithError(err)
		}()
		request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, h.base+"/chain/replace", pipe)
		require.NoError(t, err)
		client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
		response, err := client.Do(request)
		if err == nil { // the server may hang up before the client has sent all
			require.Contains(t, []int{http.StatusRequestEntityTooLarge, http.StatusBadRequest}, response.StatusCode, "%q", begin)
			response.Body.Close()
		}
		pipe.Close()
		require.Less(t, body.taken.Load(), int64(24<<20), "%q and %q for ever", begin, fill)
	}
	require.Zero(t, h.node.chain.Tip().Height)
}

// While one chain is being sent, another is not taken, and all else goes on.
func TestReplaceOneAtATime(t *testing.T) {
	h := start(t)
	body, sender := io.Pipe()
	first := make(chan reply, 1)
	go func() { first <- h.send(http.MethodPost, "/chain/replace", body) }()
	_, err := io.WriteString(sender, `{"chain":[`)
	require.NoError(t, err)
	require.Eventually(t, func() bool {
		return h.post("/chain/replace", "{}").status == http.StatusTooManyRequests
	}, soon, 1)
	h.requireError(h.post("/chain/replace", "{}"), http.StatusTooManyRequests, "busy", "another chain")
	require.Equal(t, http.StatusOK, h.get("/healthz").status)
	_, err = io.WriteString(sender, `]}`)
	require.NoError(t, err)
	require.NoError(t, sender.Close())
	h.requireError(receives(t, first), http.StatusUnprocessableEntity, "wrong-genesis", "")
	_, err = h.client.ReplaceChain(t.Context(), rival(1))
	require.NoError(t, err)
}
