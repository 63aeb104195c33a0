package types

import (
	"bytes"
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
)

// NodeID names a node: the SHA-256 of its ed25519 public key. Unlike a Hash it
// is shown in plain byte order, as it is no proof of work.
type NodeID [sha256.Size]byte

// NodeIDOf is the id of the node that holds the private half of key.
func NodeIDOf(key ed25519.PublicKey) NodeID { return sha256.Sum256(key) }

// Account is the account that the node mines for: id and address are both taken from
// the hash of its public key.
func (id NodeID) Account() Address { return Address(id[:AddressSize]) }

// String is 64 hex digits.
func (id NodeID) String() string { return hex.EncodeToString(id[:]) }

// Short is the first eight hex digits, enough to tell nodes apart in a log.
func (id NodeID) Short() string { return hex.EncodeToString(id[:4]) }

// MarshalText is String, for JSON and logs. The error is nil.
func (id NodeID) MarshalText() ([]byte, error) { return []byte(id.String()), nil }

// UnmarshalText reads 64 hex digits. The error names what is not.
func (id *NodeID) UnmarshalText(text []byte) error {
	var parsed NodeID
	if err := decodeHex(parsed[:], text); err != nil {
		return fmt.Errorf("node id: %w", err)
	}
	*id = parsed
	return nil
}

// Compare orders by the bytes, for lists that must not depend on chance.
func (id NodeID) Compare(other NodeID) int { return bytes.Compare(id[:], other[:]) }
