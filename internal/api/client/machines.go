package client

import (
	"context"
	"net/http"
	"net/url"

	"networkmngr/internal/api"
	"networkmngr/internal/httpclient"
)

// Machines asks for the network, and for the managers that have joined it.
func (c *Manager) Machines(ctx context.Context) (api.Machines, error) {
	return httpclient.Call[api.Machines](ctx, &c.server, http.MethodGet, "/machines", nil)
}

// Join has a manager join the network of this one, or say that it is there still.
func (c *Manager) Join(ctx context.Context, joining api.Joining) (api.Joined, error) {
	return httpclient.Call[api.Joined](ctx, &c.server, http.MethodPost, "/machines", joining)
}

// RemoveMachine takes a manager that has joined the network out of it, with its nodes. It
// goes by its URL, or the part of that after the scheme.
func (c *Manager) RemoveMachine(ctx context.Context, machine string) (api.RemovedMachine, error) {
	return httpclient.Call[api.RemovedMachine](ctx, &c.server, http.MethodDelete, "/machines/"+url.PathEscape(machine), nil)
}
