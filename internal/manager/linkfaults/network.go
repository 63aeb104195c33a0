package linkfaults

import (
	"context"

	"networkmngr/internal/api"
	"networkmngr/internal/clock"
	"networkmngr/internal/events"
	"networkmngr/internal/fleet"
	"networkmngr/internal/types"
)

// Network is what the faults are of.
type Network interface {
	// Change keeps others from changing the network, until release. It fails if ctx or the
	// network ends first.
	Change(ctx context.Context) (release func(), err error)
	// Running lists the nodes that run, and are not paused.
	Running() []Node
	// Lab is the network's time.
	Lab() clock.Lab
	// Tell tells of a change.
	Tell(events.FaultsChanged)
}

// Node is a node that runs. What it is asked ends when it is paused, or falls silent.
type Node interface {
	Name() string
	Life() *fleet.Life
	// Answers returns why the node cannot be asked now.
	Answers() error
	// SetFaults has the node have other faults, and returns what it has then; nil if it has
	// ended or stands still before it answered, and is to get them when it is back.
	SetFaults(ctx context.Context, form api.LinkFaults) (*api.LinkFaults, error)
	Faults(ctx context.Context) (api.LinkFaults, error)
	Links(ctx context.Context) (api.NodeLinks, error)
	// Redial has the node dial peers at once.
	Redial(ctx context.Context, peers []types.NodeID) error
}
