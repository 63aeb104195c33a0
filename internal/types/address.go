package types

import (
	"crypto/ed25519"
	"crypto/sha256"
	"errors"
	"fmt"
	"strings"

	"github.com/btcsuite/btcd/btcutil/bech32"
)

// AddressSize is the length of an Address in bytes.
const AddressSize = 20

// addressPrefix is the human-readable part of every address.
const addressPrefix = "nm"

// ErrAddress means that a text is not an address.
var ErrAddress = errors.New("not an address")

// Address names an account: the first 20 bytes of the SHA-256 of the ed25519
// public key that may spend from it. It is shown in Bech32m (BIP 350).
type Address [AddressSize]byte

// AddressOf is the account that key may spend from.
func AddressOf(key ed25519.PublicKey) Address {
	sum := sha256.Sum256(key)
	return Address(sum[:AddressSize])
}

// AddressOfKey is the account that key spends from.
func AddressOfKey(key ed25519.PrivateKey) Address {
	return AddressOf(key.Public().(ed25519.PublicKey))
}

// addressLen is how many characters the Bech32m form has: the prefix and "1",
// five bits in each, and the checksum.
const addressLen = len(addressPrefix) + 1 + AddressSize*8/5 + 6

// ParseAddress reads the Bech32m form. The error wraps ErrAddress.
func ParseAddress(s string) (Address, error) {
	if len(s) != addressLen || !strings.EqualFold(s[:len(addressPrefix)+1], addressPrefix+"1") {
		return Address{}, fmt.Errorf("%w: %.100q, want %d letters and digits that begin with %s1",
			ErrAddress, s, addressLen, addressPrefix)
	}
	prefix, payload, version, err := bech32.DecodeGeneric(s)
	if err != nil && !errors.As(err, new(bech32.ErrInvalidChecksum)) {
		return Address{}, fmt.Errorf("%w: %q: %w", ErrAddress, s, err)
	}
	if err != nil || version != bech32.VersionM || prefix != addressPrefix {
		return Address{}, fmt.Errorf("%w: %q, its checksum says that it is mistyped", ErrAddress, s)
	}
	raw, err := bech32.ConvertBits(payload, 5, 8, false)
	if err != nil {
		return Address{}, fmt.Errorf("%w: %q: %w", ErrAddress, s, err)
	}
	return Address(raw), nil
}

// Short is both ends of String, enough to tell the accounts of a network apart.
func (a Address) Short() string {
	const first, last = 7, 4
	text := a.String()
	return text[:first] + "…" + text[len(text)-last:]
}

// String is the Bech32m form, "nm1…".
func (a Address) String() string {
	payload, err := bech32.ConvertBits(a[:], 8, 5, true)
	if err != nil {
		panic(err) // whole bytes always regroup
	}
	s, err := bech32.EncodeM(addressPrefix, payload)
	if err != nil {
		panic(err) // five-bit groups always encode
	}
	return s
}

// MarshalText is String, for JSON and logs. The error is nil.
func (a Address) MarshalText() ([]byte, error) { return []byte(a.String()), nil }

// UnmarshalText is ParseAddress, with its error.
func (a *Address) UnmarshalText(text []byte) error {
	parsed, err := ParseAddress(string(text))
	if err != nil {
		return err
	}
	*a = parsed
	return nil
}
