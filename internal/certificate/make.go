package certificate

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"os"
	"slices"
	"time"

	"networkmngr/internal/disk"
)

const (
	// lasts is less than the 825 days after which Apple's systems take a certificate of
	// a user's own no more (support.apple.com/HT210176).
	lasts = 800 * 24 * time.Hour
	// renewed is how long before its end a certificate is made anew.
	renewed = 30 * 24 * time.Hour
	// skew is by how much the clocks of other machines may be behind.
	skew = 24 * time.Hour
)

// Keep returns the certificate in base.crt, whose key is in base.key, and makes what is
// missing of them. The certificate, which vouches for itself, is for the names and IP
// addresses of hosts, and when it is made for those beside them. It is made anew, with the
// same key, if it has expired or is about to, or if it is not for all of hosts. The error is
// that of the file system, or says which file is wrong.
func Keep(base string, hosts, beside []string) (pair *Pair, made bool, err error) {
	certFile, keyFile := base+".crt", base+".key"
	key, err := keptKey(keyFile)
	if err != nil {
		return nil, false, err
	}
	if pair, err = Load(certFile, keyFile); err == nil && pair.serves(hosts) {
		return pair, false, nil
	}
	if _, unreadable := errors.AsType[*fs.PathError](err); unreadable && !errors.Is(err, fs.ErrNotExist) {
		return nil, false, err
	}
	cert, err := issue(key, append(slices.Clone(hosts), beside...), time.Now())
	if err == nil {
		err = disk.WriteFile(certFile, block("CERTIFICATE", cert), 0o644)
	}
	if err != nil {
		return nil, false, err
	}
	pair, err = Load(certFile, keyFile)
	return pair, true, err
}

// serves reports whether the certificate will do for these hosts.
func (p *Pair) serves(hosts []string) bool {
	for _, host := range hosts {
		if p.now().Leaf.VerifyHostname(host) != nil {
			return false
		}
	}
	return time.Until(p.Ends()) > renewed
}

// keptKey reads a key, or makes one that only its owner can read. One that others can read by
// now, as after a copy, is theirs no longer.
func keptKey(file string) (crypto.Signer, error) {
	if err := checkMode(file); errors.Is(err, ErrKeyMode) {
		if err := os.Chmod(file, 0o600); err != nil {
			return nil, err
		}
	}
	text, err := disk.ReadFile(file)
	if errors.Is(err, fs.ErrNotExist) {
		return newKey(file)
	}
	if err != nil {
		return nil, err
	}
	if found, _ := pem.Decode(text); found != nil {
		key, err := x509.ParsePKCS8PrivateKey(found.Bytes)
		if signer, is := key.(crypto.Signer); is && err == nil {
			return signer, nil
		}
	}
	return nil, fmt.Errorf("%s holds no key in PKCS 8: remove it, and another one is made, with another fingerprint", file)
}

func newKey(file string) (crypto.Signer, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, err
	}
	text, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		return nil, err
	}
	return key, disk.WriteFile(file, block("PRIVATE KEY", text), 0o600)
}

func block(kind string, content []byte) []byte {
	return pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: content})
}

// issue makes a certificate that its own key has signed. It vouches for no other, so that
// nobody who trusts it can be shown another one by whoever has the key.
func issue(key crypto.Signer, hosts []string, now time.Time) ([]byte, error) {
	template := &x509.Certificate{
		Subject:   pkix.Name{CommonName: "networkmngr"},
		NotBefore: now.Add(-skew), NotAfter: now.Add(lasts),
		KeyUsage:    x509.KeyUsageDigitalSignature,
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth}, BasicConstraintsValid: true,
	}
	for _, host := range hosts {
		if ip := net.ParseIP(host); ip != nil {
			template.IPAddresses = append(template.IPAddresses, ip)
		} else {
			template.DNSNames = append(template.DNSNames, host)
		}
	}
	return x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
}
