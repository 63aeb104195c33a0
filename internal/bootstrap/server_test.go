package bootstrap

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/hashicorp/go-hclog"
	"github.com/stretchr/testify/require"

	"networkmngr/internal/api"
	"networkmngr/internal/httpserver"
	"networkmngr/internal/httpserver/openapi/openapitest"
	"networkmngr/internal/types"
)

// description is what the server says of itself.
var description = sync.OnceValue(func() *openapitest.Description {
	d, err := openapitest.Parse(Description)
	if err != nil {
		panic(err) // no test of this package means anything then
	}
	return d
})

func TestDescription(t *testing.T) {
	require.Empty(t, description().Problems())
	require.Empty(t, description().Compare((&Server{service: &Service{}, options: ServerOptions{Shutdown: func() {}}}).routes()))
}

// harness is a bootstrap node that serves.
type harness struct {
	*testing.T
	service *Service
	base    string
	client  *http.Client
	ended   chan error
	stop    context.CancelFunc
}

// limits have all nodes asked all the time.
func limits() Limits {
	l := DefaultLimits()
	l.Every, l.Spacing, l.Again, l.Most = time.Millisecond, time.Millisecond, time.Millisecond, 2*time.Millisecond
	return l
}

func serve(t *testing.T, folder string, limits Limits) *harness {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	h := &harness{T: t, base: "http://" + listener.Addr().String(), ended: make(chan error, 2)}
	h.service = Open(Options{Limits: limits, Folder: folder, Logger: hclog.NewNullLogger()})
	ctx, stop := context.WithCancel(t.Context())
	h.stop = stop
	server := NewServer(ServerOptions{Software: "test", Shutdown: stop, Logger: hclog.NewNullLogger()}, h.service)
	transport := &http.Transport{DisableKeepAlives: true}
	h.client = &http.Client{Transport: &openapitest.Transport{Description: description(), Next: transport, Reporter: t}}
	go func() { h.ended <- server.Serve(ctx, listener) }()
	go func() { h.ended <- h.service.Run(ctx) }()
	t.Cleanup(h.end)
	return h
}

// end ends the bootstrap node in order.
func (h *harness) end() {
	if h.stop != nil {
		h.stop()
		require.NoError(h, <-h.ended)
		require.NoError(h, <-h.ended)
	}
	h.stop = nil
}

func (h *harness) send(method, path, body string) (status int, text string) {
	h.Helper()
	request, err := http.NewRequest(method, h.base+path, strings.NewReader(body))
	require.NoError(h, err)
	response, err := h.client.Do(request)
	require.NoError(h, err)
	defer response.Body.Close()
	answer, err := io.ReadAll(response.Body)
	require.NoError(h, err)
	return response.StatusCode, string(answer)
}

// refused sends what is to be refused with a code.
func (h *harness) refused(method, path, body string, status int, code string) {
	h.Helper()
	got, text := h.send(method, path, body)
	require.Equal(h, status, got, text)
	require.Contains(h, text, `"code":"`+code+`"`)
}

// known lists the addresses of nodes.
func (h *harness) known() []string { return addresses(h.service.For(nil, 99)) }

// fakeNode says who it is, if it is up.
type fakeNode struct {
	info    api.Info
	address string
	down    atomic.Bool
	asked   atomic.Int64
}

func (n *fakeNode) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	n.asked.Add(1)
	if n.down.Load() || r.URL.Path != "/node/id" {
		http.Error(w, "{}", http.StatusServiceUnavailable)
		return
	}
	_ = json.NewEncoder(w).Encode(n.info)
}

// place is the node's introduction in the form of a tutorial.
func (n *fakeNode) place() string {
	host, port, _ := net.SplitHostPort(n.address)
	return fmt.Sprintf(`{"ip_address": %q, "port": %s}`, host, port)
}

func newFake(t *testing.T, id byte) *fakeNode {
	n := &fakeNode{info: api.Info{NodeInfo: types.NodeInfo{ID: types.NodeID{id}, P2P: []string{"/ip4/127.0.0.1/tcp/1"}}}}
	server := httptest.NewServer(n)
	t.Cleanup(server.Close)
	n.address = server.Listener.Addr().String()
	n.info.Address = n.address
	return n
}

// Who asks and introduces itself becomes known, and is told of others.
func TestNodesMeet(t *testing.T) {
	h := serve(t, t.TempDir(), DefaultLimits())
	a, b := newFake(t, 1), newFake(t, 2)
	_, text := h.send(http.MethodGet, "/nodes/", "")
	require.Equal(t, "[]\n", text)
	_, text = h.send(http.MethodPost, "/", "")
	require.Contains(t, text, "knows 0 nodes")
	_, text = h.send(http.MethodPost, "/", a.place())
	require.JSONEq(t, fmt.Sprintf(`{"message": "%s is known now", "added": 1}`, a.address), text)
	_, text = h.send(http.MethodGet, "/nodes/", b.place())
	var places []api.Place
	require.NoError(t, json.Unmarshal([]byte(text), &places))
	require.Len(t, places, 1)
	info, complete := places[0].Info()
	require.True(t, complete)
	require.Equal(t, a.info.NodeInfo, info)
	require.Equal(t, []string{a.address, b.address}, h.known())
	asked := a.asked.Load()
	_, text = h.send(http.MethodPost, "/", a.place())
	require.Contains(t, text, "was known")
	require.Equal(t, asked, a.asked.Load(), "its answer is fresh")
	status, _ := h.send(http.MethodGet, "/nodes?limit=1", "")
	require.Equal(t, http.StatusOK, status)
	for _, path := range []string{"/", "/healthz", "/openapi.yaml"} {
		status, text := h.send(http.MethodGet, path, "")
		require.Equal(t, http.StatusOK, status, text)
	}
}

// An introduction tells where to ask, and nothing else: a node that is not there, or is
// another one, becomes known to nobody.
func TestIntroductionsAreChecked(t *testing.T) {
	h := serve(t, t.TempDir(), DefaultLimits())
	a := newFake(t, 1)
	nobody := `{"ip_address": "127.0.0.1", "port": 1}`
	h.refused(http.MethodPost, "/", nobody, http.StatusUnprocessableEntity, "node-unreachable")
	status, text := h.send(http.MethodGet, "/nodes", nobody)
	require.Equal(t, http.StatusOK, status, "it is told all the same")
	require.Equal(t, "[]\n", text)
	other := fmt.Sprintf(`{"id": "%s", "address": %q, "p2p": ["/ip4/192.0.2.1/tcp/1"]}`, types.NodeID{9}, a.address)
	h.refused(http.MethodPost, "/", other, http.StatusUnprocessableEntity, "bad-node")
	h.refused(http.MethodGet, "/nodes", other, http.StatusUnprocessableEntity, "bad-node")
	a.info.ID = types.NodeID{}
	h.refused(http.MethodPost, "/", a.place(), http.StatusUnprocessableEntity, "bad-node")
	self := strings.Replace(a.place(), a.address[strings.LastIndex(a.address, ":")+1:], h.base[strings.LastIndex(h.base, ":")+1:], 1)
	h.refused(http.MethodPost, "/", self, http.StatusUnprocessableEntity, "node-unreachable")
	for _, malformed := range []string{`[]`, `{"port": 1, "x": 2}`, `{"port": 70000}`} {
		request, err := http.Post(h.base+"/", "application/json", strings.NewReader(malformed))
		require.NoError(t, err)
		require.NoError(t, request.Body.Close())
		require.Equal(t, http.StatusBadRequest, request.StatusCode, malformed)
	}
	require.Empty(t, h.known())
	h.refused(http.MethodGet, "/node/id", "", http.StatusNotFound, "bootstrap-node")
	http.DefaultClient.CloseIdleConnections()
}

// A node that stops answering is dropped, and one that comes back is there again, though it
// does not say so.
func TestNodesAreAskedAgain(t *testing.T) {
	h := serve(t, t.TempDir(), limits())
	a, b := newFake(t, 1), newFake(t, 2)
	h.send(http.MethodPost, "/", a.place())
	h.send(http.MethodPost, "/", b.place())
	a.down.Store(true)
	require.Eventually(t, func() bool { return len(h.known()) == 1 }, time.Minute, time.Millisecond)
	require.Equal(t, []string{b.address}, h.known())
	a.down.Store(false)
	require.Eventually(t, func() bool { return len(h.known()) == 2 }, time.Minute, time.Millisecond)
}

// What an introduction was answered with survives a kill.
func TestNodesAreKept(t *testing.T) {
	folder := t.TempDir()
	h := serve(t, folder, DefaultLimits())
	var nodes []*fakeNode
	for i := range 20 {
		nodes = append(nodes, newFake(t, byte(i+1)))
	}
	var group sync.WaitGroup
	for _, n := range nodes {
		group.Go(func() {
			_, added, err := h.service.Introduce(t.Context(), httpserver.Origin{}, api.Place{Address: n.address})
			require.NoError(t, err)
			require.True(t, added)
		})
	}
	group.Wait()
	killed := Open(Options{Limits: DefaultLimits(), Folder: folder, Logger: hclog.NewNullLogger()}) // without h's end
	require.Equal(t, h.known(), addresses(killed.For(nil, 99)))

	text, err := os.ReadFile(filepath.Join(folder, FileName))
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(filepath.Join(folder, FileName), append([]byte(`[{"id": "x"},`), text[1:]...), 0o600))
	damaged := Open(Options{Limits: DefaultLimits(), Folder: folder, Logger: hclog.NewNullLogger()})
	require.Equal(t, h.known(), addresses(damaged.For(nil, 99)), "one that cannot be read loses no other")

	require.NoError(t, os.WriteFile(filepath.Join(folder, FileName), []byte("[{"), 0o600))
	require.Zero(t, Open(Options{Folder: folder, Logger: hclog.NewNullLogger()}).Count(), "it begins anew")
}

// Where no node was known, nothing is written at the end. What is there is put right.
func TestTheFileIsWrittenIfNeeded(t *testing.T) {
	path := filepath.Join(t.TempDir(), FileName)
	runAndEnd := func() {
		h := serve(t, filepath.Dir(path), DefaultLimits())
		h.end()
	}
	runAndEnd()
	require.NoFileExists(t, path)
	for _, damaged := range []string{"[{", `[{"id": "x"}]`} {
		require.NoError(t, os.WriteFile(path, []byte(damaged), 0o600))
		runAndEnd()
		text, err := os.ReadFile(path)
		require.NoError(t, err)
		require.Equal(t, "[]\n", string(text), damaged)
	}
	require.NoError(t, os.Remove(path))

	h := serve(t, filepath.Dir(path), DefaultLimits())
	node := newFake(t, 1)
	_, _, err := h.service.Introduce(t.Context(), httpserver.Origin{}, api.Place{Address: node.address})
	require.NoError(t, err)
	require.NoError(t, os.Remove(path))
	h.end()
	require.FileExists(t, path, "with when it has answered last")
}

// A disk that refuses is told of, to who introduces a node and in /healthz.
func TestADiskThatRefuses(t *testing.T) {
	h := serve(t, filepath.Join(t.TempDir(), "missing"), DefaultLimits())
	h.refused(http.MethodPost, "/", newFake(t, 1).place(), http.StatusInternalServerError, "internal")
	_, text := h.send(http.MethodGet, "/healthz", "")
	require.Contains(t, text, "degraded")
}

// Who comes from elsewhere introduces nodes at a rate, each address its own.
func TestIntroductionsHaveARate(t *testing.T) {
	now := start
	s := Open(Options{Limits: DefaultLimits(), Now: func() time.Time { return now }, Logger: hclog.NewNullLogger()})
	a := httpserver.OriginOf(&net.TCPAddr{IP: net.IPv4(192, 0, 2, 1)}, &net.TCPAddr{IP: net.IPv4(192, 0, 2, 9)})
	b := httpserver.OriginOf(&net.TCPAddr{IP: net.IPv4(192, 0, 2, 2)}, &net.TCPAddr{IP: net.IPv4(192, 0, 2, 9)})
	for range introductionBurst {
		require.True(t, s.allows(a))
	}
	_, _, err := s.Introduce(t.Context(), a, api.Place{Address: "127.0.0.1:1"})
	require.ErrorIs(t, err, ErrRate)
	require.True(t, s.allows(b))
	require.True(t, s.allows(httpserver.Origin{}))
	now = now.Add(time.Second)
	require.True(t, s.allows(a))
	require.False(t, s.allows(a))
}

func TestShutdown(t *testing.T) {
	h := serve(t, t.TempDir(), DefaultLimits())
	_, text := h.send(http.MethodGet, "/shutdown", "")
	require.Contains(t, text, "shuts down")
	h.end()
}
