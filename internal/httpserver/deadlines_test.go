package httpserver_test

import (
	"fmt"
	"net"
	"net/http"
	"sync"
	"testing"
	"time"

	"github.com/gin-gonic/gin"
	"github.com/stretchr/testify/require"

	"networkmngr/internal/httpserver"
)

// heldUp is a listener on whose connections a time limit that is far away is set only once
// the server's end has set its own.
type heldUp struct {
	net.Listener
	begun chan struct{} // a far limit is about to be set
}

func (l heldUp) Accept() (net.Conn, error) {
	conn, err := l.Listener.Accept()
	return &heldUpConn{Conn: conn, begun: l.begun, ended: make(chan struct{})}, err
}

type heldUpConn struct {
	net.Conn
	begun chan struct{}
	first sync.Once // far limit
	ended chan struct{}
	end   sync.Once
}

// A write's limit is the last that the server's end sets.
func (c *heldUpConn) SetWriteDeadline(at time.Time) error {
	return c.set(c.Conn.SetWriteDeadline, at, true)
}

func (c *heldUpConn) SetReadDeadline(at time.Time) error {
	return c.set(c.Conn.SetReadDeadline, at, false)
}

func (c *heldUpConn) set(limit func(time.Time) error, at time.Time, last bool) error {
	const far = 20 * time.Second
	if time.Until(at) > far {
		c.first.Do(func() {
			close(c.begun)
			<-c.ended
		})
		return limit(at)
	}
	err := limit(at)
	if last {
		c.end.Do(func() { close(c.ended) })
	}
	return err
}

// A request whose time limit is set while the server ends holds the end up no longer
// than others: neither one that does not send its body, nor one that does not take its
// answer.
func TestEndWhileALimitIsSet(t *testing.T) {
	much := make([]byte, 16<<20) // more than a connection takes unread
	for name, request := range map[string]string{
		"body":   "POST /act HTTP/1.1\r\nHost: %s\r\nContent-Length: 9\r\n\r\n{",
		"answer": "GET /much HTTP/1.1\r\nHost: %s\r\n\r\n",
		"parts":  "GET /parts HTTP/1.1\r\nHost: %s\r\n\r\n",
	} {
		t.Run(name, func(t *testing.T) {
			listener, err := net.Listen("tcp", "127.0.0.1:0")
			require.NoError(t, err)
			slow := heldUp{Listener: listener, begun: make(chan struct{})}
			stop := serveAt(t, slow,
				httpserver.Route{Methods: httpserver.Post, Path: "/act", Handle: func(c *gin.Context) error {
					return httpserver.Answer(c, http.StatusOK, "done")
				}},
				httpserver.Route{Methods: httpserver.Get, Path: "/much", Handle: func(c *gin.Context) error {
					return httpserver.Answer(c, http.StatusOK, much)
				}},
				httpserver.Route{Methods: httpserver.Get, Path: "/parts", Handle: func(c *gin.Context) error {
					return httpserver.AnswerInParts(c, http.StatusOK, parts{much})
				}})
			client, err := net.Dial("tcp", listener.Addr().String())
			require.NoError(t, err)
			defer client.Close()
			_, err = fmt.Fprintf(client, request, listener.Addr())
			require.NoError(t, err)
			<-slow.begun
			stop() // which is an error if it takes its whole time
		})
	}
}

// parts are the parts of an answer.
type parts [][]byte

func (p parts) JSONParts() ([][]byte, error) { return p, nil }
