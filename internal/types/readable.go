package types

import "sync"

// Namer says who is behind an address, for people: a name, or nothing. Nil names nobody.
type Namer func(Address) string

// NamedTransaction is a transaction whose JSON has names beside the addresses:
// sender_name and recipient_name, where there are any.
type NamedTransaction struct {
	Transaction
	Names Namer
}

// MarshalJSON is as that of [Transaction], which reads it.
func (t NamedTransaction) MarshalJSON() ([]byte, error) {
	return MarshalPlain(t.Names.form(&t.Transaction, t.ID()))
}

// NamedBlock is a block of transactions with names; see [NamedTransaction].
type NamedBlock struct {
	Block
	Names Namer

	text func() ([]byte, error) // its JSON, made once; nil to make it each time
}

// NewNamedBlock returns a block whose JSON is made once, and kept, however often an answer
// has it. The block must not change any more.
func NewNamedBlock(b Block, names Namer) NamedBlock {
	text := func() ([]byte, error) { return b.marshal(names) }
	return NamedBlock{Block: b, Names: names, text: sync.OnceValues(text)}
}

// MarshalJSON is as that of [Block], which reads it.
func (b NamedBlock) MarshalJSON() ([]byte, error) {
	if b.text != nil {
		return b.text()
	}
	return b.marshal(b.Names)
}

func (n Namer) form(t *Transaction, id Hash) transactionJSON {
	form := t.form(id)
	if n == nil {
		return form
	}
	form.RecipientIs = n(t.Recipient)
	if t.Kind == Transfer {
		form.SenderIs = n(t.Sender())
	}
	return form
}
