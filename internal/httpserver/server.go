package httpserver

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"time"

	"github.com/gin-gonic/gin"
	"github.com/hashicorp/go-hclog"
	"github.com/rs/cors"

	"networkmngr/internal/api"
	"networkmngr/internal/httpserver/guard"
)

// Limits of one client, and of all together.
const (
	headerTimeout  = 5 * time.Second  // to send a request's header
	bodyTimeout    = 30 * time.Second // to send its body, unless its route says otherwise
	writeTimeout   = 30 * time.Second // to read the next part of an answer
	idleTimeout    = 2 * time.Minute  // of a connection between requests
	endTimeout     = 5 * time.Second  // for running requests to end with the server
	lastWrite      = time.Second      // to read the next part of an answer then
	maxHeaderBytes = 16 << 10
	maxConnections = 384 // of this machine, and as many of strangers
)

// Options is what a Server is made of.
type Options struct {
	Routes []Route
	Guard  guard.Guard
	// Refuse returns the answer to an error that this package does not know, or
	// nil for a failure of the server.
	Refuse func(error) *api.Error
	// Reword returns the words of a refusal as its reader is to see them; nil leaves
	// them.
	Reword func(message string) string
	// Elsewhere returns the rest of a sentence about a route that is not here: who else
	// may have it. It may be nil, or return nothing.
	Elsewhere func() string
	// Answered is told of each request at its end, from any goroutine.
	Answered func(Answered)
	Logger   hclog.Logger
}

// Answered is a request that was answered.
type Answered struct {
	Method, Route string // Route as in the table; empty where there is none such
	Status        int
	Took          time.Duration
}

// Server answers the HTTP requests of one table of routes.
type Server struct {
	config Options
	log    hclog.Logger
	engine *gin.Engine
	bodies bodies
}

// New returns a server, which Serve starts.
func New(config Options) *Server {
	if config.Answered == nil {
		config.Answered = func(Answered) {}
	}
	s := &Server{config: config, log: config.Logger}
	s.engine = s.newEngine()
	return s
}

// handler is the engine with what is done before a route is found. The pages of
// invited origins may read answers, and ask before they act (the Fetch standard's CORS
// protocol); the guard judges each request all the same.
func (s *Server) handler() http.Handler {
	handler := asItSays(withoutSlash(s.engine))
	if len(s.config.Guard.Origins) == 0 {
		return handler
	}
	return cors.New(cors.Options{
		AllowedOrigins:      s.config.Guard.Origins,
		AllowedMethods:      []string{http.MethodGet, http.MethodHead, http.MethodPost, http.MethodPut, http.MethodDelete},
		AllowedHeaders:      []string{"Authorization", "Content-Type", "Last-Event-ID"},
		ExposedHeaders:      []string{"Location"},
		AllowPrivateNetwork: true,
	}).Handler(handler)
}

// asItSays has clients take each answer as what it says that it is.
func asItSays(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("X-Content-Type-Options", "nosniff")
		next.ServeHTTP(w, r)
	})
}

// Serve answers requests on listener, whose connections may be those of TLS, until ctx
// ends, and closes it; then it cancels running requests and waits for them, within
// endTimeout. The error is that of the listener, or says that requests ran on.
func (s *Server) Serve(ctx context.Context, listener net.Listener) error {
	server := &http.Server{
		Handler:           s.handler(),
		BaseContext:       func(net.Listener) context.Context { return ctx },
		ReadHeaderTimeout: headerTimeout,
		IdleTimeout:       idleTimeout,
		MaxHeaderBytes:    maxHeaderBytes,
		ErrorLog:          s.log.StandardLogger(&hclog.StandardLoggerOptions{ForceLevel: hclog.Debug}),
	}
	open := newConnections(s.log)
	server.ConnState = open.observe
	failed := make(chan error, 1)
	go func() { failed <- server.Serve(listener) }()
	select {
	case err := <-failed:
		return errors.Join(fmt.Errorf("serve HTTP on %s: %w", listener.Addr(), err), server.Close())
	case <-ctx.Done():
	}
	open.cutOff()
	err := end(server)
	if served := <-failed; !errors.Is(served, http.ErrServerClosed) {
		return errors.Join(err, served)
	}
	return err
}

// end waits for running requests, whose context has ended.
func end(server *http.Server) error {
	ctx, cancel := context.WithTimeout(context.Background(), endTimeout)
	defer cancel()
	if err := server.Shutdown(ctx); err != nil {
		return errors.Join(fmt.Errorf("requests still run %s after the end: %w", endTimeout, err), server.Close())
	}
	return nil
}
