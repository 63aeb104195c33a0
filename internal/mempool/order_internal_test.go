package mempool

import (
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"networkmngr/internal/types"
)

// A parked transfer may contradict one that is not: their order is still no chance.
func TestTransfersOfOneSequenceHaveAnOrder(t *testing.T) {
	one := types.Transaction{Kind: types.Transfer, Sequence: 3, Amount: 1}
	two := types.Transaction{Kind: types.Transfer, Sequence: 3, Amount: 2}
	list, other := []types.Transaction{one, two}, []types.Transaction{two, one}
	slices.SortFunc(list, bySender)
	slices.SortFunc(other, bySender)
	require.Equal(t, list, other)
}
