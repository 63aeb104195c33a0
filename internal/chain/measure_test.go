package chain_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"networkmngr/internal/chain"
	"networkmngr/internal/chain/chaintest"
)

// Each new block is heard of once in each phase, whoever saw its header first, and one
// that is refused not at all.
func TestPhases(t *testing.T) {
	n := newNetwork(t)
	var heard []string
	n.Measure(func(p chain.Phase) func(int) {
		return func(blocks int) {
			if blocks > 0 {
				heard = append(heard, fmt.Sprintf("%s %d", p, blocks))
			}
		}
	})
	hear := func(do func(), want ...string) {
		t.Helper()
		heard = nil
		do()
		require.Equal(t, want, heard)
	}
	blocks := chaintest.Branch(n.root(), alice, 3)
	hear(func() { n.take(blocks[0]) }, "header 1", "body 1", "store 1")
	hear(func() { require.NoError(t, n.AddHeaders(headersOf(blocks[1:]))) }, "header 2")
	hear(func() { n.take(blocks...) }, "body 3", "store 3")
	hear(func() { n.take(blocks...) })
	bad := chaintest.Next(n.Tip(), bob)
	bad.Transactions[0].Amount++
	chaintest.Solve(&bad)
	hear(func() { n.refuse(bad) }, "header 1")
	hear(func() { n.take(chaintest.Next(n.root(), bob)) }, "header 1", "body 1", "store 1")
}
