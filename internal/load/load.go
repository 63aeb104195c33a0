// Package load sends a running network a mix of transfers at a steady rate, and
// accounts for every one that a node has accepted.
//
// The rate is that of a schedule, not of the answers: a late transfer is sent all
// the same, and the report says how late. Senders sign here and count their own
// sequence numbers. Each has one transfer in flight at a time, always to the same
// node, so that none comes before the one that it follows.
package load

import (
	"cmp"
	"context"
	"crypto/ed25519"
	"errors"
	"fmt"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"networkmngr/internal/api/client"
	"networkmngr/internal/types"
)

// ErrLost means that accepted transfers are neither in the chain nor pending
// anywhere, or that a node has accepted a transfer that breaks a rule.
var ErrLost = errors.New("accepted transfers are lost")

// Options is what is to be sent, and where.
type Options struct {
	Rate    int           // transfers a second
	For     time.Duration // how long
	Seed    uint64        // decides all but the time of day
	Nodes   []*client.Node
	Network types.Hash // of the genesis block
	Senders []ed25519.PrivateKey
	// Quiet is how long the chain may stand still, once all is sent, before
	// transfers that are in no block are looked for elsewhere.
	Quiet    time.Duration
	Progress func(Progress) // called now and then, from one goroutine; may be nil
}

// Progress counts transfers so far.
type Progress struct {
	Elapsed                        time.Duration
	Sent, Accepted, Included, Late int
}

// Run sends the transfers, waits until blocks hold those that were accepted, and
// looks for the others. The error is ErrLost, a node's, or that of ctx; the report
// comes with it, of what was seen until then.
func Run(ctx context.Context, config Options) (Report, error) {
	results := newResults()
	follower, err := client.Follow(ctx, config.Nodes[0])
	if err != nil {
		return Report{}, err
	}
	senders, err := newSenders(ctx, config, results)
	if err != nil {
		return Report{}, err
	}
	start := time.Now()
	tracker := &tracker{node: config.Nodes[0], follower: follower, results: results, first: follower.Height()}
	telling, stop := context.WithCancel(ctx)
	var told sync.WaitGroup
	told.Go(func() { config.tell(telling, results, start) })
	defer told.Wait()
	defer stop()
	took, err := sendAll(ctx, senders, tracker, start)
	if err == nil {
		err = tracker.awaitInclusion(ctx, config)
	}
	var rest missing
	if err == nil {
		rest, err = findMissing(ctx, config.Nodes, results)
	}
	report := results.report(config, took, tracker, rest)
	if err != nil {
		return report, err
	}
	if report.Lost > 0 || report.WronglyAccepted > 0 {
		return report, fmt.Errorf("%w: %d, and %d were accepted that break a rule", ErrLost, report.Lost, report.WronglyAccepted)
	}
	return report, nil
}

// sendAll runs the senders beside the tracker, whose failure ends them, and returns
// the time that sending took.
func sendAll(ctx context.Context, senders []*sender, tracker *tracker, start time.Time) (took time.Duration, err error) {
	wanted, giveUp := context.WithCancelCause(ctx)
	watching, stop := context.WithCancel(ctx)
	defer stop()
	var sending, beside errgroup.Group
	for _, s := range senders {
		sending.Go(func() error { return s.run(wanted, start) })
	}
	beside.Go(func() error {
		blind := tracker.run(watching)
		giveUp(blind)
		return blind
	})
	err = sending.Wait()
	took = time.Since(start)
	stop()
	return took, cmp.Or(beside.Wait(), err)
}
