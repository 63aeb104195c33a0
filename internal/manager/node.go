package manager

import (
	"context"
	"errors"
	"fmt"
	"time"

	"networkmngr/internal/api"
	"networkmngr/internal/api/client"
	"networkmngr/internal/fleet"
	"networkmngr/internal/launch"
	"networkmngr/internal/types"
)

var (
	// errPaused means that a node stands still.
	errPaused = errors.New("the node is paused")
	// errRestarting means that a node has ended, or is to end, and starts again.
	errRestarting = errors.New("the node starts again, ask again in a moment")
	// errNoPause means that no node can be paused here.
	errNoPause = errors.New("the node cannot be paused")
)

// node is a member of the fleet, as the manager speaks to it.
type node struct {
	*fleet.Member
	client *client.Node
}

func (m *Manager) node(c *fleet.Member) node {
	return node{c, client.NewNode(m.trust.URL(c.Life().Node().Ready().Address), m.settings.Token, m.http)}
}

func (m *Manager) asNodes(members []*fleet.Member) []node {
	nodes := make([]node, len(members))
	for i, c := range members {
		nodes[i] = m.node(c)
	}
	return nodes
}

// nodes are all that there are, and running those that run and are not paused.
func (m *Manager) nodes() []node   { return m.asNodes(m.fleet.All()) }
func (m *Manager) running() []node { return m.asNodes(m.fleet.Running()) }

func (c node) ready() launch.Ready { return c.Life().Node().Ready() }

// address is that of the node's HTTP API, host:port.
func (c node) address() string { return c.ready().Address }

// entry is the node's info in a registry.
func (c node) entry() types.NodeInfo {
	ready := c.ready()
	return types.NodeInfo{ID: ready.ID, Address: ready.Address, P2P: ready.P2P}
}

// exit is how the node's last life ended, once it has.
func (c node) exit() launch.Exit {
	exit, _, _ := c.Life().End()
	return exit
}

// answers returns an errEnded, errRestarting, errPaused or errSilent of a node that
// answers nothing.
func (c node) answers() error {
	switch c.State() {
	case fleet.Exited:
		return fmt.Errorf("%w: %s has ended: %s%s", errEnded, c.address(), c.exit(), c.restartWords())
	case fleet.Restarting:
		return errRestarting
	case fleet.Paused:
		return fmt.Errorf("%w: POST /nodes/%s/resume, or networkmngr nodes resume %[2]s, has it go on", errPaused, c.Name())
	}
	if c.Silent() {
		return errSilent
	}
	return nil
}

// whileAnswering makes a context that ends with errPaused when the node is paused, and
// with errSilent when it is found not to answer: a request would wait until it goes on.
func (c node) whileAnswering(ctx context.Context) (context.Context, context.CancelFunc) {
	ctx, cancel := context.WithCancelCause(ctx)
	waited := c.Await()
	silent := c.Answering()
	look := func() {
		switch {
		case c.State() == fleet.Paused:
			cancel(errPaused)
		case c.Silent():
			cancel(errSilent)
		}
	}
	look()
	go func() {
		select {
		case <-silent:
			look()
		case <-ctx.Done():
		}
	}()
	return ctx, func() {
		waited()
		cancel(nil)
	}
}

// mine has the node mine one block.
func (c node) mine(ctx context.Context) api.MiningResult {
	ctx, cancel := c.whileAnswering(ctx)
	defer cancel()
	start := time.Now()
	mined, err := c.client.Mine(ctx, 1)
	result := api.MiningResult{Node: c.address(), Seconds: time.Since(start).Round(time.Millisecond).Seconds()}
	if err != nil {
		result.Error = new(c.explain(ctx, err).Error())
		if before := client.MinedBefore(err); len(before) > 0 {
			mined.Block.Block = before[len(before)-1]
		} else {
			return result
		}
	}
	result.Index, result.Hash = new(mined.Block.Height()), new(mined.Block.Hash())
	return result
}

// explain puts the cause in the place of err, where it only tells of a broken
// connection.
func (c node) explain(ctx context.Context, err error) error {
	if cause := context.Cause(ctx); cause != nil {
		return cause
	}
	var refusal *api.Error
	if !errors.As(err, &refusal) && c.endsSoon(ctx) {
		return fmt.Errorf("the node has ended: %s", c.exit())
	}
	return err
}

// unanswered is err if it is a refusal of c's, or else says why c has not
// answered.
func (c node) unanswered(ctx context.Context, err error) error {
	var refusal *api.Error
	if errors.As(err, &refusal) {
		return err
	}
	return c.unreachable(ctx, err)
}

// unreachable says of a request that c has not answered why it has not.
func (c node) unreachable(ctx context.Context, err error) error {
	return fmt.Errorf("%w: %s: %w", errUnreachable, c.address(), c.explain(ctx, err))
}

// endsSoon reports whether the end of the process comes to light within a
// moment, as it does a little after that of its connections.
func (c node) endsSoon(ctx context.Context) bool {
	moment := time.NewTimer(200 * time.Millisecond)
	defer moment.Stop()
	select {
	case <-c.Life().Gone():
		return true
	case <-moment.C:
	case <-ctx.Done():
	}
	return false
}
