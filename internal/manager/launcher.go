package manager

import (
	"context"
	"slices"
	"time"

	"networkmngr/internal/config"
	"networkmngr/internal/launch"
)

// Launcher starts a node with these settings and returns once it is ready. It
// tells the node the URL of its manager. ctx bounds the start only. A node that
// does not become ready leaves nothing running, and the error says why in the
// node's own words.
type Launcher interface {
	Start(ctx context.Context, settings config.Node, manager string) (Process, error)
}

// Process is a node that has been ready.
type Process interface {
	Ready() launch.Ready
	Done() <-chan struct{}                // closed when it has ended
	Stop(grace time.Duration) launch.Exit // asks it to end, kills it after grace
	Exit() launch.Exit                    // waits for the end
}

// Program is the Launcher that runs nodes as processes.
type Program struct {
	Path string   // the executable
	Args []string // before the flags of the node
}

// Start runs the program as a node; see [launch.Start].
func (p Program) Start(ctx context.Context, settings config.Node, manager string) (Process, error) {
	process, err := launch.Start(ctx, launch.Spec{
		Path: p.Path, Args: slices.Concat(p.Args, settings.Args()), Env: settings.Env(), Parent: manager,
	})
	if err != nil {
		return nil, err // and no Process that holds a nil
	}
	return process, nil
}
