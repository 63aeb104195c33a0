//go:build linux

package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"sync"

	"networkmngr/scripts/measure"
)

const (
	watchers    = 3
	offeredRate = 1000 // transfers a second
)

// watched compares how many transfers six racing nodes take with and without readers
// of the manager's events. All is asked of one network, in turn.
func watched(ctx context.Context, b *bench) (rows []row, err error) {
	const nodes = 6
	n, err := b.startNetwork(ctx, nodes, nodes-1)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, n.stop()) }()
	var alone, seen []float64
	for range b.repeat.loads {
		for _, readers := range []int{0, watchers} {
			rate, err := b.watchedRate(ctx, n, readers)
			if err != nil {
				return nil, err
			}
			if readers == 0 {
				alone = append(alone, rate)
			} else {
				seen = append(seen, rate)
			}
		}
	}
	return []row{{
		what:   fmt.Sprintf("transfers that six racing nodes take of %d/s, with %d readers of all events", offeredRate, watchers),
		format: "%.0f/s", more: true,
		ours: []float64{median(seen)}, target: []float64{0.95 * median(alone)},
		plain: []float64{median(alone)}, by: "the same without readers; the target is 95 % of that",
	}}, nil
}

// watchedRate is how many transfers a second the nodes take while so many read along.
func (b *bench) watchedRate(ctx context.Context, n *network, readers int) (float64, error) {
	manager := fmt.Sprintf("http://127.0.0.1:%d", n.first-1)
	ctx, cancel := context.WithCancel(ctx)
	var reading sync.WaitGroup
	defer reading.Wait()
	defer cancel()
	for range readers {
		stream, err := openStream(ctx, manager+"/events")
		if err != nil {
			return 0, err
		}
		reading.Go(func() {
			defer stream.Close()
			_, _ = io.Copy(io.Discard, stream) // until it is cancelled
		})
	}
	return b.loadRate(ctx, manager)
}

// openStream asks for events; the body is to be closed.
func openStream(ctx context.Context, url string) (io.ReadCloser, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return nil, err
	}
	answer, err := measure.NewHTTP().Do(request)
	if err != nil {
		return nil, err
	}
	if answer.StatusCode != http.StatusOK {
		return nil, errors.Join(fmt.Errorf("GET %s: %s", url, answer.Status), answer.Body.Close())
	}
	return answer.Body, nil
}

// loadRate has the load command send for a window, and returns what it achieved.
func (b *bench) loadRate(ctx context.Context, manager string) (float64, error) {
	command := exec.CommandContext(ctx, b.binary, "load", "--config=", "--manager", manager, "--mine", "--json",
		"--accounts=100", fmt.Sprintf("--rate=%d", offeredRate), "--for="+b.repeat.load.String(), fmt.Sprintf("--seed=%d", b.random.Uint64()>>1))
	var out bytes.Buffer
	command.Stdout, command.Stderr = &out, os.Stderr
	if err := command.Run(); err != nil {
		return 0, fmt.Errorf("%s: %w", command, err)
	}
	var report struct {
		Rate float64 `json:"achieved_rate"`
	}
	err := json.Unmarshal(out.Bytes(), &report)
	return report.Rate, err
}
