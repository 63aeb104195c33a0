package transport

import (
	"context"
	"crypto/ed25519"
	"errors"
	"fmt"
	"hash/maphash"
	"sync"
	"sync/atomic"
	"time"

	"github.com/hashicorp/go-hclog"
	tpt "github.com/libp2p/go-libp2p/core/transport"
	ma "github.com/multiformats/go-multiaddr"

	"networkmngr/internal/links"
	"networkmngr/internal/mailbox"
	"networkmngr/internal/types"
)

// Handler receives links and their frames. The calls for one peer come one after
// another: Connected once, Received for each frame in the order of sending,
// Disconnected once; those for different peers come at the same time. A call may
// use the Transport, except Dial, which could wait for that very call.
type Handler interface {
	Connected(Peer)
	// Disconnected says why the link ended.
	Disconnected(types.NodeID, error)
	// Received owns the frame. While it blocks, no more is read from the peer.
	Received(types.NodeID, []byte)
}

// Transport has the links of one node.
type Transport struct {
	cfg       Config
	self      types.NodeID
	log       hclog.Logger
	handler   Handler
	stack     *stack
	silenced  atomic.Int64 // inbound connections that get no answer on purpose
	bans      *bans
	listeners []tpt.Listener
	ctx       context.Context // ends when the transport closes
	cancel    context.CancelFunc
	traffic   *traffic       // of all links
	running   sync.WaitGroup // all that uses a connection; enter adds to it
	faultsSet mailbox.Bell   // rings when other faults are set
	lot       maphash.Seed   // which draws the groups that are kept

	mu      sync.Mutex // guards what follows
	closed  bool
	links   map[types.NodeID]*link
	changed chan struct{} // closed and made anew when a link is registered
	stamp   int64         // of the last verdict
	faults  Faults
	faulty  map[types.NodeID]uint64 // how many links with faults there were, by peer
}

// New listens on all of cfg.Listen. The caller must Run the Transport, even with a
// context that has ended: only Run releases the listeners. The error wraps
// ErrConfig, or is that of a listener.
func New(cfg Config, handler Handler) (*Transport, error) {
	if err := cfg.Validate(); err != nil {
		return nil, err
	}
	if cfg.Logger == nil {
		cfg.Logger = hclog.NewNullLogger()
	}
	admission := newAdmission(cfg.MaxInbound, cfg.Grouping)
	stack, err := newStack(cfg, admission)
	if err != nil {
		return nil, err
	}
	life, end := context.WithCancel(context.Background())
	t := &Transport{
		cfg: cfg, self: types.NodeIDOf(cfg.Key.Public().(ed25519.PublicKey)), log: cfg.Logger,
		handler: handler, stack: stack, ctx: life, cancel: end,
		traffic: newTraffic(cfg), lot: maphash.MakeSeed(),
		bans:    admission.bans,
		links:   map[types.NodeID]*link{},
		changed: make(chan struct{}),
		faulty:  map[types.NodeID]uint64{},
	}
	if err := t.listen(); err != nil {
		return nil, errors.Join(err, t.close())
	}
	return t, nil
}

func (t *Transport) listen() error {
	for _, s := range t.cfg.Listen {
		addr, err := parseListen(s)
		if err != nil {
			return err
		}
		listener, err := t.stack.listen(addr)
		if err != nil {
			return fmt.Errorf("listen on %s: %w", s, err)
		}
		t.listeners = append(t.listeners, listener)
	}
	return nil
}

// Run serves until ctx ends or a listener fails, then closes every link and
// returns when all goroutines of the transport have ended. It waits for Handler
// calls, so these must not outlast ctx. The error is the listener's, or nil if ctx
// has ended.
func (t *Transport) Run(ctx context.Context) error {
	serving, fail := context.WithCancelCause(ctx)
	defer fail(nil)
	var accepting sync.WaitGroup
	for _, listener := range t.listeners {
		accepting.Go(func() { fail(t.accept(listener)) })
	}
	<-serving.Done()
	err := t.close()
	accepting.Wait()
	if ctx.Err() == nil {
		return errors.Join(context.Cause(serving), err)
	}
	return err
}

// accept serves a listener until it fails or is closed.
func (t *Transport) accept(listener tpt.Listener) error {
	for {
		conn, err := listener.Accept()
		if err != nil {
			return fmt.Errorf("listener %s: %w", listener.Multiaddr(), err)
		}
		if !t.enter() {
			return conn.Close()
		}
		go func() {
			defer t.running.Done()
			t.serve(conn)
		}()
	}
}

// serve runs an inbound connection from handshake to end.
func (t *Transport) serve(conn tpt.CapableConn) {
	remote := conn.RemoteMultiaddr().String()
	l, err := t.handshake(t.ctx, conn, false)
	if err != nil {
		t.log.Debug("inbound connection refused", "address", remote, "error", err)
		return
	}
	t.run(l)
}

// run runs a registered link to its end.
func (t *Transport) run(l *link) {
	t.log.Debug("link opened", "peer", l.peer.ID.Short(), "address", l.peer.Address, "outbound", l.peer.Outbound)
	l.run(t.handler)
	t.log.Debug("link closed", "peer", l.peer.ID.Short(), "reason", l.reason)
	t.remove(l)
}

// close ends everything but Run's own goroutines.
func (t *Transport) close() error {
	t.mu.Lock()
	t.closed = true
	for _, l := range t.links {
		l.close(ErrClosed)
	}
	t.mu.Unlock()
	t.cancel()
	var errs []error
	for _, listener := range t.listeners {
		errs = append(errs, listener.Close())
	}
	t.running.Wait()
	return errors.Join(append(errs, t.stack.close())...)
}

// enter makes close wait for the caller, who then calls running.Done. It is false
// once close has begun.
func (t *Transport) enter() bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.closed {
		return false
	}
	t.running.Add(1)
	return true
}

// Addrs lists the multiaddrs at which this node can be dialled, each with /p2p/ and
// its peer id. Those of all interfaces replace an unspecified listen host, unless an
// address is announced.
func (t *Transport) Addrs() []string {
	var listening []ma.Multiaddr
	for _, listener := range t.listeners {
		listening = append(listening, listener.Multiaddr())
	}
	addrs, err := t.reachable(listening)
	if err != nil {
		t.log.Warn("interface addresses unknown", "error", err)
		addrs = listening
	}
	out := make([]string, len(addrs))
	for i, addr := range addrs {
		out[i] = fmt.Sprintf("%s/p2p/%s", addr, t.stack.self)
	}
	return out
}

// reachable is where others reach what listens.
func (t *Transport) reachable(listening []ma.Multiaddr) ([]ma.Multiaddr, error) {
	if t.cfg.Announce != nil {
		return announced(t.cfg.Announce, listening)
	}
	return reachable(listening)
}

// Dial opens a link to the node at a multiaddr with /p2p/, and returns nil when
// there is one, whichever side opened it; Connected is called soon after, or has
// been. The error is one of this package, or that of the connection or of ctx.
func (t *Transport) Dial(ctx context.Context, addr string) error {
	to, err := parseTarget(addr)
	if err != nil {
		return err
	}
	if err := t.banned(to.node, to.ip(), true); err != nil {
		return err
	}
	switch {
	case to.node == t.self:
		return fmt.Errorf("%w: %s", ErrSelf, addr)
	case t.connected(to.node):
		return nil
	case !t.enter():
		return ErrClosed
	}
	defer t.running.Done()
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	defer context.AfterFunc(t.ctx, func() { cancel(ErrClosed) })()
	if err := t.dial(ctx, to); err != nil {
		return fmt.Errorf("dial %s: %w", addr, err)
	}
	return nil
}

func (t *Transport) dial(ctx context.Context, to target) error {
	if err := t.travel(ctx, to.node, tripsTo(to.addr), t.cfg.DialTimeout); err != nil || t.connected(to.node) {
		return err
	}
	conn, err := t.connect(ctx, to)
	if err != nil {
		return err
	}
	l, err := t.handshake(ctx, conn, true)
	if errors.Is(err, ErrDuplicate) {
		return t.await(ctx, to.node)
	}
	if err != nil {
		return err
	}
	t.running.Add(1) // after enter, so the count is not zero
	go func() {
		defer t.running.Done()
		t.run(l)
	}()
	return nil
}

// connect opens an encrypted connection.
func (t *Transport) connect(ctx context.Context, to target) (tpt.CapableConn, error) {
	transport, err := t.stack.transport(to.addr)
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(ctx, t.cfg.DialTimeout)
	defer cancel()
	conn, err := transport.Dial(ctx, to.addr, to.peer)
	if err != nil && ctx.Err() != nil {
		return nil, errors.Join(context.Cause(ctx), err)
	}
	return conn, err
}

// await waits for the link that a verdict has preferred to ours, or returns
// ErrDuplicate.
func (t *Transport) await(ctx context.Context, id types.NodeID) error {
	ctx, cancel := context.WithTimeout(ctx, t.cfg.HandshakeTimeout)
	defer cancel()
	for {
		t.mu.Lock()
		l, changed := t.links[id], t.changed
		t.mu.Unlock()
		if l != nil && !l.isClosed() {
			return nil
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return errors.Join(ErrDuplicate, context.Cause(ctx))
		}
	}
}

// register makes l the link to its peer. If replaces returns true for an old link,
// that is closed first, and its Handler calls have returned before l is
// registered; else the error is ErrDuplicate.
func (t *Transport) register(ctx context.Context, l *link, replaces func(old *link) bool) error {
	return insist(ctx, l, t.tryRegister, replaces)
}

// insist tries until no old link of the peer is in the way.
func insist(
	ctx context.Context, l *link, try func(context.Context, *link) (*link, error), replaces func(old *link) bool,
) error {
	for {
		old, err := try(ctx, l)
		if old == nil {
			return err
		}
		if !old.isClosed() && !replaces(old) {
			return ErrDuplicate
		}
		old.close(ErrReplaced)
		select {
		case <-old.done:
		case <-ctx.Done():
			return context.Cause(ctx)
		}
	}
}

// tryRegister registers l, or returns the link that its peer has already. A link
// without a verdict's stamp gets the next one. Only now that nothing else is in the
// way, another may have to make room.
func (t *Transport) tryRegister(ctx context.Context, l *link) (*link, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if err := t.allows(l); err != nil {
		return nil, err
	}
	if old := t.links[l.peer.ID]; old != nil {
		return old, nil
	}
	if err := t.promote(ctx, l); err != nil {
		return nil, err
	}
	l.since = time.Now()
	if l.stamp == 0 {
		t.stamp = max(t.stamp+1, l.since.UnixNano())
		l.stamp = t.stamp
	}
	if row := t.faults.row(l.peer.ID); !row.IsZero() {
		l.ask(row, t.nextChances(l.peer.ID))
	}
	t.links[l.peer.ID] = l
	close(t.changed)
	t.changed = make(chan struct{})
	return nil, nil
}

// allows is why a link may not be any more, though it might have been when its handshake
// began. Callers hold mu.
func (t *Transport) allows(l *link) error {
	switch id := l.peer.ID; {
	case t.closed:
		return ErrClosed
	case t.faults.row(id).Cut == links.Reset:
		return fmt.Errorf("%w: %s", ErrCut, id.Short())
	default:
		return t.banned(id, l.ip(), l.peer.Outbound)
	}
}

// abandon ends a registered link that never ran.
func (t *Transport) abandon(l *link, reason error) {
	l.close(reason)
	<-l.connClosed
	t.remove(l)
}

func (t *Transport) remove(l *link) {
	t.mu.Lock()
	defer t.mu.Unlock()
	l.discardQueue()
	if s := l.slot(); s != nil {
		s.Done() // libp2p may be later
	}
	delete(t.links, l.peer.ID)
	close(l.done)
}

// live returns the link to id that has not been closed, or nil.
func (t *Transport) live(id types.NodeID) *link {
	t.mu.Lock()
	defer t.mu.Unlock()
	if l := t.links[id]; l != nil && !l.isClosed() {
		return l
	}
	return nil
}

func (t *Transport) connected(id types.NodeID) bool { return t.live(id) != nil }

// Send queues a frame, which must not be changed afterwards, and never blocks.
// A peer whose queue would exceed MaxQueue is dropped with ErrSlow, and so is the
// one with the longest queue if all together exceed MaxQueued. The error is
// ErrSlow, ErrFrameSize or ErrNotConnected.
func (t *Transport) Send(id types.NodeID, frame []byte) error {
	if len(frame) > t.cfg.MaxFrame {
		return fmt.Errorf("%w: %d bytes, at most %d", ErrFrameSize, len(frame), t.cfg.MaxFrame)
	}
	l := t.live(id)
	if l == nil {
		return fmt.Errorf("%w: %s", ErrNotConnected, id.Short())
	}
	err := l.send(frame)
	if t.traffic.queued.Load() > int64(t.cfg.MaxQueued) {
		t.dropSlowest()
	}
	return err
}

// dropSlowest drops the peer with the longest queue.
func (t *Transport) dropSlowest() {
	t.mu.Lock()
	defer t.mu.Unlock()
	var longest *link
	queued := 0
	for _, l := range t.links {
		if waiting := l.waiting(); waiting > queued {
			longest, queued = l, waiting
		}
	}
	if longest != nil {
		longest.close(ErrSlow)
		longest.discardQueue()
	}
}

// AwaitRoom waits until little is queued for id, so that a caller with much to send
// goes at the pace of the peer. For each peer, one caller at a time may wait. The
// error is ErrNotConnected, the reason of the link's end, or that of ctx.
func (t *Transport) AwaitRoom(ctx context.Context, id types.NodeID) error {
	l := t.live(id)
	if l == nil {
		return fmt.Errorf("%w: %s", ErrNotConnected, id.Short())
	}
	return l.awaitRoom(ctx)
}

// Disconnect ends the link to id, if there is one; Disconnected will be called with
// reason. It does not wait, and queued frames are lost.
func (t *Transport) Disconnect(id types.NodeID, reason error) {
	if l := t.live(id); l != nil {
		l.close(reason)
	}
}
