package manager

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"slices"

	"github.com/gin-gonic/gin"

	"networkmngr/internal/api"
	"networkmngr/internal/events"
	"networkmngr/internal/httpserver"
	"networkmngr/internal/manager/each"
	"networkmngr/internal/strictjson"
	"networkmngr/internal/types"
)

// listedPeers is the most peers of one node that are told of.
const listedPeers = 500

// handlePeers answers with who is linked with whom.
func (m *Manager) handlePeers(c *gin.Context) error {
	return httpserver.Answer(c, http.StatusOK, m.askPeers(c.Request.Context()))
}

// askPeers asks all nodes that run for their peers, within bounds.
func (m *Manager) askPeers(ctx context.Context) api.NetworkPeers {
	ctx, cancel := context.WithTimeout(ctx, m.limits.look)
	defer cancel()
	nodes, names := m.running(), make(map[types.NodeID]string)
	for name, id := range m.links.PeerIDs() {
		names[id] = name
	}
	answers := make([]*api.Peers, len(nodes))
	_ = each.Do(ctx, len(nodes), func(ctx context.Context, i int) error {
		ctx, cancel := nodes[i].whileAnswering(ctx)
		defer cancel()
		if answer, err := nodes[i].client.Peers(ctx, 0, listedPeers); err == nil {
			answers[i] = &answer
		}
		return nil // who does not answer is named as such
	})
	form := api.NetworkPeers{Nodes: []api.NodePeers{}, Unknown: []string{}}
	for i, answer := range answers {
		if answer == nil {
			form.Unknown = append(form.Unknown, nodes[i].Name())
			continue
		}
		form.Nodes = append(form.Nodes, newNodePeers(nodes[i], *answer, names))
	}
	return form
}

func newNodePeers(c node, peers api.Peers, names map[types.NodeID]string) api.NodePeers {
	form := api.NodePeers{Node: c.Name(), ID: c.ready().ID, Peers: []api.PeerLink{}, More: peers.Count - len(peers.Peers)}
	for _, p := range peers.Peers {
		link := api.PeerLink{
			ID: p.ID, Address: p.Address, Outbound: p.Outbound, Type: p.Type, Since: p.Since, Remote: p.Remote,
			Group: p.Group, Kept: p.Kept, Latency: p.Latency, Height: p.Height, Sent: p.Sent.Bytes, Received: p.Received.Bytes,
		}
		if name, ours := names[p.ID]; ours {
			link.Node = &name
		}
		form.Peers = append(form.Peers, link)
	}
	slices.SortStableFunc(form.Peers, func(a, b api.PeerLink) int { return events.CompareNames(nameOf(a), nameOf(b)) })
	return form
}

// nameOf is the peer's name, or its address if it is none of this network.
func nameOf(p api.PeerLink) string {
	if p.Node != nil {
		return *p.Node
	}
	return p.Address
}

// aboutNode is for requests to a node about another one, which may go by its name in this
// network: as the path's :id, or as "node" in the body. In the place of that the node gets
// its id, or what about has of its entry in a registry.
func (m *Manager) aboutNode(about func(types.NodeInfo) any, handle func(*gin.Context) error) func(*gin.Context) error {
	return func(c *gin.Context) error {
		for i, p := range c.Params {
			if other, err := m.find(p.Value); p.Key == "id" && err == nil {
				c.Params[i].Value = other.ready().ID.String()
			}
		}
		if c.Request.Method == http.MethodPost {
			if err := m.nameInBody(c, about); err != nil {
				return err
			}
		}
		return handle(c)
	}
}

// Parts of an entry in a registry.
func wholeEntry(e types.NodeInfo) any { return e }
func idOfEntry(e types.NodeInfo) any  { return map[string]types.NodeID{"id": e.ID} }

// nameInBody puts what about has of the node that a body names as "node" in its place. A
// body that names none stays as it is. The error wraps strictjson.ErrMalformed, or is that of
// the body or of m.find.
func (m *Manager) nameInBody(c *gin.Context, about func(types.NodeInfo) any) error {
	body, err := httpserver.Body(c)
	if err != nil {
		return err
	}
	var whole any
	if err := strictjson.Unmarshal(body, &whole); err != nil {
		return err
	}
	if named, _ := whole.(map[string]any); named["node"] != nil {
		if body, err = m.named(named, about); err != nil {
			return err
		}
	}
	c.Request.Body = io.NopCloser(bytes.NewReader(body))
	return nil
}

// named is the body of nameInBody for one that names a node.
func (m *Manager) named(body map[string]any, about func(types.NodeInfo) any) ([]byte, error) {
	reference, is := body["node"].(string)
	if !is {
		return nil, fmt.Errorf("%w: node is %v, want its name in a string", strictjson.ErrMalformed, body["node"])
	}
	other, err := m.find(reference)
	if err != nil {
		return nil, err
	}
	delete(body, "node")
	return with(body, about(other.entry()))
}

// with is a JSON object with the keys of another one beside its own. The error wraps
// strictjson.ErrMalformed if both have one.
func with(object map[string]any, more any) ([]byte, error) {
	text, err := json.Marshal(more)
	if err != nil {
		return nil, err
	}
	var others map[string]any
	if err := strictjson.Unmarshal(text, &others); err != nil {
		return nil, err
	}
	for key, value := range others {
		if _, both := object[key]; both {
			return nil, fmt.Errorf("%w: want node or %s, not both", strictjson.ErrMalformed, key)
		}
		object[key] = value
	}
	return json.Marshal(object)
}
