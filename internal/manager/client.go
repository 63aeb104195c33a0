package manager

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"networkmngr/internal/api"
	"networkmngr/internal/httpclient"
	"networkmngr/internal/httpserver"
)

// Error is a refusal, as the manager sends and the client returns it.
type Error = httpserver.Error

// UnknownNode is the code of a refusal that names a port without a node.
const UnknownNode = "unknown-node"

// errCut means that a mining session went on, but nothing more was heard of it.
var errCut = errors.New("the manager was lost before the mining ended")

// maxAnswer is the most bytes of an answer that a client takes: the report of
// maxRequests requests.
const maxAnswer = 64 << 20

// Client speaks to a manager. A refusal is an *Error.
type Client struct{ server httpclient.Client }

// NewClient makes a client of the manager at base, such as
// http://127.0.0.1:4999. token may be empty.
func NewClient(base, token string, client *http.Client) *Client {
	return &Client{httpclient.Client{Base: base, Token: token, HTTP: client, Most: maxAnswer}}
}

// Health asks whether the manager answers.
func (c *Client) Health(ctx context.Context) (api.Health, error) {
	return httpclient.Call[api.Health](ctx, &c.server, http.MethodGet, "/healthz", nil)
}

// Nodes lists the network's nodes.
func (c *Client) Nodes(ctx context.Context) (Nodes, error) {
	return httpclient.Call[Nodes](ctx, &c.server, http.MethodGet, "/nodes", nil)
}

// AddNode has one more node start, and returns when it is of the network.
func (c *Client) AddNode(ctx context.Context) (Added, error) {
	return httpclient.Call[Added](ctx, &c.server, http.MethodPost, "/nodes", nil)
}

// RemoveNode ends the node on a port.
func (c *Client) RemoveNode(ctx context.Context, port int) (Removed, error) {
	return httpclient.Call[Removed](ctx, &c.server, http.MethodDelete, "/nodes/"+strconv.Itoa(port), nil)
}

// MiningRequest says how nodes are to mine. What is nil is left to the manager.
type MiningRequest struct {
	Rounds     *int // requests to each node
	Min, Max   *time.Duration
	Race       bool // all nodes at once
	Continuous bool // until StopMining
}

func (r MiningRequest) path() string {
	query := url.Values{}
	if r.Rounds != nil {
		query.Set("rounds", strconv.Itoa(*r.Rounds))
	}
	if r.Min != nil {
		query.Set("min", r.Min.String())
	}
	if r.Max != nil {
		query.Set("max", r.Max.String())
	}
	if r.Race {
		query.Set("mode", race)
	}
	if r.Continuous {
		query.Set("continuous", "true")
	}
	return "/start/mining?" + query.Encode()
}

// Mine has the nodes mine, hands over each result as it comes, and gives the
// report at the end. Mining that has an end stops when ctx does.
func (c *Client) Mine(ctx context.Context, r MiningRequest, each func(MiningResult)) (MiningReport, error) {
	var report *MiningReport
	err := c.server.Events(ctx, http.MethodPost, r.path(), func(e httpclient.Event) error {
		switch e.Name {
		case resultEvent:
			var result MiningResult
			if err := json.Unmarshal(e.Data, &result); err != nil {
				return fmt.Errorf("mining result: %w", err)
			}
			each(result)
		case doneEvent:
			report = new(MiningReport)
			return json.Unmarshal(e.Data, report)
		}
		return nil
	})
	if err != nil {
		return MiningReport{}, err
	}
	if report == nil {
		return MiningReport{}, errCut
	}
	return *report, nil
}

// StartMining has the nodes mine until StopMining, and returns at once.
func (c *Client) StartMining(ctx context.Context, r MiningRequest) (api.Message, error) {
	r.Continuous = true
	return httpclient.Call[api.Message](ctx, &c.server, http.MethodPost, r.path(), nil)
}

// StopMining ends the mining that is under way, and tells what it came to.
func (c *Client) StopMining(ctx context.Context) (MiningReport, error) {
	return httpclient.Call[MiningReport](ctx, &c.server, http.MethodPost, "/stop/mining", nil)
}

// Shutdown ends every node, tells how each ended, and then ends the manager.
func (c *Client) Shutdown(ctx context.Context) (Stopped, error) {
	return httpclient.Call[Stopped](ctx, &c.server, http.MethodPost, "/shutdown/all", nil)
}
