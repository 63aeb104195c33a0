package bootstrap

import (
	"context"
	"fmt"
	"net"
	"net/http"

	"github.com/gin-gonic/gin"
	"github.com/hashicorp/go-hclog"

	"networkmngr/internal/api"
	"networkmngr/internal/httpserver"
	"networkmngr/internal/httpserver/guard"
	"networkmngr/internal/httpserver/openapi"
)

// ServerOptions are those of a Server.
type ServerOptions struct {
	// Guard has no token: whoever may introduce nodes cannot have one yet. What they tell is
	// checked, and bounded.
	Guard    guard.Guard
	Software string // name and version
	// Shutdown is called once the answer to /shutdown is sent. It must not wait for the
	// server to end. Nil has no such route.
	Shutdown func()
	Logger   hclog.Logger
}

// Server answers a bootstrap node's HTTP requests.
type Server struct {
	options ServerOptions
	service *Service
	http    *httpserver.Server
}

// NewServer makes the server of a service. It starts nothing; see Serve.
func NewServer(options ServerOptions, service *Service) *Server {
	s := &Server{options: options, service: service}
	s.http = httpserver.New(httpserver.Options{
		Routes: s.routes(), Guard: options.Guard, Refuse: Refusal, Elsewhere: elsewhere, Logger: options.Logger,
	})
	return s
}

// Serve answers requests that come to listener until ctx ends; the error is that of
// [httpserver.Server.Serve].
func (s *Server) Serve(ctx context.Context, listener net.Listener) error {
	return s.http.Serve(ctx, listener)
}

func elsewhere() string { return " at a bootstrap node, which holds no chain; nodes have others" }

func (s *Server) routes() []httpserver.Route {
	routes := []httpserver.Route{
		{Methods: httpserver.Get, Path: "/", Handle: s.root},
		{Methods: httpserver.Post, Path: "/", Handle: s.service.HandleGreeting, Changes: true, Public: true, BodyOptional: true, Body: IntroductionBody},
		{Methods: httpserver.Get, Path: "/nodes", Handle: s.listNodes, Changes: true, Public: true, BodyOptional: true, Query: []string{"limit"}, Body: IntroductionBody},
		{Methods: httpserver.Get, Path: "/healthz", Handle: s.healthz, Probe: true},
		{Methods: httpserver.Get, Path: "/node/id", Handle: noPeer, Query: []string{"limit"}},
	}
	if s.options.Shutdown != nil {
		routes = append(routes, httpserver.Route{Methods: httpserver.GetPost, Path: "/shutdown", Handle: s.shutdown, Changes: true, Public: true})
	}
	return append(routes, openapi.Routes(Description)...)
}

// refusals say what is answered to a service's errors.
var refusals = []httpserver.Refusal{
	{Err: ErrRate, Status: http.StatusTooManyRequests, Code: "busy"},
	{Err: ErrFull, Status: http.StatusTooManyRequests, Code: "full"},
	{Err: ErrGroup, Status: http.StatusTooManyRequests, Code: "group-full"},
	{Err: ErrUnreachable, Status: http.StatusUnprocessableEntity, Code: "node-unreachable"},
	{Err: ErrIdentity, Status: http.StatusUnprocessableEntity, Code: "bad-node"},
	{Err: ErrCopy, Status: http.StatusUnprocessableEntity, Code: "same-identity"},
}

// Refusal is the answer to an error of a service, or nil.
func Refusal(err error) *api.Error { return httpserver.Find(refusals, err) }

// overview answers GET /.
type overview struct {
	Message  string `json:"message"`
	Software string `json:"software"`
	Nodes    int    `json:"nodes"`
	httpserver.Listing
}

func (s *Server) root(c *gin.Context) error {
	return httpserver.Answer(c, http.StatusOK, overview{
		Message: s.service.greeting(), Software: s.options.Software, Nodes: s.service.Count(), Listing: httpserver.List(s.routes()),
	})
}

func (s *Server) listNodes(c *gin.Context) error { return s.service.HandleNodes(c, nil) }

func (s *Server) healthz(c *gin.Context) error {
	health := api.Health{Status: "ok"}
	if err := s.service.Problem(); err != nil {
		health = api.Health{Status: "degraded", Problems: []string{fmt.Sprintf("the nodes are not on disk: %v", err)}}
	}
	return httpserver.Answer(c, http.StatusOK, health)
}

// noPeer tells whoever takes this for a node.
func noPeer(*gin.Context) error {
	return &api.Error{
		Status: http.StatusNotFound, Code: "bootstrap-node",
		Message: "this is a bootstrap node, which is nobody's peer: give its address to nodes as --seeds",
	}
}

// shutdown asks for the end once the answer is on its way.
func (s *Server) shutdown(c *gin.Context) error {
	if httpserver.OriginOfRequest(c.Request) != (httpserver.Origin{}) {
		return &api.Error{Status: http.StatusForbidden, Code: "not-here", Message: "a bootstrap node is shut down from its own machine"}
	}
	c.Header("Connection", "close")
	_ = httpserver.Answer(c, http.StatusOK, api.Message{Message: "the bootstrap node shuts down"})
	c.Writer.Flush()
	s.options.Shutdown()
	return nil
}
