package bootstrap

import (
	"errors"
	"fmt"
	"net/http"
	"slices"

	"github.com/gin-gonic/gin"

	"networkmngr/internal/api"
	"networkmngr/internal/httpserver"
	"networkmngr/internal/strictjson"
	"networkmngr/internal/types"
)

// IntroductionBody is the most bytes that an introduction may have.
const IntroductionBody = 4 << 10

// maxPlaces is how many nodes GET /nodes lists at most, and without a limit.
const maxPlaces = 1000

func (s *Service) greeting() string {
	return fmt.Sprintf("a bootstrap node, which knows %d nodes", s.Count())
}

// HandleGreeting answers POST /: that somebody is there. It has others told of the node
// that introduces itself.
func (s *Service) HandleGreeting(c *gin.Context) error {
	place, found, err := readPlace(c)
	if err != nil {
		return err
	}
	if !found {
		return httpserver.Answer(c, http.StatusOK, api.Registered{Message: s.greeting()})
	}
	n, added, err := s.Introduce(c.Request.Context(), httpserver.OriginOfRequest(c.Request), place)
	if err != nil {
		return err
	}
	answer := api.Registered{Message: n.Address + " was known"}
	if added {
		answer = api.Registered{Message: n.Address + " is known now", Added: 1}
	}
	return httpserver.Answer(c, http.StatusOK, answer)
}

// HandleNodes answers GET /nodes: the nodes that are known, of which the one that asks is
// told as far as they can be its peers, if it introduces itself. One that cannot be asked
// back, behind a firewall say, is told all the same, and others are not told of it. What
// own returns for an asker, or for nil, comes first; own may be nil.
func (s *Service) HandleNodes(c *gin.Context, own func(asker *Introduction) []types.NodeInfo) error {
	limit, err := httpserver.Number(c, "limit", maxPlaces, 1, maxPlaces)
	if err != nil {
		return err
	}
	place, found, err := readPlace(c)
	if err != nil {
		return err
	}
	var asker *Introduction
	if found {
		if asker, err = s.asker(c, place); err != nil {
			return err
		}
	}
	var nodes []types.NodeInfo
	if own != nil {
		nodes = own(asker)
	}
	return httpserver.Answer(c, http.StatusOK, placesOf(s.beside(nodes, asker, int(limit))))
}

// asker is the node that introduces itself, or nil if others cannot be told of it.
func (s *Service) asker(c *gin.Context, place api.Place) (*Introduction, error) {
	n, _, err := s.Introduce(c.Request.Context(), httpserver.OriginOfRequest(c.Request), place)
	switch {
	case err == nil:
		return &n, nil
	case errors.Is(err, ErrUnreachable) || errors.Is(err, ErrFull) || errors.Is(err, ErrGroup):
		s.log.Debug("node is told of others, and others not of it", "error", err)
		return nil, nil
	default:
		return nil, err
	}
}

// readPlace reads the introduction in a request's body; false if there is none.
func readPlace(c *gin.Context) (place api.Place, found bool, err error) {
	raw, err := httpserver.Body(c)
	if err != nil || len(raw) == 0 {
		return api.Place{}, false, err
	}
	if err := strictjson.Unmarshal(raw, &place); err != nil {
		return api.Place{}, false, err
	}
	return place, true, nil
}

// beside adds the nodes of the book to those that there are, up to most in all.
func (s *Service) beside(nodes []types.NodeInfo, asker *Introduction, most int) []types.NodeInfo {
	nodes = slices.DeleteFunc(nodes, func(n types.NodeInfo) bool { return asker != nil && n.Address == asker.Address })
	for _, n := range s.For(asker, most) {
		if !slices.ContainsFunc(nodes, func(other types.NodeInfo) bool { return other.Address == n.Address }) {
			nodes = append(nodes, n.NodeInfo)
		}
	}
	return nodes[:min(most, len(nodes))]
}

func placesOf(nodes []types.NodeInfo) []api.Place {
	places := []api.Place{}
	for _, n := range nodes {
		if place, ok := api.PlaceOf(n); ok {
			places = append(places, place)
		}
	}
	return places
}
