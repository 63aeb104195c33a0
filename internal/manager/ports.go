package manager

import (
	"errors"
	"fmt"
	"net"
	"strconv"
	"sync"
	"syscall"
)

// ports holds the ports of a network until those have them that they are for: what
// nodes that run already listen and dial from must not be the port of another one.
type ports struct {
	host string

	mu   sync.Mutex // guards held
	held map[int]net.Listener
}

// holdPorts holds them on a host. The error says which one cannot be had.
func holdPorts(host string, all ...int) (*ports, error) {
	p := &ports{host: host, held: make(map[int]net.Listener)}
	for _, port := range all {
		if err := p.hold(port); err != nil {
			p.free()
			return nil, err
		}
	}
	return p, nil
}

// hold keeps others from a port, until take.
func (p *ports) hold(port int) error {
	listener, err := listen(p.host, port)
	if err != nil {
		return err
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.held[port] = listener
	return nil
}

// take returns the listener of a port. One that is not held, as a node has had it, is
// taken now.
func (p *ports) take(port int) (net.Listener, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if listener, held := p.held[port]; held {
		delete(p.held, port)
		return listener, nil
	}
	return listen(p.host, port)
}

// free lets go of what nobody has taken.
func (p *ports) free() {
	p.mu.Lock()
	defer p.mu.Unlock()
	for port, listener := range p.held {
		_ = listener.Close() // nobody has connected that was told to
		delete(p.held, port)
	}
}

// errPortInUse means that somebody else has a port.
var errPortInUse = errors.New("is in use")

func listen(host string, port int) (net.Listener, error) {
	listener, err := net.Listen("tcp", net.JoinHostPort(host, strconv.Itoa(port)))
	if errors.Is(err, syscall.EADDRINUSE) {
		return nil, fmt.Errorf("port %d on %s %w", port, host, errPortInUse)
	}
	if err != nil {
		return nil, fmt.Errorf("port %d on %s: %w", port, host, err)
	}
	return listener, nil
}
