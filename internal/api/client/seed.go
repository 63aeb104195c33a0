package client

import (
	"context"
	"fmt"
	"net/http"

	"networkmngr/internal/api"
	"networkmngr/internal/httpclient"
)

// maxSeedAnswer is the most bytes of an answer that is taken of a seed, which may be
// anybody's.
const maxSeedAnswer = 1 << 20

// Seed speaks to a bootstrap node, or to a node as if it were one. Its errors are as a
// Node's.
type Seed struct{ server httpclient.Client }

// NewSeed makes a client of the seed at base, such as http://127.0.0.1:42020.
func NewSeed(base string, client *http.Client) *Seed {
	return &Seed{httpclient.Client{Base: base, HTTP: client, Most: maxSeedAnswer}}
}

// Nodes asks for up to limit nodes, and has a node known there that introduces itself;
// nil for none.
func (c *Seed) Nodes(ctx context.Context, introduced *api.Place, limit int) ([]api.Place, error) {
	path := fmt.Sprintf("/nodes?limit=%d", limit)
	if introduced == nil {
		return httpclient.Call[[]api.Place](ctx, &c.server, http.MethodGet, path, nil)
	}
	return httpclient.Call[[]api.Place](ctx, &c.server, http.MethodGet, path, introduced)
}
