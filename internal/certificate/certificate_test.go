package certificate

import (
	"context"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/hashicorp/go-hclog"
	"github.com/stretchr/testify/require"

	"networkmngr/internal/disk"
	"networkmngr/internal/logging/logtest"
)

func keep(t *testing.T, base string, hosts ...string) (*Pair, bool) {
	t.Helper()
	pair, made, err := Keep(base, hosts, nil)
	require.NoError(t, err)
	return pair, made
}

// serve answers "here" with a pair's certificate.
func serve(t *testing.T, pair *Pair) (address string) {
	plain, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	server := &httptest.Server{Listener: pair.Listen(plain), Config: &http.Server{
		Handler: http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "here") }),
	}}
	server.Start()
	t.Cleanup(server.Close)
	return plain.Addr().String()
}

// ask asks a server with a trust.
func ask(t *testing.T, trust *Trust, address string) error {
	dialer := new(net.Dialer)
	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true, DialTLSContext: trust.Dial(dialer.DialContext)}}
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, trust.URL(address), nil)
	require.NoError(t, err)
	answer, err := client.Do(request)
	if err != nil {
		return err
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	require.NoError(t, err)
	require.Equal(t, "here", string(text))
	return nil
}

func parsed(t *testing.T, text string) Fingerprint {
	f, err := ParseFingerprint(text)
	require.NoError(t, err)
	return f
}

// A pin is of the public key: what "openssl x509 -pubkey | openssl pkey -pubin -outform der |
// openssl dgst -sha256 -binary | base64" prints.
func TestPin(t *testing.T) {
	t.Parallel()
	base := filepath.Join(t.TempDir(), "tls")
	pair, _ := keep(t, base, "127.0.0.1")
	der, err := x509.MarshalPKIXPublicKey(pair.shown.Leaf.PublicKey)
	require.NoError(t, err)
	key := sha256.Sum256(der)
	require.Equal(t, "sha256//"+base64.StdEncoding.EncodeToString(key[:]), pair.Pin())
	before, pin := pair.Fingerprint(), pair.Pin()
	anew, made := keep(t, base, "127.0.0.1", "::1")
	require.True(t, made)
	require.NotEqual(t, before, anew.Fingerprint())
	require.Equal(t, pin, anew.Pin(), "the key is kept")
	require.Empty(t, (*Pair)(nil).Pin())
}

func TestFingerprints(t *testing.T) {
	text := "sha256:" + strings.Repeat("0a", 32)
	require.Equal(t, text, parsed(t, text).String())
	require.Equal(t, text, parsed(t, "SHA256:"+strings.Repeat("0A:", 31)+"0A").String())
	for _, bad := range []string{"", "sha256:", text[:len(text)-1], text + "0", text[7:], strings.Replace(text, "0", "g", 1), "sha1:" + text[7:]} {
		_, err := ParseFingerprint(bad)
		require.ErrorIs(t, err, ErrFingerprint, bad)
	}
}

// What was made is found again, and only its owner may read the key.
func TestKeep(t *testing.T) {
	base := filepath.Join(t.TempDir(), "tls")
	first, made := keep(t, base, "localhost", "127.0.0.1")
	require.True(t, made)
	again, made := keep(t, base, "127.0.0.1")
	require.False(t, made)
	before := first.Fingerprint()
	require.Equal(t, before, again.Fingerprint())
	info, err := os.Stat(base + ".key")
	require.NoError(t, err)
	require.Equal(t, os.FileMode(0o600), info.Mode().Perm())

	other, made := keep(t, base, "localhost", "lab.example", "192.0.2.7", "::1")
	require.True(t, made, "it was not for all of these")
	require.NotEqual(t, before, other.Fingerprint())
	require.Equal(t, first.shown.PrivateKey, other.shown.PrivateKey)
}

// A certificate that is about to expire is made anew, and one that has expired is told of.
func TestExpired(t *testing.T) {
	base := filepath.Join(t.TempDir(), "tls")
	first, _ := keep(t, base, "localhost")
	before := first.Fingerprint()
	for _, age := range []time.Duration{lasts - renewed, lasts + time.Hour} {
		reissue(t, base, age)
		_, err := Load(base+".crt", base+".key")
		if age > lasts {
			require.ErrorContains(t, err, "it has expired on ")
			require.ErrorContains(t, err, base+".crt")
		}
		pair, made := keep(t, base, "localhost")
		require.True(t, made)
		require.NotEqual(t, before, pair.Fingerprint())
	}
}

// reissue has base.crt be as it would be if it had been made so long ago.
func reissue(t *testing.T, base string, age time.Duration) {
	key, err := keptKey(base + ".key")
	require.NoError(t, err)
	cert, err := issue(key, []string{"localhost", "127.0.0.1"}, time.Now().Add(-age))
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(base+".crt", block("CERTIFICATE", cert), 0o600))
}

func TestFilesThatAreNone(t *testing.T) {
	folder := t.TempDir()
	base, other := filepath.Join(folder, "tls"), filepath.Join(folder, "other")
	keep(t, base, "localhost")
	keep(t, other, "localhost")
	for _, files := range [][2]string{{base + ".crt", "none"}, {"none", base + ".key"}, {base + ".crt", other + ".key"}, {base + ".key", base + ".key"}} {
		_, err := Load(files[0], files[1])
		require.Error(t, err, files)
	}
	require.NoError(t, os.WriteFile(base+".key", []byte("no key"), 0o600))
	_, _, err := Keep(base, []string{"localhost"}, nil)
	require.ErrorContains(t, err, base+".key holds no key")
}

// A client that knows the fingerprint takes the server, under whichever name; one that
// knows another one does not.
func TestTrustByFingerprint(t *testing.T) {
	pair, _ := keep(t, filepath.Join(t.TempDir(), "tls"), "elsewhere.example")
	other, _ := keep(t, filepath.Join(t.TempDir(), "tls"), "127.0.0.1")
	address := serve(t, pair)
	require.NoError(t, ask(t, NewTrust(parsed(t, pair.Fingerprint())), address))
	err := ask(t, NewTrust(parsed(t, other.Fingerprint())), address)
	require.ErrorIs(t, err, ErrUntrusted)
	require.ErrorContains(t, err, pair.Fingerprint(), "it says what was seen")
	require.NoError(t, ask(t, Anyone(), address))

	later := NewTrust(parsed(t, other.Fingerprint()))
	require.NoError(t, later.Know(pair.Fingerprint()))
	require.NoError(t, later.Know(""))
	require.ErrorIs(t, later.Know("sha256:"), ErrFingerprint)
	require.NoError(t, ask(t, later, address))
}

// Who has named no fingerprint takes what the system's authorities vouch for.
func TestTrustByAuthorities(t *testing.T) {
	pair, _ := keep(t, filepath.Join(t.TempDir(), "tls"), "127.0.0.1")
	err := ask(t, NewTrust(), serve(t, pair))
	require.ErrorIs(t, err, ErrUntrusted)
	require.ErrorContains(t, err, "give it with --fingerprint")
	require.ErrorContains(t, err, pair.Fingerprint())

	roots := x509.NewCertPool()
	roots.AddCert(pair.shown.Leaf)
	for host, vouched := range map[string]bool{"127.0.0.1": true, "127.0.0.2": false, "localhost": false} {
		_, err := pair.shown.Leaf.Verify(x509.VerifyOptions{Roots: roots, DNSName: host})
		require.Equal(t, vouched, err == nil, host)
	}
}

// A certificate that has expired is refused, though its fingerprint is known.
func TestTrustEnds(t *testing.T) {
	base := filepath.Join(t.TempDir(), "tls")
	keep(t, base, "127.0.0.1")
	reissue(t, base, lasts+time.Hour)
	text, err := os.ReadFile(base + ".crt")
	require.NoError(t, err)
	found, _ := pem.Decode(text)
	old, err := x509.ParseCertificate(found.Bytes)
	require.NoError(t, err)
	err = NewTrust(Of(old)).check("127.0.0.1", []*x509.Certificate{old})
	require.ErrorIs(t, err, ErrUntrusted)
	require.ErrorContains(t, err, "it has expired on ")
}

// Neither side takes the other one's plain HTTP for TLS.
func TestPlainAndTLS(t *testing.T) {
	pair, _ := keep(t, filepath.Join(t.TempDir(), "tls"), "127.0.0.1")
	answer, err := http.Get("http://" + serve(t, pair))
	require.NoError(t, err)
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	require.NoError(t, err)
	require.Equal(t, http.StatusBadRequest, answer.StatusCode)
	require.Contains(t, string(text), "HTTP request to an HTTPS server")
	require.ErrorContains(t, ask(t, Anyone(), serve(t, nil)), "server gave HTTP response to HTTPS client")
}

// A handshake ends with its context.
func TestDialEnds(t *testing.T) {
	silent, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer silent.Close()
	ctx, cancel := context.WithCancel(t.Context())
	dial := func(ctx context.Context, network, address string) (net.Conn, error) {
		defer cancel()
		return new(net.Dialer).DialContext(ctx, network, address)
	}
	_, err = Anyone().Dial(dial)(ctx, "tcp", silent.Addr().String())
	require.ErrorIs(t, err, context.Canceled)
}

// replace has the files of a pair be those of another one.
func replace(t *testing.T, pair *Pair, certFile, keyFile string) {
	t.Helper()
	for from, to := range map[string]string{certFile: pair.CertFile, keyFile: pair.KeyFile} {
		text, err := os.ReadFile(from)
		require.NoError(t, err)
		require.NoError(t, disk.WriteFile(to, text, 0o600))
	}
}

// Files that have changed are shown without a start, and known to who asks this server. As
// long as they are wrong, what was there before is shown, and it is told why, once.
func TestChangedFiles(t *testing.T) {
	folder := t.TempDir()
	pair, _ := keep(t, filepath.Join(folder, "a"), "127.0.0.1")
	other, _ := keep(t, filepath.Join(folder, "b"), "127.0.0.1")
	var log logtest.Buffer
	pair.LogTo(hclog.New(&hclog.LoggerOptions{Output: &log}))
	address := serve(t, pair)
	before := pair.Fingerprint()
	old, own := NewTrust(parsed(t, before)), NewTrust(parsed(t, before))
	own.Own(pair)
	require.NoError(t, ask(t, old, address))

	replace(t, pair, other.CertFile, pair.KeyFile) // half of it
	for range 3 {
		require.NoError(t, ask(t, old, address))
	}
	require.Equal(t, 1, strings.Count(log.String(), "is not shown, the one of before still is"), log.String())
	replace(t, pair, other.CertFile, other.KeyFile)
	require.ErrorIs(t, ask(t, old, address), ErrUntrusted)
	require.NoError(t, ask(t, own, address))
	require.Equal(t, other.Fingerprint(), pair.Fingerprint())
	require.Contains(t, log.String(), "shows another certificate")
	require.NoError(t, os.Remove(pair.KeyFile))
	require.NoError(t, ask(t, own, address))
}

// A key that anybody can read is refused, but one of our own making is closed again.
func TestKeysThatOthersCanRead(t *testing.T) {
	base := filepath.Join(t.TempDir(), "tls")
	pair, _ := keep(t, base, "127.0.0.1")
	require.NoError(t, os.Chmod(pair.KeyFile, 0o644))
	_, err := Load(pair.CertFile, pair.KeyFile)
	require.ErrorIs(t, err, ErrKeyMode)
	require.ErrorContains(t, err, "mode 0644")
	again, made := keep(t, base, "127.0.0.1")
	require.False(t, made)
	require.Equal(t, pair.Fingerprint(), again.Fingerprint())
	info, err := os.Stat(pair.KeyFile)
	require.NoError(t, err)
	require.Equal(t, os.FileMode(0o600), info.Mode().Perm())
	require.NoError(t, os.Chmod(pair.KeyFile, 0o640), "as that of a group")
	_, err = Load(pair.CertFile, pair.KeyFile)
	require.NoError(t, err)
}

// What was told of a server counts until it is taken back as often.
func TestForget(t *testing.T) {
	pair, _ := keep(t, filepath.Join(t.TempDir(), "tls"), "127.0.0.1")
	address, trust := serve(t, pair), NewTrust(Fingerprint{})
	for range 2 {
		require.NoError(t, trust.Know(pair.Fingerprint()))
	}
	trust.Forget(pair.Fingerprint())
	require.NoError(t, ask(t, trust, address))
	trust.Forget(pair.Fingerprint())
	require.ErrorIs(t, ask(t, trust, address), ErrUntrusted)
	require.NoError(t, trust.Know(pair.Fingerprint()))
	require.NoError(t, ask(t, trust, address))
}
