package transport

import (
	"bufio"
	"context"
	"net/netip"
	"sync"
	"time"

	"github.com/libp2p/go-libp2p/core/network"
	tpt "github.com/libp2p/go-libp2p/core/transport"

	"networkmngr/internal/mailbox"
	"networkmngr/internal/types"
)

// link is one connection to a peer with its stream: first a candidate, then
// registered as the only link to that peer, then running, then closed, then done.
type link struct {
	peer   Peer
	conn   tpt.CapableConn
	stream network.MuxedStream
	cfg    Config
	stamp  int64     // the arbiter's, in nanoseconds; grows with every verdict
	since  time.Time // when the link was registered
	merits Inbound   // but for Since and Group; guarded by the transport's mu

	mu     sync.Mutex // guards queue, line, queued and over
	queue  [][]byte
	line   *line        // in the place of queue while the link has faults, else nil
	queued int          // bytes, overhead included, of the queue and of what is being written
	over   bool         // no frame is accepted any more
	total  *traffic     // of all links
	counts counts       // of this one
	filled mailbox.Bell // rings when the queue has something
	freed  mailbox.Bell // rings when the queue takes less

	once       sync.Once
	reason     error         // why it was closed; set before closed is
	closed     chan struct{} // closed by close
	connClosed chan struct{} // closed when the connection is
	done       chan struct{} // closed when the Handler's last call has returned
}

func newLink(peer Peer, conn tpt.CapableConn, stream network.MuxedStream, cfg Config, total *traffic) *link {
	return &link{
		peer: peer, conn: conn, stream: stream, cfg: cfg, total: total, counts: newCounts(cfg),
		closed:     make(chan struct{}),
		connClosed: make(chan struct{}),
		done:       make(chan struct{}),
	}
}

// slot is the place of an inbound link, and nil for an outbound one.
func (l *link) slot() *slot {
	s, _ := l.conn.Scope().(*slot)
	return s
}

// ip is the address that the connection goes to or comes from; zero if it has none.
func (l *link) ip() netip.Addr {
	ip, err := ipOf(l.conn.RemoteMultiaddr())
	if err != nil {
		return netip.Addr{}
	}
	return ip
}

// close ends the link; the first reason counts. It does not block, as closing a
// connection can: run or abandon waits for connClosed.
func (l *link) close(reason error) {
	l.once.Do(func() {
		l.reason = reason
		close(l.closed)
		go func() {
			defer close(l.connClosed)
			if err := l.conn.Close(); err != nil {
				l.cfg.Logger.Debug("connection closed badly", "peer", l.peer.ID.Short(), "error", err)
			}
		}()
	})
}

func (l *link) isClosed() bool {
	select {
	case <-l.closed:
		return true
	default:
		return false
	}
}

// run serves a registered link until it is closed, and calls the handler at its
// beginning, for each frame and at its end.
func (l *link) run(handler Handler) {
	var writer sync.WaitGroup
	writer.Go(func() { l.close(l.writeAll()) })
	handler.Connected(l.peer)
	l.close(l.readAll(handler))
	writer.Wait()
	<-l.connClosed
	handler.Disconnected(l.peer.ID, l.reason)
}

// readAll passes frames to the handler until the link ends, and returns the reason.
func (l *link) readAll(handler Handler) error {
	begun := func() error { return l.stream.SetReadDeadline(time.Now().Add(l.cfg.StallTimeout)) }
	for {
		frame, err := readFrame(l.stream, l.cfg.MaxFrame, begun)
		if err != nil {
			return err
		}
		if l.isClosed() {
			return l.reason
		}
		l.total.countReceived(frame)
		l.counts.countReceived(frame)
		handler.Received(l.peer.ID, frame)
		if err := l.stream.SetReadDeadline(time.Time{}); err != nil {
			return err
		}
	}
}

// send queues a frame, or closes a link whose queue has no room for it.
func (l *link) send(frame []byte) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	cost := len(frame) + FrameOverhead
	if l.over || l.queued+cost > l.cfg.MaxQueue {
		l.close(ErrSlow)
		return ErrSlow
	}
	l.addQueued(cost)
	if l.line == nil {
		l.queue = append(l.queue, frame)
	} else {
		l.line.push(frame, time.Now())
	}
	l.filled.Ring()
	return nil
}

// addQueued counts bytes that are queued, or with a minus no longer are. Callers
// hold mu.
func (l *link) addQueued(bytes int) {
	l.queued += bytes
	l.total.queued.Add(int64(bytes))
}

// discardQueue removes all that is queued, and nothing can be queued any more.
func (l *link) discardQueue() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.queue, l.over = nil, true
	l.addQueued(-l.queued)
	if l.line != nil {
		l.total.inFlight.Add(-int64(l.line.held))
		l.line = nil
	}
}

func (l *link) waiting() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.queued
}

// awaitRoom waits until little of the queue is in use: the queues of 64 peers that
// all ask for much and read nothing are to fit in MaxQueued. The error is the reason of
// the link's end, or that of ctx.
func (l *link) awaitRoom(ctx context.Context) error {
	for {
		freed := l.freed.Wait()
		if l.cfg.HasRoom(l.waiting()) {
			return nil
		}
		select {
		case <-freed:
		case <-l.closed:
			return l.reason
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// writeAll writes what is queued until the link ends, and returns the reason.
func (l *link) writeAll() error {
	for {
		filled := l.filled.Wait()
		due, err := l.drain()
		if err != nil {
			return err
		}
		select {
		case <-l.closed:
			return l.reason
		case <-filled:
		case <-due:
		}
	}
}

// drain writes all that may be written. More may be when due is told, if there is one.
func (l *link) drain() (due <-chan time.Time, err error) {
	for {
		frames, queued, next := l.take()
		if len(frames) == 0 {
			return alarm(next), nil
		}
		if err := l.writeFrames(frames, queued); err != nil {
			return nil, err
		}
	}
}

// alarm tells when it is then; nil never does.
func alarm(then time.Time) <-chan time.Time {
	if then.IsZero() {
		return nil
	}
	return time.After(time.Until(then))
}

// take returns frames to write, and whether they still count as queued; and, if there
// are none, when there may be.
func (l *link) take() (frames [][]byte, queued bool, next time.Time) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.line == nil {
		frames, l.queue = l.queue, nil
		return frames, true, next
	}
	now := time.Now()
	frames = l.step(now)
	next = l.line.next(now)
	if l.line.isOver() {
		l.line = nil
	}
	return frames, false, next
}

// step has the line go on. Callers hold mu.
func (l *link) step(now time.Time) (arrived [][]byte) {
	before := l.line.held
	room := (2*l.cfg.MaxInFlight - int(l.total.inFlight.Load()) + before) / 2 // as much as is left to the others
	arrived, unqueued := l.line.step(now, room)
	l.total.inFlight.Add(int64(l.line.held - before))
	if unqueued > 0 && !l.over {
		l.addQueued(-unqueued)
		l.freed.Ring()
	}
	return arrived
}

// writeFrames gathers frames into one write each chunk. The buffer lives only for
// the burst, as most links are idle most of the time.
func (l *link) writeFrames(frames [][]byte, queued bool) error {
	total := 0
	for _, frame := range frames {
		total += prefixSize + len(frame)
	}
	out := bufio.NewWriterSize(stallWriter{l.stream, l.cfg.StallTimeout}, min(total, chunk))
	for i, frame := range frames {
		frames[i] = nil // a long queue is freed as it shrinks
		if err := writeFrame(out, frame); err != nil {
			return err
		}
		l.total.countSent(frame)
		l.counts.countSent(frame)
		if queued {
			l.release(len(frame) + FrameOverhead)
		}
	}
	return out.Flush()
}

func (l *link) release(bytes int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if !l.over {
		l.addQueued(-bytes)
	}
	l.freed.Ring()
}

// stallWriter writes to a stream chunk by chunk, each within the timeout.
type stallWriter struct {
	stream  network.MuxedStream
	timeout time.Duration
}

func (w stallWriter) Write(b []byte) (int, error) {
	written := 0
	for written < len(b) {
		if err := w.stream.SetWriteDeadline(time.Now().Add(w.timeout)); err != nil {
			return written, err
		}
		n, err := w.stream.Write(b[written:min(len(b), written+chunk)])
		written += n
		if err != nil {
			return written, err
		}
	}
	return written, nil
}

// Peer is the node at the other end of a link.
type Peer struct {
	ID types.NodeID
	// Address is the multiaddr the connection goes to or comes from, with
	// /p2p/. An inbound one has the port the peer dialled from, where it
	// does not listen.
	Address  string
	Outbound bool
}
