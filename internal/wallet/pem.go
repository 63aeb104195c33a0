package wallet

import (
	"crypto/ed25519"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
)

// ErrKey means that a text is not an ed25519 key in PEM.
var ErrKey = errors.New("not an ed25519 key in PEM")

const pemType = "PRIVATE KEY" // PKCS #8

// EncodeKey returns key as PKCS #8 in PEM, which other programs read too.
func EncodeKey(key ed25519.PrivateKey) []byte {
	der, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		panic(err) // an ed25519 key always encodes
	}
	return pem.EncodeToMemory(&pem.Block{Type: pemType, Bytes: der})
}

// DecodeKey reads what EncodeKey returns. The error wraps ErrKey.
func DecodeKey(text []byte) (ed25519.PrivateKey, error) {
	block, _ := pem.Decode(text)
	if block == nil {
		return nil, fmt.Errorf("%w: want a block that begins with -----BEGIN %s-----", ErrKey, pemType)
	}
	if block.Type != pemType {
		return nil, fmt.Errorf("%w: it holds %.64q, want %q, unencrypted", ErrKey, block.Type, pemType)
	}
	parsed, err := x509.ParsePKCS8PrivateKey(block.Bytes)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrKey, err)
	}
	key, ok := parsed.(ed25519.PrivateKey)
	if !ok {
		return nil, fmt.Errorf("%w: it holds a key of another kind", ErrKey)
	}
	return key, nil
}
