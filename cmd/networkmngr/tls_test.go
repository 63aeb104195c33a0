package main_test

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"io"
	"net/http"
	"os"
	"os/exec"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/coder/websocket"
	"github.com/stretchr/testify/require"
)

// knowing is a client that takes servers whose certificates are in a file, as curl does
// with --cacert.
func knowing(t *testing.T, file string) *http.Client {
	t.Helper()
	text, err := os.ReadFile(file)
	require.NoError(t, err)
	roots := x509.NewCertPool()
	require.True(t, roots.AppendCertsFromPEM(text))
	return &http.Client{Timeout: patience, Transport: &http.Transport{
		DisableKeepAlives: true, TLSClientConfig: &tls.Config{RootCAs: roots},
	}}
}

// fetch asks a server on this machine over TLS.
func fetch[T any](client *http.Client, port int, path string) (answer T, err error) {
	response, err := client.Get("https://" + address(port) + path)
	if err != nil {
		return answer, err
	}
	defer response.Body.Close()
	return answer, json.NewDecoder(response.Body).Decode(&answer)
}

var fingerprint = regexp.MustCompile(`sha256:[0-9a-f]{64}`)

// A network that others can reach speaks TLS on all of its ports. Commands find it and know
// it by its record; others take the certificate that is kept.
func TestTLS(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	n := w.launch(2, "-H", "0.0.0.0", "--tls").awaitReady()
	file := w.path("logs", "networkmngr-"+strconv.Itoa(n.port)+".crt")
	require.Contains(t, n.stdout.String(), "manager at https://"+address(n.port))
	require.Contains(t, n.stdout.String(), "curl --cacert '"+file+"' ")
	for line := range strings.Lines(n.stdout.String()) {
		if fingerprint.MatchString(line) {
			require.LessOrEqual(t, len(line), 81, "a terminal shows it as one word")
		}
	}
	for _, command := range [][]string{
		{"status"}, {"mine", "--min=0s", "--max=0s"}, {"send", "alice", "bob", "1", "--node", "n1"}, {"balance", "bob"}, {"chain"}, {"events", "--types", "tip-moved"},
	} {
		done := w.start("networkmngr", command...)
		require.Zero(t, done.exitCode(), "%v: %s", command, done.stderr)
	}
	for _, port := range []int{n.port, n.ports[0]} {
		answer, err := http.Get("http://" + address(port) + "/healthz")
		require.NoError(t, err)
		require.NoError(t, answer.Body.Close())
		require.Equal(t, http.StatusBadRequest, answer.StatusCode)
	}
	curl := exec.Command("curl", "-sSf", "--cacert", file, "https://"+address(n.ports[1])+"/chain")
	text, err := curl.CombinedOutput()
	require.NoError(t, err, string(text))
	require.Contains(t, string(text), `"length":`)
	requireSecureSocket(t, knowing(t, file), n.ports[0])
	requireStrangerAsksNothing(t, n)

	listed := w.start("networkmngr", "list")
	require.Zero(t, listed.exitCode())
	require.Contains(t, listed.stdout.String(), "https://"+address(n.port)+" ")
	stop := w.start("networkmngr", "stop")
	require.Zero(t, stop.exitCode(), stop.stderr)
	n.requireCleanEnd()
}

// requireSecureSocket listens to a node's WebSocket over TLS.
func requireSecureSocket(t *testing.T, client *http.Client, port int) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	listener, _, err := websocket.Dial(ctx, "wss://"+address(port), &websocket.DialOptions{HTTPClient: &http.Client{Transport: client.Transport}})
	require.NoError(t, err)
	_, news, err := listener.Read(ctx)
	require.NoError(t, err)
	require.Contains(t, string(news), `"type":"tip"`)
	require.NoError(t, listener.Close(websocket.StatusNormalClosure, ""))
}

// requireStrangerAsksNothing has commands asked with another fingerprint, or with none and
// no record: they say which one they see, and nothing has changed.
func requireStrangerAsksNothing(t *testing.T, n *network) {
	t.Helper()
	before := n.world.read("logs", "networkmngr.log")
	seen := fingerprint.FindString(n.stdout.String())
	for _, args := range [][]string{{"--fingerprint", "sha256:" + strings.Repeat("0", 64)}, nil} {
		args = append([]string{"mine", "--manager", "https://" + address(n.port), "--logs", n.world.path("other")}, args...)
		refused := n.world.start("networkmngr", args...)
		require.Equal(t, 1, refused.exitCode(), args)
		require.Contains(t, refused.stderr.String(), seen)
	}
	require.Equal(t, before, n.world.read("logs", "networkmngr.log"))
	known := n.world.start("networkmngr", "status", "--manager", "https://"+address(n.port), "--logs", n.world.path("other"), "--fingerprint", seen)
	require.Zero(t, known.exitCode(), known.stderr)
}

// A network that is resumed shows the certificate that it has had.
func TestTLSOfAResumedNetwork(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	seen, port := make(map[string]bool), freePorts(t, 2)
	for range 2 {
		n := w.launchAt(port, 1, "--tls", "--data", w.path("data")).awaitReady()
		seen[fingerprint.FindString(n.stdout.String())] = true
		n.stop()
	}
	require.Len(t, seen, 1)
	require.NotContains(t, seen, "", "it says which")
	require.FileExists(t, w.path("data", "tls.key"))
}

// Nodes by hand and a bootstrap node meet over TLS: a node asks a seed whose fingerprint it
// was told, and none that shows another one.
func TestSeedOverTLS(t *testing.T) {
	t.Parallel()
	r := newTrio(t)
	start := func(i int, program string, args ...string) string {
		port := strconv.Itoa(r.ports[i])
		args = append(args, "-p", port, "--tls", "--data", r.path("data", port))
		r.programs[i] = r.world.start(program, args...)
		eventually(t, func() bool { return fingerprint.MatchString(r.programs[i].stderr.String()) || r.programs[i].hasEnded() }, "it does not say its fingerprint")
		return fingerprint.FindString(r.programs[i].stderr.String())
	}
	seed := start(0, "networkmngr", "bootstrap")
	start(1, "node", "--threads=1", "--seeds", address(r.ports[0]), "--fingerprint", seed)
	start(2, "node", "--threads=1", "--seeds", address(r.ports[0]), "--fingerprint", "sha256:"+strings.Repeat("0", 64))
	knows := func() int {
		known, err := fetch[[]object](knowing(t, r.path("data", strconv.Itoa(r.ports[0]), "tls.crt")), r.ports[0], "/nodes/")
		if err != nil {
			return 0
		}
		return len(known)
	}
	eventually(t, func() bool { return knows() == 1 }, "the seed does not know the node that was told its fingerprint")
	eventually(t, func() bool { return strings.Contains(r.programs[2].stderr.String(), "its certificate is not trusted") }, "the other node does not say why it has no seed")
	require.Contains(t, r.programs[2].stderr.String(), seed)
	end(t, r.programs[2:])

	start(2, "node", "--threads=1", "--seeds", address(r.ports[0]), "--fingerprint", seed)
	eventually(t, func() bool { return knows() == 2 }, "the seed does not know both")
	for _, i := range []int{1, 2} {
		file := r.path("data", strconv.Itoa(r.ports[i]), "tls.crt")
		eventually(t, func() bool {
			peers, err := fetch[struct{ Count int }](knowing(t, file), r.ports[i], "/peers")
			return err == nil && peers.Count == 1
		}, "node %d has no peer", i)
	}
	r.end()
}

// With files of one's own, a network shows their certificate.
func TestTLSWithFiles(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	made := exec.Command("openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2",
		"-subj", "/CN=lab", "-addext", "subjectAltName=IP:127.0.0.1", "-keyout", w.path("own.key"), "-out", w.path("own.crt"))
	text, err := made.CombinedOutput()
	require.NoError(t, err, string(text))
	n := w.launch(1, "--tls-cert=own.crt", "--tls-key=own.key").awaitReady()
	answer, err := knowing(t, w.path("own.crt")).Get("https://" + address(n.ports[0]) + "/healthz")
	require.NoError(t, err)
	_, err = io.Copy(io.Discard, answer.Body)
	require.NoError(t, err)
	require.NoError(t, answer.Body.Close())
	require.Equal(t, http.StatusOK, answer.StatusCode)
	n.stop()
	refused := w.start("networkmngr", "--tls-cert=own.key", "--tls-key=own.key")
	require.Equal(t, 2, refused.exitCode())
	require.Contains(t, refused.stderr.String(), "own.key")
}
