package httpserver_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/gin-gonic/gin"
	"github.com/hashicorp/go-hclog"
	"github.com/stretchr/testify/require"

	"networkmngr/internal/api"
	"networkmngr/internal/httpserver"
	"networkmngr/internal/leaktest"
)

func TestMain(m *testing.M) { leaktest.Main(m) }

var errKnown = errors.New("known to the routes")

// serve runs a server of these routes and returns its address and the function
// that ends it.
func serve(t *testing.T, routes ...httpserver.Route) (base string, stop func()) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	return "http://" + listener.Addr().String(), serveAt(t, listener, routes...)
}

func serveAt(t *testing.T, listener net.Listener, routes ...httpserver.Route) (stop func()) {
	return serveWith(t, listener, httpserver.Options{
		Routes: routes, Logger: hclog.NewNullLogger(),
		Refuse: func(err error) *api.Error {
			return httpserver.Find([]httpserver.Refusal{{Err: errKnown, Status: http.StatusTeapot, Code: "teapot"}}, err)
		},
	})
}

func serveWith(t *testing.T, listener net.Listener, options httpserver.Options) (stop func()) {
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	server := httpserver.New(options)
	go func() { done <- server.Serve(ctx, listener) }()
	return func() { cancel(); require.NoError(t, <-done) }
}

func post(t *testing.T, ctx context.Context, url string, body io.Reader) (status int, text string, err error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, url, body)
	require.NoError(t, err)
	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	response, err := client.Do(request)
	if err != nil {
		return 0, "", err
	}
	defer response.Body.Close()
	raw, err := io.ReadAll(response.Body)
	return response.StatusCode, string(raw), err
}

// Parameters in the body of a route that takes none are not passed over in
// silence.
func TestNoBody(t *testing.T) {
	base, stop := serve(t, httpserver.Route{Methods: httpserver.GetPost, Path: "/act", Handle: func(c *gin.Context) error {
		return httpserver.Answer(c, http.StatusOK, "done")
	}})
	defer stop()
	for body, want := range map[string]int{
		"": http.StatusOK, "{}": http.StatusOK, " {}\n": http.StatusOK,
		`{"rounds":2}`: http.StatusBadRequest, "rounds=2": http.StatusBadRequest,
		strings.Repeat(" ", 5000): http.StatusRequestEntityTooLarge,
	} {
		for _, reader := range []io.Reader{strings.NewReader(body), struct{ io.Reader }{strings.NewReader(body)}} {
			status, text, err := post(t, t.Context(), base+"/act", reader)
			require.NoError(t, err)
			require.Equal(t, want, status, "%q: %s", body, text)
		}
	}
}

// A refusal of a parameter names those that would be right.
func TestQuery(t *testing.T) {
	done := func(c *gin.Context) error { return httpserver.Answer(c, http.StatusOK, "done") }
	base, stop := serve(t,
		httpserver.Route{Methods: httpserver.Post, Path: "/bare", Handle: done},
		httpserver.Route{Methods: httpserver.Post, Path: "/page", Query: []string{"from", "limit"}, Handle: done},
	)
	defer stop()
	for target, want := range map[string]string{
		"/page?from=1&limit=2":   `"done"`,
		"/bare?x=1":              `parameter \"x\", /bare takes none`,
		"/page?x":                `parameter \"x\", want from or limit`,
		"/page?limit=1&limit=20": `parameter \"limit\" is there 2 times, want it once`,
	} {
		_, text, err := post(t, t.Context(), base+target, nil)
		require.NoError(t, err)
		require.Contains(t, text, want)
	}
}

// A connection that a browser has opened in advance holds nothing up.
func TestEndWithUnusedConnection(t *testing.T) {
	base, stop := serve(t, httpserver.Route{Methods: httpserver.Post, Path: "/act", Handle: func(c *gin.Context) error {
		return httpserver.Answer(c, http.StatusOK, "done")
	}})
	unused, err := net.Dial("tcp", strings.TrimPrefix(base, "http://"))
	require.NoError(t, err)
	defer unused.Close()
	_, _, err = post(t, t.Context(), base+"/act", nil) // accepted after the other
	require.NoError(t, err)
	stop() // which is an error if it takes its whole time
	_, err = unused.Read(make([]byte, 1))
	require.Error(t, err)
}

// A client that is slow to send its body holds nothing up either, whether
// somebody reads it or it was refused before.
func TestEndWithHalfABody(t *testing.T) {
	base, stop := serve(t, httpserver.Route{Methods: httpserver.Post, Path: "/act", Handle: func(c *gin.Context) error {
		return nil
	}})
	host := strings.TrimPrefix(base, "http://")
	for _, path := range []string{"/act", "/none"} {
		slow, err := net.Dial("tcp", host)
		require.NoError(t, err)
		defer slow.Close()
		_, err = fmt.Fprintf(slow, "POST %s HTTP/1.1\r\nHost: %s\r\nContent-Length: 9\r\n\r\n{", path, host)
		require.NoError(t, err)
	}
	_, _, err := post(t, t.Context(), base+"/act", nil) // accepted after the others
	require.NoError(t, err)
	stop() // which is an error if it takes its whole time
}

// Nor does one that does not take its answer.
func TestEndWithAnAnswerThatNobodyTakes(t *testing.T) {
	begun := make(chan struct{})
	base, stop := serve(t, httpserver.Route{Methods: httpserver.Get, Path: "/much", Handle: func(c *gin.Context) error {
		close(begun)
		part := make([]byte, 64<<10)
		for {
			if _, err := (httpserver.TimedWriter{Context: c}).Write(part); err != nil {
				return err
			}
		}
	}})
	deaf, err := net.Dial("tcp", strings.TrimPrefix(base, "http://"))
	require.NoError(t, err)
	defer deaf.Close()
	_, err = fmt.Fprintf(deaf, "GET /much HTTP/1.1\r\nHost: %s\r\n\r\n", strings.TrimPrefix(base, "http://"))
	require.NoError(t, err)
	<-begun
	stop() // which is an error if it takes its whole time
}

// Clients that send parts of large bodies, and no more, do not fill the memory:
// when too much is kept, they are refused, and small bodies still pass.
func TestManyLargeBodies(t *testing.T) {
	const large, several = 8 << 20, 12 // bytes, bodies
	kept := make(chan int, several)
	base, stop := serve(t, httpserver.Route{Methods: httpserver.Post, Path: "/act", Body: large, Handle: func(c *gin.Context) error {
		body, err := io.ReadAll(c.Request.Body)
		if err != nil {
			kept <- len(body)
			return err
		}
		return httpserver.Answer(c, http.StatusOK, len(body))
	}})
	var refused sync.WaitGroup
	var busy atomic.Int64
	ctx, leave := context.WithCancel(t.Context())
	for range several {
		body := io.MultiReader(bytes.NewReader(make([]byte, large-1)), until(ctx))
		refused.Go(func() {
			if status, _, err := post(t, ctx, base+"/act", body); err == nil && status == http.StatusTooManyRequests {
				busy.Add(1)
			}
		})
	}
	sum := 0
	for range several - 4 { // as many as are more than what is kept
		sum += <-kept
	}
	require.Less(t, sum, (several-4)*large)
	status, text, err := post(t, t.Context(), base+"/act", strings.NewReader("small"))
	require.NoError(t, err)
	require.Equal(t, http.StatusOK, status, text)
	leave()
	refused.Wait()
	require.NotZero(t, busy.Load())
	require.Eventually(t, func() bool { // the server learns a little later that clients have left
		status, _, err := post(t, t.Context(), base+"/act", bytes.NewReader(make([]byte, large)))
		return err == nil && status == http.StatusOK
	}, soon, 10*time.Millisecond, "what was kept is free again")
	stop()
}

// until is a reader that gives nothing until ctx ends.
func until(ctx context.Context) io.Reader {
	read, write := io.Pipe()
	context.AfterFunc(ctx, func() { _ = write.CloseWithError(ctx.Err()) })
	return read
}

// A client that hangs up is noticed although its request had a body.
func TestHangUpAfterBody(t *testing.T) {
	running, ended := make(chan struct{}), make(chan struct{})
	base, stop := serve(t, httpserver.Route{Methods: httpserver.Post, Path: "/act", Handle: func(c *gin.Context) error {
		close(running)
		<-c.Request.Context().Done()
		close(ended)
		return c.Request.Context().Err()
	}})
	defer stop()
	ctx, hangUp := context.WithCancel(t.Context())
	result := make(chan error, 1)
	go func() {
		_, _, err := post(t, ctx, base+"/act", strings.NewReader("{}"))
		result <- err
	}()
	<-running
	hangUp()
	require.ErrorIs(t, <-result, context.Canceled)
	select {
	case <-ended:
	case <-time.After(soon):
		require.Fail(t, "the handler was not told")
	}
}

func TestRefusals(t *testing.T) {
	for _, c := range []struct {
		err    error
		status int
		text   string
	}{
		{fmt.Errorf("%w: so", errKnown), http.StatusTeapot, `{"error":{"code":"teapot","message":"known to the routes: so"}}`},
		{fmt.Errorf("%w: x", httpserver.ErrNotFound), http.StatusNotFound, `{"error":{"code":"not-found","message":"not found: x"}}`},
		{errors.Join(context.Canceled, errKnown), http.StatusTeapot, `"code":"teapot"`},
		{&api.Error{Status: http.StatusConflict, Code: "c", Message: "m"}, http.StatusConflict, `{"error":{"code":"c","message":"m"}}`},
		{errors.New("secret"), http.StatusInternalServerError, `{"error":{"code":"internal","message":"the server failed to do this; its log says why"}}`},
	} {
		base, stop := serve(t, httpserver.Route{Methods: httpserver.Post, Path: "/act", Handle: func(*gin.Context) error { return c.err }})
		status, text, err := post(t, t.Context(), base+"/act", nil)
		stop()
		require.NoError(t, err)
		require.Equal(t, c.status, status)
		require.Contains(t, text, c.text)
	}
}

func TestNoAnswerIsTakenForAnotherType(t *testing.T) {
	base, stop := serve(t, httpserver.Route{Methods: httpserver.Get, Path: "/there", Handle: func(c *gin.Context) error {
		return httpserver.Answer(c, http.StatusOK, "<html>")
	}})
	defer stop()
	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	for _, path := range []string{"/there", "/there?x=1", "/missing"} {
		request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, base+path, nil)
		require.NoError(t, err)
		answer, err := client.Do(request)
		require.NoError(t, err)
		require.NoError(t, answer.Body.Close())
		require.Equal(t, "nosniff", answer.Header.Get("X-Content-Type-Options"), path)
	}
}
