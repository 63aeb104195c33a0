package httpclient

import (
	"bufio"
	"context"
	"crypto/tls"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"path/filepath"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"

	"networkmngr/internal/api"
	"networkmngr/internal/certificate"
)

// A server may close a connection that it kept just as a request comes on it: the
// request is sent again over a new one, over TLS too.
func TestRequestGoesAgainWhenAKeptConnectionCloses(t *testing.T) {
	pair, _, err := certificate.Keep(filepath.Join(t.TempDir(), "tls"), []string{"127.0.0.1"}, nil)
	require.NoError(t, err)
	for name, trust := range map[string]*certificate.Trust{"plain": nil, "TLS": certificate.Anyone()} {
		t.Run(name, func(t *testing.T) {
			plain, err := net.Listen("tcp", "127.0.0.1:0")
			require.NoError(t, err)
			defer plain.Close()
			if trust == nil {
				requestsGoAgain(t, plain, trust)
			} else {
				requestsGoAgain(t, pair.Listen(plain), trust)
			}
		})
	}
}

func requestsGoAgain(t *testing.T, listener net.Listener, trust *certificate.Trust) {
	const answer = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n\"\""
	served := make(chan string, 9) // the body of each request
	go serveOncePerConnection(listener, served, answer)
	keeping := NewHTTP(trust, &http.Transport{})
	defer keeping.CloseIdleConnections()
	client := &Client{Base: trust.URL(listener.Addr().String()), HTTP: keeping, Most: 1 << 10}

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
		if secure, is := conn.(*tls.Conn); is {
			conn = secure.NetConn() // without a word, as servers do that need the room
		}
		_ = conn.Close()
	}
}

// The same goes for a connection that is new: its server may have waited for the request's
// header in vain. Twice is enough for the one who asks to be told.
func TestRequestGoesAgainWhenANewConnectionCloses(t *testing.T) {
	for _, silent := range []int{1, 2} {
		listener, err := net.Listen("tcp", "127.0.0.1:0")
		require.NoError(t, err)
		defer listener.Close()
		bodies := make(chan string, 9)
		go serveAfterSilence(listener, silent, bodies)
		client := &Client{Base: "http://" + listener.Addr().String(), HTTP: NewHTTP(nil, &http.Transport{DisableKeepAlives: true}), Most: 1 << 10}
		_, err = CallIdempotent[string](t.Context(), client, http.MethodPost, "/", "body")
		require.Len(t, bodies, 2)
		require.Equal(t, <-bodies, <-bodies)
		if silent == 1 {
			require.NoError(t, err)
		} else {
			require.ErrorIs(t, err, io.EOF)
		}
	}
}

// Whether a server that closes the connection has acted on a request that acts each time it
// comes, nobody knows: it goes once.
func TestRequestThatActsGoesOnce(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer listener.Close()
	bodies := make(chan string, 9)
	go serveAfterSilence(listener, 1, bodies)
	client := &Client{Base: "http://" + listener.Addr().String(), HTTP: NewHTTP(nil, &http.Transport{DisableKeepAlives: true}), Most: 1 << 10}
	_, err = Call[string](t.Context(), client, http.MethodPost, "/", "body")
	require.ErrorIs(t, err, io.EOF)
	require.Len(t, bodies, 1)
}

// serveAfterSilence closes as many connections without an answer, and then answers.
func serveAfterSilence(listener net.Listener, silent int, bodies chan<- string) {
	for i := 0; ; i++ {
		conn, err := listener.Accept()
		if err != nil {
			return // closed by the test
		}
		if request, err := http.ReadRequest(bufio.NewReader(conn)); err == nil {
			body, _ := io.ReadAll(request.Body) // what is missing shows in the test
			bodies <- string(body)
		}
		if i >= silent {
			_, _ = io.WriteString(conn, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n\"\"") // likewise
		}
		_ = conn.Close()
	}
}

// Whether a closed connection shows as such depends on how far the request had come.
func TestWhatIsAClosedConnection(t *testing.T) {
	for _, is := range []error{io.EOF, net.ErrClosed, syscall.ECONNRESET, syscall.EPIPE} {
		require.True(t, isClosed(&url.Error{Op: "Post", URL: "http://127.0.0.1", Err: &net.OpError{Op: "write", Err: is}}))
	}
	for _, not := range []error{nil, syscall.ECONNREFUSED, context.DeadlineExceeded, certificate.ErrUntrusted} {
		require.False(t, isClosed(not))
	}
}

// Who is asked in plain HTTP and speaks TLS is said to.
func TestAPlainQuestionToTLS(t *testing.T) {
	server := httptest.NewTLSServer(http.NotFoundHandler())
	defer server.Close()
	client := &Client{Base: "http://" + server.Listener.Addr().String(), HTTP: http.DefaultClient, Most: 1 << 10}
	_, err := Call[string](t.Context(), client, http.MethodGet, "/", nil)
	var refused *api.Error
	require.ErrorAs(t, err, &refused)
	require.Equal(t, SpeaksTLS, refused.Code)
	require.Contains(t, refused.Message, "begins with https://")
}

// A stream of events of another server than the one that is meant is not asked for again.
func TestAnotherServerIsNotFollowed(t *testing.T) {
	server := httptest.NewTLSServer(http.NotFoundHandler())
	defer server.Close()
	client := &Client{Base: server.URL, Token: "secret", HTTP: NewHTTP(certificate.NewTrust(), &http.Transport{DisableKeepAlives: true}), Most: 1 << 10}
	err := client.Follow(t.Context(), &Follow{Lost: func(error) error { t.Error("is tried again"); return nil }})
	require.ErrorIs(t, err, certificate.ErrUntrusted)
}
