package httpserver_test

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"net/http"
	"sync/atomic"
	"testing"
	"time"

	"github.com/gin-gonic/gin"
	"github.com/stretchr/testify/require"

	"networkmngr/internal/httpserver"
)

// soon is more than anything here takes.
const soon = 3 * time.Minute

// far is a listener whose clients seem to be where the test says.
type far struct {
	net.Listener
	from atomic.Pointer[net.TCPAddr] // changes while nobody connects
}

type farConn struct {
	net.Conn
	from net.Addr
}

func (c farConn) RemoteAddr() net.Addr { return c.from }

func (f *far) Accept() (net.Conn, error) {
	conn, err := f.Listener.Accept()
	if err != nil {
		return nil, err
	}
	return farConn{conn, f.from.Load()}, nil
}

// crowd is a server with many clients, from many places.
type crowd struct {
	*testing.T
	listener *far
	begun    chan struct{} // a request to /wait runs
	end      chan struct{} // closed when these may end
}

func newCrowd(t *testing.T) *crowd {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	c := &crowd{t, &far{Listener: listener}, make(chan struct{}), make(chan struct{})}
	stop := serveAt(t, c.listener,
		httpserver.Route{Methods: httpserver.Get, Path: "/now", Handle: func(c *gin.Context) error {
			return httpserver.Answer(c, http.StatusOK, "now")
		}},
		httpserver.Route{Methods: httpserver.Get, Path: "/wait", Handle: func(g *gin.Context) error {
			c.begun <- struct{}{}
			<-c.end
			httpserver.Answer(g, http.StatusOK, "waited")
			return nil
		}})
	t.Cleanup(stop)
	return c
}

// client is one connection.
type client struct {
	net.Conn
	*bufio.Reader
}

// connect opens a connection from an address.
func (c *crowd) connect(from string) client {
	c.listener.from.Store(at(from).(*net.TCPAddr))
	conn, err := net.Dial("tcp", c.listener.Addr().String())
	require.NoError(c, err)
	c.Cleanup(func() { _ = conn.Close() }) // the server may have
	return client{conn, bufio.NewReader(conn)}
}

func (c *crowd) send(on client, path string) {
	_, _ = fmt.Fprintf(on, "GET %s HTTP/1.1\r\nHost: %s\r\n\r\n", path, c.listener.Addr()) // the answer shows whether it came
}

// answered reports whether an answer comes.
func (c *crowd) answered(on client) bool {
	require.NoError(c, on.SetReadDeadline(time.Now().Add(soon)))
	response, err := http.ReadResponse(on.Reader, nil)
	if err != nil {
		return false
	}
	_, err = io.Copy(io.Discard, response.Body)
	require.NoError(c, err)
	require.Equal(c, http.StatusOK, response.StatusCode)
	return true
}

// asks reports whether a request over a new connection is answered.
func (c *crowd) asks(from string) (client, bool) {
	on := c.connect(from)
	c.send(on, "/now")
	return on, c.answered(on)
}

// occupies has requests from an address run until there is no place for more, and
// returns their connections.
func (c *crowd) occupies(from string) (busy []client) {
	for {
		on := c.connect(from)
		c.send(on, "/wait")
		refused := make(chan error, 1)
		go func() {
			_, err := on.Peek(1)
			refused <- err
		}()
		select {
		case <-c.begun:
			require.NoError(c, on.SetReadDeadline(time.Now())) // ends the Peek
			<-refused
			on.Reader.Reset(on.Conn)
			busy = append(busy, on)
		case <-refused:
			return busy
		}
	}
}

const (
	owner  = "127.0.0.1:1"
	anyone = "203.0.113.1:1"
)

// Of connections that say nothing, the one that has done so for longest gives
// way, be it that it has asked for something before or not, or sent half of a
// header.
func TestQuietConnectionsGiveWay(t *testing.T) {
	for _, from := range []string{owner, anyone} {
		c := newCrowd(t)
		var quiet []client
		for i := range 600 {
			on := c.connect(from)
			switch i % 3 {
			case 0:
				c.send(on, "/now")
				require.True(t, c.answered(on), "connection %d of %s", i, from)
			case 1:
				_, _ = io.WriteString(on, "GET /now HTTP/1.1\r\nHost: ")
			}
			quiet = append(quiet, on)
		}
		last, answered := c.asks(from)
		require.True(t, answered)
		require.NoError(t, quiet[0].SetReadDeadline(time.Now().Add(soon)))
		_, err := quiet[0].Peek(1)
		require.ErrorIs(t, err, io.EOF, "the first has given way")
		c.send(last, "/now")
		require.True(t, c.answered(last), "the last has not")
	}
}

// A stranger has a share, strangers together do not take the owner's slots, nor
// the owner theirs, and nobody whose request runs gives way.
func TestRequestsKeepTheirConnections(t *testing.T) {
	c := newCrowd(t)
	ofOne := c.occupies(anyone)
	require.NotEmpty(t, ofOne)
	_, answered := c.asks(anyone)
	require.False(t, answered, "more than a stranger's share")
	_, answered = c.asks("[2001:db8::1]:1")
	require.True(t, answered, "another stranger")
	busy := ofOne
	for i := 2; ; i++ {
		more := c.occupies(fmt.Sprintf("203.0.113.%d:1", i))
		if len(more) == 0 {
			break
		}
		require.LessOrEqual(t, len(more), len(ofOne))
		busy = append(busy, more...)
	}
	_, answered = c.asks("198.51.100.1:1")
	require.False(t, answered, "strangers have all places that they may have")
	_, answered = c.asks(owner)
	require.True(t, answered, "the owner always gets in")
	ofOwner := c.occupies(owner)
	require.Len(t, ofOwner, len(busy))
	close(c.end)
	for _, on := range append(busy, ofOwner...) {
		require.True(t, c.answered(on), "a request that ran")
	}
	_, answered = c.asks("198.51.100.1:1")
	require.True(t, answered, "there is room again")
}

// Whoever opens one connection after another harms their own only.
func TestAFloodHarmsItsOwnOnly(t *testing.T) {
	c := newCrowd(t)
	honest, answered := c.asks("198.51.100.1:1")
	require.True(t, answered)
	for range 600 {
		_, answered := c.asks(anyone)
		require.True(t, answered)
	}
	c.send(honest, "/now")
	require.True(t, c.answered(honest))
}

// late is a listener whose first connection shows what it reads only when the
// test says so.
type late struct {
	net.Listener
	first  atomic.Bool
	read   chan struct{} // something has come on it
	show   chan struct{} // closed when the server may have it
	closed chan struct{} // at each Close of it
}

type lateConn struct {
	net.Conn
	late *late
}

func (l *late) Accept() (net.Conn, error) {
	conn, err := l.Listener.Accept()
	if err != nil || l.first.Swap(true) {
		return conn, err
	}
	return &lateConn{conn, l}, nil
}

func (c *lateConn) Read(p []byte) (int, error) {
	n, err := c.Conn.Read(p)
	if n > 0 {
		c.late.read <- struct{}{}
		<-c.late.show
	}
	return n, err
}

func (c *lateConn) Close() error {
	c.late.closed <- struct{}{}
	return c.Conn.Close()
}

// A request that was being read when its connection was closed to make room is not
// carried out, as nobody can hear the answer.
func TestRequestOnAClosedConnectionIsNotCarriedOut(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	l := &late{Listener: listener, read: make(chan struct{}, 9), show: make(chan struct{}), closed: make(chan struct{}, 9)}
	var acted atomic.Int32
	stop := serveAt(t, l, httpserver.Route{Methods: httpserver.Post, Path: "/act", Handle: func(c *gin.Context) error {
		acted.Add(1)
		return httpserver.Answer(c, http.StatusOK, "acted")
	}})
	defer stop()
	dial := func() net.Conn {
		conn, err := net.Dial("tcp", listener.Addr().String())
		require.NoError(t, err)
		t.Cleanup(func() { _ = conn.Close() }) // the server may have
		return conn
	}
	act := fmt.Sprintf("POST /act HTTP/1.1\r\nHost: %s\r\nContent-Length: 0\r\n\r\n", listener.Addr())

	_, err = io.WriteString(dial(), act)
	require.NoError(t, err)
	<-l.read
	for range 600 {
		dial()
	}
	<-l.closed // to make room
	close(l.show)
	<-l.closed // by the server, when it is done with the request
	require.Zero(t, acted.Load())

	on := dial()
	_, err = io.WriteString(on, act)
	require.NoError(t, err)
	response, err := http.ReadResponse(bufio.NewReader(on), nil)
	require.NoError(t, err)
	require.NoError(t, response.Body.Close())
	require.EqualValues(t, 1, acted.Load())
}
