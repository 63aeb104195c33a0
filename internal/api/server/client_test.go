package server_test

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"strconv"

	"networkmngr/internal/api"
	"networkmngr/internal/api/client"
	"networkmngr/internal/httpclient"
	"networkmngr/internal/types"
)

// testClient is a client that asks for what no program of ours does.
type testClient struct {
	*client.Node
	server httpclient.Client
}

func newTestClient(base, token string, doer *http.Client) *testClient {
	const maxAnswer = 1 << 30
	return &testClient{client.NewNode(base, token, doer), httpclient.Client{Base: base, Token: token, HTTP: doer, Most: maxAnswer}}
}

// Chain asks for the whole main chain.
func (c *testClient) Chain(ctx context.Context) (api.Chain, error) {
	return httpclient.Call[api.Chain](ctx, &c.server, http.MethodGet, "/chain", nil)
}

// ReplaceChain offers a whole chain, genesis first.
func (c *testClient) ReplaceChain(ctx context.Context, blocks []types.Block) (api.Changed, error) {
	return httpclient.Call[api.Changed](ctx, &c.server, http.MethodPost, "/chain/replace", api.Chain{Length: uint64(len(blocks)), Chain: blocks})
}

// BlockDetails asks for the block with this height or hash, and where it
// stands.
func (c *testClient) BlockDetails(ctx context.Context, id string) (api.BlockDetails, error) {
	return httpclient.Call[api.BlockDetails](ctx, &c.server, http.MethodGet, "/blocks/"+url.PathEscape(id)+"?details=true", nil)
}

// Prove is Transaction with the proof that its block holds it.
func (c *testClient) Prove(ctx context.Context, id types.Hash) (api.Transaction, error) {
	return httpclient.Call[api.Transaction](ctx, &c.server, http.MethodGet, "/transactions/"+id.String()+"?proof=true", nil)
}

// History is Account with at most limit transactions, from one that an answer
// gave as Next; empty is the newest.
func (c *testClient) History(ctx context.Context, address types.Address, from string, limit int) (api.Account, error) {
	path := cursorPath("/accounts/"+address.String(), from, limit)
	return httpclient.Call[api.Account](ctx, &c.server, http.MethodGet, path, nil)
}

// Accounts asks for at most limit accounts, the richest first, from one that an
// answer gave as Next; empty is the richest.
func (c *testClient) Accounts(ctx context.Context, from string, limit int) (api.Accounts, error) {
	return httpclient.Call[api.Accounts](ctx, &c.server, http.MethodGet, cursorPath("/accounts", from, limit), nil)
}

// Tips asks for the ends of at most limit branches after the first from.
func (c *testClient) Tips(ctx context.Context, from, limit int) (api.Tips, error) {
	return httpclient.Call[api.Tips](ctx, &c.server, http.MethodGet, fmt.Sprintf("/chain/tips?from=%d&limit=%d", from, limit), nil)
}

// AddPeer tells the node to connect to the one at an HTTP address.
func (c *testClient) AddPeer(ctx context.Context, address string) (api.Registered, error) {
	return httpclient.Call[api.Registered](ctx, &c.server, http.MethodPost, "/peers", address)
}

func cursorPath(path, from string, limit int) string {
	path += "?limit=" + strconv.Itoa(limit)
	if from != "" {
		path += "&from=" + url.QueryEscape(from)
	}
	return path
}
