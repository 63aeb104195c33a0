package manager_test

import (
	"context"
	"crypto/tls"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"networkmngr/internal/certificate"
	"networkmngr/internal/config"
	"networkmngr/internal/disk"
	"networkmngr/internal/lastrun"
	"networkmngr/internal/manager"
)

func secure(h *harness) { h.config.Settings.TLS = true }

// trusting has a manager know the certificate of the one that it joins.
func trusting(fingerprint string) func(*harness) {
	return func(h *harness) { h.config.Settings.Fingerprints = []string{fingerprint} }
}

// With TLS the manager and its nodes speak nothing else, and show one certificate, by which
// commands and Prometheus find them.
func TestTLS(t *testing.T) {
	t.Parallel()
	h := start(t, 2, secure)
	require.True(t, strings.HasPrefix(h.summary.URL, "https://"), h.summary.URL)
	require.True(t, strings.HasPrefix(h.summary.Node, "https://"), h.summary.Node)
	mined := object(t, h.get("/start/mining?min=0s&max=0s").body)
	require.EqualValues(t, 2, mined["mined"])
	require.Equal(t, http.StatusOK, h.get("/nodes/n1/id").status, "one node is asked through the manager")
	require.Contains(t, h.get("/metrics/targets").body, `"__scheme__":"https"`)
	require.Contains(t, h.get("/nothing").body, "which https://", "where nodes list their routes")
	require.Equal(t, h.summary.Fingerprint, object(t, h.get("/machines").body)["fingerprint"])
	require.Contains(t, h.get("/chain").body, "which https://"+h.address(0)+" lists", "a route of the nodes")
	record, err := lastrun.Read(h.config.Settings.Log.Folder)
	require.NoError(t, err)
	require.Equal(t, []string{h.summary.URL, h.summary.Fingerprint}, []string{record.URL, record.Fingerprint})

	for _, address := range []string{strings.TrimPrefix(h.summary.URL, "https://"), h.address(0)} {
		answer, err := http.Get("http://" + address + "/healthz")
		require.NoError(t, err)
		text, err := io.ReadAll(answer.Body)
		require.NoError(t, err)
		require.NoError(t, answer.Body.Close())
		require.Equal(t, http.StatusBadRequest, answer.StatusCode)
		require.Contains(t, string(text), "HTTPS server")
	}
}

// What came with https is of this server's own page with https only.
func TestTLSOfOtherPages(t *testing.T) {
	t.Parallel()
	h := start(t, 1, secure)
	require.Equal(t, http.StatusOK, h.send(http.MethodPost, "/start/mining", "Origin", h.summary.URL, "Sec-Fetch-Site", "same-origin").status)
	plain := "http" + strings.TrimPrefix(h.summary.URL, "https")
	h.requireError(h.send(http.MethodPost, "/start/mining", "Origin", plain), http.StatusForbidden, "cross-site", plain)
}

// A network that is resumed shows the certificate that it had, and so does the next one with
// the same log folder; the key is in neither's logs.
func TestTLSAfterARestart(t *testing.T) {
	t.Parallel()
	for _, kept := range []bool{true, false} {
		data := ""
		if kept {
			data = filepath.Join(t.TempDir(), "data")
		}
		first := start(t, 1, secure, func(h *harness) { h.config.Settings.Data = data })
		require.NoError(t, first.stop())
		again := start(t, 1, secure, func(h *harness) {
			h.config.Settings.Data, h.config.Settings.Log.Folder, h.config.Settings.Port = data, first.config.Settings.Log.Folder, first.config.Settings.Port
		})
		require.Equal(t, first.summary.Fingerprint, again.summary.Fingerprint)
		require.NoError(t, again.stop())
		require.NotContains(t, first.log.String(), "PRIVATE KEY")
		info, err := os.Stat(strings.TrimSuffix(again.summary.Certificate, ".crt") + ".key")
		require.NoError(t, err)
		require.Equal(t, os.FileMode(0o600), info.Mode().Perm())
	}
}

// A manager joins another one over TLS, whose fingerprint it was told; each knows the nodes
// of the other then, which show another certificate.
func TestJoinOverTLS(t *testing.T) {
	t.Parallel()
	first := start(t, 1, secure)
	second := join(t, first, 1, secure, trusting(first.summary.Fingerprint))
	require.NotEqual(t, first.summary.Fingerprint, second.summary.Fingerprint)
	first.awaitStates(running("n0", "n1"))
	machines, err := first.client().Machines(t.Context())
	require.NoError(t, err)
	require.Equal(t, second.summary.Fingerprint, machines.Machines[0].Fingerprint)
	mined := object(t, first.get("/start/mining?min=0s&max=0s").body)
	require.EqualValues(t, 2, mined["mined"])
	require.Equal(t, http.StatusOK, first.send(http.MethodPost, "/nodes/n1/restart").status)
	require.Equal(t, http.StatusOK, first.get("/nodes/n1/id").status)
	require.Equal(t, "2 nodes stopped", object(t, first.send(http.MethodPost, "/shutdown/all").body)["message"])
	require.NoError(t, receives(t, second.ended))
}

// A manager that is told of another fingerprint than it sees joins nothing, starts nothing
// and leaves nothing.
func TestJoinOfAnotherServer(t *testing.T) {
	t.Parallel()
	first, other := start(t, 1, secure), start(t, 1, secure)
	for _, name := range []func(*harness){trusting(other.summary.Fingerprint), func(*harness) {}} {
		data := filepath.Join(t.TempDir(), "data")
		second := prepare(t, 1, secure, name, func(h *harness) {
			h.config.Settings.Join, h.config.Genesis, h.config.Settings.Data = first.summary.URL, nil, data
		})
		err := second.manager.Run(context.Background(), func(manager.Summary) { t.Error("stands") })
		require.ErrorIs(t, err, manager.ErrCheck)
		require.ErrorContains(t, err, first.summary.Fingerprint, "it says what it has seen")
		require.NoDirExists(t, data)
		second.launcher.requireAllEnded(t)
	}
	require.Empty(t, object(t, first.get("/machines").body)["machines"])
	require.Equal(t, running("n0"), first.states())
}

// A manager that finds another server in the place of the network's first one asks that
// nothing, and says so.
func TestAnotherServerInThePlaceOfTheFirst(t *testing.T) {
	t.Parallel()
	first := start(t, 1, secure)
	var shown atomic.Pointer[tls.Certificate]
	show := func() (fingerprint string) {
		pair, _, err := certificate.Keep(filepath.Join(t.TempDir(), "tls"), []string{"127.0.0.1"}, nil)
		require.NoError(t, err)
		files, err := tls.LoadX509KeyPair(pair.CertFile, pair.KeyFile)
		require.NoError(t, err)
		shown.Store(&files)
		return pair.Fingerprint()
	}
	known := show()
	there, err := url.Parse(first.summary.URL)
	require.NoError(t, err)
	plain, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	between := &httptest.Server{
		Listener: tls.NewListener(plain, &tls.Config{GetCertificate: func(*tls.ClientHelloInfo) (*tls.Certificate, error) { return shown.Load(), nil }}),
		Config: &http.Server{ErrorLog: log.New(io.Discard, "", 0), Handler: &httputil.ReverseProxy{
			Rewrite: func(r *httputil.ProxyRequest) { r.SetURL(there) }, Transport: first.transport(), FlushInterval: -1,
		}},
	}
	between.Start()
	t.Cleanup(between.Close)
	second := join(t, first, 1, secure, trusting(known), func(h *harness) {
		h.config.Settings.Join = "https://" + plain.Addr().String()
	})
	first.awaitStates(running("n0", "n1"))

	other := show()
	between.CloseClientConnections()
	second.eventually(func() bool { return strings.Contains(second.notices.String(), other) }, "it says which certificate it sees")
	require.Contains(t, second.notices.String(), "is not trusted")
	require.Equal(t, running("n1"), second.states())
}

// Who speaks otherwise than the network does is no machine of it.
func TestPlainMachineOfATLSNetwork(t *testing.T) {
	t.Parallel()
	first := start(t, 1, secure)
	got := first.post("/machines", `{"url": "http://127.0.0.1:1", "lab": "x", "nodes": []}`)
	first.requireError(got, http.StatusUnprocessableEntity, "bad-machine", "all of a network speaks TLS, or nothing of it")
	settings := config.DefaultManager()
	settings.Join = first.summary.URL
	require.ErrorContains(t, settings.Validate(), "want --tls too")
}

// Files that are no certificate are told of before anything is started.
func TestTLSFilesThatAreNone(t *testing.T) {
	t.Parallel()
	data := filepath.Join(t.TempDir(), "data")
	h := prepare(t, 1, func(h *harness) {
		h.config.Settings.TLSCert, h.config.Settings.TLSKey, h.config.Settings.Data = "none.crt", "none.key", data
	})
	err := h.manager.Run(context.Background(), func(manager.Summary) { t.Error("stands") })
	require.ErrorIs(t, err, manager.ErrCheck)
	require.ErrorContains(t, err, "none.crt")
	require.NoDirExists(t, data)
}

// showAnother puts another certificate in the place of the one in the data folder, and
// returns it once the record of the run has it.
func (h *harness) showAnother() *certificate.Pair {
	h.Helper()
	base := filepath.Join(h.TempDir(), "other")
	other, _, err := certificate.Keep(base, []string{"127.0.0.1"}, nil)
	require.NoError(h, err)
	for _, end := range []string{".crt", ".key"} {
		text, err := os.ReadFile(base + end)
		require.NoError(h, err)
		require.NoError(h, disk.WriteFile(filepath.Join(h.config.Settings.Data, "tls"+end), text, 0o600))
	}
	h.eventually(func() bool {
		record, err := lastrun.Read(h.config.Settings.Log.Folder)
		return err == nil && record.Fingerprint == other.Fingerprint()
	}, "the record has it")
	return other
}

// A certificate that is replaced while the network stands is shown by manager and nodes, which
// go on asking each other; the record of the run and the first manager are told.
func TestTLSFilesThatChange(t *testing.T) {
	t.Parallel()
	first := start(t, 1, secure)
	h := join(t, first, 1, inFolder, secure, trusting(first.summary.Fingerprint), func(h *harness) { h.lived = 5 * time.Millisecond })
	first.awaitStates(running("n0", "n1"))
	other := h.showAnother()
	h.summary.Fingerprint = other.Fingerprint()
	first.eventually(func() bool { return strings.Contains(first.get("/machines").body, other.Fingerprint()) }, "the first manager knows it")
	require.EqualValues(t, 2, object(t, first.get("/start/mining?min=0s&max=0s").body)["mined"])
	require.EqualValues(t, 1, object(t, h.get("/start/mining?min=0s&max=0s").body)["mined"])
}

// That the network lives is written down, however long the first manager takes to be told of
// another certificate.
func TestTheClockIsKeptWhileACertificateIsTold(t *testing.T) {
	t.Parallel()
	first := start(t, 1, secure)
	h := join(t, first, 1, inFolder, secure, trusting(first.summary.Fingerprint), func(h *harness) { h.lived = 5 * time.Millisecond })
	first.awaitStates(running("n0", "n1"))
	release, err := h.manager.Change(t.Context()) // for which who joins again waits
	require.NoError(t, err)
	defer release()
	h.showAnother()
	for range 3 {
		lived := h.keptClock().Lived
		h.eventually(func() bool { return h.keptClock().Lived.After(lived) }, "it is written down that it lives")
	}
}

// Who was taken out of the network is trusted no more, nor who was never let in.
func TestTrustOfAMachineEnds(t *testing.T) {
	t.Parallel()
	first := start(t, 1, secure)
	second := join(t, first, 1, secure, trusting(first.summary.Fingerprint))
	first.awaitStates(running("n0", "n1"))
	require.True(t, first.manager.Trusts(second.summary.Fingerprint))
	_, err := first.client().RemoveMachine(t.Context(), second.summary.URL)
	require.NoError(t, err)
	require.False(t, first.manager.Trusts(second.summary.Fingerprint))

	there, err := first.client().Machines(t.Context())
	require.NoError(t, err)
	stranger := "sha256:" + strings.Repeat("ab", 32)
	body := fmt.Sprintf(`{"url": "https://127.0.0.1:1", "lab": %q, "fingerprint": %q, "nodes": [{"port": 1, "name": "n0"}]}`, there.Lab, stranger)
	first.requireError(first.post("/machines", body), http.StatusConflict, "name-taken", "n0")
	require.False(t, first.manager.Trusts(stranger))
}
