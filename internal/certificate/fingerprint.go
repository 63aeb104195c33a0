package certificate

import (
	"crypto/sha256"
	"crypto/x509"
	"encoding/hex"
	"errors"
	"fmt"
	"strings"
)

// ErrFingerprint means that a text is no fingerprint.
var ErrFingerprint = errors.New("no fingerprint")

const method = "sha256:"

// Fingerprint is the SHA-256 of a certificate in DER, as browsers and
// "openssl x509 -fingerprint -sha256" show it.
type Fingerprint [sha256.Size]byte

// Of is the fingerprint of a certificate.
func Of(shown *x509.Certificate) Fingerprint { return sha256.Sum256(shown.Raw) }

// String is "sha256:" and 64 hex digits.
func (f Fingerprint) String() string { return method + hex.EncodeToString(f[:]) }

// ParseFingerprint reads that form, with digits in upper case and with colons between them
// too, as other programs show them. The error wraps ErrFingerprint.
func ParseFingerprint(text string) (f Fingerprint, err error) {
	digits, found := strings.CutPrefix(strings.ToLower(text), method)
	digits = strings.ReplaceAll(digits, ":", "")
	if n, err := hex.Decode(f[:], []byte(digits[:min(len(digits), 2*len(f))])); !found || err != nil || n != len(f) || len(digits) != 2*len(f) {
		return Fingerprint{}, fmt.Errorf("%w: %.128q, want sha256: and 64 hex digits", ErrFingerprint, text)
	}
	return f, nil
}
