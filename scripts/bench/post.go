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
	"sync"
	"time"

	"networkmngr/internal/types"
	"networkmngr/scripts/measure"
)

const (
	connections = 8
	// A sender's transfers must come in order, so each sender keeps to one
	// connection.
	senders = 13 * connections
	posted  = 100 * senders
)

// postTransfers posts signed transfers to one node, over several connections at
// once.
func postTransfers(ctx context.Context, b *bench) ([]row, error) {
	network, err := measure.NewNetwork(b.folder, senders)
	if err != nil {
		return nil, err
	}
	bodies, err := jsonOf(newSigner(network).sign(roundRobin(network.Addresses, posted)))
	if err != nil {
		return nil, err
	}
	var rates []float64
	for range b.repeat.posts {
		took, err := b.postOnce(ctx, network.File, bodies)
		if err != nil {
			return nil, err
		}
		rates = append(rates, posted/took.Seconds())
	}
	return []row{{
		what: "POST /transactions that one node accepts, signed by the client, 8 connections", format: "%.0f/s", more: true,
		ours: []float64{median(rates)}, target: []float64{3000},
	}}, nil
}

// roundRobin has each account in turn pay the next one.
func roundRobin(addresses []types.Address, count int) []transfer {
	list := make([]transfer, count)
	for i := range list {
		list[i] = transfer{from: i % len(addresses), recipient: addresses[(i+1)%len(addresses)]}
	}
	return list
}

func jsonOf(list []types.Transaction) ([][]byte, error) {
	bodies := make([][]byte, len(list))
	for i := range list {
		var err error
		if bodies[i], err = json.Marshal(list[i]); err != nil {
			return nil, err
		}
	}
	return bodies, nil
}

// postOnce times a fresh node from the first request to the last answer.
func (b *bench) postOnce(ctx context.Context, genesis string, bodies [][]byte) (time.Duration, error) {
	n, err := b.startNode(ctx, genesis)
	if err != nil {
		return 0, err
	}
	defer n.Stop()
	var (
		posting sync.WaitGroup
		errs    [connections]error
		client  = measure.NewHTTP()
	)
	began := time.Now()
	for i := range connections {
		posting.Go(func() {
			for at := i; at < len(bodies) && errs[i] == nil; at += connections {
				errs[i] = post(client, "http://"+n.Self.Address+"/transactions", bodies[at])
			}
		})
	}
	posting.Wait()
	took := time.Since(began)
	if err := errors.Join(errs[:]...); err != nil {
		return 0, err
	}
	pool, err := n.Mempool(ctx, 0, 1)
	if err == nil && pool.Count != len(bodies) {
		err = fmt.Errorf("%d transfers are pending, want %d", pool.Count, len(bodies))
	}
	return took, err
}

func post(client *http.Client, url string, body []byte) error {
	response, err := client.Post(url, "application/json", bytes.NewReader(body))
	if err != nil {
		return err
	}
	defer response.Body.Close()
	answer, err := io.ReadAll(response.Body)
	if err == nil && response.StatusCode != http.StatusAccepted {
		err = fmt.Errorf("%w: %s: %s", errAnswer, response.Status, answer)
	}
	return err
}
