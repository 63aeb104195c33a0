package types

import (
	"crypto/ed25519"
	"crypto/sha256"
	"errors"
	"fmt"

	"github.com/btcsuite/btcd/btcutil/bech32"
)

// AddressSize is the length of an Address in bytes.
const AddressSize = 20

// addressPrefix is the human-readable part of every address.
const addressPrefix = "nm"

// ErrAddress is wrapped by every refusal of an address.
var ErrAddress = errors.New("not an address")

// Address names an account: the first 20 bytes of the SHA-256 of the ed25519
// public key that may spend from it. People see it in Bech32m (BIP 350).
type Address [AddressSize]byte

// AddressOf is the account that key may spend from.
func AddressOf(key ed25519.PublicKey) Address {
	sum := sha256.Sum256(key)
	return Address(sum[:AddressSize])
}

// ParseAddress reads the Bech32m form.
func ParseAddress(s string) (Address, error) {
	prefix, payload, version, err := bech32.DecodeGeneric(s)
	if err != nil {
		return Address{}, fmt.Errorf("%w: %.100q: %w", ErrAddress, s, err)
	}
	if prefix != addressPrefix || version != bech32.VersionM {
		return Address{}, fmt.Errorf("%w: %.100q is not Bech32m that starts with %q", ErrAddress, s, addressPrefix+"1")
	}
	raw, err := bech32.ConvertBits(payload, 5, 8, false)
	if err != nil {
		return Address{}, fmt.Errorf("%w: %.100q: %w", ErrAddress, s, err)
	}
	if len(raw) != AddressSize {
		return Address{}, fmt.Errorf("%w: %.100q holds %d bytes, want %d", ErrAddress, s, len(raw), AddressSize)
	}
	return Address(raw), nil
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

// MarshalText is String, for JSON and logs.
func (a Address) MarshalText() ([]byte, error) { return []byte(a.String()), nil }

// UnmarshalText is ParseAddress.
func (a *Address) UnmarshalText(text []byte) error {
	parsed, err := ParseAddress(string(text))
	if err != nil {
		return err
	}
	*a = parsed
	return nil
}
