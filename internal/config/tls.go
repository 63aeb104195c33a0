package config

import (
	"fmt"
	"net"
	"net/netip"
	"slices"

	"networkmngr/internal/certificate"
)

const (
	tlsCertName     = "tls-cert"
	tlsKeyName      = "tls-key"
	fingerprintName = "fingerprint"
)

// Secure reports whether what is here speaks TLS, and not plain HTTP.
func (c Common) Secure() bool { return c.TLS || c.TLSCert != "" }

// OpenCertificate returns the certificate that what is here shows: that of the files that
// are named, or else the one in base.crt, which is made if need be; nil if what is here
// speaks plain HTTP. Its files are settings from then on, so that the nodes of a network
// show their manager's. The error is an ErrSetting.
func (c *Common) OpenCertificate(base string) (pair *certificate.Pair, made bool, err error) {
	switch {
	case !c.Secure():
		return nil, false, nil
	case c.TLSCert != "":
		pair, err = certificate.Load(c.TLSCert, c.TLSKey)
	default:
		hosts, beside := c.certified()
		pair, made, err = certificate.Keep(base, hosts, beside)
	}
	if err != nil {
		return nil, false, fmt.Errorf("%w: tls: %w", ErrSetting, err)
	}
	c.TLSCert, c.TLSKey = pair.CertFile, pair.KeyFile
	return pair, made, nil
}

// certified are the names and addresses that a certificate of what is here must be for, and
// those beside it that this machine has now, if it listens on all.
func (c Common) certified() (hosts, beside []string) {
	hosts = []string{"localhost", "127.0.0.1", "::1"}
	for _, name := range c.Names() {
		if host, _, err := net.SplitHostPort(name); err == nil {
			name = host
		}
		ip, err := netip.ParseAddr(name)
		if err == nil {
			name = ip.WithZone("").String() // a zone is known on one machine only
		}
		if err == nil && ip.IsUnspecified() {
			beside = interfaceIPs()
		} else if !slices.Contains(hosts, name) {
			hosts = append(hosts, name)
		}
	}
	return hosts, beside
}

// Trust is whom what is here takes for the servers that it asks, itself among them; nil if
// it speaks plain HTTP, and asks so.
func (c Common) Trust(own *certificate.Pair) *certificate.Trust {
	if !c.Secure() {
		return nil
	}
	trust := NewTrust(c.Fingerprints)
	trust.Own(own)
	return trust
}

// NewTrust is that of a client whose user has named these fingerprints, which have been
// validated.
func NewTrust(fingerprints []string) *certificate.Trust {
	named := make([]certificate.Fingerprint, len(fingerprints))
	for i, text := range fingerprints {
		named[i], _ = certificate.ParseFingerprint(text)
	}
	return certificate.NewTrust(named...)
}

func (c Common) validateTLS() error {
	if err := unless((c.TLSCert == "") == (c.TLSKey == ""), "%s %q, %s %q: want both, or neither", tlsCertName, c.TLSCert, tlsKeyName, c.TLSKey); err != nil {
		return err
	}
	for _, text := range c.Fingerprints {
		if _, err := certificate.ParseFingerprint(text); err != nil {
			return fmt.Errorf("%w: %s: %w", ErrSetting, fingerprintName, err)
		}
	}
	return nil
}
