//go:build linux

package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"

	"networkmngr/internal/api/client"
	"networkmngr/scripts/measure"
)

// fullCrowd is how many nodes the targets of crowds are for.
const fullCrowd = 500

// peersOfOne is how many peers each of a crowd seeks, as by default.
const peersOfOne = 8

// crowd measures how soon many nodes stand on one machine, and twice as many, and what
// memory each of the first takes.
func crowd(ctx context.Context, b *bench) ([]row, error) {
	n, err := b.startNetwork(ctx, b.repeat.crowd, peersOfOne)
	if err != nil {
		return nil, err
	}
	memory, err := n.restingMemory(ctx, b.repeat.settle)
	if err := errors.Join(err, n.stop()); err != nil {
		return nil, err
	}
	twice, err := b.startNetwork(ctx, 2*b.repeat.crowd, peersOfOne)
	if err != nil {
		return nil, err
	}
	return []row{{
		what: fmt.Sprintf("%d nodes, until each has its peers", b.repeat.crowd), format: "%.1f s",
		ours: []float64{n.took.Seconds()}, target: []float64{12},
	}, {
		what: fmt.Sprintf("memory of an idle node among %d, PSS", b.repeat.crowd), format: "%.1f MiB",
		ours: []float64{memory}, target: []float64{8},
	}, {
		what: fmt.Sprintf("%d nodes, until each has its peers", 2*b.repeat.crowd), format: "%.1f s",
		ours: []float64{twice.took.Seconds()}, target: []float64{40},
	}}, twice.stop()
}

// restingMemory is the median PSS of the nodes after a rest, in MiB.
func (n *network) restingMemory(ctx context.Context, settle time.Duration) (float64, error) {
	pids, err := n.pids(ctx)
	if err == nil {
		err = sleep(ctx, settle)
	}
	if err != nil {
		return 0, err
	}
	return medianPSS(pids)
}

// gossip counts the messages about addresses that nodes have sent each other by when all
// have found their peers, from one seed.
func gossip(ctx context.Context, b *bench) (rows []row, err error) {
	n, err := b.startNetwork(ctx, b.repeat.crowd, peersOfOne, "--no-manager-registry")
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, n.stop()) }()
	total := 0.0
	for i := range n.nodes {
		sent, err := messagesOf(ctx, n.first+i)
		if err != nil {
			return nil, err
		}
		total += sent
	}
	return []row{{
		what:   fmt.Sprintf("messages about addresses until %d nodes stand, from one seed", b.repeat.crowd),
		format: "%.0f", ours: []float64{total}, target: []float64{60_000 * float64(b.repeat.crowd) / fullCrowd},
	}, {
		what: fmt.Sprintf("%d nodes from one seed, until each has its peers", b.repeat.crowd), format: "%.1f s",
		ours: []float64{n.took.Seconds()}, target: []float64{12},
	}}, nil
}

// messagesOf are the messages about addresses that the node on a port has sent.
func messagesOf(ctx context.Context, port int) (total float64, err error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, fmt.Sprintf("http://127.0.0.1:%d/metrics", port), nil)
	if err != nil {
		return 0, err
	}
	answer, err := measure.NewHTTP().Do(request)
	if err != nil {
		return 0, err
	}
	defer answer.Body.Close()
	return gossipIn(answer.Body)
}

// gossipIn adds up what a node's metrics say of the messages about addresses that it has
// sent. It is an error if they say nothing of these.
func gossipIn(metrics io.Reader) (total float64, err error) {
	found := 0
	for lines := bufio.NewScanner(metrics); lines.Scan(); {
		name, value, _ := strings.Cut(lines.Text(), " ")
		about := strings.Contains(name, `message="addresses"`) || strings.Contains(name, `message="get-addresses"`)
		if !about || !strings.Contains(name, "p2p_messages_total{") || !strings.Contains(name, `direction="sent"`) {
			continue
		}
		count, err := strconv.ParseFloat(value, 64)
		if err != nil {
			return 0, fmt.Errorf("metric %s: %w", name, err)
		}
		total += count
		found++
	}
	if found != 2 {
		return 0, fmt.Errorf("metrics have %d rows of messages about addresses, want 2", found)
	}
	return total, nil
}

// half kills half of the nodes at once, and measures until the rest is one network, and
// until the others, started again, are of it.
func half(ctx context.Context, b *bench) (rows []row, err error) {
	amount := min(b.repeat.crowd, 50)
	n, err := b.startNetwork(ctx, amount, peersOfOne, "--no-manager-registry")
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, n.stop()) }()
	pids, err := n.pids(ctx)
	if err != nil {
		return nil, err
	}
	order := b.random.Perm(amount)
	killed, left := order[:amount/2], order[amount/2:]
	for _, i := range killed {
		if err := syscall.Kill(pids[i], syscall.SIGKILL); err != nil {
			return nil, err
		}
	}
	alone, err := n.awaitOne(ctx, left)
	if err != nil {
		return nil, err
	}
	for _, i := range killed {
		if _, err := n.manager().Act(ctx, strconv.Itoa(n.first+i), "restart"); err != nil {
			return nil, err
		}
	}
	whole, err := n.awaitOne(ctx, order)
	return []row{{
		what: fmt.Sprintf("half of %d nodes killed at once, until the rest is one network", amount), format: "%.2f s",
		ours: []float64{alone}, target: []float64{10},
	}, {
		what: "and, after the others' start, until all are one", format: "%.2f s",
		ours: []float64{whole}, target: []float64{10},
	}}, err
}

// awaitOne returns the seconds until some of the nodes are one network by the links among
// them.
func (n *network) awaitOne(ctx context.Context, some []int) (float64, error) {
	began := time.Now()
	err := await(ctx, lookEvery, "one network", func() (bool, error) {
		links := make(map[string][]string)
		for _, i := range some {
			peers, err := linksOf(ctx, n.nodes[i])
			if err != nil {
				return false, err
			}
			links[fmt.Sprintf("127.0.0.1:%d", n.first+i)] = peers
		}
		return isOne(links), nil
	})
	return time.Since(began).Seconds(), err
}

// linksOf are the addresses of a node's peers.
func linksOf(ctx context.Context, node *client.Node) (addresses []string, err error) {
	list, err := node.Peers(ctx, 0, 500)
	for _, p := range list.Peers {
		addresses = append(addresses, p.Address)
	}
	return addresses, err
}

// isOne reports whether nodes all reach each other over links among them.
func isOne(links map[string][]string) bool {
	var seen, next []string
	for first := range links {
		next = []string{first}
		break
	}
	for len(next) > 0 {
		at := next[0]
		next = next[1:]
		if _, ours := links[at]; ours && !slices.Contains(seen, at) {
			seen = append(seen, at)
			next = append(next, links[at]...)
		}
	}
	return len(seen) == len(links)
}
