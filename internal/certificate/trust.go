package certificate

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"sync"
	"time"
)

// ErrUntrusted means that a server shows a certificate that a client does not take.
var ErrUntrusted = errors.New("its certificate is not trusted")

// handshakeTime is how long a server may take to show who it is, as in
// [net/http.DefaultTransport].
const handshakeTime = 10 * time.Second

// Trust is whom a client takes for the server that it means: one whose certificate has a
// fingerprint that the client knows or, if its user has named none, one that the authorities
// of this system vouch for. Whoever has one of the certificates may stand for each server of
// a network: all of them have the network's token anyhow. A nil Trust is that of a client
// that asks in plain HTTP. The methods may be called from any goroutine.
type Trust struct {
	anyone      bool
	authorities bool

	mu    sync.Mutex          // guards what follows
	own   *Pair               // or nil
	known map[Fingerprint]int // how often each was told
}

// NewTrust makes the trust of a client whose user has named these fingerprints.
func NewTrust(named ...Fingerprint) *Trust {
	t := &Trust{authorities: len(named) == 0, known: make(map[Fingerprint]int)}
	for _, f := range named {
		t.known[f]++
	}
	return t
}

// Anyone is for questions that carry no secret, and whose answers are checked otherwise or
// are worth no more than their sender's word.
func Anyone() *Trust { return &Trust{anyone: true} }

// Own adds who shows a pair, whichever certificate that has by then.
func (t *Trust) Own(pair *Pair) {
	if t == nil {
		return
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	t.own = pair
}

// Know adds a fingerprint that a server of the network has told, which is none if it is
// empty. The error wraps ErrFingerprint.
func (t *Trust) Know(fingerprint string) error { return t.count(fingerprint, 1) }

// Forget takes back what Know has added, once.
func (t *Trust) Forget(fingerprint string) { _ = t.count(fingerprint, -1) }

func (t *Trust) count(fingerprint string, by int) error {
	if t == nil || fingerprint == "" {
		return nil
	}
	f, err := ParseFingerprint(fingerprint)
	if err != nil {
		return err
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.known != nil {
		t.known[f] += by
	}
	if t.known[f] <= 0 {
		delete(t.known, f)
	}
	return nil
}

// Knows reports whether a server with a certificate is one of the network's.
func (t *Trust) Knows(seen Fingerprint) bool {
	t.mu.Lock()
	own, known := t.own, t.known[seen] > 0
	t.mu.Unlock()
	return known || own.Fingerprint() == seen.String()
}

// URL is that of a server at host:port that a client with this trust asks.
func (t *Trust) URL(address string) string {
	if t == nil {
		return "http://" + address
	}
	return "https://" + address
}

// Dial connects to a server over what dial connects, and shakes hands with it. It is for
// [net/http.Transport.DialTLSContext]. The error wraps ErrUntrusted if it is not the server
// that is meant.
func (t *Trust) Dial(dial func(ctx context.Context, network, address string) (net.Conn, error)) func(context.Context, string, string) (net.Conn, error) {
	return func(ctx context.Context, network, address string) (net.Conn, error) {
		host, _, err := net.SplitHostPort(address)
		if err != nil {
			return nil, err
		}
		plain, err := dial(ctx, network, address)
		if err != nil {
			return nil, err
		}
		conn := tls.Client(plain, &tls.Config{
			ServerName: host, MinVersion: tls.VersionTLS12,
			InsecureSkipVerify: true, // as this checks it:
			VerifyConnection:   func(s tls.ConnectionState) error { return t.check(host, s.PeerCertificates) },
		})
		ctx, cancel := context.WithTimeout(ctx, handshakeTime)
		defer cancel()
		if err := conn.HandshakeContext(ctx); err != nil {
			_ = plain.Close() // nobody has been told anything
			return nil, err
		}
		return conn, nil
	}
}

// check returns an ErrUntrusted, unless the server at a host that shows these certificates,
// its own one first, is trusted.
func (t *Trust) check(host string, shown []*x509.Certificate) error {
	seen := Of(shown[0])
	switch {
	case t.anyone:
		return nil
	case t.Knows(seen):
		return untrusted(host, seen, checkTime(shown[0]))
	case !t.authorities:
		return untrusted(host, seen, errors.New("it is none of those that were named with --fingerprint, or are known"))
	}
	return untrusted(host, seen, vouched(host, shown))
}

// vouched returns why the authorities of this system do not vouch for a server.
func vouched(host string, shown []*x509.Certificate) error {
	between := x509.NewCertPool()
	for _, c := range shown[1:] {
		between.AddCert(c)
	}
	_, err := shown[0].Verify(x509.VerifyOptions{DNSName: host, Intermediates: between})
	if err != nil {
		return fmt.Errorf("%w; if the server says at its start that this is its fingerprint, give it with --fingerprint", err)
	}
	return nil
}

func untrusted(host string, seen Fingerprint, why error) error {
	if why == nil {
		return nil
	}
	return fmt.Errorf("%w: that of %s has the fingerprint %s: %w", ErrUntrusted, host, seen, why)
}

func checkTime(shown *x509.Certificate) error {
	if time.Now().After(shown.NotAfter) {
		return fmt.Errorf("it has expired on %s", shown.NotAfter.UTC().Format(time.DateOnly))
	}
	return nil
}
