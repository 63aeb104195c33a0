package certificate

import (
	"crypto/sha256"
	"crypto/tls"
	"encoding/base64"
	"fmt"
	"net"
	"path/filepath"
	"time"

	"networkmngr/internal/disk"
)

// Pair is a certificate with its key, as a server shows it. A nil Pair is that of a server
// that speaks plain HTTP.
type Pair struct {
	CertFile, KeyFile string // absolute paths, PEM
	shown             tls.Certificate
}

// Load reads the files of a certificate and of its key. The error says which of them is
// wrong, and that of one that has expired says so.
func Load(certFile, keyFile string) (*Pair, error) {
	cert, err := disk.ReadFile(certFile)
	if err != nil {
		return nil, err
	}
	key, err := disk.ReadFile(keyFile)
	if err != nil {
		return nil, err
	}
	pair := new(Pair)
	if pair.shown, err = tls.X509KeyPair(cert, key); err != nil {
		return nil, fmt.Errorf("%s with the key %s: %w", certFile, keyFile, err)
	}
	if err := checkTime(pair.shown.Leaf); err != nil {
		return nil, fmt.Errorf("%s: %w", certFile, err)
	}
	if pair.CertFile, err = filepath.Abs(certFile); err != nil {
		return nil, err
	}
	pair.KeyFile, err = filepath.Abs(keyFile)
	return pair, err
}

// Fingerprint is that of the certificate; empty of a nil Pair.
func (p *Pair) Fingerprint() string {
	if p == nil {
		return ""
	}
	return Of(p.shown.Leaf).String()
}

// Pin is that of the certificate's public key, as RFC 7469 has it and curl's --pinnedpubkey
// takes it: "sha256//" and the SHA-256 of the key in base64; empty of a nil Pair.
func (p *Pair) Pin() string {
	if p == nil {
		return ""
	}
	key := sha256.Sum256(p.shown.Leaf.RawSubjectPublicKeyInfo)
	return "sha256//" + base64.StdEncoding.EncodeToString(key[:])
}

// Ends is when the certificate is valid no more.
func (p *Pair) Ends() time.Time { return p.shown.Leaf.NotAfter }

// Listen has clients of a listener speak TLS, if p is not nil. What it accepts is a
// *tls.Conn then, whose first read or write shakes hands. HTTP/2 is not offered: it has no
// WebSocket as we serve them, and no connection for each request that the limits could count.
func (p *Pair) Listen(plain net.Listener) net.Listener {
	if p == nil {
		return plain
	}
	return tls.NewListener(plain, &tls.Config{
		Certificates: []tls.Certificate{p.shown},
		MinVersion:   tls.VersionTLS12,
		NextProtos:   []string{"http/1.1"},
	})
}
