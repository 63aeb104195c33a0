package httpserver_test

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/gin-gonic/gin"
	"github.com/hashicorp/go-hclog"
	"github.com/stretchr/testify/require"

	"networkmngr/internal/api"
	"networkmngr/internal/httpserver"
	"networkmngr/internal/httpserver/guard"
)

// threeRoutes is a server of a route that reads, one that acts, and one for probes.
type threeRoutes struct {
	*testing.T
	address string
	acted   atomic.Int32
}

func serveThree(t *testing.T, g guard.Guard) *threeRoutes {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	d := &threeRoutes{T: t, address: listener.Addr().String()}
	answer := func(c *gin.Context) error { return httpserver.Answer(c, http.StatusOK, "read") }
	stop := serveWith(t, listener, httpserver.Options{
		Guard: g, Logger: hclog.NewNullLogger(), Refuse: func(error) *api.Error { return nil },
		Routes: []httpserver.Route{
			{Methods: httpserver.Get, Path: "/things", Query: []string{"limit"}, Handle: answer},
			{Methods: httpserver.Get, Path: "/healthz", Probe: true, Handle: answer},
			{Methods: httpserver.GetPost, Path: "/act", Changes: true, Query: []string{"count"}, Body: 1 << 10, Handle: d.act},
		},
	})
	t.Cleanup(stop)
	return d
}

func (d *threeRoutes) act(c *gin.Context) error {
	var form struct {
		Name string `json:"name"`
	}
	if c.Request.Method == http.MethodPost {
		if err := httpserver.Decode(c, &form); err != nil {
			return err
		}
	}
	d.acted.Add(1)
	return httpserver.Answer(c, http.StatusOK, "acted"+form.Name)
}

// send sends a request as it stands, with the lines of a header, and returns the
// answer and its body.
func (d *threeRoutes) send(line, body string, header ...string) (*http.Response, string) {
	conn, err := net.Dial("tcp", d.address)
	require.NoError(d, err)
	defer conn.Close()
	if !strings.HasSuffix(line, "HTTP/1.0") {
		line += " HTTP/1.1"
		header = append(header, "Host: "+d.address)
	}
	_, err = fmt.Fprintf(conn, "%s\r\n%s\r\nConnection: close\r\nContent-Length: %d\r\n\r\n%s",
		line, strings.Join(append(header, "X-Test: 1"), "\r\n"), len(body), body)
	require.NoError(d, err)
	method, _, _ := strings.Cut(line, " ")
	response, err := http.ReadResponse(bufio.NewReader(conn), &http.Request{Method: method})
	require.NoError(d, err)
	text, err := io.ReadAll(response.Body)
	require.NoError(d, err)
	require.NoError(d, response.Body.Close())
	return response, string(text)
}

// A part of a query that cannot be read is not passed over in silence, as something
// else would be done than was asked.
func TestQueryThatCannotBeRead(t *testing.T) {
	d := serveThree(t, guard.Guard{})
	const semicolon, percent = "the query has a semicolon, want &", "want two hexadecimal digits after each %"
	for target, want := range map[string]string{
		"/things?limit=4;from=1": semicolon, "/things?;": semicolon, "/act?count=3;": semicolon, "/things?%zz=1;": semicolon,
		"/things?limit=1%": `the query has \"%\", ` + percent, "/things?%zz=1": `the query has \"%zz\", ` + percent,
		"/act?count=3&count%4":                   `the query has \"%4\", ` + percent,
		"/things?" + strings.Repeat("&", 10_000): "the query has more parameters than are read",
	} {
		response, text := d.send("GET "+target, "")
		require.Equal(t, http.StatusBadRequest, response.StatusCode, "%.128s: %s", target, text)
		require.Contains(t, text, want, "%.128s", target)
	}
	require.Zero(t, d.acted.Load())
}

func TestHead(t *testing.T) {
	d := serveThree(t, guard.Guard{})
	response, text := d.send("HEAD /things", "")
	require.Equal(t, http.StatusOK, response.StatusCode)
	require.EqualValues(t, len(`"read"`+"\n"), response.ContentLength)
	require.Empty(t, text)
	response, _ = d.send("HEAD /act", "")
	require.Equal(t, http.StatusMethodNotAllowed, response.StatusCode)
	require.Zero(t, d.acted.Load())
}

// Simple health checks speak HTTP/1.0 and name no host. Nothing else opens for them.
func TestProbeWithoutAHost(t *testing.T) {
	d := serveThree(t, guard.Guard{})
	for line, want := range map[string]int{
		"GET /healthz HTTP/1.0": http.StatusOK, "HEAD /healthz HTTP/1.0": http.StatusOK,
		"GET /things HTTP/1.0": http.StatusForbidden, "GET /act HTTP/1.0": http.StatusForbidden,
	} {
		response, _ := d.send(line, "")
		require.Equal(t, want, response.StatusCode, line)
	}
	response, _ := d.send("GET /healthz HTTP/1.0", "", "Host: evil.example")
	require.Equal(t, http.StatusForbidden, response.StatusCode)
}

func TestSlashAtTheEnd(t *testing.T) {
	d := serveThree(t, guard.Guard{})
	for target, want := range map[string]int{
		"/things/": http.StatusOK, "/things/?limit=1": http.StatusOK, "/act/": http.StatusOK,
		"/things//": http.StatusNotFound, "/things%2F": http.StatusNotFound, "/": http.StatusNotFound,
	} {
		response, _ := d.send("GET "+target, "")
		require.Equal(t, want, response.StatusCode, target)
	}
}

func TestCompressedBody(t *testing.T) {
	d := serveThree(t, guard.Guard{})
	for coding, want := range map[string]int{
		"gzip": http.StatusUnsupportedMediaType, "br": http.StatusUnsupportedMediaType, "gzip, identity": http.StatusUnsupportedMediaType,
		"identity": http.StatusOK, "Identity": http.StatusOK,
	} {
		response, text := d.send("POST /act", "{}", "Content-Encoding: "+coding)
		require.Equal(t, want, response.StatusCode, text)
		if want != http.StatusOK {
			require.Contains(t, text, "encoded-body")
			require.Equal(t, "identity", response.Header.Get("Accept-Encoding"))
		}
	}
}

// Some editors put a byte order mark in front.
func TestByteOrderMark(t *testing.T) {
	d := serveThree(t, guard.Guard{})
	_, text := d.send("POST /act", "\uFEFF{\"name\":\"!\"}")
	require.Equal(t, "\"acted!\"\n", text)
	response, _ := d.send("POST /act", "\uFEFF\uFEFF{}")
	require.Equal(t, http.StatusBadRequest, response.StatusCode)
}

// A page of an invited origin may read the answers, and ask before it acts.
func TestInvitedPage(t *testing.T) {
	d := serveThree(t, guard.Guard{Origins: []string{"https://class.example"}})
	for origin, invited := range map[string]bool{"https://class.example": true, "https://evil.example": false} {
		want := ""
		if invited {
			want = origin
		}
		response, _ := d.send("GET /things", "", "Origin: "+origin, "Sec-Fetch-Site: cross-site")
		require.Equal(t, want, response.Header.Get("Access-Control-Allow-Origin"))
		require.Equal(t, invited, response.StatusCode == http.StatusOK, "the answer is %d", response.StatusCode)
		response, _ = d.send("OPTIONS /act", "", "Origin: "+origin, "Access-Control-Request-Method: POST", "Access-Control-Request-Headers: authorization,content-type")
		require.Equal(t, want, response.Header.Get("Access-Control-Allow-Origin"))
		response, _ = d.send("POST /act", "{}", "Origin: "+origin, "Sec-Fetch-Site: cross-site")
		require.Equal(t, invited, response.StatusCode == http.StatusOK, "the answer is %d", response.StatusCode)
	}
	require.EqualValues(t, 1, d.acted.Load())
}

// A page of a browser at 0.0.0.0 finds the server at 127.0.0.1.
func TestBrowserAtTheUnspecifiedAddress(t *testing.T) {
	d := serveThree(t, guard.Guard{})
	_, port, err := net.SplitHostPort(d.address)
	require.NoError(t, err)
	response, text := d.send("GET /act?count=2 HTTP/1.0", "", "Host: 0.0.0.0:"+port, "User-Agent: Mozilla/5.0")
	require.Equal(t, http.StatusTemporaryRedirect, response.StatusCode, text)
	require.Equal(t, "http://"+d.address+"/act?count=2", response.Header.Get("Location"))
	require.Zero(t, d.acted.Load())
}
