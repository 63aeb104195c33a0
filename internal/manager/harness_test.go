package manager_test

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/hashicorp/go-hclog"
	"github.com/stretchr/testify/require"

	"networkmngr/internal/chain/chaintest"
	"networkmngr/internal/config"
	"networkmngr/internal/consensus"
	"networkmngr/internal/events"
	"networkmngr/internal/genesis"
	"networkmngr/internal/logging/logtest"
	"networkmngr/internal/manager"
	"networkmngr/internal/news"
)

// soon bounds what a test waits for.
const soon = 3 * time.Minute

// pastGenesis is a network whose genesis block is of the past; each of change may
// alter it.
func pastGenesis(change ...func(*genesis.Description)) *consensus.Genesis {
	past := func(d *genesis.Description) { d.Time = 1_767_225_600 }
	return chaintest.Genesis(append(change, past)...)
}

// harness is a manager that runs a network of fake nodes.
type harness struct {
	*testing.T
	config    manager.Options
	manager   *manager.Manager
	launcher  *fakeLauncher
	log       logtest.Buffer
	notices   logtest.Buffer // lines that somebody must know
	news      *news.News
	watched   atomic.Uint64 // offset of the last event
	pauses    lockedPauses
	summary   manager.Summary
	stop      func() error  // tells the manager to end, and gives what Run did
	ended     chan error    // gives what Run did
	lived     time.Duration // after which it is noted that the network lives; 0 for the usual
	temporary string        // folder of what is temporary, of who is alone
}

// lockedPauses remembers pauses instead of making them.
type lockedPauses struct {
	mu   sync.Mutex // guards list
	list []time.Duration
}

func (p *lockedPauses) take(ctx context.Context, d time.Duration) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.list = append(p.list, d)
	return ctx.Err()
}

func (p *lockedPauses) all() []time.Duration {
	p.mu.Lock()
	defer p.mu.Unlock()
	return append([]time.Duration{}, p.list...)
}

// Ports that tests choose from: they are below those that the kernel hands out to others
// by itself, and not among those that other packages' tests choose from, which run at the
// same time.
const lowestPort, highestPort = 10_000, 20_000

// nextPort is the first that freePorts has not handed out lately.
var nextPort = struct {
	sync.Mutex
	port int
}{port: lowestPort + rand.IntN(highestPort-lowestPort)}

// freePorts returns the first of count free ports in a row, which no other test has.
func freePorts(t *testing.T, count int) int {
	nextPort.Lock()
	defer nextPort.Unlock()
	for range 1000 {
		if nextPort.port+count > highestPort {
			nextPort.port = lowestPort
		}
		first := nextPort.port
		nextPort.port += count
		free := true
		for port := first; free && port < first+count; port++ {
			l, err := net.Listen("tcp", fmt.Sprintf("127.0.0.1:%d", port))
			if free = err == nil; free {
				require.NoError(t, l.Close())
			}
		}
		if free {
			return first
		}
	}
	require.Fail(t, "no free ports")
	return 0
}

// added are more nodes than any test adds to a network, whose ports no test beside it has.
const added = 10

// prepare makes a manager of amount nodes; change may alter what it is made of.
func prepare(t *testing.T, amount int, change ...func(*harness)) *harness {
	h := &harness{T: t, launcher: newFakeLauncher(), news: news.New()}
	settings := config.DefaultManager()
	settings.Port, settings.Amount, settings.AmountSet = freePorts(t, 1+amount+added), amount, true
	settings.Log.Folder = filepath.Join(t.TempDir(), "logs")
	h.config = manager.Options{
		Settings: settings, Genesis: pastGenesis(), Software: "networkmngr test", Seed: 1, LogFile: "networkmngr.log",
		Watch:  h.watch,
		Logger: hclog.New(&hclog.LoggerOptions{Output: &h.log, Level: hclog.Debug}),
	}
	for _, f := range change {
		f(h)
	}
	h.manager = manager.New(h.config, h.launcher)
	h.manager.SetPause(h.pauses.take)
	if h.lived > 0 {
		h.manager.SetLived(h.lived)
	}
	return h
}

// requireNoNotice checks that nobody had to be told of what has happened until now.
func (h *harness) requireNoNotice(why string) {
	h.Helper()
	last := uint64(object(h.T, h.get("/state").body)["offset"].(float64))
	h.eventually(func() bool { return h.watched.Load() >= last }, "all was watched")
	require.Empty(h, h.notices.String(), why)
}

func (h *harness) watch(e *events.Event) {
	defer h.watched.Store(e.Offset)
	for _, line := range h.news.Tell(e) {
		if line.Grade == news.Notice {
			fmt.Fprintln(&h.notices, line.Text)
		}
	}
}

// start prepares a manager and runs it.
func start(t *testing.T, amount int, change ...func(*harness)) *harness {
	h := prepare(t, amount, change...)
	h.launch()
	return h
}

// launch runs the manager until its network stands.
func (h *harness) launch() {
	ready := make(chan manager.Summary, 1)
	h.run(func(s manager.Summary) { ready <- s })
	select {
	case h.summary = <-ready:
	case err := <-h.ended:
		require.NoError(h, err)
		require.Fail(h, "ended before it was ready")
	}
}

func (h *harness) run(ready func(manager.Summary)) {
	ctx, cancel := context.WithCancel(context.Background())
	h.ended = make(chan error, 1)
	done := make(chan error, 1)
	go func() {
		err := h.manager.Run(ctx, ready)
		h.ended <- err
		done <- err
	}()
	h.stop = sync.OnceValue(func() error {
		cancel()
		return receives(h.T, done)
	})
	h.Cleanup(func() {
		require.NoError(h, h.stop())
		h.launcher.requireAllEnded(h.T)
	})
}

// port is that of the i-th node, from 0.
func (h *harness) port(i int) int { return h.config.Settings.Port + 1 + i }

// address is that of the i-th node.
func (h *harness) address(i int) string { return fmt.Sprintf("127.0.0.1:%d", h.port(i)) }

// node is the i-th one.
func (h *harness) node(i int) *fakeNode { return h.launcher.process(h.port(i)).node }

// reply is an answer as it came.
type reply struct {
	status int
	header http.Header
	body   string
}

func (h *harness) request(ctx context.Context, method, path string, header ...string) *http.Request {
	request, err := http.NewRequestWithContext(ctx, method, h.summary.URL+path, nil)
	require.NoError(h, err)
	for i := 0; i < len(header); i += 2 {
		request.Header.Set(header[i], header[i+1])
	}
	return request
}

// transport is to the manager, whose certificate it knows if it shows one.
func (h *harness) transport() *http.Transport {
	transport := &http.Transport{DisableKeepAlives: true}
	if h.summary.Fingerprint != "" {
		transport.DialTLSContext = config.NewTrust([]string{h.summary.Fingerprint}).Dial(new(net.Dialer).DialContext)
	}
	return transport
}

func (h *harness) try(request *http.Request) (reply, error) {
	client := &http.Client{Transport: described(h, h.transport())}
	response, err := client.Do(request)
	if err != nil {
		return reply{}, err
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	return reply{response.StatusCode, response.Header, string(text)}, err
}

func (h *harness) send(method, path string, header ...string) reply {
	got, err := h.try(h.request(h.Context(), method, path, header...))
	require.NoError(h, err)
	return got
}

// post sends a body of JSON.
func (h *harness) post(path, body string) reply {
	return h.sendBody(http.MethodPost, path, strings.NewReader(body))
}

func (h *harness) sendBody(method, path string, body io.Reader) reply {
	got, err := h.try(h.withBody(method, path, body))
	require.NoError(h, err)
	return got
}

func (h *harness) withBody(method, path string, body io.Reader) *http.Request {
	request, err := http.NewRequestWithContext(h.Context(), method, h.summary.URL+path, body)
	require.NoError(h, err)
	return request
}

func (h *harness) get(path string) reply { return h.send(http.MethodGet, path) }

// sendLater sends a request whose answer is to come later.
func (h *harness) sendLater(path string) <-chan reply {
	answered := make(chan reply, 1)
	go func() {
		if got, err := h.try(h.request(context.Background(), http.MethodGet, path)); err == nil {
			answered <- got
		}
	}()
	return answered
}

// requireError checks an answer against the one form that errors have.
func (h *harness) requireError(got reply, status int, code, part string) {
	h.Helper()
	require.Equal(h, status, got.status, got.body)
	var form map[string]map[string]string
	require.NoError(h, json.Unmarshal([]byte(got.body), &form), got.body)
	require.Len(h, form, 1, got.body)
	require.Len(h, form["error"], 2, got.body)
	require.Equal(h, code, form["error"]["code"], got.body)
	require.Contains(h, form["error"]["message"], part)
}

// object decodes an answer without going through the product's types.
func object(t *testing.T, body string) map[string]any {
	t.Helper()
	var object map[string]any
	require.NoError(t, json.Unmarshal([]byte(body), &object), body)
	return object
}

// receives waits for a value or for the channel's end.
func receives[T any](t *testing.T, from <-chan T) (value T) {
	t.Helper()
	select {
	case value = <-from:
	case <-time.After(soon):
		require.Fail(t, "nothing came")
	}
	return value
}

// eventually waits until a condition holds.
func (h *harness) eventually(condition func() bool, what string) {
	h.Helper()
	require.Eventually(h, condition, soon, 5*time.Millisecond, what)
}

// alone has what is temporary in a folder of the test's own. No other runs beside it.
func alone(h *harness) {
	h.temporary = h.TempDir()
	h.Setenv("TMPDIR", h.temporary)
}

// temporaryFolders lists the data folders that are left by who is alone.
func (h *harness) temporaryFolders() []string {
	require.NotEmpty(h, h.temporary)
	found, err := filepath.Glob(filepath.Join(h.temporary, "networkmngr-*"))
	require.NoError(h, err)
	return found
}
