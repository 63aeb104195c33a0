package launchtest

import (
	"net"
	"sync"
)

// Gate keeps what comes in from a paused node.
type Gate struct {
	mu   sync.Mutex    // guards open
	open chan struct{} // closed unless the node is paused
}

func newGate() *Gate {
	g := &Gate{open: make(chan struct{})}
	close(g.open)
	return g
}

// set shuts or opens the gate.
func (g *Gate) set(shut bool) {
	g.mu.Lock()
	defer g.mu.Unlock()
	select {
	case <-g.open:
		if shut {
			g.open = make(chan struct{})
		}
	default:
		if !shut {
			close(g.open)
		}
	}
}

// wait returns when the gate is open.
func (g *Gate) wait() {
	g.mu.Lock()
	open := g.open
	g.mu.Unlock()
	<-open
}

// Listener makes a listener whose connections wait, while the gate is shut, with
// what they have read.
func (g *Gate) Listener(of net.Listener) net.Listener { return gatedListener{of, g} }

type gatedListener struct {
	net.Listener
	gate *Gate
}

func (l gatedListener) Accept() (net.Conn, error) {
	conn, err := l.Listener.Accept()
	if err != nil {
		return nil, err
	}
	return gatedConn{conn, l.gate}, nil
}

type gatedConn struct {
	net.Conn
	gate *Gate
}

func (c gatedConn) Read(p []byte) (int, error) {
	n, err := c.Conn.Read(p)
	c.gate.wait()
	return n, err
}
