package chain_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"networkmngr/internal/chain"
	"networkmngr/internal/chain/chaintest"
	"networkmngr/internal/store"
	"networkmngr/internal/types"
)

// BenchmarkCondemn refuses a block on which 20,000 known headers stand.
func BenchmarkCondemn(b *testing.B) {
	g := chaintest.Genesis()
	wrong := malformed(g.State())
	blocks := chaintest.Branch(chaintest.After(g.State(), wrong), bob, 20_000)
	headers := headersOf(append([]types.Block{wrong}, blocks...))
	for b.Loop() {
		b.StopTimer()
		c, err := chain.Open(store.NewMemory(), g, chaintest.Now)
		require.NoError(b, err)
		require.NoError(b, c.AddHeaders(headers))
		b.StartTimer()
		_, err = c.AddBlocks(wrong)
		require.True(b, chain.Invalid(err))
	}
}
