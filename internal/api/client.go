package api

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"networkmngr/internal/httpserver"
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
type Client struct {
	base  string
	token string
	http  *http.Client
	most  int64 // bytes of an answer
}

// NewClient makes a client of the node at base, such as
// http://127.0.0.1:5000. token may be empty.
func NewClient(base, token string, client *http.Client) *Client {
	return &Client{base: strings.TrimSuffix(base, "/"), token: token, http: client, most: chainAnswer}
}

// Health asks whether the node answers.
func (c *Client) Health(ctx context.Context) (Health, error) {
	return call[Health](ctx, c, http.MethodGet, "/healthz", nil)
}

// Info asks who the node is.
func (c *Client) Info(ctx context.Context) (Info, error) {
	return call[Info](ctx, c, http.MethodGet, "/node/id", nil)
}

// Shutdown tells the node to stop.
func (c *Client) Shutdown(ctx context.Context) (Message, error) {
	return call[Message](ctx, c, http.MethodPost, "/shutdown", nil)
}

// Chain asks for the whole main chain.
func (c *Client) Chain(ctx context.Context) (Chain, error) {
	return call[Chain](ctx, c, http.MethodGet, "/chain", nil)
}

// ChainPart asks for at most limit blocks of the main chain.
func (c *Client) ChainPart(ctx context.Context, from uint64, limit int) (Chain, error) {
	path := "/chain?from=" + strconv.FormatUint(from, 10) + "&limit=" + strconv.Itoa(limit)
	return call[Chain](ctx, c, http.MethodGet, path, nil)
}

// ReplaceChain offers a whole chain, genesis first.
func (c *Client) ReplaceChain(ctx context.Context, blocks []types.Block) (Changed, error) {
	return call[Changed](ctx, c, http.MethodPost, "/chain/replace", Chain{Length: uint64(len(blocks)), Chain: blocks})
}

// Blockchain asks for the chain's figures.
func (c *Client) Blockchain(ctx context.Context) (Blockchain, error) {
	return call[Blockchain](ctx, c, http.MethodGet, "/blockchain", nil)
}

// Blocks asks for the main chain's last blocks, at most limit of them.
func (c *Client) Blocks(ctx context.Context, limit int) (Blocks, error) {
	return call[Blocks](ctx, c, http.MethodGet, "/blocks?limit="+strconv.Itoa(limit), nil)
}

// BlocksFrom asks for at most limit blocks from a height downwards.
func (c *Client) BlocksFrom(ctx context.Context, from uint64, limit int) (Blocks, error) {
	path := "/blocks?from=" + strconv.FormatUint(from, 10) + "&limit=" + strconv.Itoa(limit)
	return call[Blocks](ctx, c, http.MethodGet, path, nil)
}

// Block asks for the block with this height or hash.
func (c *Client) Block(ctx context.Context, id string) (types.Block, error) {
	return call[types.Block](ctx, c, http.MethodGet, "/blocks/"+url.PathEscape(id), nil)
}

// NewBlock tells the node that there is a new block.
func (c *Client) NewBlock(ctx context.Context, notice Notice) (Changed, error) {
	return call[Changed](ctx, c, http.MethodPost, "/block/new", notice)
}

// Mine asks for count blocks in a row.
func (c *Client) Mine(ctx context.Context, count int) (Mined, error) {
	return call[Mined](ctx, c, http.MethodPost, "/mine?count="+strconv.Itoa(count), nil)
}

// Submit hands a signed transfer in.
func (c *Client) Submit(ctx context.Context, t types.Transaction) (Submitted, error) {
	return call[Submitted](ctx, c, http.MethodPost, "/transactions", t)
}

// Mempool asks for at most limit pending transfers after the first from.
func (c *Client) Mempool(ctx context.Context, from, limit int) (Mempool, error) {
	return call[Mempool](ctx, c, http.MethodGet, pagePath("/mempool", from, limit), nil)
}

// Account asks for an account's balance, sequence number and pending transfers.
func (c *Client) Account(ctx context.Context, address types.Address) (Account, error) {
	return call[Account](ctx, c, http.MethodGet, "/accounts/"+address.String(), nil)
}

// Register gives the node a registry.
func (c *Client) Register(ctx context.Context, entries []node.Entry) (Registered, error) {
	return call[Registered](ctx, c, http.MethodPost, "/nodes/register", entries)
}

// Peers asks for at most limit peers after the first from.
func (c *Client) Peers(ctx context.Context, from, limit int) (Peers, error) {
	return call[Peers](ctx, c, http.MethodGet, pagePath("/peers", from, limit), nil)
}

// AddPeer tells the node to connect to the one at an HTTP address.
func (c *Client) AddPeer(ctx context.Context, address string) (Registered, error) {
	return call[Registered](ctx, c, http.MethodPost, "/peers", address)
}

func pagePath(path string, from, limit int) string {
	return path + "?from=" + strconv.Itoa(from) + "&limit=" + strconv.Itoa(limit)
}

// call sends one request and reads the answer.
func call[T any](ctx context.Context, c *Client, method, path string, body any) (T, error) {
	var result T
	request, err := c.request(ctx, method, path, body)
	if err != nil {
		return result, err
	}
	response, err := c.http.Do(request)
	if err != nil {
		return result, err
	}
	defer response.Body.Close()
	if response.StatusCode/100 != 2 {
		return result, refused(response)
	}
	dec := json.NewDecoder(io.LimitReader(response.Body, c.most))
	if err := dec.Decode(&result); err != nil {
		return result, fmt.Errorf("%s %s: read the answer: %w", method, request.URL, err)
	}
	return result, nil
}

// request carries body, if it is not nil, as JSON that is not escaped for HTML.
func (c *Client) request(ctx context.Context, method, path string, body any) (*http.Request, error) {
	var content io.Reader
	if body != nil {
		var text bytes.Buffer
		enc := json.NewEncoder(&text)
		enc.SetEscapeHTML(false)
		if err := enc.Encode(body); err != nil {
			return nil, fmt.Errorf("%s %s: %w", method, path, err)
		}
		content = &text
	}
	request, err := http.NewRequestWithContext(ctx, method, c.base+path, content)
	if err != nil {
		return nil, err
	}
	if body != nil {
		request.Header.Set("Content-Type", "application/json")
	}
	if c.token != "" {
		request.Header.Set("Authorization", "Bearer "+c.token)
	}
	return request, nil
}

// refused reads the error that a response carries.
func refused(response *http.Response) error {
	const longest = 64 << 10
	var form httpserver.ErrorForm
	err := json.NewDecoder(io.LimitReader(response.Body, longest)).Decode(&form)
	if err != nil || form.Error == nil {
		form.Error = &Error{Code: "unknown", Message: "answered " + response.Status}
	}
	form.Error.Status = response.StatusCode
	return form.Error
}
