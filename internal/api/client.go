package api

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"strconv"

	"networkmngr/internal/httpclient"
	"networkmngr/internal/node"
	"networkmngr/internal/types"
)

// Most bytes of an answer that a client takes.
const (
	chainAnswer = 1 << 30
	askedAnswer = 4 << 20 // of a node that may be anybody's
)

// errRedirect keeps a request at the address that it was meant for.
var errRedirect = errors.New("the answer leads elsewhere, which a node's never does")

// newAsking makes the HTTP client that asks other nodes who they are.
func newAsking() *http.Client {
	return &http.Client{
		Transport:     &http.Transport{MaxIdleConnsPerHost: 1, IdleConnTimeout: askTimeout},
		CheckRedirect: func(*http.Request, []*http.Request) error { return errRedirect },
	}
}

// Client speaks to one node's Server. A refusal is an *Error.
type Client struct{ server httpclient.Client }

// NewClient makes a client of the node at base, such as
// http://127.0.0.1:5000. token may be empty.
func NewClient(base, token string, client *http.Client) *Client {
	return &Client{httpclient.Client{Base: base, Token: token, HTTP: client, Most: chainAnswer}}
}

// Health asks whether the node answers.
func (c *Client) Health(ctx context.Context) (Health, error) {
	return httpclient.Call[Health](ctx, &c.server, http.MethodGet, "/healthz", nil)
}

// Info asks who the node is.
func (c *Client) Info(ctx context.Context) (Info, error) {
	return httpclient.Call[Info](ctx, &c.server, http.MethodGet, "/node/id", nil)
}

// Shutdown tells the node to stop.
func (c *Client) Shutdown(ctx context.Context) (Message, error) {
	return httpclient.Call[Message](ctx, &c.server, http.MethodPost, "/shutdown", nil)
}

// Chain asks for the whole main chain.
func (c *Client) Chain(ctx context.Context) (Chain, error) {
	return httpclient.Call[Chain](ctx, &c.server, http.MethodGet, "/chain", nil)
}

// ChainPart asks for at most limit blocks of the main chain.
func (c *Client) ChainPart(ctx context.Context, from uint64, limit int) (Chain, error) {
	path := "/chain?from=" + strconv.FormatUint(from, 10) + "&limit=" + strconv.Itoa(limit)
	return httpclient.Call[Chain](ctx, &c.server, http.MethodGet, path, nil)
}

// ReplaceChain offers a whole chain, genesis first.
func (c *Client) ReplaceChain(ctx context.Context, blocks []types.Block) (Changed, error) {
	return httpclient.Call[Changed](ctx, &c.server, http.MethodPost, "/chain/replace", Chain{Length: uint64(len(blocks)), Chain: blocks})
}

// Blockchain asks for the chain's figures.
func (c *Client) Blockchain(ctx context.Context) (Blockchain, error) {
	return httpclient.Call[Blockchain](ctx, &c.server, http.MethodGet, "/blockchain", nil)
}

// Blocks asks for the main chain's last blocks, at most limit of them.
func (c *Client) Blocks(ctx context.Context, limit int) (Blocks, error) {
	return httpclient.Call[Blocks](ctx, &c.server, http.MethodGet, "/blocks?limit="+strconv.Itoa(limit), nil)
}

// BlocksFrom asks for at most limit blocks from a height downwards.
func (c *Client) BlocksFrom(ctx context.Context, from uint64, limit int) (Blocks, error) {
	path := "/blocks?from=" + strconv.FormatUint(from, 10) + "&limit=" + strconv.Itoa(limit)
	return httpclient.Call[Blocks](ctx, &c.server, http.MethodGet, path, nil)
}

// Block asks for the block with this height or hash.
func (c *Client) Block(ctx context.Context, id string) (types.Block, error) {
	return httpclient.Call[types.Block](ctx, &c.server, http.MethodGet, "/blocks/"+url.PathEscape(id), nil)
}

// BlockDetails asks for the block with this height or hash, and where it
// stands.
func (c *Client) BlockDetails(ctx context.Context, id string) (BlockDetails, error) {
	return httpclient.Call[BlockDetails](ctx, &c.server, http.MethodGet, "/blocks/"+url.PathEscape(id)+"?details=true", nil)
}

// NewBlock tells the node that there is a new block.
func (c *Client) NewBlock(ctx context.Context, notice Notice) (Changed, error) {
	return httpclient.Call[Changed](ctx, &c.server, http.MethodPost, "/block/new", notice)
}

// MinedBefore are the blocks that were mined before Mine failed with err, the
// lowest first.
func MinedBefore(err error) []types.Block {
	var refusal *Error
	var blocks []types.Block
	if !errors.As(err, &refusal) || refusal.Blocks == nil || json.Unmarshal(refusal.Blocks, &blocks) != nil {
		return nil
	}
	return blocks
}

// Mine asks for count blocks in a row. Of an error, MinedBefore tells what was
// mined in spite of it.
func (c *Client) Mine(ctx context.Context, count int) (Mined, error) {
	return httpclient.Call[Mined](ctx, &c.server, http.MethodPost, "/mine?count="+strconv.Itoa(count), nil)
}

// Submit hands a signed transfer in.
func (c *Client) Submit(ctx context.Context, t types.Transaction) (Submitted, error) {
	return httpclient.Call[Submitted](ctx, &c.server, http.MethodPost, "/transactions", t)
}

// SubmitSigned hands a signed transfer in that says which network it is for.
func (c *Client) SubmitSigned(ctx context.Context, t types.SignedTransfer) (Submitted, error) {
	return httpclient.Call[Submitted](ctx, &c.server, http.MethodPost, "/transactions", t)
}

// Transaction asks for a transaction of the main chain or the mempool.
func (c *Client) Transaction(ctx context.Context, id types.Hash) (Transaction, error) {
	return httpclient.Call[Transaction](ctx, &c.server, http.MethodGet, "/transactions/"+id.String(), nil)
}

// Prove is Transaction with the proof that its block holds it.
func (c *Client) Prove(ctx context.Context, id types.Hash) (Transaction, error) {
	return httpclient.Call[Transaction](ctx, &c.server, http.MethodGet, "/transactions/"+id.String()+"?proof=true", nil)
}

// Mempool asks for at most limit pending transfers after the first from.
func (c *Client) Mempool(ctx context.Context, from, limit int) (Mempool, error) {
	return httpclient.Call[Mempool](ctx, &c.server, http.MethodGet, pagePath("/mempool", from, limit), nil)
}

// Account asks for an account's balance, sequence number and pending transfers,
// and the newest of its history.
func (c *Client) Account(ctx context.Context, address types.Address) (Account, error) {
	return httpclient.Call[Account](ctx, &c.server, http.MethodGet, "/accounts/"+address.String(), nil)
}

// History is Account with at most limit transactions, from one that an answer
// gave as Next; empty is the newest.
func (c *Client) History(ctx context.Context, address types.Address, from string, limit int) (Account, error) {
	path := cursorPath("/accounts/"+address.String(), from, limit)
	return httpclient.Call[Account](ctx, &c.server, http.MethodGet, path, nil)
}

// Accounts asks for at most limit accounts, the richest first, from one that an
// answer gave as Next; empty is the richest.
func (c *Client) Accounts(ctx context.Context, from string, limit int) (Accounts, error) {
	return httpclient.Call[Accounts](ctx, &c.server, http.MethodGet, cursorPath("/accounts", from, limit), nil)
}

// Search asks what a hash, height, address or name leads to.
func (c *Client) Search(ctx context.Context, text string) (Found, error) {
	return httpclient.Call[Found](ctx, &c.server, http.MethodGet, "/search?q="+url.QueryEscape(text), nil)
}

// Tips asks for the ends of at most limit branches after the first from.
func (c *Client) Tips(ctx context.Context, from, limit int) (Tips, error) {
	return httpclient.Call[Tips](ctx, &c.server, http.MethodGet, pagePath("/chain/tips", from, limit), nil)
}

// Validate has the node replay its chain from genesis.
func (c *Client) Validate(ctx context.Context) (Validation, error) {
	return httpclient.Call[Validation](ctx, &c.server, http.MethodGet, "/chain/validate", nil)
}

// Register gives the node a registry.
func (c *Client) Register(ctx context.Context, entries []node.Entry) (Registered, error) {
	return httpclient.Call[Registered](ctx, &c.server, http.MethodPost, "/nodes/register", entries)
}

// Peers asks for at most limit peers after the first from.
func (c *Client) Peers(ctx context.Context, from, limit int) (Peers, error) {
	return httpclient.Call[Peers](ctx, &c.server, http.MethodGet, pagePath("/peers", from, limit), nil)
}

// AddPeer tells the node to connect to the one at an HTTP address.
func (c *Client) AddPeer(ctx context.Context, address string) (Registered, error) {
	return httpclient.Call[Registered](ctx, &c.server, http.MethodPost, "/peers", address)
}

func pagePath(path string, from, limit int) string {
	return path + "?from=" + strconv.Itoa(from) + "&limit=" + strconv.Itoa(limit)
}

func cursorPath(path, from string, limit int) string {
	path += "?limit=" + strconv.Itoa(limit)
	if from != "" {
		path += "&from=" + url.QueryEscape(from)
	}
	return path
}
