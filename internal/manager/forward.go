package manager

import (
	"bytes"
	"context"
	"errors"
	"io"
	"mime"
	"net/http"
	"net/url"
	"strings"

	"github.com/gin-gonic/gin"

	"networkmngr/internal/httpserver"
)

var (
	// errEnded means that a node does not run any more.
	errEnded = errors.New("the node does not run")
	// errUnreachable means that a node runs and does not answer.
	errUnreachable = errors.New("the node does not answer")
)

// nodeReads are what may be read of one node at the manager too, as a page may ask only
// the server that it comes from: the path below /nodes/:node, the node's own, and its
// parameters.
var nodeReads = []struct {
	below, path string
	query       []string
}{
	{"/id", "/node/id", rows},
	{"/state", "/state", nil},
	{"/mining", "/mining", nil},
	{"/chain", "/chain", rows},
	{"/tips", "/chain/tips", rows},
	{"/validate", "/chain/validate", nil},
	{"/blocks", "/blocks", rows},
	{"/blocks/:id", "/blocks/:id", []string{"details"}},
	{"/transactions/:id", "/transactions/:id", []string{"proof"}},
	{"/mempool", "/mempool", rows},
	{"/accounts", "/accounts", rows},
	{"/accounts/:id", "/accounts/:id", rows},
	{"/peers", "/peers", rows},
	{"/bans", "/bans", rows},
	{"/addresses", "/addresses", []string{"table", "group", "source", "from", "limit"}},
	{"/search", "/search", []string{"q"}},
}

// checked asks that a change is judged, and not made.
var checked = []string{"check"}

// rows choose a part of a list.
var rows = []string{"from", "limit"}

func (m *Manager) readsOfNodes() []httpserver.Route {
	routes := make([]httpserver.Route, len(nodeReads))
	for i, r := range nodeReads {
		routes[i] = httpserver.Route{Methods: httpserver.Get, Path: "/nodes/:node" + r.below, Handle: m.forward(r.path), Query: r.query}
	}
	return routes
}

// forward passes a request on to a node, as the request for a path there, with the :id of
// the request's own path, and the answer back as it comes.
func (m *Manager) forward(path string) func(*gin.Context) error {
	return func(c *gin.Context) error {
		target, err := m.find(c.Param("node"))
		if err != nil {
			return err
		}
		if m.isChanging() {
			return errChanging
		}
		if err := target.answers(); err != nil {
			return err
		}
		ctx, cancel := target.whileAnswering(c.Request.Context())
		defer cancel()
		c.Request = c.Request.WithContext(ctx)
		request, err := m.forwarded(c, target, path)
		if err != nil {
			return err
		}
		answer, err := m.http.Do(request)
		if err != nil {
			return m.unreachable(c, target, err)
		}
		defer answer.Body.Close()
		if err := passOn(c, answer); err != nil {
			return m.unreachable(c, target, err)
		}
		return nil
	}
}

// forwarded is the request to the node.
func (m *Manager) forwarded(c *gin.Context, target node, path string) (*http.Request, error) {
	body, err := httpserver.Body(c)
	if err != nil {
		return nil, err
	}
	there := m.trust.URL(target.address()) + strings.ReplaceAll(path, ":id", url.PathEscape(c.Param("id")))
	if query := c.Request.URL.RawQuery; query != "" {
		there += "?" + query
	}
	request, err := http.NewRequestWithContext(c.Request.Context(), c.Request.Method, there, bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	if token := m.settings.Token; token != "" {
		request.Header.Set("Authorization", "Bearer "+token)
	}
	return request, nil
}

func (m *Manager) unreachable(c *gin.Context, target node, err error) error {
	if ended := context.Cause(c.Request.Context()); ended != nil {
		return ended
	}
	return target.unreachable(c.Request.Context(), err)
}

// passedType is the type under which a node's answer is passed on. Nothing that a browser
// would show as a page of the manager's is passed on as such.
func passedType(there string) string {
	switch kind, _, _ := mime.ParseMediaType(there); kind {
	case gin.MIMEJSON, gin.MIMEPlain:
		return there
	}
	return "application/octet-stream"
}

// passOn copies an answer part by part: a chain may be long. What it says of a place at
// the node is told of the same place here.
func passOn(c *gin.Context, answer *http.Response) error {
	c.Header("Content-Type", passedType(answer.Header.Get("Content-Type")))
	if place := answer.Header.Get("Location"); place != "" {
		c.Header("Location", "/nodes/"+c.Param("node")+place)
	}
	c.Status(answer.StatusCode)
	_, err := io.Copy(httpserver.TimedWriter{Context: c}, answer.Body)
	c.Writer.WriteHeaderNow() // of an answer without a body, too
	return err
}
