package server

import (
	"context"
	"fmt"
	"maps"
	"net/http"
	"slices"

	"github.com/gin-gonic/gin"

	"networkmngr/internal/api"
	"networkmngr/internal/httpserver"
	"networkmngr/internal/links"
	"networkmngr/internal/node"
	"networkmngr/internal/strictjson"
	"networkmngr/internal/times"
	"networkmngr/internal/transport"
	"networkmngr/internal/types"
)

func (s *Server) faults(c *gin.Context) error {
	return httpserver.Answer(c, http.StatusOK, faultsForm(s.node.Faults()))
}

func (s *Server) setFaults(c *gin.Context) error {
	var form api.LinkFaults
	if err := httpserver.Decode(c, &form); err != nil {
		return err
	}
	faults, err := faultsOf(form)
	if err != nil {
		return err
	}
	if ctx := c.Request.Context(); ctx.Err() != nil { // who asked has given up, and may want other faults by now
		return context.Cause(ctx)
	}
	s.node.SetFaults(faults)
	return httpserver.Answer(c, http.StatusOK, faultsForm(s.node.Faults()))
}

// ParseFaults reads the body of PUT /faults. The error is that of strictjson, or wraps
// [links.ErrLink] and names the part, its value and the bound.
func ParseFaults(text []byte) (node.Faults, error) {
	var form api.LinkFaults
	if err := strictjson.Unmarshal(text, &form); err != nil {
		return node.Faults{}, err
	}
	return faultsOf(form)
}

func faultsOf(form api.LinkFaults) (node.Faults, error) {
	rows := make(map[types.NodeID]links.Link, len(form.Links))
	for i, row := range form.Links {
		if row.Peer == (types.NodeID{}) {
			return node.Faults{}, fmt.Errorf("%w: links[%d].peer is missing, want a node's id", links.ErrLink, i)
		}
		if _, twice := rows[row.Peer]; twice {
			return node.Faults{}, fmt.Errorf("%w: links[%d].peer is %s again, want one link for each peer", links.ErrLink, i, row.Peer)
		}
		if err := row.Validate(); err != nil {
			return node.Faults{}, fmt.Errorf("links[%d]: %w", i, err)
		}
		rows[row.Peer] = row.Link
	}
	if err := form.Others.Validate(); err != nil {
		return node.Faults{}, fmt.Errorf("others: %w", err)
	}
	return node.Faults{Generation: form.Generation, Faults: transport.Faults{Seed: form.Seed, Rows: rows, Others: form.Others}}, nil
}

func faultsForm(f node.Faults) api.LinkFaults {
	form := api.LinkFaults{Generation: f.Generation, Seed: f.Seed, Others: f.Others, Links: []api.PeerFaults{}}
	for _, peer := range slices.SortedFunc(maps.Keys(f.Rows), types.NodeID.Compare) {
		form.Links = append(form.Links, api.PeerFaults{Peer: peer, Link: f.Rows[peer]})
	}
	return form
}

func (s *Server) links(c *gin.Context) error {
	answer := api.NodeLinks{Generation: s.node.Faults().Generation, Links: []api.NodeLink{}}
	for _, status := range s.node.Links() {
		answer.Links = append(answer.Links, linkForm(status))
	}
	return httpserver.Answer(c, http.StatusOK, answer)
}

func linkForm(l transport.LinkStatus) api.NodeLink {
	form := api.NodeLink{
		Peer: l.Peer.ID, Outbound: l.Peer.Outbound, Asked: l.Asked,
		Queued: l.Queued, InFlight: l.InFlight, Frames: l.Frames, Dropped: l.Dropped,
	}
	if !l.Since.IsZero() {
		form.Since = new(l.Since.UTC())
	}
	if d := l.Delays; d.Frames > 0 {
		form.Delay = &api.AchievedDelay{
			Frames: d.Frames, Mean: times.Duration(d.Mean), P50: times.Duration(d.P50),
			P95: times.Duration(d.P95), P99: times.Duration(d.P99), Max: times.Duration(d.Max),
		}
	}
	if l.Rate > 0 {
		form.Bandwidth = new(links.Rate(l.Rate))
	}
	return form
}
