package httpserver

import (
	"crypto/tls"
	"net"
	"net/http"
	"sync"
	"time"

	"github.com/hashicorp/go-hclog"
)

// connections are those that are open, within their slots. When all are taken,
// the one that has been idle longest is closed; one whose request runs is not, as
// its deadlines bound it. A WebSocket is not counted here: its route bounds those.
type connections struct {
	log   hclog.Logger
	slots *Slots

	mu    sync.Mutex // guards what follows
	open  map[net.Conn]*connection
	clock uint64    // counts changes of state
	ended bool      // so that new ones are closed at once
	told  time.Time // when a refusal was last logged
}

type connection struct {
	from  Origin
	used  bool   // a request has come
	quiet uint64 // since this time of the clock; 0 while a request runs
}

func newConnections(log hclog.Logger) *connections {
	return &connections{log: log, slots: NewSlots(maxConnections), open: make(map[net.Conn]*connection)}
}

// observe is called by the HTTP server when a connection changes its state: for a
// new one before anything is read from it, and before the next one is accepted.
func (c *connections) observe(conn net.Conn, state http.ConnState) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.clock++
	known := c.open[conn]
	switch {
	case state == http.StateNew:
		c.admit(conn)
	case known == nil: // was closed meanwhile to make room
	case state == http.StateActive:
		known.used, known.quiet = true, 0
	case state == http.StateIdle:
		known.quiet = c.clock
	default:
		c.forget(conn)
	}
}

// admit takes a slot for a connection, or closes it.
func (c *connections) admit(conn net.Conn) {
	from := OriginOf(conn.RemoteAddr(), conn.LocalAddr())
	if c.ended || !c.slots.Acquire(from) && !(c.makeRoom(from) && c.slots.Acquire(from)) {
		c.refuse(conn)
		return
	}
	c.open[conn] = &connection{from: from, quiet: c.clock}
}

// makeRoom closes the connection that has been idle longest of those whose slots
// a newcomer may take.
func (c *connections) makeRoom(newcomer Origin) bool {
	var quietest net.Conn
	for conn, other := range c.open {
		if other.quiet == 0 || quietest != nil && other.quiet > c.open[quietest].quiet {
			continue
		}
		if c.slots.Frees(newcomer, other.from) {
			quietest = conn
		}
	}
	if quietest == nil {
		return false
	}
	c.forget(quietest)
	closeIdle(quietest)
	return true
}

func (c *connections) refuse(conn net.Conn) {
	closeIdle(conn)
	const again = time.Minute
	if now := time.Now(); !c.ended && now.Sub(c.told) > again {
		c.told = now
		c.log.Warn("connection refused, as requests run on all that may be open", "client", conn.RemoteAddr())
	}
}

// closeIdle closes a connection on which no request runs, without TLS's word that it ends: a
// client that reads nothing would keep who waits for that to be sent.
func closeIdle(conn net.Conn) {
	if secure, is := conn.(*tls.Conn); is {
		conn = secure.NetConn()
	}
	_ = conn.Close() // nobody waits for anything on it
}

func (c *connections) forget(conn net.Conn) {
	c.slots.Release(c.open[conn].from)
	delete(c.open, conn)
}

// cutOff closes what http.Server.Shutdown would wait for: connections without a
// request, which browsers open in advance, bodies that clients are still sending,
// and answers that they do not read.
func (c *connections) cutOff() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.ended = true
	for conn, known := range c.open {
		if known.used {
			now := time.Now()
			_ = conn.SetReadDeadline(now) // an error means that it is closed
			_ = conn.SetWriteDeadline(now.Add(lastWrite))
		} else {
			closeIdle(conn)
		}
	}
}
