package server

import (
	"cmp"
	"context"
	"fmt"
	"net/http"
	"slices"
	"time"

	"github.com/gin-gonic/gin"

	"networkmngr/internal/api"
	"networkmngr/internal/core"
	"networkmngr/internal/httpserver"
	"networkmngr/internal/node"
	"networkmngr/internal/transport"
	"networkmngr/internal/types"
)

func (s *Server) peers(c *gin.Context) error {
	peers := s.node.Peers()
	part, err := page(c, peers)
	if err != nil {
		return err
	}
	links := make(map[types.NodeID]transport.LinkStatus)
	for _, l := range s.node.Links() {
		links[l.Peer.ID] = l
	}
	kept := s.node.Kept()
	answer := api.Peers{Count: len(peers), Peers: []api.Peer{}}
	for _, p := range part {
		l := links[p.ID]
		form := peerForm(p, l)
		form.Kept = cmp.Or(string(kept[p.ID]), string(p.Kept))
		form.Group = s.node.Group(p.NodeInfo, l.Peer.Address)
		answer.Peers = append(answer.Peers, form)
	}
	return httpserver.Answer(c, http.StatusOK, answer)
}

func peerForm(p node.Peer, l transport.LinkStatus) api.Peer {
	form := api.Peer{
		NodeInfo: p.NodeInfo, Outbound: p.Outbound, Height: p.Claim.Height, Tip: p.Claim.ID, Since: p.Since,
		Type: string(p.Type), Remote: l.Peer.Address,
		SendsBlocks: p.SendsBlocks, WantsBlocks: p.WantsBlocks,
		Sent: trafficForm(p.Traffic.Sent), Received: trafficForm(p.Traffic.Received),
	}
	if p.Latency != (core.Latency{}) {
		form.Latency = &api.Latency{Last: p.Latency.Last.Seconds(), Lowest: p.Latency.Lowest.Seconds()}
	}
	if !p.Shown.ID.IsZero() {
		form.Shown = &api.ShownTip{Tip: api.Tip{Index: p.Shown.Height, Hash: p.Shown.ID}, TotalWork: p.Shown.Work.Dec()}
	}
	if !l.Asked.IsZero() {
		form.Faults = &l.Asked
	}
	return form
}

// addPeer is register for one node, and waits for the connection to it: who
// adds a peer wants to speak of it next.
func (s *Server) addPeer(c *gin.Context) error {
	registered, err := s.connectNamed(c)
	if err != nil {
		return err
	}
	return httpserver.Answer(c, http.StatusOK, registered)
}

// connectNamed is connect for the node that a request's body names.
func (s *Server) connectNamed(c *gin.Context) (api.Registered, error) {
	var one nodeReference
	if err := httpserver.Decode(c, &one); err != nil {
		return api.Registered{}, err
	}
	return s.connect(c.Request.Context(), one, s.node.Connect)
}

// errItself means that a node was to be linked with itself.
var errItself = badNode("that is this node itself: a node cannot be its own peer")

// connect registers one node, has it dialled, and waits for the connection to it.
func (s *Server) connect(ctx context.Context, one nodeReference, dial func(types.NodeID) error) (api.Registered, error) {
	entries, added, err := s.registerAll(ctx, nodeReferences{one})
	if err != nil {
		return api.Registered{}, err
	}
	if len(entries) == 0 {
		return api.Registered{}, errItself
	}
	if ban, banned := s.banOf(entries[0].ID); banned {
		return api.Registered{Added: added, Message: fmt.Sprintf("%s is registered, but banned until %s; DELETE /bans/%s lifts that",
			entries[0].Address, ban.Until.UTC().Format(time.RFC3339), ban.ID)}, nil
	}
	if err := dial(entries[0].ID); err != nil {
		return api.Registered{}, err
	}
	met, err := s.node.AwaitPeer(ctx, entries[0].ID)
	if err != nil {
		return api.Registered{}, err
	}
	message := "connected to " + entries[0].Address
	if !met {
		message = entries[0].Address + " is registered, but there is no connection to it yet; GET /peers shows those that there are"
	}
	return api.Registered{Message: message, Added: added}, nil
}

func trafficForm(flows map[string]transport.Flow) api.Traffic {
	form := api.Traffic{Flow: api.Flow(transport.Total(flows)), Kinds: make(map[string]api.Flow)}
	for kind, flow := range flows {
		if flow.Frames > 0 {
			form.Kinds[kind] = api.Flow(flow)
		}
	}
	return form
}

// banOf is the ban of a node, if there is one.
func (s *Server) banOf(id types.NodeID) (ban node.Ban, banned bool) {
	bans := s.node.Bans()
	at := slices.IndexFunc(bans, func(b node.Ban) bool { return b.ID == id && !b.Net.IsValid() })
	if at < 0 {
		return node.Ban{}, false
	}
	return bans[at], true
}

// defaultApart is how long there is no link with a node with which one was ended by hand,
// where nothing else is asked.
const defaultApart = time.Minute

// disconnectAll ends the links with all peers.
func (s *Server) disconnectAll(c *gin.Context) error {
	wait, err := apart(c)
	if err != nil {
		return err
	}
	return s.disconnect(c, s.node.Peers(), wait)
}

// disconnectOne ends the link with the peer of an id or address.
func (s *Server) disconnectOne(c *gin.Context) error {
	wait, err := apart(c)
	if err != nil {
		return err
	}
	peer, err := s.findPeer(c.Param("id"))
	if err != nil {
		return err
	}
	return s.disconnect(c, []node.Peer{peer}, wait)
}

func (s *Server) disconnect(c *gin.Context, peers []node.Peer, wait time.Duration) error {
	answer := api.Disconnected{Disconnected: []types.NodeID{}}
	for _, p := range peers {
		if err := s.node.Disconnect(p.ID, wait); err != nil {
			return err
		}
		answer.Disconnected = append(answer.Disconnected, p.ID)
	}
	answer.Until = time.Now().Add(wait).UTC()
	answer.Message = fmt.Sprintf("disconnected from %d nodes, with which there is no link for %s", len(peers), wait)
	if len(peers) == 1 {
		answer.Message = fmt.Sprintf("disconnected from %s, with which there is no link for %s", peers[0].Address, wait)
	}
	return httpserver.Answer(c, http.StatusOK, answer)
}

// findPeer is the peer with an id, or at an HTTP address. The error wraps
// [httpserver.ErrNotFound].
func (s *Server) findPeer(reference string) (node.Peer, error) {
	peers := s.node.Peers()
	address, addressErr := api.ParseAddress(reference)
	means := func(n types.NodeInfo) bool {
		return n.ID.String() == reference || addressErr == nil && n.Address == address
	}
	at := slices.IndexFunc(peers, func(p node.Peer) bool { return means(p.NodeInfo) })
	switch {
	case at < 0 && means(s.node.Self()):
		return node.Peer{}, fmt.Errorf("%w: that is this node itself, which is no peer of its own", httpserver.ErrNotFound)
	case at < 0:
		return node.Peer{}, fmt.Errorf("%w: no peer has the id or address %.128q; GET /peers lists those that there are", httpserver.ErrNotFound, reference)
	}
	return peers[at], nil
}

// apart reads ?for=: how long there is to be no link. The error wraps
// [httpserver.ErrMalformed].
func apart(c *gin.Context) (time.Duration, error) {
	text, given := c.GetQuery("for")
	if !given {
		return defaultApart, nil
	}
	wait, err := time.ParseDuration(text)
	if err != nil || wait < 0 || wait > api.MaxApart {
		return 0, fmt.Errorf("%w: for is %.64q, want a time such as 90s or 10m, %s at most", httpserver.ErrMalformed, text, api.MaxApart)
	}
	return wait, nil
}
