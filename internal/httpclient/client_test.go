package httpclient

import (
	"bufio"
	"context"
	"io"
	"net"
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"
)

// A server may close a connection that it kept just as a request comes on it: the
// request is sent again over a new one.
func TestRequestGoesAgainWhenAKeptConnectionCloses(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer listener.Close()
	const answer = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n\"\""
	served := make(chan string, 9) // the body of each request
	go serveOncePerConnection(listener, served, answer)
	keeping := &http.Transport{}
	defer keeping.CloseIdleConnections()
	client := &Client{Base: "http://" + listener.Addr().String(), HTTP: &http.Client{Transport: keeping}, Most: 1 << 10}

	for _, method := range []string{http.MethodPost, http.MethodPut, http.MethodPost} {
		_, err := Call[string](context.Background(), client, method, "/", method)
		require.NoError(t, err)
		require.Equal(t, "\""+method+"\"\n", <-served)
	}
	require.Empty(t, served)
}

// serveOncePerConnection answers the first request of each connection, and closes
// the connection when the second comes.
func serveOncePerConnection(listener net.Listener, served chan<- string, answer string) {
	for {
		conn, err := listener.Accept()
		if err != nil {
			return // closed by the test
		}
		reader := bufio.NewReader(conn)
		if request, err := http.ReadRequest(reader); err == nil {
			body, _ := io.ReadAll(request.Body) // what is missing shows in the test
			served <- string(body)
			_, _ = io.WriteString(conn, answer) // likewise
			_, _ = reader.Peek(1)
		}
		_ = conn.Close()
	}
}
