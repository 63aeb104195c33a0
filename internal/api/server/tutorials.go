package server

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"net/http"
	"slices"
	"strings"

	"github.com/gin-gonic/gin"

	"networkmngr/internal/api"
	"networkmngr/internal/httpserver"
	"networkmngr/internal/strictjson"
	"networkmngr/internal/types"
)

// The handlers of other names that routes have in tutorials, where the answers
// there differ from ours.

// createTransaction is submit, and tells which block comes next.
func (s *Server) createTransaction(c *gin.Context) error {
	submitted, err := s.accept(c)
	if err != nil {
		return err
	}
	return httpserver.Answer(c, http.StatusCreated, api.Created{Submitted: submitted, BlockIndex: s.node.Chain.Tip().Height + 1})
}

// mineData is mine for those who would not mine without data.
func (s *Server) mineData(c *gin.Context) error {
	data, err := readData(c)
	if err != nil {
		return err
	}
	if data == nil {
		return fmt.Errorf("%w: data is missing, want {\"data\": a JSON value} to be in the block; POST /mine takes none too", httpserver.ErrMalformed)
	}
	return s.mineWith(c, data)
}

// registerNode is addPeer, also for a node that is not up yet, and tells of all.
func (s *Server) registerNode(c *gin.Context) error {
	var one nodeReference
	if err := httpserver.Decode(c, &one); err != nil {
		return err
	}
	registered, err := s.connectOrSeek(c.Request.Context(), one)
	if err != nil {
		return err
	}
	nodes := s.addresses()
	return httpserver.Answer(c, http.StatusCreated, api.NodeRegistered{Registered: registered, NodeCount: len(nodes), Nodes: nodes})
}

// connectOrSeek is connect, also for a node that is not up yet. Who registers this node at
// itself, as with a list of all nodes, is told so.
func (s *Server) connectOrSeek(ctx context.Context, one nodeReference) (api.Registered, error) {
	sought := func(types.NodeID) error { return nil } // as far as links are wanted
	registered, err := s.connect(ctx, one, sought)
	if errors.Is(err, errItself) {
		return api.Registered{Message: "that is this node itself"}, nil
	}
	if refused, ok := errors.AsType[*api.Error](err); ok && refused.Code == unreachable {
		return s.seek(one.Address)
	}
	return registered, err
}

// seek has the node met that will answer at an address.
func (s *Server) seek(text string) (api.Registered, error) {
	address, err := api.ParseAddress(text)
	if err != nil {
		return api.Registered{}, badNode(err.Error())
	}
	added, err := s.node.Seek(address)
	if err != nil {
		return api.Registered{}, err
	}
	registered := api.Registered{Message: address + " does not answer yet; this node connects to it when it does"}
	if added {
		registered.Added = 1
	}
	return registered, nil
}

// addresses lists other nodes, those that are sought too.
func (s *Server) addresses() []string {
	list := append([]string{}, s.node.Sought()...)
	for _, known := range s.node.Known() {
		list = append(list, known.Address)
	}
	slices.Sort(list)
	return slices.Compact(list)
}

// places lists where other nodes answer, those that are sought too, by address.
func (s *Server) places() []api.Place {
	known := s.node.Known()
	for _, address := range s.node.Sought() {
		if !slices.ContainsFunc(known, func(n types.NodeInfo) bool { return n.Address == address }) {
			known = append(known, types.NodeInfo{Address: address})
		}
	}
	slices.SortFunc(known, func(a, b types.NodeInfo) int {
		return cmp.Or(strings.Compare(a.Address, b.Address), a.ID.Compare(b.ID))
	})
	places := []api.Place{}
	for _, n := range known {
		if place, ok := api.PlaceOf(n); ok && place.Port != bootstrapPort {
			places = append(places, place)
		}
	}
	return places
}

// bootstrapPort is where a tutorial has its bootstrap node, which only brings nodes
// together and is in nobody's list.
const bootstrapPort = 42020

// greet tells that this node is there, and has the node met that introduces itself.
func (s *Server) greet(c *gin.Context) error {
	registered, err := s.introduced(c)
	if err != nil {
		return err
	}
	return httpserver.Answer(c, http.StatusOK, registered)
}

// listNodes lists other nodes, among them the one that introduces itself.
func (s *Server) listNodes(c *gin.Context) error {
	const most = maxEntries
	limit, err := httpserver.Number(c, "limit", most, 1, most)
	if err != nil {
		return err
	}
	if _, err := s.introduced(c); err != nil {
		return err
	}
	places := s.places()
	return httpserver.Answer(c, http.StatusOK, places[:min(int(limit), len(places))])
}

// introduced has the node met that a request's body tells of, if there is one.
func (s *Server) introduced(c *gin.Context) (api.Registered, error) {
	raw, err := httpserver.Body(c)
	if err != nil || len(raw) == 0 {
		return api.Registered{Message: s.greeting()}, err
	}
	var place api.Place
	if err := strictjson.Unmarshal(raw, &place); err != nil {
		return api.Registered{}, err
	}
	address, err := place.HostPort()
	if err != nil {
		return api.Registered{}, badNode(err.Error())
	}
	return s.connectOrSeek(c.Request.Context(), nodeReference{Address: address})
}

// addPeerStatus is addPeer, and tells that it went well.
func (s *Server) addPeerStatus(c *gin.Context) error {
	registered, err := s.connectNamed(c)
	if err != nil {
		return err
	}
	return httpserver.Answer(c, http.StatusOK, api.PeerAdded{Registered: registered, Status: true})
}

// ownAccount is account for the one that this node mines for.
func (s *Server) ownAccount(c *gin.Context) error { return s.answerAccount(c, s.node.Account()) }

// syncWholeChain is syncChain, with the chain beside what changed.
func (s *Server) syncWholeChain(c *gin.Context) error {
	change, err := s.resolve(c.Request.Context(), s.node.Chain.Tip())
	if err != nil {
		return err
	}
	if !change.Replaced && len(s.node.Known()) == 0 {
		change.Message = "nothing changed: this node knows no neighbour; POST /register-node adds one"
	}
	now := s.node.Chain.Snapshot()
	change.Length = now.Tip.Height + 1
	text, err := json.Marshal(change)
	if err != nil {
		return err
	}
	head := strings.TrimSuffix(string(text), "}") + `,"chain":[`
	return s.stream(c, head, now.From(0, math.MaxInt), "]}\n")
}
