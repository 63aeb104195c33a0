package client

import (
	"context"
	"io"
	"net/url"
	"strconv"

	"networkmngr/internal/httpclient"
)

// AwaitTip calls look at once, and again whenever the node's tip has moved, until it
// returns true. It returns look's error, that of ctx, or why the connection broke.
func (c *Node) AwaitTip(ctx context.Context, look func() (bool, error)) error {
	return c.await(ctx, "tip-moved", look)
}

// AwaitMempool is AwaitTip, with its errors, for a look at the mempool too, which is told
// to have changed at most once a second.
func (c *Node) AwaitMempool(ctx context.Context, look func() (bool, error)) error {
	return c.await(ctx, "tip-moved,mempool", look)
}

// await calls look at once and after each event of some types.
func (c *Node) await(ctx context.Context, types string, look func() (bool, error)) error {
	next, err := c.NextEvent(ctx)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithCancel(ctx)
	moved, lost := make(chan struct{}, 1), make(chan error, 1) // one for all moves since the last look
	go func() {
		defer close(lost)
		lost <- c.follow(ctx, types, next, moved)
	}()
	defer func() {
		cancel()
		for range lost { // until it has ended
		}
	}()
	for {
		if seen, err := look(); seen || err != nil {
			return err
		}
		select {
		case <-moved:
		case err := <-lost:
			return err
		}
	}
}

// follow tells of each event of some types from an offset on, until the connection
// breaks.
func (c *Node) follow(ctx context.Context, types string, from uint64, moved chan<- struct{}) error {
	return c.Follow(ctx, &httpclient.Follow{
		Query: url.Values{"types": {types}, "from": {strconv.FormatUint(from, 10)}},
		Take: func(httpclient.Followed) error {
			select {
			case moved <- struct{}{}:
			default:
			}
			return nil
		},
		Lost: func(err error) error {
			if err == nil {
				err = io.ErrUnexpectedEOF
			}
			return err
		},
	})
}
