package types

import (
	"crypto/ed25519"
	"crypto/sha256"
)

// NamedKey is the key of the account that a development network calls name.
// Everybody can derive it: it protects nothing.
func NamedKey(name string) ed25519.PrivateKey {
	seed := sha256.Sum256([]byte("networkmngr named account\n" + name))
	return ed25519.NewKeyFromSeed(seed[:])
}

// NamedAddress is the address of NamedKey(name).
func NamedAddress(name string) Address {
	return AddressOfKey(NamedKey(name))
}
