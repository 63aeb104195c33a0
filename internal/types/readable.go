package types

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
	return marshalPlain(t.Names.form(&t.Transaction))
}

// NamedBlock is a block of transactions with names; see [NamedTransaction].
type NamedBlock struct {
	Block
	Names Namer
}

// MarshalJSON is as that of [Block], which reads it.
func (b NamedBlock) MarshalJSON() ([]byte, error) { return b.marshal(b.Names) }

func (n Namer) form(t *Transaction) transactionJSON {
	form := t.form()
	if n == nil {
		return form
	}
	form.RecipientIs = n(t.Recipient)
	if t.Kind == Transfer {
		form.SenderIs = n(t.Sender())
	}
	return form
}
