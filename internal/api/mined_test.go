package api

import (
	"bytes"
	"testing"

	"github.com/stretchr/testify/require"

	"networkmngr/internal/types"
)

// What is made of parts is what encoding/json makes of the form.
func TestMinedInParts(t *testing.T) {
	block := types.NewNamedBlock(types.Block{Transactions: []types.Transaction{{Kind: types.Coinbase, Data: []byte(`"<&>"`)}}}, nil)
	for name, mined := range map[string]Mined{
		"one":     {Message: "<mined>", Block: block, BlockData: block},
		"several": {Block: block, BlockData: block, Blocks: []types.NamedBlock{block, block}, Hashes: 7, Names: map[string]string{"a": "b"}},
	} {
		t.Run(name, func(t *testing.T) {
			want, err := types.MarshalPlain(mined)
			require.NoError(t, err)
			parts, err := mined.JSONParts()
			require.NoError(t, err)
			require.Equal(t, string(want)+"\n", string(bytes.Join(parts, nil)))
		})
	}
}
