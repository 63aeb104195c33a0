package chain_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"networkmngr/internal/chain"
	"networkmngr/internal/chain/chaintest"
)

func TestTips(t *testing.T) {
	n := newNetwork(t)
	requireTips := func(want ...chain.Tip) {
		t.Helper()
		got := n.Tips()
		for i := range got {
			h, ok := n.Header(got[i].ID)
			require.True(t, ok)
			require.Equal(t, h.Work, got[i].Work)
			got[i].Work = chain.Tip{}.Work
		}
		require.Equal(t, want[0], got[0], "the active tip comes first")
		require.ElementsMatch(t, want, got)
	}
	root := n.root()
	requireTips(chain.Tip{Ref: chain.Ref{ID: root.ID}, Status: chain.ActiveTip})

	old := n.extend(3)
	better := chaintest.Branch(root, bob, 4)
	n.take(better...)
	active := chain.Tip{Ref: chain.Ref{Height: 4, ID: better[3].Hash()}, Status: chain.ActiveTip}
	left := chain.Tip{Ref: chain.Ref{Height: 3, ID: old[2].Hash()}, Status: chain.ValidFork, Branch: 3}
	requireTips(active, left)

	side := chaintest.Branch(chaintest.After(root, better[:2]...), carol, 1)
	n.take(side...)
	stored := chain.Tip{Ref: chain.Ref{Height: 3, ID: side[0].Hash()}, Status: chain.ValidHeaders, Branch: 1}
	requireTips(active, left, stored)

	ahead := chaintest.Branch(n.Tip(), alice, 2)
	require.NoError(t, n.AddHeaders(headersOf(ahead)))
	headers := chain.Tip{Ref: chain.Ref{Height: 6, ID: ahead[1].Hash()}, Status: chain.HeadersOnlyTip, Branch: 2}
	requireTips(active, left, stored, headers)

	wrong := malformed(root)
	n.refuse(wrong)
	requireTips(active, left, stored, headers,
		chain.Tip{Ref: chain.Ref{Height: 1, ID: wrong.Hash()}, Status: chain.InvalidTip, Branch: 1})

	n.Chain = n.reopened()
	left.Status = chain.ValidHeaders // nobody remembers that it was applied
	requireTips(active, left, stored)
}
