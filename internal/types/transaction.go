package types

import (
	"bytes"
	"crypto/ed25519"
	"encoding/binary"
	"fmt"
	"slices"
)

// Kind is Coinbase or Transfer.
type Kind uint8

const (
	// Coinbase pays the block reward and fees to the miner; in a genesis block
	// it pays the starting balances.
	Coinbase Kind = iota
	// Transfer moves coins from the signer's account to another.
	Transfer
)

const (
	// MaxTransactionSize bounds an encoded transaction, in bytes.
	MaxTransactionSize = 64 << 10

	// ExtraNonceSize is the length of a coinbase's extra nonce, in bytes.
	ExtraNonceSize = 8
	// ExtraNonceOffset is where the extra nonce is in an encoded coinbase. The
	// bytes before and after it stay while a miner counts it up, so a pool can
	// hand out both parts as Stratum does.
	ExtraNonceOffset = 1 + 8 + AddressSize + 8

	coinbaseSize = ExtraNonceOffset + ExtraNonceSize + 4
	transferSize = ExtraNonceOffset + 4 + 8 + ed25519.PublicKeySize + ed25519.SignatureSize
)

// Transaction moves coins. A coinbase uses neither Fee, PublicKey nor
// Signature, and its Sequence is the height of its block (the role of BIP 34:
// no two coinbases are alike). Only a coinbase uses ExtraNonce; any will do, so
// that a miner who has tried all of a header's nonces gets another Merkle root.
type Transaction struct {
	Kind      Kind
	Sequence  uint64 // of a transfer: how many transfers its sender made before
	Recipient Address
	Amount    Amount
	Fee       Amount // on top of Amount, to the miner
	Data      []byte // one compact value of I-JSON, or empty; see CheckData
	PublicKey [ed25519.PublicKeySize]byte
	Signature [ed25519.SignatureSize]byte

	ExtraNonce [ExtraNonceSize]byte
}

// ID is the double SHA-256 of the whole encoding. It covers the signature, so
// a Merkle root commits to every byte of a block.
func (t *Transaction) ID() Hash {
	var room [idRoom]byte
	return DoubleSHA256(t.AppendTo(slices.Grow(room[:0], t.Size())))
}

// Equal reports whether all fields are alike, and so both have one ID, for less than it
// costs to hash them.
func (t *Transaction) Equal(other *Transaction) bool {
	return t.Kind == other.Kind && t.Sequence == other.Sequence && t.Recipient == other.Recipient &&
		t.Amount == other.Amount && t.Fee == other.Fee && bytes.Equal(t.Data, other.Data) &&
		t.PublicKey == other.PublicKey && t.Signature == other.Signature && t.ExtraNonce == other.ExtraNonce
}

// idRoom is room for the encoding of most transactions, on the stack.
const idRoom = 512

// Sender is the account that a transfer spends from. A coinbase has none.
func (t *Transaction) Sender() Address { return AddressOf(t.PublicKey[:]) }

// Size is the length of the encoding in bytes.
func (t *Transaction) Size() int {
	if t.Kind == Coinbase {
		return coinbaseSize + len(t.Data)
	}
	return transferSize + len(t.Data)
}

// AppendTo appends the canonical encoding to b:
//
//	kind u8 | sequence u64 | recipient 20 | amount u64 | len(data) u32 | data
//	fee u64 | public key 32 | signature 64
//
// of a transfer, and of a coinbase
//
//	kind u8 | sequence u64 | recipient 20 | amount u64 | extra nonce 8 | len(data) u32 | data
func (t *Transaction) AppendTo(b []byte) []byte {
	b = t.appendUnsigned(b)
	if t.Kind == Coinbase {
		return b
	}
	return append(b, t.Signature[:]...)
}

func (t *Transaction) appendUnsigned(b []byte) []byte {
	b = append(b, byte(t.Kind))
	b = binary.LittleEndian.AppendUint64(b, t.Sequence)
	b = append(b, t.Recipient[:]...)
	b = binary.LittleEndian.AppendUint64(b, uint64(t.Amount))
	if t.Kind == Coinbase {
		b = append(b, t.ExtraNonce[:]...)
	}
	b = binary.LittleEndian.AppendUint32(b, uint32(len(t.Data)))
	b = append(b, t.Data...)
	if t.Kind == Coinbase {
		return b
	}
	b = binary.LittleEndian.AppendUint64(b, uint64(t.Fee))
	return append(b, t.PublicKey[:]...)
}

// DecodeTransaction reads exactly one transaction. The error wraps ErrEncoding.
func DecodeTransaction(b []byte) (Transaction, error) {
	d := decoder{buf: b}
	t := d.transaction()
	return t, d.end()
}

// DecodeTransactions reads what AppendTransactions writes. The error wraps
// ErrEncoding.
func DecodeTransactions(b []byte) ([]Transaction, error) {
	d := decoder{buf: b}
	list := d.transactions()
	return list, d.end()
}

// AppendTransactions appends a count (u32) and each transaction's encoding.
func AppendTransactions(b []byte, list []Transaction) []byte {
	b = binary.LittleEndian.AppendUint32(b, uint32(len(list)))
	for i := range list {
		b = list[i].AppendTo(b)
	}
	return b
}

func (d *decoder) transactions() []Transaction {
	count := d.uint32()
	if uint64(count) > uint64(len(d.buf)/coinbaseSize) {
		d.fail("%d transactions cannot fit in %d bytes", count, len(d.buf))
		return nil
	}
	list := make([]Transaction, 0, count)
	for range count {
		list = append(list, d.transaction())
		if d.err != nil {
			return nil
		}
	}
	return list
}

func (d *decoder) transaction() Transaction {
	var t Transaction
	t.Kind = Kind(d.uint8())
	if t.Kind > Transfer {
		d.fail("transaction kind %d", t.Kind)
	}
	t.Sequence = d.uint64()
	d.copy(t.Recipient[:])
	t.Amount = Amount(d.uint64())
	if t.Kind == Coinbase {
		d.copy(t.ExtraNonce[:])
	}
	size := d.uint32()
	if size > MaxTransactionSize {
		d.fail("%d bytes of data, at most %d", size, MaxTransactionSize)
		return t
	}
	// Copied, so that one transaction does not hold a whole block's bytes.
	t.Data = append([]byte(nil), d.bytes(int(size))...)
	if t.Kind == Coinbase {
		return t
	}
	t.Fee = Amount(d.uint64())
	d.copy(t.PublicKey[:])
	d.copy(t.Signature[:])
	return t
}

// skipTransaction reads no more of a transaction than its length.
func (d *decoder) skipTransaction() {
	kind := Kind(d.uint8())
	d.bytes(ExtraNonceOffset - 1)
	after := uint64(0) // the data
	if kind == Coinbase {
		d.bytes(ExtraNonceSize)
	} else {
		after = transferSize - ExtraNonceOffset - 4
	}
	size := uint64(d.uint32()) + after
	if size > uint64(len(d.buf)) {
		d.fail("%d bytes missing", size-uint64(len(d.buf)))
		return
	}
	d.bytes(int(size))
}

// signingTag keeps a transfer's signature from being valid for anything else.
const signingTag = "networkmngr transfer\n"

// SigningMessage is what a transfer's sender signs: a tag, the hash of the
// network's genesis block, and all of the encoding before the signature. A
// signature is therefore good on one network only.
func (t *Transaction) SigningMessage(genesis Hash) []byte {
	b := make([]byte, 0, len(signingTag)+HashSize+t.Size())
	b = append(b, signingTag...)
	b = append(b, genesis[:]...)
	return t.appendUnsigned(b)
}

// Sign makes t a transfer that key's owner has signed for the network with
// this genesis block.
func (t *Transaction) Sign(key ed25519.PrivateKey, genesis Hash) {
	t.Kind = Transfer
	t.PublicKey = [ed25519.PublicKeySize]byte(key.Public().(ed25519.PublicKey))
	t.Signature = [ed25519.SignatureSize]byte(ed25519.Sign(key, t.SigningMessage(genesis)))
}

// String names the kind as JSON does.
func (k Kind) String() string {
	switch k {
	case Coinbase:
		return "coinbase"
	case Transfer:
		return "transfer"
	default:
		return fmt.Sprintf("kind %d", uint8(k))
	}
}
