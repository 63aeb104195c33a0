//go:build linux

package main

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"strconv"
	"strings"
	"sync"
	"time"

	"networkmngr/scripts/measure"
)

// getPath is a route with a small answer.
const getPath = "/blockchain"

// smallGet asks a node, and a bare server that answers the same, as fast as
// they answer.
func smallGet(ctx context.Context, b *bench) ([]row, error) {
	asked, err := b.startNode(ctx, "")
	if err != nil {
		return nil, err
	}
	defer asked.Stop()
	answer, err := get(measure.NewHTTP(), "http://"+asked.Self.Address+getPath)
	if err != nil {
		return nil, err
	}
	servers, err := startPlain(ctx, 1, string(answer))
	defer stopAll(servers)
	if err != nil {
		return nil, err
	}
	var ours, plain []float64
	for _, connections := range []int{1, 8} {
		rates, err := b.getRates(ctx, connections, asked.Self.Address, servers[0].Ready().Address)
		if err != nil {
			return nil, err
		}
		ours, plain = append(ours, rates[0]), append(plain, rates[1])
	}
	return []row{{
		what: "small GET on a node, 1 / 8 connections", format: "%.0f / %.0f a second", more: true,
		ours: ours, target: []float64{10_000, 30_000}, plain: plain, by: "a bare net/http handler that answers the same",
		peers: "bitcoind's RPC 7,200 / 22,800",
	}}, nil
}

// getRates returns the median rate of each address, which take turns.
func (b *bench) getRates(ctx context.Context, connections int, addresses ...string) ([]float64, error) {
	rates := make([][]float64, len(addresses))
	for range b.repeat.gets {
		for i, address := range addresses {
			rate, err := getRate(ctx, address, connections, b.repeat.window)
			if err != nil {
				return nil, err
			}
			rates[i] = append(rates[i], rate)
		}
	}
	medians := make([]float64, len(addresses))
	for i := range rates {
		medians[i] = median(rates[i])
	}
	return medians, nil
}

// getRate is how many requests a second all connections together get answered.
func getRate(ctx context.Context, address string, connections int, window time.Duration) (float64, error) {
	var (
		asking sync.WaitGroup
		counts = make([]int, connections)
		errs   = make([]error, connections)
	)
	began := time.Now()
	for i := range connections {
		asking.Go(func() { counts[i], errs[i] = ask(ctx, address, began.Add(window)) })
	}
	asking.Wait()
	took := time.Since(began)
	all := 0
	for _, count := range counts {
		all += count
	}
	return float64(all) / took.Seconds(), errors.Join(errs...)
}

// ask sends one request after the other over one connection until the end, and
// counts the answers.
func ask(ctx context.Context, address string, end time.Time) (count int, err error) {
	conn, err := (&net.Dialer{}).DialContext(ctx, "tcp", address)
	if err != nil {
		return 0, err
	}
	defer conn.Close()
	request := []byte("GET " + getPath + " HTTP/1.1\r\nHost: " + address + "\r\n\r\n")
	answers := bufio.NewReader(conn)
	for ; time.Now().Before(end); count++ {
		if _, err := conn.Write(request); err != nil {
			return count, err
		}
		if err := skipAnswer(answers); err != nil {
			return count, err
		}
	}
	return count, nil
}

var errAnswer = errors.New("not the answer that was expected")

// skipAnswer reads an answer to its end. It does what it must and no more, as
// it runs on the cores that the server needs.
func skipAnswer(r *bufio.Reader) error {
	status, err := r.ReadSlice('\n')
	if err != nil {
		return err
	}
	if !bytes.HasPrefix(status, []byte("HTTP/1.1 200 ")) {
		return fmt.Errorf("%w: %q", errAnswer, status)
	}
	length := -1
	for {
		line, err := r.ReadSlice('\n')
		if err != nil {
			return err
		}
		if len(line) <= len("\r\n") {
			break
		}
		if value, found := bytes.CutPrefix(line, []byte("Content-Length: ")); found {
			if length, err = strconv.Atoi(strings.TrimSpace(string(value))); err != nil {
				return err
			}
		}
	}
	if length < 0 {
		return fmt.Errorf("%w: without a length", errAnswer)
	}
	_, err = io.CopyN(io.Discard, r, int64(length))
	return err
}
