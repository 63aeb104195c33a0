package server

import (
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
	registered, err := s.meet(c.Request.Context(), one)
	var refused *api.Error
	if errors.As(err, &refused) && refused.Code == unreachable {
		registered, err = s.seek(one.Address)
	}
	if err != nil {
		return err
	}
	nodes := s.addresses()
	return httpserver.Answer(c, http.StatusCreated, api.NodeRegistered{Registered: registered, NodeCount: len(nodes), Nodes: nodes})
}

// seek has the node met that will answer at an address.
func (s *Server) seek(text string) (api.Registered, error) {
	address, err := parseAddress(text)
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

// addPeerStatus is addPeer, and tells that it went well.
func (s *Server) addPeerStatus(c *gin.Context) error {
	registered, err := s.meetNamed(c)
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
