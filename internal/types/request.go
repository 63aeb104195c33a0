package types

import (
	"fmt"

	"networkmngr/internal/strictjson"
)

// TransferRequest is a transfer as a client sends it to a node: signed, or for
// the node to sign.
type TransferRequest struct {
	Network  *Hash             // the genesis block that it is meant for; nil for any
	Signed   *Transaction      // or nil
	Unsigned *UnsignedTransfer // if Signed is nil
}

// UnsignedTransfer is what a node is to sign. The node chooses what is nil.
type UnsignedTransfer struct {
	Sender, Recipient string // names or addresses
	Amount            Amount
	Fee               *Amount
	Data              []byte // one compact JSON value, or empty
	Sequence          *uint64
}

// requestJSON is the form of a transfer that says which network it is meant for.
type requestJSON struct {
	Network *Hash `json:"network"`
	transactionJSON
}

// UnmarshalJSON reads the form of a Transaction with a "network", which may be
// left out. Without public_key and signature it is an unsigned transfer: that
// needs sender, recipient and amount, and has no id. The error is as that of
// [Transaction.UnmarshalJSON].
func (r *TransferRequest) UnmarshalJSON(text []byte) error {
	var form requestJSON
	if err := strictjson.Unmarshal(text, &form); err != nil {
		return err
	}
	request := TransferRequest{Network: form.Network}
	var err error
	if form.PublicKey != nil || form.Signature != nil || form.Type == Coinbase.String() {
		request.Signed, err = form.identified()
	} else {
		request.Unsigned, err = form.unsigned()
	}
	if err == nil {
		*r = request
	}
	return err
}

func (form *transactionJSON) unsigned() (*UnsignedTransfer, error) {
	switch {
	case form.Sender == nil:
		return nil, form.missing("sender")
	case form.Recipient == nil:
		return nil, form.missing("recipient")
	case form.Amount == nil:
		return nil, form.missing("amount")
	case form.Type != "" && form.Type != Transfer.String():
		return nil, fmt.Errorf("%w: transaction type %.64q, want %q", ErrJSON, form.Type, Transfer)
	case form.ExtraNonce != nil:
		return nil, fmt.Errorf("%w: a transfer has no extra_nonce", ErrJSON)
	case form.SenderIs != "" || form.RecipientIs != "":
		return nil, fmt.Errorf("%w: a transfer has no sender_name or recipient_name before it is signed; sender and recipient may be names", ErrJSON)
	case form.ID != nil:
		return nil, fmt.Errorf("%w: a transfer has no id before it is signed", ErrJSON)
	}
	data, err := CompactJSON(form.Data)
	if err != nil {
		return nil, err
	}
	return &UnsignedTransfer{
		Sender: *form.Sender, Recipient: *form.Recipient, Amount: *form.Amount, Fee: form.Fee,
		Data: data, Sequence: form.Sequence,
	}, nil
}

// missing returns an error that names what an unsigned transfer lacks.
func (form *transactionJSON) missing(key string) error {
	return fmt.Errorf("%w: %s is missing, a transfer needs sender, recipient and amount, or public_key and signature", ErrJSON, key)
}

// SignedTransfer is a transfer that says which network it is good on.
type SignedTransfer struct {
	Network Hash // of the genesis block
	Transaction
}

// MarshalJSON returns a form that TransferRequest reads. The error is
// encoding/json's.
func (s SignedTransfer) MarshalJSON() ([]byte, error) {
	return MarshalPlain(requestJSON{&s.Network, s.form(s.ID())})
}
