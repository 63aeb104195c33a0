// Package load sends a running network a mix of transfers at a steady rate, and
// accounts for every one that a node has accepted.
//
// The rate is that of a schedule, not of the answers: a transfer that is late
// is sent all the same, and how late is part of the report. Accounts sign here
// and keep their own sequence numbers, each with one transfer on its way at a
// time, and always to the same node, so that none comes before the one that it
// follows.
package load

import (
	"cmp"
	"context"
	"crypto/ed25519"
	"errors"
	"fmt"
	"time"

	"golang.org/x/sync/errgroup"

	"networkmngr/internal/api"
	"networkmngr/internal/types"
)

// ErrLost means that accepted transfers are neither in the chain nor pending
// anywhere, or that a node has accepted what it should have refused.
var ErrLost = errors.New("accepted transfers are lost")

// Config is what is to be sent, and where.
type Config struct {
	Rate    int           // transfers a second
	For     time.Duration // how long
	Seed    uint64        // decides all but the time of day
	Nodes   []*api.Client
	Network types.Hash // of the genesis block
	Senders []ed25519.PrivateKey
	// Quiet is how long the chain may stand still, once all is sent, before
	// what has not come into a block is looked for elsewhere.
	Quiet    time.Duration
	Progress func(Progress) // called now and then, from one goroutine; may be nil
}

// Progress is how far it is.
type Progress struct {
	Elapsed                        time.Duration
	Sent, Accepted, Included, Late int
}

// Run sends it all, waits until blocks hold what was accepted, and looks for
// what they do not. With ErrLost comes the report too; with any other error once
// something was sent, one of what was seen until then.
func Run(ctx context.Context, config Config) (Report, error) {
	tally := newTally()
	follower, err := api.Follow(ctx, config.Nodes[0])
	if err != nil {
		return Report{}, err
	}
	senders, err := newSenders(ctx, config, tally)
	if err != nil {
		return Report{}, err
	}
	start := time.Now()
	watch := &watch{follower: follower, tally: tally, first: follower.Height(), moved: start}
	took, err := sendAll(ctx, config, senders, watch, start)
	if err == nil {
		err = watch.settle(ctx, config, start)
	}
	var rest missing
	if err == nil {
		rest, err = findMissing(ctx, config.Nodes, tally)
	}
	report := tally.report(config, took, watch, rest)
	if err != nil {
		return report, err
	}
	if report.Lost > 0 || report.WronglyAccepted > 0 {
		return report, fmt.Errorf("%w: %d, and %d were accepted that break a rule", ErrLost, report.Lost, report.WronglyAccepted)
	}
	return report, nil
}

// sendAll runs the senders, and watches the chain meanwhile, without which there
// is no point in sending. It gives the time that sending took.
func sendAll(ctx context.Context, config Config, senders []*sender, watch *watch, start time.Time) (took time.Duration, err error) {
	wanted, giveUp := context.WithCancelCause(ctx)
	watching, stop := context.WithCancel(ctx)
	defer stop()
	var sending, beside errgroup.Group
	for _, s := range senders {
		sending.Go(func() error { return s.run(wanted, start) })
	}
	beside.Go(func() error {
		blind := watch.run(watching, config, start)
		giveUp(blind)
		return blind
	})
	err = sending.Wait()
	took = time.Since(start)
	stop()
	return took, cmp.Or(beside.Wait(), err)
}
