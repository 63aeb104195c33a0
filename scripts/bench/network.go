//go:build linux

package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"time"

	"networkmngr/internal/api/client"
	"networkmngr/internal/config"
	"networkmngr/internal/types"
	"networkmngr/scripts/measure"
)

const (
	lookEvery = time.Millisecond // between two looks at what is awaited
	patience  = 2 * time.Minute  // for a network to stand, a node to catch up
	endGrace  = 30 * time.Second // for a network to end

	// Ports are below those from which the kernel chooses, as it does for
	// connections between nodes.
	lowestPort, highestPort = 10_000, 32_000
)

// await polls until condition holds.
func await(ctx context.Context, every time.Duration, what string, condition func() (bool, error)) error {
	ctx, cancel := context.WithTimeoutCause(ctx, patience, fmt.Errorf("waited %s in vain for %s", patience, what))
	defer cancel()
	return measure.Await(ctx, every, condition)
}

// network is a manager's process and its nodes.
type network struct {
	command *exec.Cmd
	ended   chan error
	logs    string
	http    *http.Client
	nodes   []*client.Node // by port
	first   int            // node's port
	took    time.Duration  // from the command until all were connected
}

// startNetwork starts a manager and waits until every node has so many peers.
func (b *bench) startNetwork(ctx context.Context, amount, peers int, flags ...string) (*network, error) {
	port, err := b.freePorts(1 + amount)
	if err != nil {
		return nil, err
	}
	folder, err := os.MkdirTemp(b.folder, "network-")
	if err != nil {
		return nil, err
	}
	n := &network{logs: filepath.Join(folder, "logs"), first: port + 1, ended: make(chan error, 1)}
	n.http = measure.NewHTTP()
	for i := range amount {
		n.nodes = append(n.nodes, client.NewNode(fmt.Sprintf("http://127.0.0.1:%d", n.first+i), "", n.http))
	}
	flags = append([]string{"--config=", "--logs=" + n.logs, fmt.Sprintf("--port=%d", port), fmt.Sprintf("--amount=%d", amount)}, flags...)
	n.command = exec.Command(b.binary, flags...)
	n.command.Env = append(config.Env(""), "TMPDIR="+folder) // where the manager makes its data folder
	n.command.Stderr = os.Stderr
	n.command.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	began := time.Now()
	summary, err := n.start()
	if err == nil {
		err = n.awaitPeers(ctx, summary, peers)
	}
	n.took = time.Since(began)
	if err != nil {
		return nil, errors.Join(err, n.stop())
	}
	return n, nil
}

// startEasy starts a full mesh whose blocks take two hashes each.
func (b *bench) startEasy(ctx context.Context, nodes int) (*network, error) {
	easy, err := measure.NewNetwork(b.folder, 0)
	if err != nil {
		return nil, err
	}
	return b.startNetwork(ctx, nodes, nodes-1, "--genesis="+easy.File)
}

// start starts the manager; summary is closed when it has printed a line, or has
// ended.
func (n *network) start() (summary <-chan struct{}, err error) {
	out, err := n.command.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := n.command.Start(); err != nil {
		return nil, err
	}
	printed := make(chan struct{})
	go func() {
		lines := bufio.NewScanner(out)
		lines.Scan()
		close(printed)
		for lines.Scan() {
		}
		n.ended <- n.command.Wait()
	}()
	return printed, nil
}

// awaitPeers asks the nodes once the manager has said that the network runs.
func (n *network) awaitPeers(ctx context.Context, summary <-chan struct{}, peers int) error {
	select {
	case <-summary:
	case <-ctx.Done():
		return ctx.Err()
	}
	for _, node := range n.nodes {
		err := await(ctx, lookEvery, "a node's peers", func() (bool, error) {
			list, err := node.Peers(ctx, 0, 1)
			return list.Count >= peers, err
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// stop ends the network, and returns an error if that was not clean.
func (n *network) stop() error {
	if n.command.Process == nil {
		return nil
	}
	if err := n.command.Process.Signal(syscall.SIGTERM); err != nil && !errors.Is(err, os.ErrProcessDone) {
		return err
	}
	select {
	case err := <-n.ended:
		return err
	case <-time.After(endGrace):
		return errors.Join(fmt.Errorf("the network did not end in %s", endGrace), n.command.Process.Kill(), <-n.ended)
	}
}

// manager is a client of the network's manager.
func (n *network) manager() *client.Manager {
	return client.NewManager(fmt.Sprintf("http://127.0.0.1:%d", n.first-1), "", measure.NewHTTP())
}

// log is the file of the node with this number.
func (n *network) log(i int) string {
	return filepath.Join(n.logs, fmt.Sprintf("node-%d.log", n.first+i))
}

// sameTip checks that every node's tip is the block.
func (n *network) sameTip(ctx context.Context, id types.Hash) error {
	for _, node := range n.nodes {
		info, err := node.Info(ctx)
		if err != nil {
			return err
		}
		if info.Tip.Hash != id {
			return fmt.Errorf("node %s has the tip %s, want %s", info.Address, info.Tip.Hash, id)
		}
	}
	return nil
}

// freePorts returns the first of count free ports in a row.
func (b *bench) freePorts(count int) (int, error) {
	for range 100 {
		first := lowestPort + b.random.IntN(highestPort-lowestPort-count)
		if portsAreFree(first, count) {
			return first, nil
		}
	}
	return 0, fmt.Errorf("found no %d free ports in a row", count)
}

func portsAreFree(first, count int) bool {
	for port := first; port < first+count; port++ {
		listener, err := net.Listen("tcp", fmt.Sprintf("127.0.0.1:%d", port))
		if err != nil {
			return false
		}
		listener.Close()
	}
	return true
}
