package server

import (
	"testing"

	"github.com/stretchr/testify/require"

	"networkmngr/internal/chain"
	"networkmngr/internal/httpserver"
	"networkmngr/internal/types"
)

func TestDigitsOfSeveralBlocksNameNone(t *testing.T) {
	found := []chain.Ref{{Height: 3, ID: types.Hash{1}}, {Height: 7, ID: types.Hash{2}}}
	_, err := onlyOne(found, "000000")
	require.ErrorIs(t, err, httpserver.ErrMalformed)
	require.ErrorContains(t, err, "several blocks begin with 000000, among them 3 (")
	id, err := onlyOne(found[:1], "000000")
	require.NoError(t, err)
	require.Equal(t, types.Hash{1}, id)
}
