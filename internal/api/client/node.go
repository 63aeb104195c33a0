package client

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strconv"

	"networkmngr/internal/api"
	"networkmngr/internal/httpclient"
	"networkmngr/internal/types"
)

// maxNodeAnswer is the most bytes of an answer that a client of a node takes: a
// chain's.
const maxNodeAnswer = 1 << 30

// Node speaks to one node. What the node refuses is an *[api.Error]; other errors are
// net/http's, or about an answer that cannot be read.
type Node struct{ server httpclient.Client }

// NewNode makes a client of the node at base, such as
// http://127.0.0.1:5000. token may be empty.
func NewNode(base, token string, client *http.Client) *Node {
	return &Node{httpclient.Client{Base: base, Token: token, HTTP: client, Most: maxNodeAnswer}}
}

// Health asks whether the node answers.
func (c *Node) Health(ctx context.Context) (api.Health, error) {
	return httpclient.Call[api.Health](ctx, &c.server, http.MethodGet, "/healthz", nil)
}

// Info asks who the node is.
func (c *Node) Info(ctx context.Context) (api.Info, error) {
	return httpclient.Call[api.Info](ctx, &c.server, http.MethodGet, "/node/id", nil)
}

// Shutdown tells the node to stop.
func (c *Node) Shutdown(ctx context.Context) (api.Message, error) {
	return httpclient.Call[api.Message](ctx, &c.server, http.MethodPost, "/shutdown", nil)
}

// ChainPart asks for at most limit blocks of the main chain.
func (c *Node) ChainPart(ctx context.Context, from uint64, limit int) (api.Chain, error) {
	path := "/chain?from=" + strconv.FormatUint(from, 10) + "&limit=" + strconv.Itoa(limit)
	return httpclient.Call[api.Chain](ctx, &c.server, http.MethodGet, path, nil)
}

// Blockchain asks for the chain's figures.
func (c *Node) Blockchain(ctx context.Context) (api.Blockchain, error) {
	return httpclient.Call[api.Blockchain](ctx, &c.server, http.MethodGet, "/blockchain", nil)
}

// Blocks asks for the main chain's last blocks, at most limit of them.
func (c *Node) Blocks(ctx context.Context, limit int) (api.Blocks, error) {
	return httpclient.Call[api.Blocks](ctx, &c.server, http.MethodGet, "/blocks?limit="+strconv.Itoa(limit), nil)
}

// BlocksFrom asks for at most limit blocks from a height downwards.
func (c *Node) BlocksFrom(ctx context.Context, from uint64, limit int) (api.Blocks, error) {
	path := "/blocks?from=" + strconv.FormatUint(from, 10) + "&limit=" + strconv.Itoa(limit)
	return httpclient.Call[api.Blocks](ctx, &c.server, http.MethodGet, path, nil)
}

// Block asks for the block with this height or hash.
func (c *Node) Block(ctx context.Context, id string) (types.Block, error) {
	return httpclient.Call[types.Block](ctx, &c.server, http.MethodGet, "/blocks/"+url.PathEscape(id), nil)
}

// NewBlock tells the node that there is a new block.
func (c *Node) NewBlock(ctx context.Context, notice api.Notice) (api.Changed, error) {
	return httpclient.Call[api.Changed](ctx, &c.server, http.MethodPost, "/block/new", notice)
}

// MinedBefore are the blocks that were mined before Mine failed with err, the
// lowest first.
func MinedBefore(err error) []types.Block {
	var refusal *api.Error
	var blocks []types.Block
	if !errors.As(err, &refusal) || refusal.Blocks == nil || json.Unmarshal(refusal.Blocks, &blocks) != nil {
		return nil
	}
	return blocks
}

// Mine asks for count blocks in a row. Of an error, MinedBefore tells what was
// mined in spite of it.
func (c *Node) Mine(ctx context.Context, count int) (api.Mined, error) {
	return httpclient.Call[api.Mined](ctx, &c.server, http.MethodPost, "/mine?count="+strconv.Itoa(count), nil)
}

// MineAside asks for blocks on a block, of a height or hash, until their branch is the
// main chain; count at most.
func (c *Node) MineAside(ctx context.Context, from string, count int) (api.Mined, error) {
	path := "/mine?from=" + url.QueryEscape(from) + "&count=" + strconv.Itoa(count)
	return httpclient.Call[api.Mined](ctx, &c.server, http.MethodPost, path, nil)
}

// Invalidate takes the block with this height or hash off the main chain by hand, with
// all that follows.
func (c *Node) Invalidate(ctx context.Context, id string) (api.Decided, error) {
	return httpclient.Call[api.Decided](ctx, &c.server, http.MethodPost, "/blocks/"+url.PathEscape(id)+"/invalidate", nil)
}

// Reconsider takes that back.
func (c *Node) Reconsider(ctx context.Context, id string) (api.Decided, error) {
	return httpclient.Call[api.Decided](ctx, &c.server, http.MethodPost, "/blocks/"+url.PathEscape(id)+"/reconsider", nil)
}

// Mining asks how the node mines, and what that has come to.
func (c *Node) Mining(ctx context.Context) (api.Mining, error) {
	return httpclient.Call[api.Mining](ctx, &c.server, http.MethodGet, "/mining", nil)
}

// SetMining has the node mine by other settings.
func (c *Node) SetMining(ctx context.Context, change api.MiningChange) (api.Mining, error) {
	return httpclient.Call[api.Mining](ctx, &c.server, http.MethodPut, "/mining", change)
}

// CheckMining has the node judge other settings, and change nothing: the answer is how it
// mines. The payment of a double spend is not judged.
func (c *Node) CheckMining(ctx context.Context, change api.MiningChange) (api.Mining, error) {
	return httpclient.Call[api.Mining](ctx, &c.server, http.MethodPut, "/mining?check=true", change)
}

// Clock asks how the node's wall clock goes.
func (c *Node) Clock(ctx context.Context) (api.Clock, error) {
	return httpclient.Call[api.Clock](ctx, &c.server, http.MethodGet, "/clock", nil)
}

// SetClock changes the node's wall clock.
func (c *Node) SetClock(ctx context.Context, change api.ClockChange) (api.Clock, error) {
	return httpclient.Call[api.Clock](ctx, &c.server, http.MethodPut, "/clock", change)
}

// Snapshot asks for a copy of what the node has on disk, a tar archive. The caller closes
// it.
func (c *Node) Snapshot(ctx context.Context) (io.ReadCloser, error) {
	return httpclient.Stream(ctx, &c.server, http.MethodGet, "/snapshot")
}

// NextEvent asks for the offset that the node's next event will have.
func (c *Node) NextEvent(ctx context.Context) (uint64, error) {
	page, err := httpclient.Call[struct{ Next uint64 }](ctx, &c.server, http.MethodGet, "/events?from=now&limit=1", nil)
	return page.Next, err
}

// Follow hands over what happens on the node; see [httpclient.Client.Follow].
func (c *Node) Follow(ctx context.Context, f *httpclient.Follow) error {
	return c.server.Follow(ctx, f)
}

// Submit hands a signed transfer in.
func (c *Node) Submit(ctx context.Context, t types.Transaction) (api.Submitted, error) {
	return httpclient.Call[api.Submitted](ctx, &c.server, http.MethodPost, "/transactions", t)
}

// SubmitSigned hands a signed transfer in that says which network it is for.
func (c *Node) SubmitSigned(ctx context.Context, t types.SignedTransfer) (api.Submitted, error) {
	return httpclient.Call[api.Submitted](ctx, &c.server, http.MethodPost, "/transactions", t)
}

// Outpaced reports whether a transfer was refused as its sequence number is no longer,
// or not again, the next one of its sender: another transfer was faster, or a reorg.
func Outpaced(err error) bool {
	refusal, ok := errors.AsType[*api.Error](err)
	return ok && slices.Contains([]string{"sequence-used", "sequence-gap", "fee-too-low"}, refusal.Code)
}

// Transaction asks for a transaction of the main chain or the mempool.
func (c *Node) Transaction(ctx context.Context, id types.Hash) (api.Transaction, error) {
	return httpclient.Call[api.Transaction](ctx, &c.server, http.MethodGet, "/transactions/"+id.String(), nil)
}

// Mempool asks for at most limit pending transfers after the first from.
func (c *Node) Mempool(ctx context.Context, from, limit int) (api.Mempool, error) {
	return httpclient.Call[api.Mempool](ctx, &c.server, http.MethodGet, pagePath("/mempool", from, limit), nil)
}

// Account asks for an account's balance, sequence number and pending transfers,
// and the newest of its history.
func (c *Node) Account(ctx context.Context, address types.Address) (api.Account, error) {
	return httpclient.Call[api.Account](ctx, &c.server, http.MethodGet, "/accounts/"+address.String(), nil)
}

// Accounts asks for the richest accounts, at most limit of them.
func (c *Node) Accounts(ctx context.Context, limit int) (api.Accounts, error) {
	return httpclient.Call[api.Accounts](ctx, &c.server, http.MethodGet, "/accounts?limit="+strconv.Itoa(limit), nil)
}

// Tips asks for the ends of branches, at most limit of them: the main chain's, and then
// those with the most work.
func (c *Node) Tips(ctx context.Context, limit int) (api.Tips, error) {
	return httpclient.Call[api.Tips](ctx, &c.server, http.MethodGet, pagePath("/chain/tips", 0, limit), nil)
}

// BlockDetails asks for the block with this hash, and where it is.
func (c *Node) BlockDetails(ctx context.Context, hash types.Hash) (api.BlockDetails, error) {
	return httpclient.Call[api.BlockDetails](ctx, &c.server, http.MethodGet, "/blocks/"+hash.String()+"?details=true", nil)
}

// Search asks what a hash, height, address or name leads to.
func (c *Node) Search(ctx context.Context, text string) (api.Found, error) {
	return httpclient.Call[api.Found](ctx, &c.server, http.MethodGet, "/search?q="+url.QueryEscape(text), nil)
}

// Validate has the node replay its chain from genesis.
func (c *Node) Validate(ctx context.Context) (api.Validation, error) {
	return httpclient.Call[api.Validation](ctx, &c.server, http.MethodGet, "/chain/validate", nil)
}

// Register gives the node a registry.
func (c *Node) Register(ctx context.Context, entries []types.NodeInfo) (api.Registered, error) {
	return httpclient.CallIdempotent[api.Registered](ctx, &c.server, http.MethodPost, "/nodes/register", entries)
}

// Redial has the node dial others that it knows, and that can be reached again.
func (c *Node) Redial(ctx context.Context, ids []types.NodeID) (api.Message, error) {
	return httpclient.CallIdempotent[api.Message](ctx, &c.server, http.MethodPost, "/nodes/redial", map[string]any{"ids": ids})
}

// Forget tells the node that others have left in order.
func (c *Node) Forget(ctx context.Context, ids []types.NodeID) (api.Forgotten, error) {
	return httpclient.CallIdempotent[api.Forgotten](ctx, &c.server, http.MethodPost, "/nodes/forget", map[string]any{"ids": ids})
}

// Peers asks for at most limit peers after the first from.
func (c *Node) Peers(ctx context.Context, from, limit int) (api.Peers, error) {
	return httpclient.Call[api.Peers](ctx, &c.server, http.MethodGet, pagePath("/peers", from, limit), nil)
}

// Faults asks what is wrong on purpose with what the node sends to others.
func (c *Node) Faults(ctx context.Context) (api.LinkFaults, error) {
	return httpclient.Call[api.LinkFaults](ctx, &c.server, http.MethodGet, "/faults", nil)
}

// SetFaults has these replace what there was, and returns what the node has then.
func (c *Node) SetFaults(ctx context.Context, f api.LinkFaults) (api.LinkFaults, error) {
	return httpclient.CallIdempotent[api.LinkFaults](ctx, &c.server, http.MethodPut, "/faults", f)
}

// Links asks what the links to the node's peers are asked, and what they achieve.
func (c *Node) Links(ctx context.Context) (api.NodeLinks, error) {
	return httpclient.Call[api.NodeLinks](ctx, &c.server, http.MethodGet, "/links", nil)
}

func pagePath(path string, from, limit int) string {
	return path + "?from=" + strconv.Itoa(from) + "&limit=" + strconv.Itoa(limit)
}
