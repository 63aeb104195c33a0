//go:build linux

package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"networkmngr/internal/api/client"
	"networkmngr/internal/types"
	"networkmngr/scripts/measure"
)

// fillMempool posts so many transfers, each with so many bytes of data. Each
// sender's go to one of the nodes.
func (s *stage) fillMempool(ctx context.Context, count, data int, at ...*measure.Node) error {
	const connections = 8
	var text []byte
	if data > 0 {
		text = []byte(`"` + strings.Repeat("x", data) + `"`)
	}
	var posting sync.WaitGroup
	var errs [connections]error
	for c := range connections {
		posting.Go(func() {
			for i := 0; i < count && errs[c] == nil; i++ {
				if who := i % rich; who%connections == c { // in the order of its sequence
					_, errs[c] = at[who%len(at)].Submit(ctx, s.transfer(who, uint64(i/rich), text))
				}
			}
		})
	}
	posting.Wait()
	return errors.Join(errs[:]...)
}

func (s *stage) transfer(who int, sequence uint64, data []byte) types.Transaction {
	t := types.Transaction{
		Kind: types.Transfer, Sequence: sequence, Recipient: types.NamedAddress("anybody"),
		Amount: types.Coin, Fee: types.Coin, Data: data,
	}
	s.network.Sign(&t, who)
	return t
}

// newcomer connects an honest node to the victim, which has much pending, and times
// until the newcomer has all of it.
func newcomer(ctx context.Context, s *stage) error {
	const pending, data = 99 * rich, 1900
	one := func(much int) func(context.Context) (time.Duration, error) {
		return func(ctx context.Context) (time.Duration, error) {
			if err := s.fillTogether(ctx, much, data); err != nil {
				return 0, err
			}
			return s.timeNewcomer(ctx, much)
		}
	}
	if err := s.once(ctx, &s.without, one(rich)); err != nil {
		return err
	}
	s.without.note = fmt.Sprintf("%d transfers", rich)
	return s.once(ctx, &s.with, one(pending))
}

// fillTogether posts one half of the transfers to the victim, and the other to an
// honest node, as a node's local transfers are bounded.
func (s *stage) fillTogether(ctx context.Context, count, data int) error {
	friend, err := s.start(ctx, fmt.Sprintf("friend-%d", count))
	if err != nil {
		return err
	}
	defer friend.Stop()
	if err := connect(ctx, friend, s.victim); err != nil {
		return err
	}
	if err := s.fillMempool(ctx, count, data, s.victim, friend); err != nil {
		return err
	}
	return s.await(ctx, blockLimit, func() (bool, error) {
		pool, err := s.victim.Mempool(ctx, 0, 1)
		return pool.Count >= count, err
	})
}

// connect links a node to another one.
func connect(ctx context.Context, n, other *measure.Node) error {
	_, err := n.Register(ctx, []types.NodeInfo{other.Self})
	return err
}

func (s *stage) timeNewcomer(ctx context.Context, pending int) (took time.Duration, err error) {
	n, err := s.start(ctx, fmt.Sprintf("guest-%d", pending))
	if err != nil {
		return 0, err
	}
	defer n.Stop()
	began := time.Now()
	if err := connect(ctx, n, s.victim); err != nil {
		return 0, err
	}
	has := 0
	err = s.await(ctx, blockLimit, func() (bool, error) {
		pool, err := n.Mempool(ctx, 0, 1)
		has = pool.Count
		return has >= pending, err
	})
	s.with.note = fmt.Sprintf("%d of %d came", has, pending)
	return time.Since(began), err
}

// idleConnections opens 600 connections that have sent one request each. Then an
// honest block is mined over HTTP, as the node's owner does.
func idleConnections(ctx context.Context, s *stage) error {
	const count = 600
	if err := s.measure(ctx, &s.without, s.mineAtVictim); err != nil {
		return err
	}
	address := s.victim.Self.Address
	for range count {
		connection, err := net.DialTimeout("tcp", address, time.Second)
		if err != nil {
			break
		}
		defer connection.Close()
		s.cost.requests.Add(1)
		n, _ := fmt.Fprintf(connection, "GET /healthz HTTP/1.1\r\nHost: %s\r\n\r\n", address)
		s.cost.bytes.Add(int64(n))
	}
	return s.measure(ctx, &s.with, func(ctx context.Context) (time.Duration, error) {
		connection := measure.NewHTTP()
		connection.Timeout = blockLimit
		defer connection.CloseIdleConnections()
		began := time.Now()
		_, err := client.NewNode("http://"+address, "", connection).Mine(ctx, 1)
		if late, ok := errors.AsType[net.Error](err); ok && late.Timeout() {
			err = nil // as it should
		}
		return time.Since(began), err
	})
}

// stored is how many bytes the victim has on disk.
func (s *stage) stored() (bytes int64) {
	_ = filepath.WalkDir(measure.DataIn(filepath.Join(s.folder, "victim")), func(_ string, entry fs.DirEntry, err error) error {
		if err == nil && !entry.IsDir() {
			if info, err := entry.Info(); err == nil {
				bytes += info.Size()
			}
		}
		return nil // removed meanwhile
	})
	return bytes
}

func stored(bytes int64) string { return fmt.Sprintf("%.1f MB more on disk", float64(bytes)/1e6) }
