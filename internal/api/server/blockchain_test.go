package server_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/coder/websocket"
	"github.com/stretchr/testify/require"

	"networkmngr/internal/api/server"
	"networkmngr/internal/chain"
	"networkmngr/internal/chain/chaintest"
	"networkmngr/internal/consensus"
	"networkmngr/internal/datafolder"
	"networkmngr/internal/mempool"
	"networkmngr/internal/mempool/mempooltest"
	"networkmngr/internal/store"
)

func (h *harness) put(path, body string) reply {
	return h.send(http.MethodPut, path, strings.NewReader(body))
}

// on puts the node on another network.
func on(genesis *consensus.Genesis) func(*harness) {
	return func(h *harness) {
		c, err := chain.Open(store.NewMemory(), genesis, chaintest.Now)
		require.NoError(h, err)
		h.node.chain, h.node.pool = c, mempooltest.New(mempool.DefaultLimits(), c, chaintest.Now)
	}
}

// The answer tells what the next node says.
func TestSetBlockchain(t *testing.T) {
	restarts := make(chan *consensus.Genesis, 1)
	restart := func(h *harness) {
		h.config.Restart = func(genesis *consensus.Genesis) error {
			restarts <- genesis
			return nil
		}
	}
	h := start(t, restart)
	before := h.object(h.get("/blockchain"))
	require.Equal(t, before, h.object(h.put("/blockchain", `{}`)))
	require.Equal(t, before, h.object(h.put("/blockchain", `{"name":"test"}`)))
	require.Empty(t, restarts, "it is that network")
	set := h.object(h.put("/blockchain", `{"name":"class","block_time":20,"reward":50}`))
	require.Equal(t, "class", set["name"])
	require.Equal(t, json.Number("20"), set["block_time"])
	require.Equal(t, json.Number("600"), set["half_life"])
	require.Equal(t, json.Number("50"), set["block_reward"])
	require.NotEqual(t, before["genesis"], set["genesis"])
	h.requireError(h.put("/blockchain", `{"name":"other"}`), http.StatusTooManyRequests, "busy", "")

	next := start(t, restart, on(<-restarts))
	require.Equal(t, set, next.object(next.get("/blockchain")))
	require.Equal(t, set["genesis"], next.object(next.get("/blocks/0"))["hash"])
	require.Equal(t, json.Number("1000"), next.object(next.get("/accounts/" + alice.String()))["balance"])
	require.Equal(t, set, next.object(next.put("/blockchain", plain(t, set))), "it may be put back")
	again := next.object(next.put("/blockchain", `{"name":"test","block_time":10,"block_reward":"2"}`))
	require.Equal(t, before, again, "the same settings make the same network")
	require.Equal(t, before["genesis"], (<-restarts).Params.GenesisID.String())
}

func TestSetBlockchainOnceItHasBegun(t *testing.T) {
	h := start(t)
	h.extend(1)
	h.requireError(h.put("/blockchain", `{"name":"late"}`), http.StatusConflict, "chain-begun", " is 1; settings change only while it is 0")
	require.Equal(t, "test", h.object(h.get("/blockchain"))["name"])
}

// The network of a node that a manager runs is not the node's to change.
func TestSetBlockchainOfAManagersNode(t *testing.T) {
	h := start(t, func(h *harness) { h.config.Manager = "http://127.0.0.1:4999" })
	h.requireError(h.put("/blockchain", `{"name":"class"}`), http.StatusConflict, "managed", "PUT http://127.0.0.1:4999/blockchain")
	require.Equal(t, "test", h.object(h.get("/blockchain"))["name"])
}

func TestSetBlockchainRefuses(t *testing.T) {
	h := start(t)
	for body, want := range map[string]struct {
		status     int
		code, part string
	}{
		``:                               {http.StatusBadRequest, "malformed", "empty"},
		`[]`:                             {http.StatusBadRequest, "malformed", ""},
		`{"nome":"x"}`:                   {http.StatusBadRequest, "malformed", "nome"},
		`{"block_time":-1}`:              {http.StatusBadRequest, "malformed", ""},
		`{"block_reward":0.000000001}`:   {http.StatusBadRequest, "malformed", "decimal places"},
		`{"reward":1,"block_reward":1}`:  {http.StatusBadRequest, "malformed", "one of them"},
		`{"name":""}`:                    {http.StatusUnprocessableEntity, "bad-settings", "name has 0 bytes"},
		`{"name":"x\u001b[31m"}`:         {http.StatusUnprocessableEntity, "bad-settings", "not printable"},
		`{"name":"one\ntwo"}`:            {http.StatusUnprocessableEntity, "bad-settings", "not printable"},
		`{"name":"\ud800"}`:              {http.StatusUnprocessableEntity, "bad-settings", "not printable"},
		`{"block_time":0}`:               {http.StatusUnprocessableEntity, "bad-settings", "block_time is 0"},
		`{"block_time":33554433}`:        {http.StatusUnprocessableEntity, "bad-settings", "33554433"},
		`{"height":1}`:                   {http.StatusUnprocessableEntity, "bad-settings", "height is 1, want 0"},
		`{"total_work":"1"}`:             {http.StatusUnprocessableEntity, "bad-settings", "total_work is 1"},
		`{"half_life":0}`:                {http.StatusUnprocessableEntity, "bad-settings", "half_life is 0"},
		`{"block_reward":"92233720369"}`: {http.StatusBadRequest, "malformed", ""},
		`{"name":"` + strings.Repeat("x", 5000) + `"}`: {http.StatusRequestEntityTooLarge, "too-large", ""},
	} {
		h.requireError(h.put("/blockchain", body), want.status, want.code, want.part)
	}
	require.Equal(t, chaintest.Genesis().Params.GenesisID, h.node.chain.Tip().ID)
}

// Requests that the restart finds under way end, slow clients' too; the one that
// asked for it is answered.
func TestRequestsDuringTheRestart(t *testing.T) {
	mining, ending, ended := make(chan struct{}), make(chan struct{}), make(chan struct{})
	h := start(t, func(h *harness) {
		h.node.mine = func(ctx context.Context) error {
			close(mining)
			<-ctx.Done()
			return ctx.Err()
		}
		h.config.Restart = func(*consensus.Genesis) error {
			h.leave(server.ErrRestart)
			close(ending)
			<-ended
			return nil
		}
	})
	slow, err := net.Dial("tcp", h.address)
	require.NoError(t, err)
	defer slow.Close()
	_, err = fmt.Fprintf(slow, "POST /mine HTTP/1.1\r\nHost: %s\r\nContent-Length: 9\r\n\r\n{", h.address)
	require.NoError(t, err)
	listener := h.listen("/ws")
	mined, set := make(chan reply, 1), make(chan reply, 1)
	go func() { mined <- h.get("/mine") }()
	receives(t, mining)
	go func() { set <- h.put("/blockchain", `{"name":"class"}`) }()
	receives(t, ending)
	h.requireError(receives(t, mined), http.StatusServiceUnavailable, "shutting-down", "")
	_, _, err = listener.conn.Read(t.Context())
	require.Equal(t, websocket.StatusServiceRestart, websocket.CloseStatus(err))
	close(ended)
	require.Equal(t, "class", h.object(receives(t, set))["name"])
	require.NoError(t, slow.SetReadDeadline(time.Now().Add(soon)))
	answer := make([]byte, 12)
	_, err = slow.Read(answer)
	require.NoError(t, err)
	require.Equal(t, "HTTP/1.1 503", string(answer))
	require.NoError(t, h.stop())
}

// A restart that fails before anything has ended can be asked for again.
func TestRestartFails(t *testing.T) {
	var failure error
	h := start(t, func(h *harness) {
		h.config.Restart = func(*consensus.Genesis) error { return failure }
	})
	failure = fmt.Errorf("%w: a block came", datafolder.ErrBegun)
	h.requireError(h.put("/blockchain", `{"name":"class"}`), http.StatusConflict, "chain-begun", "a block came")
	failure = errors.New("no disk")
	h.requireError(h.put("/blockchain", `{"name":"class"}`), http.StatusInternalServerError, "internal", "")
	failure = nil
	require.Equal(t, "class", h.object(h.put("/blockchain", `{"name":"class"}`))["name"])
}
