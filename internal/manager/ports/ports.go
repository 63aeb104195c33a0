// Package ports holds the ports of a network until those have them that they are for.
package ports

import (
	"errors"
	"fmt"
	"net"
	"strconv"
	"sync"
	"syscall"
)

// Held are the ports of a network until those have them that they are for: what nodes that
// run already listen and dial from must not be the port of another one. Many may use it at
// once.
type Held struct {
	host string

	mu   sync.Mutex // guards held
	held map[int]net.Listener
}

// Hold holds ports on a host. The error says which one cannot be had; it wraps ErrInUse, or
// is that of [net.Listen].
func Hold(host string, all ...int) (*Held, error) {
	p := &Held{host: host, held: make(map[int]net.Listener)}
	for _, port := range all {
		if err := p.Hold(port); err != nil {
			p.Free()
			return nil, err
		}
	}
	return p, nil
}

// Hold keeps others from a port, until Take. The error is as that of the function Hold.
func (p *Held) Hold(port int) error {
	listener, err := listen(p.host, port)
	if err != nil {
		return err
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.held[port] = listener
	return nil
}

// Take returns the listener of a port. One that is not held, as a node has had it, is taken
// now. The error is as that of the function Hold.
func (p *Held) Take(port int) (net.Listener, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if listener, held := p.held[port]; held {
		delete(p.held, port)
		return listener, nil
	}
	return listen(p.host, port)
}

// Free lets go of what nobody has taken.
func (p *Held) Free() {
	p.mu.Lock()
	defer p.mu.Unlock()
	for port, listener := range p.held {
		_ = listener.Close() // nobody has connected that was told to
		delete(p.held, port)
	}
}

// ErrInUse means that somebody else has a port.
var ErrInUse = errors.New("is in use")

func listen(host string, port int) (net.Listener, error) {
	listener, err := net.Listen("tcp", net.JoinHostPort(host, strconv.Itoa(port)))
	if errors.Is(err, syscall.EADDRINUSE) {
		return nil, fmt.Errorf("port %d on %s %w", port, host, ErrInUse)
	}
	if err != nil {
		return nil, fmt.Errorf("port %d on %s: %w", port, host, err)
	}
	return listener, nil
}
