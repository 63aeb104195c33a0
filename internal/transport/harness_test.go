package transport

import (
	"context"
	"crypto/ed25519"
	"crypto/rand"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"networkmngr/internal/leaktest"
	"networkmngr/internal/types"
)

func TestMain(m *testing.M) { leaktest.Main(m) }

// patience is how long a test waits for what should happen at once.
const patience = 3 * time.Minute

// recorder is a Handler that remembers everything and checks that the calls
// come in the order that Handler promises.
type recorder struct {
	mu       sync.Mutex // guards what follows
	peers    map[types.NodeID]Peer
	opened   int
	reasons  []error
	frames   map[types.NodeID][][]byte
	wrong    []string
	changed  chan struct{}
	received func(types.NodeID, []byte) // called outside the lock, if set
}

func newRecorder() *recorder {
	return &recorder{peers: map[types.NodeID]Peer{}, frames: map[types.NodeID][][]byte{}, changed: make(chan struct{})}
}

// update changes the record under its lock and wakes those that wait for it.
func (r *recorder) update(change func()) {
	r.mu.Lock()
	defer r.mu.Unlock()
	change()
	close(r.changed)
	r.changed = make(chan struct{})
}

func (r *recorder) Connected(p Peer) {
	r.update(func() {
		if _, twice := r.peers[p.ID]; twice {
			r.wrong = append(r.wrong, "connected twice")
		}
		r.peers[p.ID] = p
		r.opened++
	})
}

func (r *recorder) Disconnected(id types.NodeID, reason error) {
	r.update(func() {
		if _, ok := r.peers[id]; !ok {
			r.wrong = append(r.wrong, "disconnected without connected")
		}
		if reason == nil {
			r.wrong = append(r.wrong, "disconnected without reason")
		}
		delete(r.peers, id)
		r.reasons = append(r.reasons, reason)
	})
}

func (r *recorder) Received(id types.NodeID, frame []byte) {
	r.update(func() {
		if _, ok := r.peers[id]; !ok {
			r.wrong = append(r.wrong, "received while not connected")
		}
		r.frames[id] = append(r.frames[id], frame)
	})
	if r.received != nil {
		r.received(id, frame)
	}
}

// until waits until the condition holds of the record.
func (r *recorder) until(t testing.TB, what string, condition func() bool) {
	t.Helper()
	deadline := time.After(patience)
	for {
		r.mu.Lock()
		held, changed := condition(), r.changed
		r.mu.Unlock()
		if held {
			return
		}
		select {
		case <-changed:
		case <-deadline:
			require.Fail(t, "waited in vain", what)
		}
	}
}

func (r *recorder) awaitLink(t testing.TB, id types.NodeID) {
	t.Helper()
	r.until(t, "link to "+id.Short(), func() bool { _, ok := r.peers[id]; return ok })
}

func (r *recorder) awaitNoLinks(t testing.TB) {
	t.Helper()
	r.until(t, "no links", func() bool { return len(r.peers) == 0 && r.opened > 0 })
}

func (r *recorder) peer(id types.NodeID) Peer {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.peers[id]
}

// count is how often Connected was called.
func (r *recorder) count() int {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.opened
}

// lastReason waits for a Disconnected and returns its reason.
func (r *recorder) lastReason(t testing.TB) error {
	t.Helper()
	r.until(t, "a link's end", func() bool { return len(r.reasons) > 0 })
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.reasons[len(r.reasons)-1]
}

// node is a transport that runs until the test ends.
type node struct {
	*Transport
	*recorder
	stop func() // ends Run and waits for it
}

const (
	loopbackTCP  = "/ip4/127.0.0.1/tcp/0"
	loopbackQUIC = "/ip4/127.0.0.1/udp/0/quic-v1"
)

// listenOn is where nodes of tests listen that do not say it themselves.
var listenOn = loopbackTCP

func testConfig(t testing.TB) Config {
	_, key, err := ed25519.GenerateKey(rand.Reader)
	require.NoError(t, err)
	cfg := Default()
	cfg.Key, cfg.Listen = key, []string{listenOn}
	return cfg
}

func start(t testing.TB, cfg Config) *node { return startWith(t, cfg, newRecorder()) }

func startWith(t testing.TB, cfg Config, r *recorder) *node { return startHandler(t, cfg, r, r) }

// startHandler starts a node whose handler passes links' beginnings and ends
// on to r.
func startHandler(t testing.TB, cfg Config, r *recorder, handler Handler) *node {
	transport, err := New(cfg, handler)
	require.NoError(t, err)
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- transport.Run(ctx) }()
	n := &node{Transport: transport, recorder: r}
	n.stop = sync.OnceFunc(func() {
		cancel()
		require.NoError(t, <-ended)
		r.mu.Lock()
		defer r.mu.Unlock()
		require.Empty(t, r.wrong)
		require.Empty(t, r.peers, "links left after Run")
		require.Len(t, r.reasons, r.opened)
		require.Empty(t, transport.links)
		// quic-go tells of a failed handshake's end in a goroutine of its own
		require.Eventually(t, transport.stack.admission.isEmpty, patience, time.Millisecond, "places not given back")
	})
	t.Cleanup(n.stop)
	return n
}

// startOrdered starts two nodes, the arbiter first.
func startOrdered(t testing.TB, cfg func() Config) (arbiter, other *node) {
	a, b := start(t, cfg()), start(t, cfg())
	if string(a.self[:]) > string(b.self[:]) {
		return b, a
	}
	return a, b
}

// connect links a to b, and waits until both know.
func connect(t testing.TB, a, b *node) {
	t.Helper()
	require.NoError(t, a.Dial(context.Background(), b.Addrs()[0]))
	a.awaitLink(t, b.self)
	b.awaitLink(t, a.self)
}

func (a *admission) isEmpty() bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.links.total == 0 && a.handshakes.total == 0
}

func frameOf(i int) []byte { return fmt.Appendf(nil, "frame %d", i) }
