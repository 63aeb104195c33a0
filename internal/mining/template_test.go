package mining

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"networkmngr/internal/chain/chaintest"
	"networkmngr/internal/consensus"
	"networkmngr/internal/types"
)

// Data stands in the coinbase as it was given, whatever the extra nonce, and
// each extra nonce still makes another block.
func TestTemplateCarriesData(t *testing.T) {
	state, data := chaintest.Genesis().State(), []byte(`{"note":1}`)
	seen := make(map[types.Hash]bool)
	for extraNonce := range uint64(5) {
		b := NewTemplate(state, nil, types.Address{}, data, chaintest.Now(), extraNonce)
		require.Equal(t, data, b.Transactions[0].Data)
		require.NoError(t, consensus.CheckBlock(&b))
		require.False(t, seen[b.Hash()])
		seen[b.Hash()] = true
		require.Equal(t, chaintest.Now().Unix(), int64(b.Time))
		require.Equal(t, [types.ExtraNonceSize]byte{7: byte(extraNonce)}, b.Transactions[0].ExtraNonce)
	}
}

// A mined block is checked, stored, announced and answered with by the ids of its
// transactions: they are worked out once.
func TestTemplateCarriesItsIDs(t *testing.T) {
	transfers := []types.Transaction{{Kind: types.Transfer, Amount: 1}}
	b := NewTemplate(chaintest.Genesis().State(), transfers, types.Address{}, nil, chaintest.Now(), 0)
	require.Equal(t, []types.Hash{b.Transactions[0].ID(), transfers[0].ID()}, b.TransactionIDs())
	require.Zero(t, testing.AllocsPerRun(10, func() { b.TransactionIDs() }))
}

func TestCheckData(t *testing.T) {
	quoted := func(length int) []byte { return []byte(`"` + strings.Repeat("x", length-2) + `"`) }
	require.NoError(t, CheckData(nil))
	require.NoError(t, CheckData(quoted(14)))
	require.ErrorIs(t, CheckData(quoted(15)), consensus.ErrData)
	require.ErrorContains(t, CheckData(quoted(15)), "just 15 bytes")
	require.NoError(t, CheckData(quoted(16)))
	require.NoError(t, CheckData(quoted(types.MaxTransactionSize-49)))
	require.ErrorIs(t, CheckData(quoted(types.MaxTransactionSize-48)), consensus.ErrTransactionLen)
	require.ErrorIs(t, CheckData([]byte(`{"a": 1}`)), consensus.ErrData)
	require.ErrorIs(t, CheckData([]byte("null")), consensus.ErrData)
}
