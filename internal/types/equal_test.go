package types

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// Whatever is changed of a transfer, it is another, and has another ID.
func TestEqual(t *testing.T) {
	sample := func() Transaction {
		return Transaction{Kind: Transfer, Sequence: 3, Amount: 5, Fee: 1, Data: []byte(`"x"`)}
	}
	same, other := sample(), sample()
	require.True(t, same.Equal(&other))
	for name, change := range map[string]func(*Transaction){
		"kind":       func(t *Transaction) { t.Kind = Coinbase },
		"sequence":   func(t *Transaction) { t.Sequence++ },
		"recipient":  func(t *Transaction) { t.Recipient[19]++ },
		"amount":     func(t *Transaction) { t.Amount++ },
		"fee":        func(t *Transaction) { t.Fee++ },
		"data":       func(t *Transaction) { t.Data = nil },
		"public key": func(t *Transaction) { t.PublicKey[31]++ },
		"signature":  func(t *Transaction) { t.Signature[63]++ },
	} {
		changed := sample()
		change(&changed)
		require.False(t, same.Equal(&changed), name)
		require.NotEqual(t, same.ID(), changed.ID(), name)
	}
	coinbase, another := Transaction{}, Transaction{ExtraNonce: [ExtraNonceSize]byte{1}}
	require.False(t, coinbase.Equal(&another))
}
