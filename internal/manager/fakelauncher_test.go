package manager_test

import (
	"context"
	"net"
	"os"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/hashicorp/go-hclog"
	"github.com/stretchr/testify/require"

	"networkmngr/internal/api/server"
	"networkmngr/internal/certificate"
	"networkmngr/internal/chain/chaintest"
	"networkmngr/internal/clock"
	"networkmngr/internal/config"
	"networkmngr/internal/events"
	"networkmngr/internal/launch"
	"networkmngr/internal/launch/launchtest"
	"networkmngr/internal/mining/strategy"
	"networkmngr/internal/node"
	"networkmngr/internal/types"
)

// fakeNetwork is what fake nodes share.
type fakeNetwork struct {
	registered    func(n *fakeNode) // called when a node is told of others, if set
	registerError error             // what every node answers to the registry
	apart         chan bool         // if it is set, a link comes, or does not, once the channel says so
	linking       sync.WaitGroup

	mu    sync.Mutex // guards nodes, and is held while one mines
	nodes []*fakeNode
}

func (f *fakeNetwork) extend(n *fakeNode) (types.Block, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	block := chaintest.Next(n.chain.Tip(), types.NamedAddress(n.self.Address))
	err := n.add(block)
	for _, other := range f.nodes {
		if err == nil && other != n && !n.isAlone() && !other.isAlone() {
			err = other.add(block)
		}
	}
	return block, err
}

// add takes a block in, and tells of it.
func (n *fakeNode) add(block types.Block) error {
	change, err := n.chain.AddBlocks(block)
	if err == nil && change.Moved {
		ref := events.BlockRef{Hash: block.Hash(), Index: block.Height()}
		n.events.Tell(events.BlockConnected{BlockRef: ref, Previous: block.Previous, Transactions: len(block.Transactions)})
		n.events.Tell(events.TipMoved{BlockRef: ref, Work: change.Tip.Work.Dec(), Applied: 1})
	}
	return err
}

// fakeLauncher runs fake nodes in the test's own process. Their chains are in memory;
// what is done with data is done to those of real nodes.
type fakeLauncher struct {
	node.Data
	network  fakeNetwork
	fail     map[int]error         // by port; its folder is made all the same
	hang     map[int]bool          // by port: it is never ready
	stubborn map[int]chan struct{} // by port: its time to end runs out when this closes
	arrived  func()                // called by every start, if set
	twins    map[int]int           // by port: that of the node whose identity it has
	front    func(string) string   // gives the address that stands before a node's own, if set
	clocks   map[int]*clock.Clock  // by port, of the last start
	kept     strategy.Settings     // that nodes go on with when they start

	mu        sync.Mutex          // guards what follows
	discarded [][]string          // places, by call
	specs     map[int]launch.Spec // by port, of the last start
	processes map[int]*fakeProcess
}

func newFakeLauncher() *fakeLauncher {
	return &fakeLauncher{
		fail: map[int]error{}, hang: map[int]bool{}, stubborn: map[int]chan struct{}{},
		clocks: map[int]*clock.Clock{}, specs: map[int]launch.Spec{}, processes: map[int]*fakeProcess{},
	}
}

func (l *fakeLauncher) Discard(ctx context.Context, places []string) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.discarded = append(l.discarded, places)
	return l.Data.Discard(ctx, places)
}

func (l *fakeLauncher) Start(ctx context.Context, spec launch.Spec) (launch.Node, error) {
	port, err := strconv.Atoi(spec.Settings["port"])
	if err != nil {
		return nil, err
	}
	var fake *fakeNode
	memory := launchtest.Memory{Begin: func(ctx context.Context, spec launch.Spec, gate *launchtest.Gate) (launchtest.Program, error) {
		var program launchtest.Program
		program, fake, err = l.begin(ctx, port, spec, gate)
		return program, err
	}}
	started, err := memory.Start(ctx, spec)
	if err != nil {
		return nil, err
	}
	p := &fakeProcess{started.(*launchtest.Node), fake}
	p.Stubborn = l.stubborn[port]
	l.mu.Lock()
	defer l.mu.Unlock()
	l.specs[port], l.processes[port] = spec, p
	return p, nil
}

func (l *fakeLauncher) begin(ctx context.Context, port int, spec launch.Spec, gate *launchtest.Gate) (program launchtest.Program, n *fakeNode, err error) {
	if l.arrived != nil {
		l.arrived()
	}
	if err := os.MkdirAll(spec.Settings["data"], 0o755); err != nil {
		return program, nil, err
	}
	if err := l.fail[port]; err != nil {
		return program, nil, err
	}
	if l.hang[port] {
		<-ctx.Done()
		return program, nil, ctx.Err()
	}
	handed, err := spec.Listener.(*net.TCPListener).File()
	if err != nil {
		return program, nil, err
	}
	defer handed.Close()
	listener, err := net.FileListener(handed)
	if err != nil {
		return program, nil, err
	}
	address := net.JoinHostPort("127.0.0.1", strconv.Itoa(port))
	if n, err = newFakeNode(&l.network, address, port, spec.Genesis); err != nil {
		return program, nil, err
	}
	n.mining.Strategy = l.kept
	if spec.Faults != nil {
		if n.faults, err = server.ParseFaults(spec.Faults); err != nil {
			return program, nil, err
		}
	}
	if twin := l.twins[port]; twin > 0 {
		l.network.mu.Lock() // other nodes look at it as they come
		n.self.ID = fakeID(twin)
		l.network.mu.Unlock()
	}
	if l.front != nil {
		n.self.Address = l.front(n.self.Address)
	}
	wall, err := wallClock(spec.Settings)
	if err != nil {
		return program, nil, err
	}
	l.mu.Lock()
	l.clocks[port] = wall
	l.mu.Unlock()
	var pair *certificate.Pair
	if file := spec.Settings["tls-cert"]; file != "" {
		if pair, err = certificate.Load(file, spec.Settings["tls-key"]); err != nil {
			return program, nil, err
		}
	}
	api := server.New(server.Options{Clock: wall, Shutdown: func() {}, Manager: spec.Manager, Sign: true, Logger: hclog.NewNullLogger()}, n.parts())
	return launchtest.Program{
		Ready: launch.Ready{ID: n.self.ID, Address: n.self.Address, P2P: n.self.P2P, PID: 1000 + int(n.self.ID[0])},
		Serve: func(ctx context.Context) {
			n.set(func(n *fakeNode) { n.life = ctx })
			_ = api.Serve(ctx, pair.Listen(gate.Listener(listener)))
		},
	}, n, nil
}

// wallClock is the clock that a node's settings want.
func wallClock(named map[string]string) (*clock.Clock, error) {
	settings := config.DefaultNode()
	settings.Drift = named["clock-drift"]
	var err error
	if settings.Offset, err = time.ParseDuration(named["clock-offset"]); err != nil {
		return nil, err
	}
	return settings.Clock()
}

// clock returns that of the process on a port.
func (l *fakeLauncher) clock(port int) *clock.Clock {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.clocks[port]
}

// process returns the process on a port.
func (l *fakeLauncher) process(port int) *fakeProcess {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.processes[port]
}

// requireAllEnded checks that no process is left.
func (l *fakeLauncher) requireAllEnded(t *testing.T) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for port, p := range l.processes {
		select {
		case <-p.Done():
		default:
			require.Fail(t, "a node is left", port)
		}
	}
}

// fakeProcess is a fake node that can end as a process does.
type fakeProcess struct {
	*launchtest.Node
	node *fakeNode
}
