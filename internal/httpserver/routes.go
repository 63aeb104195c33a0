package httpserver

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/gin-gonic/gin"

	"networkmngr/internal/api"
)

// Route is a row of a server's table.
type Route struct {
	Methods []string
	Path    string // as gin takes it
	// AliasOf is the canonical route that this is another name of, such as
	// "POST /peers". Such a row has only Methods and Path beside, and Handle, Query and
	// BodyOptional where those differ.
	AliasOf string
	Handle  func(*gin.Context) error
	Changes bool // state, so that it needs the token
	Public  bool // needs no token, though it changes state: its handler bounds what that may be
	// BodyOptional says that a request may have no body, and changes nothing then.
	BodyOptional bool
	Probe        bool          // may be asked without a Host, as simple health checks do
	Query        []string      // the parameters that it accepts
	Body         int64         // max bytes of a body, 0 for none
	Alone        bool          // reads one body at a time, which may be larger than maxBodies
	Time         time.Duration // for the body to arrive, 0 for bodyTimeout
}

// The methods of a route.
var (
	Get     = []string{http.MethodGet}
	Post    = []string{http.MethodPost}
	Put     = []string{http.MethodPut}
	Delete  = []string{http.MethodDelete}
	GetPost = []string{http.MethodGet, http.MethodPost} // for actions that users type into an address bar
)

func (s *Server) newEngine() *gin.Engine {
	gin.SetMode(gin.ReleaseMode)
	engine := gin.New()
	engine.HandleMethodNotAllowed = true // gin sets Allow
	engine.RedirectTrailingSlash = false
	engine.UseRawPath = true // an escaped slash, as of a URL, is of a parameter
	engine.Use(s.observe)
	for _, r := range Resolve(s.config.Routes) {
		for _, method := range r.methods() {
			engine.Handle(method, r.Path, s.run(r))
		}
	}
	engine.NoRoute(s.run(Route{Handle: s.noRoute}))
	engine.NoMethod(s.run(Route{Handle: noMethod}))
	return engine
}

// methods adds HEAD where GET only reads (RFC 9110, 9.3.2): what net/http sends then
// has no body.
func (r *Route) methods() []string {
	if r.Changes && !r.BodyOptional || !slices.Contains(r.Methods, http.MethodGet) {
		return r.Methods
	}
	return append(slices.Clone(r.Methods), http.MethodHead)
}

// withoutSlash has a path that ends with a slash served as the same path without.
func withoutSlash(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if path := strings.TrimSuffix(r.URL.Path, "/"); path != "" && r.URL.RawPath == "" {
			r.URL.Path = path
		}
		next.ServeHTTP(w, r)
	})
}

// noRoute says where else to look.
func (s *Server) noRoute(c *gin.Context) error {
	elsewhere := ""
	if s.config.Elsewhere != nil {
		elsewhere = s.config.Elsewhere()
	}
	return fmt.Errorf("%w: there is no route %s%s", ErrNotFound, c.Request.URL.Path, elsewhere)
}

func noMethod(c *gin.Context) error {
	return &api.Error{
		Status: http.StatusMethodNotAllowed, Code: "method-not-allowed",
		Message: fmt.Sprintf("%s does not take %s, but %s", c.Request.URL.Path, c.Request.Method, c.Writer.Header().Get("Allow")),
	}
}

// run wraps a route in its guard, its limits and the answer to its error.
func (s *Server) run(r Route) gin.HandlerFunc {
	return func(c *gin.Context) {
		if !r.Alone {
			body, release := s.bodies.share(c.Request.Body)
			defer release()
			c.Request.Body = body
		}
		err := s.admit(c, r)
		if err == nil {
			err = r.Handle(c)
		}
		if err != nil {
			s.refuse(c, orEnded(c, err))
		}
	}
}

// admit checks a request before its route reads the body.
func (s *Server) admit(c *gin.Context, r Route) error {
	if err := allowBody(c, r.Time); err != nil {
		return err
	}
	if !(r.Probe && hostless(c.Request)) {
		guard := s.config.Guard
		if r.Public {
			guard.Token = ""
		}
		if err := guard.Check(c.Request, r.changes(c.Request)); err != nil {
			return err
		}
	}
	if err := c.Request.Context().Err(); err != nil {
		return err
	}
	if r.Path == "" {
		return nil // noRoute and noMethod have no parameters
	}
	pretty, err := r.checkQuery(c.Request.URL.RawQuery)
	if err != nil {
		return err
	}
	if pretty {
		c.Writer = &prettyWriter{ResponseWriter: c.Writer}
	}
	if coding := c.GetHeader("Content-Encoding"); coding != "" && !strings.EqualFold(coding, "identity") {
		return fmt.Errorf("%w: Content-Encoding is %.128q", errEncoded, coding)
	}
	if r.Body == 0 || c.Request.Method == http.MethodHead {
		return noBody(c)
	}
	return allowSize(c, r.Body)
}

// changes reports whether a request to the route changes state.
func (r *Route) changes(request *http.Request) bool {
	return r.Changes && !(r.BodyOptional && request.ContentLength == 0)
}

// hostless reports whether a request names no server, as none has to in HTTP/1.0.
func hostless(r *http.Request) bool { return r.Host == "" && !r.ProtoAtLeast(1, 1) }
