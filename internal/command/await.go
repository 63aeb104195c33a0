package command

import (
	"context"
	"fmt"
	"slices"

	"networkmngr/internal/api"
	"networkmngr/internal/api/client"
	"networkmngr/internal/events"
	"networkmngr/internal/events/state"
	"networkmngr/internal/terminal"
	"networkmngr/internal/types"
)

// waiting is what "send --wait" knows of a transfer that it waits for.
type waiting struct {
	network *network
	node    *client.Node
	id      types.Hash
	line    terminal.StatusLine
	notice  func(words string)
	warned  bool // that nobody mines
}

// block waits until the node's chain holds the transfer. The error says why it never
// will, if it was replaced, overtaken or dropped.
func (w *waiting) block(ctx context.Context) (block *api.Tip, err error) {
	defer w.line.Clear()
	err = w.node.AwaitMempool(ctx, func() (bool, error) {
		found, err := w.node.Transaction(ctx, w.id)
		block = found.Block
		if err != nil || block != nil {
			return true, err
		}
		if !found.Waits() {
			return false, fmt.Errorf("transaction %s was %s and will be in no block: %s", w.id, found.Status, found.Why)
		}
		w.tell(ctx, &found)
		return false, nil
	})
	if ctx.Err() != nil && block == nil {
		err = fmt.Errorf("transaction %s is still pending: %w", w.id, context.Cause(ctx))
	}
	return block, err
}

// tell says what the transfer waits for.
func (w *waiting) tell(ctx context.Context, found *api.Transaction) {
	w.warn(ctx)
	if found.Why != "" {
		w.line.Set("transaction %s is %s: %s", shortHash(w.id), found.Status, found.Why)
		return
	}
	w.line.Set("transaction %s is pending: it waits for a block, Ctrl-C leaves it", shortHash(w.id))
}

// warn says once that nobody mines, and what the user can do about that.
func (w *waiting) warn(ctx context.Context) {
	if w.warned || !w.network.idle(ctx) {
		return
	}
	w.warned = true
	w.line.Clear()
	const pending = "networkmngr mining --mode pending has them mine while transfers wait"
	if w.network.switchedOff(ctx) {
		w.notice("mining is off on all nodes of this network, so no block comes: " + pending +
			", networkmngr mining --mode demand whenever networkmngr mine asks them to")
		return
	}
	w.notice("nobody mines on this network, so no block comes: networkmngr mine has each node mine one, " + pending)
}

// idle reports whether the manager knows that no node mines.
func (n *network) idle(ctx context.Context) bool {
	ctx, cancel := context.WithTimeout(ctx, askTimeout)
	defer cancel()
	now, err := n.client.State(ctx)
	mines := func(node state.Node) bool { return node.State == state.Running && node.Mining != nil }
	return err == nil && now.Session == nil && !slices.ContainsFunc(now.Nodes, mines)
}

// switchedOff reports whether all nodes are set never to mine, not when asked to either.
func (n *network) switchedOff(ctx context.Context) bool {
	nodes, err := n.running(ctx)
	off := make([]bool, len(nodes))
	askAll(ctx, len(nodes), func(ctx context.Context, i int) {
		of, err := n.miningOf(ctx, nodes[i], nil)
		off[i] = err == nil && of.Mining.Settings.Mode == events.MiningOff
	})
	return err == nil && len(off) > 0 && !slices.Contains(off, false)
}
