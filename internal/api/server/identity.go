package server

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/gin-gonic/gin"
	"golang.org/x/sync/errgroup"

	"networkmngr/internal/api"
	"networkmngr/internal/chain"
	"networkmngr/internal/core"
	"networkmngr/internal/httpserver"
	"networkmngr/internal/node"
	"networkmngr/internal/transport"
	"networkmngr/internal/types"
)

// Identity says who a node is.
type Identity interface {
	Self() types.NodeInfo
	// Account is the one that the node mines for, and Sign makes a transfer
	// from it.
	Account() types.Address
	Sign(t *types.Transaction)
}

// Network is the other nodes.
type Network interface {
	Known() []types.NodeInfo
	KnownCount() int // which waits for nothing
	Peers() []node.Peer
	Addresses() []core.AddressRow // of the tables that peers are chosen from, in no order
	// Register remembers nodes and connects to them in the background.
	Register(entries []types.NodeInfo) (added int, err error)
	// Forget takes note that nodes have left in order.
	Forget(ids []types.NodeID) (forgotten int, err error)
	// Redial dials nodes that are known in the background.
	Redial(ids []types.NodeID) error
	// Connect dials a node that is known in the background, whatever links stand.
	Connect(id types.NodeID) error
	// Disconnect ends the link with a peer, and there is none with it for so long.
	Disconnect(id types.NodeID, wait time.Duration) error
	// Group is the party that a peer counts to whose link is with a multiaddr.
	Group(peer types.NodeInfo, remote string) string
	// Kept says why peers that came by themselves would not have to make room for others.
	Kept() map[types.NodeID]transport.Reason
	// Bans are those in force, those that end first first. Ban sets one by hand, once it is
	// on disk; the error wraps transport.ErrBan, or is the disk's. Unban lifts those for
	// which which returns true, once that is on disk, and lists them.
	Bans() []node.Ban
	Ban(ban node.Ban) error
	Unban(which func(node.Ban) bool) ([]node.Ban, error)
	// AwaitPeer waits, within bounds, until there is a connection to a registered
	// node, and reports whether there is.
	AwaitPeer(ctx context.Context, id types.NodeID) (met bool, err error)
	// Faults are what is wrong on purpose with what is sent to others, and Links what
	// comes of that.
	Faults() node.Faults
	SetFaults(node.Faults)
	Links() []transport.LinkStatus
}

// ErrManySought means that as many nodes are sought as may be.
var ErrManySought = errors.New("as many nodes that do not answer are sought as may be")

// Seeker has nodes met that do not answer yet.
type Seeker interface {
	// Seek asks at address, host:port, again and again, until the node that comes
	// up there is registered. The error wraps ErrManySought, or means that this
	// node ends.
	Seek(address string) (added bool, err error)
	Sought() []string // in order
}

// overview answers GET /.
type overview struct {
	Message  string  `json:"message"`
	Software string  `json:"software"`
	Address  string  `json:"address"`
	Tip      api.Tip `json:"tip"`
	httpserver.Listing
}

func tipAt(at chain.Ref) api.Tip { return api.Tip{Index: at.Height, Hash: at.ID} }

// root tells what is here. Clients of tutorials connect a WebSocket to it.
func (s *Server) root(c *gin.Context) error {
	if wantsWebSocket(c.Request) {
		return s.listen(c)
	}
	tip := s.node.Chain.Tip()
	return httpserver.Answer(c, http.StatusOK, overview{
		Message:  s.greeting(),
		Software: s.config.Software, Address: s.node.Self().Address, Tip: api.Tip{Index: tip.Height, Hash: tip.ID},
		Listing: httpserver.List(s.routes()),
	})
}

func (s *Server) greeting() string {
	tip := s.node.Chain.Tip()
	return fmt.Sprintf("a node of network %s, at block %d", tip.Params().Name, tip.Height)
}

// info says who the node is, what it stands on, and which others it knows: all of them, or
// the part that ?from= and ?limit= ask for.
func (s *Server) info(c *gin.Context) error {
	known := s.node.Known()
	part, err := anyPart(c, known)
	if err != nil {
		return err
	}
	tip := s.node.Chain.Tip()
	info := api.Info{
		NodeInfo: s.node.Self(), Account: s.node.Account(), Software: s.config.Software,
		Network: tip.Params().Name, Genesis: tip.Params().GenesisID,
		Tip:   api.Tip{Index: tip.Height, Hash: tip.ID},
		Known: len(known), Nodes: part,
		Lab: s.config.Lab,
	}
	if offset := s.config.Clock.Offset().Round(time.Millisecond); offset != 0 {
		info.ClockOffset = offset.String()
	}
	return httpserver.Answer(c, http.StatusOK, info)
}

// shutdown asks for the node's end once the answer is on its way.
func (s *Server) shutdown(c *gin.Context) error {
	c.Header("Connection", "close")
	_ = httpserver.Answer(c, http.StatusOK, api.Message{Message: "the node shuts down"})
	c.Writer.Flush()
	s.config.Shutdown()
	return nil
}

// register adds a list of nodes.
func (s *Server) register(c *gin.Context) error {
	body, err := httpserver.Body(c)
	if err != nil {
		return err
	}
	list, err := readNodes(body)
	if err != nil {
		return err
	}
	entries, added, err := s.registerAll(c.Request.Context(), list)
	if err == nil && list.isInteractive() {
		err = s.awaitPeers(c.Request.Context(), entries)
	}
	if err != nil {
		return err
	}
	message := fmt.Sprintf("%d of %d nodes are new", added, len(list))
	return httpserver.Answer(c, http.StatusOK, api.Registered{Message: message, Added: added})
}

// forget takes note that nodes have left.
func (s *Server) forget(c *gin.Context) error {
	ids, err := readIDs(c, "that have left")
	if err != nil {
		return err
	}
	forgotten, err := s.node.Forget(ids)
	if err != nil {
		return err
	}
	message := fmt.Sprintf("%d of %d nodes are forgotten", forgotten, len(ids))
	return httpserver.Answer(c, http.StatusOK, api.Forgotten{Message: message, Forgotten: forgotten})
}

// redial has nodes be dialled that can be reached again.
func (s *Server) redial(c *gin.Context) error {
	ids, err := readIDs(c, "that can be reached again")
	if err == nil {
		err = s.node.Redial(ids)
	}
	if err != nil {
		return err
	}
	return httpserver.Answer(c, http.StatusOK, api.Message{Message: "they are dialled, as far as they are known and more links are wanted, or else one of them"})
}

// readIDs reads the ids of some nodes.
func readIDs(c *gin.Context, which string) ([]types.NodeID, error) {
	var list struct {
		IDs []types.NodeID `json:"ids"`
	}
	if err := httpserver.Decode(c, &list); err != nil {
		return nil, err
	}
	switch count := len(list.IDs); {
	case count == 0:
		return nil, fmt.Errorf("%w: want \"ids\", a list of the nodes %s", httpserver.ErrMalformed, which)
	case count > maxEntries:
		return nil, fmt.Errorf("%w: %d nodes, at most %d at a time", httpserver.ErrTooLarge, count, maxEntries)
	}
	return list.IDs, nil
}

// awaitPeers waits for the connections to a few nodes, as long as Node.AwaitPeer does.
func (s *Server) awaitPeers(ctx context.Context, entries []types.NodeInfo) error {
	group, meeting := errgroup.WithContext(ctx)
	for _, e := range entries {
		group.Go(func() error {
			_, err := s.node.AwaitPeer(meeting, e.ID)
			return err
		})
	}
	return group.Wait()
}

// registerAll returns the node infos of a list, and how many of them were news.
func (s *Server) registerAll(ctx context.Context, list nodeReferences) (entries []types.NodeInfo, added int, err error) {
	if entries, err = s.entries(ctx, list); err == nil {
		added, err = s.node.Register(entries)
	}
	return entries, added, err
}
