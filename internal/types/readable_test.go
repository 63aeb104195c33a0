package types_test

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/require"

	"networkmngr/internal/types"
)

// An answer that has a block twice does not cost twice as much.
func TestTheJSONOfANamedBlockIsMadeOnce(t *testing.T) {
	asked := 0
	names := func(types.Address) string { asked++; return "somebody" }
	b := types.Block{Transactions: []types.Transaction{{Kind: types.Coinbase}}}
	named := types.NewNamedBlock(b, names)
	twice, err := json.Marshal([]types.NamedBlock{named, named})
	require.NoError(t, err)
	require.Equal(t, 1, asked)
	each, err := json.Marshal([]types.NamedBlock{{Block: b, Names: names}, {Block: b, Names: names}})
	require.NoError(t, err)
	require.JSONEq(t, string(each), string(twice))
}
