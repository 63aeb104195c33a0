package types

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
)

// HashSize is the length of a Hash in bytes.
const HashSize = sha256.Size

// Hash is a double SHA-256 digest in SHA-256's order of bytes. It is shown as
// Bitcoin shows hashes: in hex with the bytes reversed, so that the zeros of a
// proof of work come first.
type Hash [HashSize]byte

// DoubleSHA256 hashes b twice, as Bitcoin hashes headers and transactions.
func DoubleSHA256(b []byte) Hash {
	once := sha256.Sum256(b)
	return sha256.Sum256(once[:])
}

// ParseHash reads what String returns. The error names what is not hex.
func ParseHash(s string) (Hash, error) {
	var h Hash
	if err := h.UnmarshalText([]byte(s)); err != nil {
		return Hash{}, err
	}
	return h, nil
}

// IsZero reports whether h is the hash that stands for "none", such as the
// parent of a genesis block.
func (h Hash) IsZero() bool { return h == Hash{} }

// String is the hex of the reversed bytes.
func (h Hash) String() string {
	slices.Reverse(h[:])
	return hex.EncodeToString(h[:])
}

// MarshalText is String, for JSON and logs. The error is nil.
func (h Hash) MarshalText() ([]byte, error) { return []byte(h.String()), nil }

// UnmarshalText is ParseHash, with its error.
func (h *Hash) UnmarshalText(text []byte) error {
	var parsed Hash
	if err := decodeHex(parsed[:], text); err != nil {
		return fmt.Errorf("hash: %w", err)
	}
	slices.Reverse(parsed[:])
	*h = parsed
	return nil
}

// decodeHex fills dst from exactly 2*len(dst) hex digits.
func decodeHex(dst, text []byte) error {
	if len(text) != 2*len(dst) {
		return fmt.Errorf("%.64q has %d characters, want %d hex digits", text, len(text), 2*len(dst))
	}
	if _, err := hex.Decode(dst, text); err != nil {
		return fmt.Errorf("%q is not hex: %w", text, err)
	}
	return nil
}

// Compare orders by the bytes, for lists that must not depend on chance.
func (h Hash) Compare(other Hash) int { return bytes.Compare(h[:], other[:]) }
