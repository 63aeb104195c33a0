package types

import (
	"bytes"
	"crypto/ed25519"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"time"

	"networkmngr/internal/strictjson"
)

// ErrJSON means that parts of a JSON form are missing or contradict each other.
var ErrJSON = strictjson.ErrMalformed

// transactionJSON is the form of a transaction. In one that is to be signed yet, sender
// and recipient may be names. The names beside them are for people, and not read.
type transactionJSON struct {
	ID          *Hash           `json:"id"`
	Type        string          `json:"type"`
	Sender      *string         `json:"sender,omitempty"`
	SenderIs    string          `json:"sender_name,omitempty"`
	Recipient   *string         `json:"recipient"`
	RecipientIs string          `json:"recipient_name,omitempty"`
	Amount      *Amount         `json:"amount"`
	Fee         *Amount         `json:"fee,omitempty"`
	Sequence    *uint64         `json:"sequence"`
	ExtraNonce  *hexBytes       `json:"extra_nonce,omitempty"`
	Data        json.RawMessage `json:"data,omitempty"`
	PublicKey   *hexBytes       `json:"public_key,omitempty"`
	Signature   *hexBytes       `json:"signature,omitempty"`
}

// MarshalJSON returns the form of the API. Encode the surrounding value without
// HTML escaping, or Data will not be what was signed. The error is encoding/json's.
func (t Transaction) MarshalJSON() ([]byte, error) { return MarshalPlain(t.form(t.ID())) }

func (t *Transaction) form(id Hash) transactionJSON {
	recipient := t.Recipient.String()
	form := transactionJSON{
		ID: &id, Type: t.Kind.String(), Recipient: &recipient,
		Amount: &t.Amount, Sequence: &t.Sequence, Data: t.Data,
	}
	if t.Kind == Transfer {
		sender := t.Sender().String()
		key, signature := hexBytes(t.PublicKey[:]), hexBytes(t.Signature[:])
		form.Sender, form.Fee, form.PublicKey, form.Signature = &sender, &t.Fee, &key, &signature
	} else {
		extraNonce := hexBytes(t.ExtraNonce[:])
		form.ExtraNonce = &extraNonce
	}
	return form
}

// UnmarshalJSON reads what MarshalJSON returns, and what [NamedTransaction] does. "id"
// and "sender" may be left out; if present they must be right. A missing type means a transfer, a missing fee
// none, a missing extra nonce zeros. The error wraps ErrJSON, or is that of the
// field or of CompactJSON.
func (t *Transaction) UnmarshalJSON(text []byte) error {
	var form transactionJSON
	if err := strictjson.Unmarshal(text, &form); err != nil {
		return err
	}
	parsed, err := form.identified()
	if err != nil {
		return err
	}
	*t = *parsed
	return nil
}

// identified is the transaction, whose id must be the one given, if there is
// one.
func (form *transactionJSON) identified() (*Transaction, error) {
	parsed, err := form.transaction()
	if err != nil {
		return nil, err
	}
	if id := parsed.ID(); form.ID != nil && *form.ID != id {
		return nil, fmt.Errorf("%w: transaction id is %s, its content hashes to %s", ErrJSON, form.ID, id)
	}
	return &parsed, nil
}

func (form *transactionJSON) transaction() (Transaction, error) {
	var t Transaction
	if form.Recipient == nil || form.Amount == nil || form.Sequence == nil {
		return t, fmt.Errorf("%w: a transaction needs recipient, amount and sequence", ErrJSON)
	}
	recipient, err := parseAddress("recipient", *form.Recipient)
	if err != nil {
		return t, err
	}
	data, err := CompactJSON(form.Data)
	if err != nil {
		return t, err
	}
	t = Transaction{Sequence: *form.Sequence, Recipient: recipient, Amount: *form.Amount, Data: data}
	switch form.Type {
	case Coinbase.String():
		return t, form.coinbase(&t)
	case Transfer.String(), "":
		t.Kind = Transfer
		return t, form.signed(&t)
	default:
		return t, fmt.Errorf("%w: transaction type %.64q, want %q or %q", ErrJSON, form.Type, Coinbase, Transfer)
	}
}

// coinbase fills in what only a coinbase has.
func (form *transactionJSON) coinbase(t *Transaction) error {
	if form.Sender != nil || form.Fee != nil || form.PublicKey != nil || form.Signature != nil {
		return fmt.Errorf("%w: a coinbase has no sender, fee, public key or signature", ErrJSON)
	}
	if form.ExtraNonce == nil {
		return nil
	}
	if len(*form.ExtraNonce) != ExtraNonceSize {
		return fmt.Errorf("%w: extra_nonce has %d bytes, want %d in hex", ErrJSON, len(*form.ExtraNonce), ExtraNonceSize)
	}
	t.ExtraNonce = [ExtraNonceSize]byte(*form.ExtraNonce)
	return nil
}

// signed fills in what only a transfer has.
func (form *transactionJSON) signed(t *Transaction) error {
	if form.ExtraNonce != nil {
		return fmt.Errorf("%w: a transfer has no extra_nonce", ErrJSON)
	}
	if form.PublicKey == nil || len(*form.PublicKey) != ed25519.PublicKeySize {
		return fmt.Errorf("%w: a transfer needs a public_key of %d bytes in hex", ErrJSON, ed25519.PublicKeySize)
	}
	if form.Signature == nil || len(*form.Signature) != ed25519.SignatureSize {
		return fmt.Errorf("%w: a transfer needs a signature of %d bytes in hex", ErrJSON, ed25519.SignatureSize)
	}
	if form.Fee != nil {
		t.Fee = *form.Fee
	}
	t.PublicKey = [ed25519.PublicKeySize]byte(*form.PublicKey)
	t.Signature = [ed25519.SignatureSize]byte(*form.Signature)
	if form.Sender == nil {
		return nil
	}
	sender, err := parseAddress("sender", *form.Sender)
	if err == nil && sender != t.Sender() {
		err = fmt.Errorf("%w: sender is %s, the public key's address is %s", ErrJSON, sender, t.Sender())
	}
	return err
}

// parseAddress reads the address under a key.
func parseAddress(key, text string) (Address, error) {
	address, err := ParseAddress(text)
	if err != nil {
		return address, fmt.Errorf("%w: %s: %w", ErrJSON, key, err)
	}
	return address, nil
}

// blockJSON is a block's form with transactions of a type T: written as their own
// forms, so that encoding/json does not go over each twice, and read as themselves.
type blockJSON[T any] struct {
	Index        *uint64    `json:"index"`
	Hash         *Hash      `json:"hash"`
	Version      *int32     `json:"version"`
	Previous     *Hash      `json:"previous_hash"`
	MerkleRoot   *Hash      `json:"merkle_root"`
	Timestamp    *uint32    `json:"timestamp"`
	Time         string     `json:"time"`
	Bits         *hexUint32 `json:"bits"`
	Nonce        *uint32    `json:"nonce"`
	Transactions []T        `json:"transactions"`
}

// complete reports whether all that a block is made of is there.
func (form *blockJSON[T]) complete() bool {
	return form.Version != nil && form.Previous != nil && form.MerkleRoot != nil &&
		form.Timestamp != nil && form.Bits != nil && form.Nonce != nil && form.Transactions != nil
}

// MarshalJSON returns the form of the API; see [Transaction.MarshalJSON] about
// escaping and the error.
func (b Block) MarshalJSON() ([]byte, error) { return b.marshal(nil) }

func (b *Block) marshal(names Namer) ([]byte, error) {
	hash, height, bits := b.Hash(), b.Height(), hexUint32(b.Bits)
	transactions := make([]transactionJSON, len(b.Transactions))
	for i, id := range b.TransactionIDs() {
		transactions[i] = names.form(&b.Transactions[i], id)
	}
	return MarshalPlain(blockJSON[transactionJSON]{
		Index: &height, Hash: &hash, Version: &b.Version, Previous: &b.Previous,
		MerkleRoot: &b.MerkleRoot, Timestamp: &b.Time,
		Time: time.Unix(int64(b.Time), 0).UTC().Format(time.RFC3339),
		Bits: &bits, Nonce: &b.Nonce, Transactions: transactions,
	})
}

// UnmarshalJSON reads what MarshalJSON returns, and what [NamedBlock] does. "time" is
// for people and not read;
// "hash" and "index" may be left out; if present they must be right. The error
// is as that of [Transaction.UnmarshalJSON].
func (b *Block) UnmarshalJSON(text []byte) error {
	var form blockJSON[Transaction]
	if err := strictjson.Unmarshal(text, &form); err != nil {
		return err
	}
	if !form.complete() {
		return fmt.Errorf("%w: a block needs version, previous_hash, merkle_root, timestamp, bits, nonce and transactions", ErrJSON)
	}
	parsed := Block{
		Header: Header{
			Version: *form.Version, Previous: *form.Previous, MerkleRoot: *form.MerkleRoot,
			Time: *form.Timestamp, Bits: uint32(*form.Bits), Nonce: *form.Nonce,
		},
		Transactions: form.Transactions,
	}
	if hash := parsed.Hash(); form.Hash != nil && *form.Hash != hash {
		return fmt.Errorf("%w: block hash is %s, the header hashes to %s", ErrJSON, form.Hash, hash)
	}
	if height := parsed.Height(); form.Index != nil && *form.Index != height {
		return fmt.Errorf("%w: block index is %d, the coinbase says %d", ErrJSON, *form.Index, height)
	}
	*b = parsed
	return nil
}

// MarshalPlain is json.Marshal without HTML escaping.
func MarshalPlain(v any) ([]byte, error) {
	var out bytes.Buffer
	enc := json.NewEncoder(&out)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil {
		return nil, err
	}
	return bytes.TrimRight(out.Bytes(), "\n"), nil
}

// hexBytes is hex in JSON.
type hexBytes []byte

func (h hexBytes) MarshalText() ([]byte, error) { return []byte(hex.EncodeToString(h)), nil }

func (h *hexBytes) UnmarshalText(text []byte) error {
	raw, err := hex.DecodeString(string(text))
	if err != nil {
		return fmt.Errorf("%.64q is not hex: %w", text, err)
	}
	*h = raw
	return nil
}

// hexUint32 is eight hex digits in JSON, as Bitcoin shows compact targets.
type hexUint32 uint32

func (u hexUint32) MarshalText() ([]byte, error) { return fmt.Appendf(nil, "%08x", uint32(u)), nil }

func (u *hexUint32) UnmarshalText(text []byte) error {
	var raw [4]byte
	if err := decodeHex(raw[:], text); err != nil {
		return err
	}
	*u = hexUint32(uint32(raw[0])<<24 | uint32(raw[1])<<16 | uint32(raw[2])<<8 | uint32(raw[3]))
	return nil
}
