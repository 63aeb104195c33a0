package api

import (
	"fmt"
	"net/http"
	"slices"

	"github.com/gin-gonic/gin"
)

// Most bytes that a request's body may have.
const (
	smallBody       = 4 << 10
	transactionBody = 256 << 10 // types.MaxTransactionSize, spread out by hand
	blockBody       = 8 << 20   // types.MaxBlockSize as JSON
	nodesBody       = 4 << 20   // maxEntries of the usual size
	chainBody       = 256 << 20
)

// route is one thing that the server does.
type route struct {
	methods []string
	path    string
	handle  func(*gin.Context) error
	changes bool     // something, so that it needs the token
	query   []string // the parameters that it takes
	body    int64    // most bytes of a body, 0 if none is read
}

var (
	get     = []string{http.MethodGet}
	post    = []string{http.MethodPost}
	getPost = []string{http.MethodGet, http.MethodPost} // acts, and people type it into an address bar
)

func (s *Server) routes() []route {
	page := []string{"from", "limit"}
	return []route{
		{methods: get, path: "/healthz", handle: s.healthz},
		{methods: get, path: "/node/id", handle: s.info},
		{methods: getPost, path: "/shutdown", handle: s.shutdown, changes: true},

		{methods: get, path: "/chain", handle: s.chain, query: page},
		{methods: post, path: "/chain/replace", handle: s.replaceChain, changes: true, body: chainBody},
		{methods: get, path: "/blockchain", handle: s.blockchain},
		{methods: get, path: "/blocks", handle: s.blocks, query: page},
		{methods: get, path: "/blocks/:id", handle: s.block},
		{methods: post, path: "/block/new", handle: s.newBlock, changes: true, body: blockBody},
		{methods: getPost, path: "/mine", handle: s.mine, changes: true, query: []string{"count"}},

		{methods: post, path: "/transactions", handle: s.submit, changes: true, body: transactionBody},
		{methods: get, path: "/mempool", handle: s.mempool, query: page},
		{methods: get, path: "/accounts/:address", handle: s.account},

		{methods: post, path: "/nodes/register", handle: s.register, changes: true, body: nodesBody},
		{methods: get, path: "/peers", handle: s.peers, query: page},
		{methods: post, path: "/peers", handle: s.addPeer, changes: true, body: smallBody},
	}
}

func (s *Server) newEngine() *gin.Engine {
	gin.SetMode(gin.ReleaseMode)
	engine := gin.New()
	engine.HandleMethodNotAllowed = true // gin sets Allow
	engine.RedirectTrailingSlash = false
	engine.Use(s.observe)
	for _, r := range s.routes() {
		for _, method := range r.methods {
			engine.Handle(method, r.path, s.run(r))
		}
	}
	engine.NoRoute(s.run(route{handle: noRoute}))
	engine.NoMethod(s.run(route{handle: noMethod}))
	return engine
}

func noRoute(c *gin.Context) error {
	return fmt.Errorf("%w: there is no route %s", errNotFound, c.Request.URL.Path)
}

func noMethod(c *gin.Context) error {
	return &Error{
		http.StatusMethodNotAllowed, "method-not-allowed",
		fmt.Sprintf("%s does not take %s, but %s", c.Request.URL.Path, c.Request.Method, c.Writer.Header().Get("Allow")),
	}
}

// run gives a route its guard, its limits and its error's answer.
func (s *Server) run(r route) gin.HandlerFunc {
	return func(c *gin.Context) {
		err := s.admit(c, r)
		if err == nil {
			err = r.handle(c)
		}
		if err != nil {
			s.refuse(c, err)
		}
	}
}

// admit checks all of a request that needs no look at its body.
func (s *Server) admit(c *gin.Context, r route) error {
	if err := allowTime(c, r.body); err != nil {
		return err
	}
	if err := s.config.Guard.Check(c.Request, r.changes); err != nil {
		return err
	}
	if err := c.Request.Context().Err(); err != nil {
		return err
	}
	if r.path == "" {
		return nil // there is no such route to speak of its parameters
	}
	for key, values := range c.Request.URL.Query() {
		if !slices.Contains(r.query, key) || len(values) != 1 {
			return fmt.Errorf("%w: parameter %q, want each of %q once at most", errMalformed, key, r.query)
		}
	}
	return allowSize(c, r.body)
}
