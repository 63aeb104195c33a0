package daemon

import (
	"fmt"
	"net"
	"sync"
)

// sharedListener listens on a socket that stays open when the listener is
// closed: a client that connects meanwhile waits for the next one.
type sharedListener struct {
	net.Listener
	returned chan struct{} // closed when the listener is
	once     sync.Once     // closes it
}

// share makes a listener on the socket of a TCP listener.
func share(of net.Listener) (*sharedListener, error) {
	file, err := of.(*net.TCPListener).File()
	if err != nil {
		return nil, fmt.Errorf("listen on %s again: %w", of.Addr(), err)
	}
	defer file.Close() // what listens has a copy
	listener, err := net.FileListener(file)
	if err != nil {
		return nil, fmt.Errorf("listen on %s again: %w", of.Addr(), err)
	}
	return &sharedListener{Listener: listener, returned: make(chan struct{})}, nil
}

func (l *sharedListener) Close() error {
	defer l.once.Do(func() { close(l.returned) })
	return l.Listener.Close()
}
