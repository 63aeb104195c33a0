package api

import (
	"testing"

	"github.com/stretchr/testify/require"

	"networkmngr/internal/chain"
	"networkmngr/internal/chain/chaintest"
	"networkmngr/internal/store"
	"networkmngr/internal/types"
)

// chainNode is a node of which only the chain is asked for.
type chainNode struct {
	Node
	chain *chain.Chain
}

func (n chainNode) Chain() *chain.Chain { return n.chain }

// A tip that moves between two looks at the chain makes for a third.
func TestMainChainIsOfOneMoment(t *testing.T) {
	c, err := chain.Open(store.NewMemory(), chaintest.Genesis(), chaintest.Now)
	require.NoError(t, err)
	_, err = c.AddBlocks(chaintest.Branch(c.Tip(), types.NamedAddress("alice"), 2)...)
	require.NoError(t, err)
	s := &Server{node: chainNode{chain: c}}
	var heights []uint64
	tip, refs := s.mainChain(func(height uint64) (uint64, int) {
		if heights = append(heights, height); height == 2 {
			_, err := c.AddBlocks(chaintest.Branch(c.Genesis().State(), types.NamedAddress("bob"), 3)...)
			require.NoError(t, err)
		}
		return 0, int(height) + 1
	})
	require.Equal(t, []uint64{2, 3}, heights)
	require.EqualValues(t, 3, tip.Height)
	require.Len(t, refs, 4)
	require.Equal(t, tip.ID, refs[3].ID)
}
