package api_test

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

	"github.com/stretchr/testify/require"

	"networkmngr/internal/api"
	"networkmngr/internal/chain"
	"networkmngr/internal/chain/chaintest"
	"networkmngr/internal/consensus"
	"networkmngr/internal/mempool"
	"networkmngr/internal/store"
)

// becomes lets the node be exchanged for another fake one.
func becomes(h *harness) {
	h.config.Become = func(genesis *consensus.Genesis) (api.Node, error) {
		c, err := chain.Open(store.NewMemory(), genesis, chaintest.Now)
		if err != nil {
			return nil, err
		}
		other := &fakeNode{self: h.node.self, chain: c, pool: mempool.New(mempool.DefaultLimits(), c, chaintest.Now)}
		h.node = other
		return other, nil
	}
}

func (h *harness) put(path, body string) reply {
	return h.send(http.MethodPut, path, strings.NewReader(body))
}

func TestSetBlockchain(t *testing.T) {
	h := start(t, becomes)
	before := h.object(h.get("/blockchain"))
	require.Equal(t, before, h.object(h.put("/blockchain", `{}`)))
	set := h.object(h.put("/blockchain", `{"name":"class","block_time":20,"reward":50}`))
	require.Equal(t, "class", set["name"])
	require.Equal(t, json.Number("20"), set["block_time"])
	require.Equal(t, json.Number("600"), set["half_life"])
	require.Equal(t, json.Number("50"), set["block_reward"])
	require.NotEqual(t, before["genesis"], set["genesis"])
	require.Equal(t, set, h.object(h.get("/blockchain")))
	require.Equal(t, set["genesis"], h.object(h.get("/blocks/0"))["hash"])
	require.Equal(t, json.Number("1000"), h.object(h.get("/accounts/" + alice.String()))["balance"])
	again := h.object(h.put("/blockchain", `{"name":"test","block_time":10,"block_reward":"2"}`))
	require.Equal(t, before, again, "the same settings make the same network")
	require.Equal(t, http.StatusOK, h.get("/mine").status)
	h.requireError(h.put("/blockchain", `{"name":"late"}`), http.StatusConflict, "chain-begun", "its height is 1")
	require.Equal(t, before["genesis"], h.object(h.get("/blockchain"))["genesis"])
}

func TestSetBlockchainRefuses(t *testing.T) {
	h := start(t, becomes)
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
		`{"half_life":0}`:                {http.StatusUnprocessableEntity, "bad-settings", "half_life is 0"},
		`{"block_reward":"92233720369"}`: {http.StatusBadRequest, "malformed", ""},
		`{"name":"` + strings.Repeat("x", 5000) + `"}`: {http.StatusRequestEntityTooLarge, "too-large", ""},
	} {
		h.requireError(h.put("/blockchain", body), want.status, want.code, want.part)
	}
	require.Equal(t, chaintest.Genesis().Params.GenesisID, h.node.chain.Tip().ID)
}

// Requests that the exchange finds under way end, slow clients' too, and those
// that come during it are told to come again.
func TestRequestsDuringTheExchange(t *testing.T) {
	mining, changing, changed := make(chan struct{}), make(chan struct{}), make(chan struct{})
	h := start(t, becomes, func(h *harness) {
		h.node.mine = func(ctx context.Context) error {
			close(mining)
			<-ctx.Done()
			return ctx.Err()
		}
		become := h.config.Become
		h.config.Become = func(genesis *consensus.Genesis) (api.Node, error) {
			close(changing)
			<-changed
			return become(genesis)
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
	h.requireError(receives(t, mined), http.StatusServiceUnavailable, "changing-network", "")
	_, _, err = listener.conn.Read(t.Context())
	require.Error(t, err)
	receives(t, changing)
	h.requireError(h.get("/chain"), http.StatusServiceUnavailable, "changing-network", "")
	h.requireError(h.put("/blockchain", `{"name":"other"}`), http.StatusTooManyRequests, "busy", "")
	require.Equal(t, http.StatusOK, h.get("/openapi.yaml").status)
	close(changed)
	require.Equal(t, http.StatusOK, receives(t, set).status)
	require.Equal(t, "class", h.object(h.get("/blockchain"))["name"])
	require.NoError(t, slow.SetReadDeadline(time.Now().Add(soon)))
	answer := make([]byte, 12)
	_, err = slow.Read(answer)
	require.NoError(t, err)
	require.Equal(t, "HTTP/1.1 503", string(answer))
}

// A node that cannot become another one stays what it is.
func TestExchangeFails(t *testing.T) {
	h := start(t, func(h *harness) {
		h.config.Become = func(*consensus.Genesis) (api.Node, error) {
			return h.node, fmt.Errorf("%w: a block came", api.ErrStarted)
		}
	})
	h.requireError(h.put("/blockchain", `{"name":"class"}`), http.StatusConflict, "chain-begun", "a block came")
	require.Equal(t, "test", h.object(h.get("/blockchain"))["name"])
	failing := start(t, func(h *harness) {
		h.config.Become = func(*consensus.Genesis) (api.Node, error) { return nil, errors.New("no disk") }
	})
	failing.requireError(failing.put("/blockchain", `{"name":"class"}`), http.StatusInternalServerError, "internal", "")
}
