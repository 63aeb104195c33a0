package certificate

import (
	"crypto/sha256"
	"crypto/tls"
	"encoding/base64"
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"runtime"
	"sync"
	"time"

	"github.com/hashicorp/go-hclog"

	"networkmngr/internal/disk"
)

// ErrKeyMode means that others can read the file of a key.
var ErrKeyMode = errors.New("anybody on this machine can read the key")

// Pair is a certificate with its key, as a server shows it. Files that others take the place
// of, as a certificate ends before a network does, are read again. A nil Pair is that of a
// server that speaks plain HTTP. The methods may be called from any goroutine.
type Pair struct {
	CertFile, KeyFile string // absolute paths, PEM

	mu    sync.Mutex // guards what follows
	shown *tls.Certificate
	seen  files // when they were last read
	log   hclog.Logger
}

// files are what tells those of a pair from those that were there before; nil for none.
type files [2]os.FileInfo

func (f files) are(others files) bool {
	for i, is := range f {
		was := others[i]
		if is == nil || was == nil {
			if is != was {
				return false
			}
		} else if !os.SameFile(is, was) || !is.ModTime().Equal(was.ModTime()) || is.Size() != was.Size() || is.Mode() != was.Mode() {
			return false
		}
	}
	return true
}

// Load reads the files of a certificate and of its key. The error says which of them is
// wrong, and that of one that has expired says so; it wraps ErrKeyMode if others can read the
// key.
func Load(certFile, keyFile string) (pair *Pair, err error) {
	pair = &Pair{log: hclog.NewNullLogger()}
	if pair.CertFile, err = filepath.Abs(certFile); err != nil {
		return nil, err
	}
	if pair.KeyFile, err = filepath.Abs(keyFile); err != nil {
		return nil, err
	}
	pair.seen = pair.look()
	if pair.shown, err = read(certFile, keyFile); err != nil {
		return nil, err
	}
	return pair, nil
}

func read(certFile, keyFile string) (*tls.Certificate, error) {
	cert, err := disk.ReadFile(certFile)
	if err != nil {
		return nil, err
	}
	key, err := disk.ReadFile(keyFile)
	if err != nil {
		return nil, err
	}
	shown, err := tls.X509KeyPair(cert, key)
	if err != nil {
		return nil, fmt.Errorf("%s with the key %s: %w", certFile, keyFile, err)
	}
	if err := checkMode(keyFile); err != nil {
		return nil, err
	}
	if err := checkTime(shown.Leaf); err != nil {
		return nil, fmt.Errorf("%s: %w", certFile, err)
	}
	return &shown, nil
}

// others are the bits of a mode that let anybody in. A group may be that of those who serve
// TLS, as Debian's ssl-cert.
const others = 0o007

// checkMode returns an ErrKeyMode of a file that anybody can read, where modes say that.
func checkMode(file string) error {
	info, err := os.Stat(file)
	if err == nil && runtime.GOOS != "windows" && info.Mode()&others != 0 {
		err = fmt.Errorf("%w: %s has the mode %04o: chmod 600 it, and make another key if this machine has other users", ErrKeyMode, file, info.Mode().Perm())
	}
	return err
}

// look tells what the files are like now.
func (p *Pair) look() (now files) {
	for i, file := range []string{p.CertFile, p.KeyFile} {
		if info, err := os.Stat(file); err == nil {
			now[i] = info
		}
	}
	return now
}

// LogTo says where it is told that the files have changed: that another certificate is shown
// from then on, or why the one of before still is. Nothing is told of a nil Pair.
func (p *Pair) LogTo(log hclog.Logger) {
	if p == nil {
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.log = log
}

// now is what is shown: what the files have, unless that is wrong.
func (p *Pair) now() *tls.Certificate {
	p.mu.Lock()
	defer p.mu.Unlock()
	is := p.look()
	if is.are(p.seen) {
		return p.shown
	}
	p.seen = is
	shown, err := read(p.CertFile, p.KeyFile)
	if err != nil {
		p.log.Error("changed certificate is not shown, the one of before still is", "certificate", p.CertFile, "error", err)
		return p.shown
	}
	p.shown = shown
	p.log.Info("shows another certificate", "certificate", p.CertFile, "fingerprint", Of(shown.Leaf), "ends", shown.Leaf.NotAfter.Format(time.DateOnly))
	return p.shown
}

// Fingerprint is that of the certificate; empty of a nil Pair.
func (p *Pair) Fingerprint() string {
	if p == nil {
		return ""
	}
	return Of(p.now().Leaf).String()
}

// Pin is that of the certificate's public key, as RFC 7469 has it and curl's --pinnedpubkey
// takes it: "sha256//" and the SHA-256 of the key in base64; empty of a nil Pair.
func (p *Pair) Pin() string {
	if p == nil {
		return ""
	}
	key := sha256.Sum256(p.now().Leaf.RawSubjectPublicKeyInfo)
	return "sha256//" + base64.StdEncoding.EncodeToString(key[:])
}

// Ends is when the certificate is valid no more.
func (p *Pair) Ends() time.Time { return p.now().Leaf.NotAfter }

// Listen has clients of a listener speak TLS, if p is not nil. What it accepts is a
// *tls.Conn then, whose first read or write shakes hands. HTTP/2 is not offered: it has no
// WebSocket as we serve them, and no connection for each request that the limits could count.
func (p *Pair) Listen(plain net.Listener) net.Listener {
	if p == nil {
		return plain
	}
	return tls.NewListener(plain, &tls.Config{
		GetCertificate: func(*tls.ClientHelloInfo) (*tls.Certificate, error) { return p.now(), nil },
		MinVersion:     tls.VersionTLS12,
		NextProtos:     []string{"http/1.1"},
	})
}
