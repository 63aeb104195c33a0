package server

import (
	"cmp"
	"errors"
	"fmt"
	"net/http"
	"net/netip"
	"slices"
	"time"

	"github.com/gin-gonic/gin"

	"networkmngr/internal/api"
	"networkmngr/internal/httpserver"
	"networkmngr/internal/node"
	"networkmngr/internal/transport"
	"networkmngr/internal/types"
)

// defaultBan is how long a ban by hand lasts, as Bitcoin Core's do.
const defaultBan = 24 * time.Hour

// errBan means that what is asked for is no ban.
var errBan = errors.New("cannot be banned")

func (s *Server) bans(c *gin.Context) error {
	all := s.node.Bans()
	part, err := page(c, all)
	if err != nil {
		return err
	}
	return httpserver.Answer(c, http.StatusOK, api.Bans{Count: len(all), Bans: banForms(part)})
}

func banForms(bans []node.Ban) []api.Ban {
	forms := make([]api.Ban, len(bans))
	for i, b := range bans {
		forms[i] = banForm(b)
	}
	return forms
}

func banForm(b node.Ban) api.Ban {
	form := api.Ban{Until: b.Until.UTC(), Reason: b.Reason, By: string(b.By)}
	if b.ID != (types.NodeID{}) {
		form.ID = &b.ID
	}
	if b.Net.IsValid() {
		form.Net = b.Net.String()
	}
	return form
}

// banBy keeps out a node, or whoever comes from some addresses, as a person wants it.
func (s *Server) banBy(c *gin.Context) error {
	var request api.BanRequest
	if err := httpserver.Decode(c, &request); err != nil {
		return err
	}
	ban, err := s.readBan(request)
	if err == nil {
		err = s.node.Ban(ban)
	}
	if err != nil {
		return err
	}
	whom := cmp.Or(request.Net, request.Address, ban.ID.String())
	answer := api.Banned{Message: fmt.Sprintf("%s is banned until %s", whom, ban.Until.Format(time.RFC3339)), Ban: banForm(ban)}
	return httpserver.Answer(c, http.StatusCreated, answer)
}

// readBan is the ban that somebody asks for. The error wraps errBan, or
// [httpserver.ErrNotFound] for a node that is not known.
func (s *Server) readBan(request api.BanRequest) (node.Ban, error) {
	lasts := cmp.Or(time.Duration(request.For), defaultBan)
	if lasts < 0 || lasts > api.MaxApart {
		return node.Ban{}, fmt.Errorf("%w: for is %s, want a time such as 10m, %s at most", errBan, lasts, api.MaxApart)
	}
	ban := node.Ban{Until: time.Now().Add(lasts).UTC(), Reason: request.Reason, By: transport.BannedByHand}
	err := s.nameBanned(&ban, request)
	return ban, err
}

// nameBanned finds whom a request is about.
func (s *Server) nameBanned(ban *node.Ban, request api.BanRequest) (err error) {
	switch named := [3]bool{request.ID != nil, request.Address != "", request.Net != ""}; named {
	case [3]bool{true, false, false}:
		ban.ID = *request.ID
	case [3]bool{false, true, false}:
		ban.ID, err = s.knownAt(request.Address)
	case [3]bool{false, false, true}:
		ban.Net, err = readNet(request.Net)
	default:
		err = fmt.Errorf("%w: want one of id, address and net, no more and no less", errBan)
	}
	if err == nil && ban.ID == s.node.Self().ID {
		err = fmt.Errorf("%w: that is this node itself", errBan)
	}
	return err
}

// readNet reads an IP address or prefix. The error wraps errBan.
func readNet(text string) (netip.Prefix, error) {
	if ip, err := netip.ParseAddr(text); err == nil {
		return netip.PrefixFrom(ip.Unmap(), ip.Unmap().BitLen()), nil
	}
	net, err := netip.ParsePrefix(text)
	if err != nil {
		return netip.Prefix{}, fmt.Errorf("%w: net is %.64q, want an address such as 10.1.2.3, or a prefix such as 10.1.0.0/16", errBan, text)
	}
	return net.Masked(), nil
}

// knownAt is the id of the node whose HTTP server is at an address, if it is known.
func (s *Server) knownAt(text string) (types.NodeID, error) {
	address, err := api.ParseAddress(text)
	if err != nil {
		return types.NodeID{}, fmt.Errorf("%w: %w", errBan, err)
	}
	known := s.node.Known()
	at := slices.IndexFunc(known, func(e types.NodeInfo) bool { return e.Address == address })
	if at < 0 {
		return types.NodeID{}, fmt.Errorf("%w: no node is known at %s; an id bans one that is not", httpserver.ErrNotFound, address)
	}
	return known[at].ID, nil
}

// unbanAll lifts all bans, or those of the addresses in ?net=.
func (s *Server) unbanAll(c *gin.Context) error {
	text, given := c.GetQuery("net")
	if !given {
		return s.unban(c, func(node.Ban) bool { return true })
	}
	net, err := readNet(text)
	if err != nil {
		return err
	}
	return s.unbanSome(c, text, func(b node.Ban) bool { return b.Net == net })
}

// unbanOne lifts the ban of a node, by its id or the address of its HTTP server, and those
// of addresses that are in force on its account; or the ban of one IP address.
func (s *Server) unbanOne(c *gin.Context) error {
	reference := c.Param("id")
	if ip, err := netip.ParseAddr(reference); err == nil {
		net := netip.PrefixFrom(ip.Unmap(), ip.Unmap().BitLen())
		return s.unbanSome(c, reference, func(b node.Ban) bool { return b.Net == net })
	}
	id, err := s.knownAt(reference)
	return s.unbanSome(c, reference, func(b node.Ban) bool {
		return b.ID.String() == reference || err == nil && b.ID == id
	})
}

// unbanSome is unban, and [httpserver.ErrNotFound] if there is no such ban.
func (s *Server) unbanSome(c *gin.Context, reference string, which func(node.Ban) bool) error {
	if !slices.ContainsFunc(s.node.Bans(), which) {
		return fmt.Errorf("%w: no ban is about %.128q; GET /bans lists those that there are", httpserver.ErrNotFound, reference)
	}
	return s.unban(c, which)
}

func (s *Server) unban(c *gin.Context, which func(node.Ban) bool) error {
	lifted, err := s.node.Unban(which)
	if err != nil {
		return err
	}
	answer := api.Unbanned{Message: fmt.Sprintf("%d bans are lifted", len(lifted)), Lifted: banForms(lifted)}
	if len(lifted) == 1 {
		answer.Message = "the ban is lifted"
	}
	return httpserver.Answer(c, http.StatusOK, answer)
}
