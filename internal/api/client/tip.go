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
	next, err := c.NextEvent(ctx)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithCancel(ctx)
	moved, lost := make(chan struct{}, 1), make(chan error, 1) // one for all moves since the last look
	go func() {
		defer close(lost)
		lost <- c.followTip(ctx, next, moved)
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

// followTip tells of each move of the tip from an event's offset on, until the
// connection breaks.
func (c *Node) followTip(ctx context.Context, from uint64, moved chan<- struct{}) error {
	return c.Follow(ctx, &httpclient.Follow{
		Query: url.Values{"types": {"tip-moved"}, "from": {strconv.FormatUint(from, 10)}},
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
