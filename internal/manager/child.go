package manager

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"sync/atomic"
	"time"

	"networkmngr/internal/api"
	"networkmngr/internal/api/client"
	"networkmngr/internal/launch"
	"networkmngr/internal/node"
)

// child is a node that the manager has started.
type child struct {
	port    int
	pid     int
	entry   node.Entry
	process Process
	client  *client.Node

	leaving    atomic.Bool // its end was asked for
	restarting atomic.Bool // another process takes its place

	gone    chan struct{} // closed once the process has ended and what follows is set
	exit    launch.Exit
	endedAt time.Time
}

func newChild(port int, process Process, token string, connections *http.Client) *child {
	ready := process.Ready()
	return &child{
		port: port, pid: ready.PID, process: process, gone: make(chan struct{}),
		entry:  node.Entry{ID: ready.ID, Address: ready.Address, P2P: ready.P2P},
		client: client.NewNode("http://"+ready.Address, token, connections),
	}
}

// watch waits for the end of the process.
func (c *child) watch() {
	<-c.process.Done()
	c.exit, c.endedAt = c.process.Exit(), time.Now()
	close(c.gone)
}

func (c *child) running() bool {
	select {
	case <-c.gone:
		return false
	default:
		return true
	}
}

// mine has the node mine one block.
func (c *child) mine(ctx context.Context) api.MiningResult {
	start := time.Now()
	mined, err := c.client.Mine(ctx, 1)
	result := api.MiningResult{Node: c.entry.Address, Seconds: time.Since(start).Round(time.Millisecond).Seconds()}
	if err != nil {
		result.Error = new(c.explain(ctx, err).Error())
		if before := client.MinedBefore(err); len(before) > 0 {
			mined.Block = before[len(before)-1]
		} else {
			return result
		}
	}
	result.Index, result.Hash = new(mined.Block.Height()), new(mined.Block.Hash())
	return result
}

// explain puts the cause in the place of err, where it only tells of a broken
// connection.
func (c *child) explain(ctx context.Context, err error) error {
	if cause := context.Cause(ctx); cause != nil {
		return cause
	}
	var refusal *api.Error
	if !errors.As(err, &refusal) && c.endsSoon(ctx) {
		return fmt.Errorf("the node has ended: %s", c.exit)
	}
	return err
}

// unanswered is err if it is a refusal of c's, or else says why c has not
// answered.
func (c *child) unanswered(ctx context.Context, err error) error {
	var refusal *api.Error
	if errors.As(err, &refusal) {
		return err
	}
	return c.unreachable(ctx, err)
}

// unreachable says of a request that c has not answered why it has not.
func (c *child) unreachable(ctx context.Context, err error) error {
	return fmt.Errorf("%w: %s: %w", errUnreachable, c.entry.Address, c.explain(ctx, err))
}

// endsSoon reports whether the end of the process comes to light within a
// moment, as it does a little after that of its connections.
func (c *child) endsSoon(ctx context.Context) bool {
	moment := time.NewTimer(200 * time.Millisecond)
	defer moment.Stop()
	select {
	case <-c.gone:
		return true
	case <-moment.C:
	case <-ctx.Done():
	}
	return false
}

// tip asks for the node's last block. It is the cheapest question that tells
// it, as /node/id lists every node of the network.
func (c *child) tip(ctx context.Context) api.NodeTip {
	tip := api.NodeTip{Node: c.entry.Address}
	last, err := c.client.Blocks(ctx, 1)
	switch {
	case err != nil:
		tip.Error = new(c.explain(ctx, err).Error())
	case len(last.Blocks) == 0:
		tip.Error = new("the node gave no block")
	default:
		tip.Index, tip.Hash = new(last.Blocks[0].Height()), new(last.Blocks[0].Hash())
	}
	return tip
}
