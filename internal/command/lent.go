package command

import (
	"fmt"
	"net"
	"sync"
)

// lent is a listener on a socket that stays open when the listener is closed:
// who connects meanwhile waits for the next one.
type lent struct {
	net.Listener
	returned chan struct{} // closed when the listener is
	once     sync.Once     // closes it
}

// lend makes a listener on the socket of a TCP listener.
func lend(of net.Listener) (*lent, error) {
	file, err := of.(*net.TCPListener).File()
	if err != nil {
		return nil, fmt.Errorf("listen on %s again: %w", of.Addr(), err)
	}
	defer file.Close() // what listens has a copy
	listener, err := net.FileListener(file)
	if err != nil {
		return nil, fmt.Errorf("listen on %s again: %w", of.Addr(), err)
	}
	return &lent{Listener: listener, returned: make(chan struct{})}, nil
}

func (l *lent) Close() error {
	defer l.once.Do(func() { close(l.returned) })
	return l.Listener.Close()
}
