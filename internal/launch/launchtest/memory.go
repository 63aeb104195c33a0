// Package launchtest has a [launch.Launcher] whose nodes run in the test's own
// process. It passes the tests of launch/process.
package launchtest

import (
	"context"
	"sync"
	"syscall"
	"time"

	"networkmngr/internal/launch"
)

// Memory is a launch.Launcher for tests: its nodes are goroutines.
type Memory struct {
	launch.Data
	// Begin makes a node: it returns once the node is ready, or with the reason why it
	// never will be. ctx bounds that only.
	Begin func(ctx context.Context, spec launch.Spec, gate *Gate) (Program, error)
}

// Program is what a node of a Memory does.
type Program struct {
	Ready launch.Ready
	Serve func(ctx context.Context) // until ctx ends
}

// Start implements [launch.Launcher].
func (m Memory) Start(ctx context.Context, spec launch.Spec) (launch.Node, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	gate := newGate()
	program, err := m.Begin(ctx, spec, gate)
	if err != nil {
		return nil, err
	}
	return NewNode(program, gate), nil
}

// Node is a node of a Memory.
type Node struct {
	ready launch.Ready
	gate  *Gate
	end   context.CancelFunc
	done  chan struct{}

	// Stubborn, if it is set before a Stop, is closed when the time runs out of a node
	// that does not listen.
	Stubborn chan struct{}

	mu   sync.Mutex  // guards what follows
	exit launch.Exit // how it ends
	logs string
}

// NewNode makes a node that runs from now on.
func NewNode(program Program, gate *Gate) *Node {
	ctx, end := context.WithCancel(context.Background())
	n := &Node{ready: program.Ready, gate: gate, end: end, done: make(chan struct{})}
	go func() {
		defer close(n.done)
		program.Serve(ctx)
	}()
	return n
}

// Ready implements [launch.Node], as do the methods that follow.
func (n *Node) Ready() launch.Ready { return n.ready }

func (n *Node) Done() <-chan struct{} { return n.done }

func (n *Node) Exit() launch.Exit {
	<-n.done
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.exit
}

func (n *Node) Stop(time.Duration) launch.Exit {
	if n.Stubborn != nil {
		<-n.Stubborn
		n.Die(launch.Exit{Code: -1, Signal: syscall.SIGKILL, Forced: true}, "")
	}
	n.gate.set(false)
	n.end()
	return n.Exit()
}

func (n *Node) Kill() launch.Exit {
	n.Die(launch.Exit{Code: -1, Signal: syscall.SIGKILL}, "")
	return n.Exit()
}

func (n *Node) Pause() error {
	n.gate.set(true)
	return nil
}

func (n *Node) Resume() error {
	n.gate.set(false)
	return nil
}

func (n *Node) Logs() string {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.logs
}

// Die ends the node as if by itself, unless it has ended, and waits for that.
func (n *Node) Die(exit launch.Exit, logs string) {
	n.mu.Lock()
	select {
	case <-n.done:
	default:
		n.exit, n.logs = exit, logs
	}
	n.mu.Unlock()
	n.gate.set(false)
	n.end()
	<-n.done
}
