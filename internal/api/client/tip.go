package client

import (
	"context"
	"errors"
	"io"
	"net/url"
	"strconv"

	"networkmngr/internal/httpclient"
)

// errSeen means that somebody has seen what they waited for.
var errSeen = errors.New("seen")

// AwaitTip calls look at once, and again whenever the node's tip has moved, until it
// returns true. It returns look's error, that of ctx, or why the connection broke.
func (c *Node) AwaitTip(ctx context.Context, look func() (bool, error)) error {
	next, err := c.NextEvent(ctx)
	if err != nil {
		return err
	}
	again := func(httpclient.Followed) error {
		seen, err := look()
		if err == nil && seen {
			return errSeen
		}
		return err
	}
	err = again(httpclient.Followed{})
	if err == nil {
		err = c.Follow(ctx, &httpclient.Follow{
			Query: url.Values{"types": {"tip-moved"}, "from": {strconv.FormatUint(next, 10)}},
			Take:  again, Lost: givenUp,
		})
	}
	if errors.Is(err, errSeen) {
		return nil
	}
	return err
}

// givenUp is why a stream has ended that is not asked for again.
func givenUp(err error) error {
	if err == nil {
		return io.ErrUnexpectedEOF
	}
	return err
}
