package client

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"networkmngr/internal/api"
	"networkmngr/internal/events/state"
	"networkmngr/internal/faults"
	"networkmngr/internal/httpclient"
)

// errCut means that a mining session went on, but nothing more was heard of it.
var errCut = errors.New("the manager was lost before the mining ended")

// maxAnswer is the most bytes of an answer that a client takes: the report of
// maxRequests requests.
const maxAnswer = 64 << 20

// Manager speaks to a manager. Its errors are as a Node's.
type Manager struct{ server httpclient.Client }

// NewManager makes a client of the manager at base, such as
// http://127.0.0.1:4999. token may be empty.
func NewManager(base, token string, client *http.Client) *Manager {
	return &Manager{httpclient.Client{Base: base, Token: token, HTTP: client, Most: maxAnswer}}
}

// Node makes a client of one of the manager's nodes, by the address of its HTTP server.
func (c *Manager) Node(address string) *Node {
	scheme, _, _ := strings.Cut(c.server.Base, "://") // all of a network speaks TLS, or nothing of it
	return NewNode(scheme+"://"+address, c.server.Token, c.server.HTTP)
}

// Health asks whether the manager answers.
func (c *Manager) Health(ctx context.Context) (api.Health, error) {
	return httpclient.Call[api.Health](ctx, &c.server, http.MethodGet, "/healthz", nil)
}

// Overview asks for the network in short.
func (c *Manager) Overview(ctx context.Context) (api.Overview, error) {
	return httpclient.Call[api.Overview](ctx, &c.server, http.MethodGet, "/", nil)
}

// Nodes lists the network's nodes.
func (c *Manager) Nodes(ctx context.Context) (api.Nodes, error) {
	return httpclient.Call[api.Nodes](ctx, &c.server, http.MethodGet, "/nodes", nil)
}

// Follow hands over what happens in the network; see [httpclient.Client.Follow].
func (c *Manager) Follow(ctx context.Context, f *httpclient.Follow) error {
	return c.server.Follow(ctx, f)
}

// EventPage asks for a part of what has happened, by the parameters of GET /events.
func (c *Manager) EventPage(ctx context.Context, query url.Values) (api.EventPage, error) {
	return httpclient.Call[api.EventPage](ctx, &c.server, http.MethodGet, "/events?"+query.Encode(), nil)
}

// State asks what the network is like.
func (c *Manager) State(ctx context.Context) (state.State, error) {
	return httpclient.Call[state.State](ctx, &c.server, http.MethodGet, "/state", nil)
}

// Clock asks how the nodes' wall clocks go.
func (c *Manager) Clock(ctx context.Context) (api.LabClock, error) {
	return httpclient.Call[api.LabClock](ctx, &c.server, http.MethodGet, "/network/clock", nil)
}

// SetClock changes the nodes' wall clocks.
func (c *Manager) SetClock(ctx context.Context, change api.LabClockChange) (api.LabClock, error) {
	return httpclient.Call[api.LabClock](ctx, &c.server, http.MethodPut, "/network/clock", change)
}

// ActOnAll has all nodes "pause" or "resume", and their time with them.
func (c *Manager) ActOnAll(ctx context.Context, action string) (api.LabClock, error) {
	return httpclient.Call[api.LabClock](ctx, &c.server, http.MethodPost, "/network/"+action, nil)
}

// Snapshot has a snapshot of the network written, under a name; without the nodes'
// identities, if it is for others.
func (c *Manager) Snapshot(ctx context.Context, request api.SnapshotRequest) (api.Snapshot, error) {
	return httpclient.Call[api.Snapshot](ctx, &c.server, http.MethodPost, "/network/snapshot", request)
}

// Part asks for what a manager's own nodes have on disk, in the form of a snapshot. The
// caller closes it.
func (c *Manager) Part(ctx context.Context, withoutKeys bool) (io.ReadCloser, error) {
	return httpclient.Stream(ctx, &c.server, http.MethodGet, "/snapshot?without_keys="+strconv.FormatBool(withoutKeys))
}

// FollowNetwork has the nodes of a manager that has joined be of the network that its first
// manager's are of; or only asks whether they could be of another one.
func (c *Manager) FollowNetwork(ctx context.Context, only bool) (api.Message, error) {
	return httpclient.Call[api.Message](ctx, &c.server, http.MethodPost, "/network/follow?check="+strconv.FormatBool(only), nil)
}

// AddNode has one more node start, and returns when it is of the network.
func (c *Manager) AddNode(ctx context.Context) (api.Added, error) {
	return httpclient.Call[api.Added](ctx, &c.server, http.MethodPost, "/nodes", nil)
}

// ReturnNode has the node of a name or on a port, which has ended, begin its next life,
// and returns when it is of the network again.
func (c *Manager) ReturnNode(ctx context.Context, node string) (api.Added, error) {
	choice := api.NodeChoice{Name: &node}
	if port, err := strconv.Atoi(node); err == nil {
		choice = api.NodeChoice{Port: &port}
	}
	return httpclient.Call[api.Added](ctx, &c.server, http.MethodPost, "/nodes", choice)
}

// RemoveNode ends the node of a name or on a port, and takes it out of the network.
func (c *Manager) RemoveNode(ctx context.Context, node string) (api.Removed, error) {
	return httpclient.Call[api.Removed](ctx, &c.server, http.MethodDelete, "/nodes/"+url.PathEscape(node), nil)
}

// Act does something to the node of a name or on a port: kill, restart, pause or
// resume.
func (c *Manager) Act(ctx context.Context, node, action string) (api.Acted, error) {
	return httpclient.Call[api.Acted](ctx, &c.server, http.MethodPost, "/nodes/"+url.PathEscape(node)+"/"+action, nil)
}

// Peers asks who is linked with whom.
func (c *Manager) Peers(ctx context.Context) (api.NetworkPeers, error) {
	return httpclient.Call[api.NetworkPeers](ctx, &c.server, http.MethodGet, "/network/peers", nil)
}

// Connect has the node of a name or on a port connect to another one, by its name, port
// or, of one outside of the network, the address of its HTTP server.
func (c *Manager) Connect(ctx context.Context, node, other string) (api.Registered, error) {
	return httpclient.Call[api.Registered](ctx, &c.server, http.MethodPost, "/nodes/"+url.PathEscape(node)+"/peers", peerOf(other))
}

// Disconnect ends the link of the node of a name or on a port with another one, and there
// is none for so long.
func (c *Manager) Disconnect(ctx context.Context, node, other string, wait time.Duration) (api.Disconnected, error) {
	path := "/nodes/" + url.PathEscape(node) + "/peers/" + url.PathEscape(other) + "?for=" + wait.String()
	return httpclient.Call[api.Disconnected](ctx, &c.server, http.MethodDelete, path, nil)
}

// Addresses asks the node of a name or on a port what is in its tables of addresses: at most
// limit places.
func (c *Manager) Addresses(ctx context.Context, node string, limit int) (api.Addresses, error) {
	return httpclient.Call[api.Addresses](ctx, &c.server, http.MethodGet, pagePath("/nodes/"+url.PathEscape(node)+"/addresses", 0, limit), nil)
}

// Bans asks the node of a name or on a port whom it keeps out: at most limit bans after the
// first from.
func (c *Manager) Bans(ctx context.Context, node string, from, limit int) (api.Bans, error) {
	return httpclient.Call[api.Bans](ctx, &c.server, http.MethodGet, pagePath("/nodes/"+url.PathEscape(node)+"/bans", from, limit), nil)
}

// Ban has the node of a name or on a port keep out another one, by its name or port, or what
// the request names if other is empty.
func (c *Manager) Ban(ctx context.Context, node, other string, request api.BanRequest) (api.Banned, error) {
	body := struct {
		Node string `json:"node,omitempty"`
		api.BanRequest
	}{other, request}
	return httpclient.Call[api.Banned](ctx, &c.server, http.MethodPost, "/nodes/"+url.PathEscape(node)+"/bans", body)
}

// Unban has the node of a name or on a port lift the ban of a node, by its name, port, id or
// address, or of IP addresses; all bans if whom is empty.
func (c *Manager) Unban(ctx context.Context, node, whom string) (api.Unbanned, error) {
	path := "/nodes/" + url.PathEscape(node) + "/bans"
	switch {
	case strings.Contains(whom, "/"):
		path += "?net=" + url.QueryEscape(whom)
	case whom != "":
		path += "/" + url.PathEscape(whom)
	}
	return httpclient.Call[api.Unbanned](ctx, &c.server, http.MethodDelete, path, nil)
}

// peerOf is how a node is named to another one: one with a host is not of this network.
func peerOf(other string) map[string]string {
	if strings.Contains(other, ":") {
		return map[string]string{"address": other}
	}
	return map[string]string{"node": other}
}

// Faults asks what is asked of the links between the nodes, and what nodes have of it.
func (c *Manager) Faults(ctx context.Context) (api.NetworkFaults, error) {
	return httpclient.Call[api.NetworkFaults](ctx, &c.server, http.MethodGet, "/network/faults", nil)
}

// SetFaults has this be all that is asked of the links.
func (c *Manager) SetFaults(ctx context.Context, wanted faults.State) (api.NetworkFaults, error) {
	return httpclient.Call[api.NetworkFaults](ctx, &c.server, http.MethodPut, "/network/faults", wanted)
}

// Partition cuts groups of nodes off from each other.
func (c *Manager) Partition(ctx context.Context, wanted faults.Partition) (api.NetworkFaults, error) {
	return httpclient.Call[api.NetworkFaults](ctx, &c.server, http.MethodPost, "/network/partition", wanted)
}

// Heal joins what was cut.
func (c *Manager) Heal(ctx context.Context, wanted api.Heal) (api.NetworkFaults, error) {
	return httpclient.Call[api.NetworkFaults](ctx, &c.server, http.MethodPost, "/network/heal", wanted)
}

// SetLink has links be slow, lossy, or as they are.
func (c *Manager) SetLink(ctx context.Context, wanted faults.Rule) (api.NetworkFaults, error) {
	return httpclient.Call[api.NetworkFaults](ctx, &c.server, http.MethodPut, "/network/links", wanted)
}

// Links asks what is asked of links, and what they achieve: those of the node of a name
// or on a port, or of all if it is empty.
func (c *Manager) Links(ctx context.Context, node string) (api.NetworkLinks, error) {
	path := "/network/links"
	if node != "" {
		path += "?node=" + url.QueryEscape(node)
	}
	return httpclient.Call[api.NetworkLinks](ctx, &c.server, http.MethodGet, path, nil)
}

// Presets lists the names that faults of links may have.
func (c *Manager) Presets(ctx context.Context) (api.Presets, error) {
	return httpclient.Call[api.Presets](ctx, &c.server, http.MethodGet, "/network/presets", nil)
}

// NetworkMining asks how the network is to mine, and what comes of it.
func (c *Manager) NetworkMining(ctx context.Context) (api.NetworkMining, error) {
	return httpclient.Call[api.NetworkMining](ctx, &c.server, http.MethodGet, "/network/mining", nil)
}

// PlanMining has the whole network mine by a plan.
func (c *Manager) PlanMining(ctx context.Context, plan api.MiningPlan) (api.NetworkMining, error) {
	return httpclient.Call[api.NetworkMining](ctx, &c.server, http.MethodPut, "/network/mining", plan)
}

// MiningRequest says how nodes are to mine. What is nil is left to the manager.
type MiningRequest struct {
	Rounds     *int // requests to each node
	Min, Max   *time.Duration
	Race       bool // all nodes at once
	Continuous bool // until StopMining
	Detach     bool // it goes on without the client
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
		query.Set("mode", api.Race)
	}
	if r.Continuous {
		query.Set("continuous", "true")
	}
	if r.Detach {
		query.Set("detach", "true")
	}
	return "/start/mining?" + query.Encode()
}

// Mine has the nodes mine, hands over each result as it comes, and returns the
// report at the end. Mining that has an end stops when ctx does, unless it is detached.
func (c *Manager) Mine(ctx context.Context, r MiningRequest, each func(api.MiningResult)) (api.MiningReport, error) {
	var report *api.MiningReport
	err := c.server.Events(ctx, http.MethodPost, r.path(), func(e httpclient.Event) error {
		switch e.Name {
		case api.ResultEvent:
			var result api.MiningResult
			if err := json.Unmarshal(e.Data, &result); err != nil {
				return fmt.Errorf("mining result: %w", err)
			}
			each(result)
		case api.DoneEvent:
			report = new(api.MiningReport)
			return json.Unmarshal(e.Data, report)
		}
		return nil
	})
	if err != nil {
		return api.MiningReport{}, err
	}
	if report == nil {
		return api.MiningReport{}, errCut
	}
	return *report, nil
}

// Decide has the node of a name or on a port invalidate the block of a height or hash, or
// reconsider it, as the verb says.
func (c *Manager) Decide(ctx context.Context, node, block, verb string) (api.Decided, error) {
	path := "/nodes/" + url.PathEscape(node) + "/blocks/" + url.PathEscape(block) + "/" + verb
	return httpclient.Call[api.Decided](ctx, &c.server, http.MethodPost, path, nil)
}

// Reorg has the network reorganise, hands over each block as it is mined, and returns
// what came of it. It is given up when ctx ends.
func (c *Manager) Reorg(ctx context.Context, order api.ReorgOrder, each func(api.MinedBlock)) (api.Reorg, error) {
	var answer *api.Reorg
	err := c.server.EventsOf(ctx, http.MethodPost, "/network/reorg", order, func(e httpclient.Event) error {
		switch e.Name {
		case api.BlockEvent:
			var block api.MinedBlock
			if err := json.Unmarshal(e.Data, &block); err != nil {
				return fmt.Errorf("mined block: %w", err)
			}
			each(block)
		case api.FailedEvent:
			return failure(e.Data)
		case api.DoneEvent:
			answer = new(api.Reorg)
			return json.Unmarshal(e.Data, answer)
		}
		return nil
	})
	if err == nil && answer == nil {
		err = errCut
	}
	if err != nil {
		return api.Reorg{}, err
	}
	return *answer, nil
}

// failure is the error that the data of an event tell of.
func failure(data []byte) error {
	var form api.ErrorForm
	if err := json.Unmarshal(data, &form); err != nil || form.Error == nil {
		return errCut
	}
	return form.Error
}

// StartMining has the nodes mine to the end of the request or until StopMining, and
// returns at once.
func (c *Manager) StartMining(ctx context.Context, r MiningRequest) (api.Message, error) {
	r.Detach = true
	return httpclient.Call[api.Message](ctx, &c.server, http.MethodPost, r.path(), nil)
}

// StopMining ends the mining that is under way, and tells what it came to.
func (c *Manager) StopMining(ctx context.Context) (api.MiningReport, error) {
	return httpclient.Call[api.MiningReport](ctx, &c.server, http.MethodPost, "/stop/mining", nil)
}

// Shutdown ends every node, tells how each ended, and then ends the manager.
func (c *Manager) Shutdown(ctx context.Context) (api.Stopped, error) {
	return httpclient.Call[api.Stopped](ctx, &c.server, http.MethodPost, "/shutdown/all", nil)
}
