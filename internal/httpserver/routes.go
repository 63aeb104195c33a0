package httpserver

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/gin-gonic/gin"
)

// Route is one thing that a server does.
type Route struct {
	Methods []string
	Path    string // as gin takes it
	// AliasOf is the canonical route that this is another name of, such as
	// "POST /peers". Such a row says nothing else but Methods and Path.
	AliasOf string
	Handle  func(*gin.Context) error
	Changes bool          // something, so that it needs the token
	Query   []string      // the parameters that it takes
	Body    int64         // most bytes of a body, 0 if it takes none
	Alone   bool          // sees to it that one body is kept at a time, which may be larger than all others
	Time    time.Duration // for the body to come, 0 for the usual
}

// The methods of a route.
var (
	Get     = []string{http.MethodGet}
	Post    = []string{http.MethodPost}
	Put     = []string{http.MethodPut}
	Delete  = []string{http.MethodDelete}
	GetPost = []string{http.MethodGet, http.MethodPost} // acts, and people type it into an address bar
)

func (s *Server) newEngine() *gin.Engine {
	gin.SetMode(gin.ReleaseMode)
	engine := gin.New()
	engine.HandleMethodNotAllowed = true // gin sets Allow
	engine.RedirectTrailingSlash = false
	engine.Use(s.observe)
	for _, r := range Resolve(s.config.Routes) {
		for _, method := range r.Methods {
			engine.Handle(method, r.Path, s.run(r))
		}
	}
	engine.NoRoute(s.run(Route{Handle: noRoute}))
	engine.NoMethod(s.run(Route{Handle: noMethod}))
	return engine
}

func noRoute(c *gin.Context) error {
	return fmt.Errorf("%w: there is no route %s", ErrNotFound, c.Request.URL.Path)
}

func noMethod(c *gin.Context) error {
	return &Error{
		Status: http.StatusMethodNotAllowed, Code: "method-not-allowed",
		Message: fmt.Sprintf("%s does not take %s, but %s", c.Request.URL.Path, c.Request.Method, c.Writer.Header().Get("Allow")),
	}
}

// run gives a route its guard, its limits and its error's answer.
func (s *Server) run(r Route) gin.HandlerFunc {
	return func(c *gin.Context) {
		if !r.Alone {
			defer s.bodies.share(c)()
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

// admit checks all of a request but the body that its route reads.
func (s *Server) admit(c *gin.Context, r Route) error {
	if err := allowTime(c, r.Time); err != nil {
		return err
	}
	if err := s.config.Guard.Check(c.Request, r.Changes); err != nil {
		return err
	}
	if err := c.Request.Context().Err(); err != nil {
		return err
	}
	if r.Path == "" {
		return nil // there is no such route to speak of its parameters
	}
	if err := r.checkQuery(c.Request.URL.Query()); err != nil {
		return err
	}
	if r.Body == 0 {
		return noBody(c)
	}
	return allowSize(c, r.Body)
}

// checkQuery refuses parameters that the route does not take, or that come
// twice.
func (r *Route) checkQuery(query url.Values) error {
	for key, values := range query {
		switch {
		case len(r.Query) == 0:
			return fmt.Errorf("%w: parameter %.128q, %s takes none", ErrMalformed, key, r.Path)
		case !slices.Contains(r.Query, key):
			return fmt.Errorf("%w: parameter %.128q, want %s", ErrMalformed, key, strings.Join(r.Query, " or "))
		case len(values) != 1:
			return fmt.Errorf("%w: parameter %q is there %d times, want it once", ErrMalformed, key, len(values))
		}
	}
	return nil
}
