package chain_test

import (
	"fmt"
	"math"
	"testing"

	"github.com/stretchr/testify/require"

	"networkmngr/internal/chain"
	"networkmngr/internal/chain/chaintest"
	"networkmngr/internal/types"
)

func TestFindTransaction(t *testing.T) {
	overBoth(t, func(t *testing.T, n *network) {
		pay := chaintest.Transfer(types.NamedKey("alice"), n.root().ID, 0, bob, types.Coin, 1)
		_, _, err := n.Transaction(pay.ID())
		require.ErrorIs(t, err, chain.ErrNotFound)
		b := chaintest.Next(n.Tip(), carol, pay)
		n.take(b)
		n.extend(2)
		found, tip, err := n.Transaction(pay.ID())
		require.NoError(t, err)
		require.Equal(t, chain.Located{Transaction: pay, Block: chain.Ref{Height: 1, ID: b.Hash()}, Header: b.Header, Position: 1}, found)
		require.Equal(t, chain.Ref{Height: 3, ID: n.Tip().ID}, tip)

		n.take(chaintest.Branch(n.root(), bob, 4)...)
		_, _, err = n.Transaction(pay.ID())
		require.ErrorIs(t, err, chain.ErrNotFound, "the reorg took it back")
		grant := n.genesis.Block.Transactions[1]
		found, _, err = n.Transaction(grant.ID())
		require.NoError(t, err, "genesis is indexed too")
		require.Equal(t, grant.ID(), found.ID())
		require.Equal(t, 1, found.Position)
	})
}

// Blocks of every branch are found by the first digits of their hashes, those of the main
// chain first, and no more than were asked for.
func TestBlocksThatBeginWithDigits(t *testing.T) {
	overBoth(t, func(t *testing.T, n *network) {
		n.extend(3)
		side := chaintest.Branch(n.root(), bob, 2)
		n.take(side...)
		all := n.Beginning("", 9)
		require.Len(t, all, 6)
		require.Equal(t, n.MainChain(0, 9), all[:4])
		require.Len(t, n.Beginning("", 2), 2)
		for _, b := range side {
			require.Equal(t, []chain.Ref{{Height: b.Height(), ID: b.Hash()}}, n.Beginning(b.Hash().String()[:20], 9))
		}
	})
}

func TestHistoryInPages(t *testing.T) {
	overBoth(t, func(t *testing.T, n *network) {
		var want []types.Hash // of bob's, the oldest first
		for _, grant := range n.genesis.Block.Transactions {
			if grant.Recipient == bob {
				want = append(want, grant.ID())
			}
		}
		for i := range uint64(5) {
			to := bob
			if i == 3 {
				to = carol // none of bob's
			}
			out := chaintest.Transfer(types.NamedKey("alice"), n.root().ID, i, to, types.Coin, 1)
			own := chaintest.Transfer(types.NamedKey("bob"), n.root().ID, i, bob, 1, 1)
			n.take(chaintest.Next(n.Tip(), carol, out, own))
			if to == bob {
				want = append(want, out.ID())
			}
			want = append(want, own.ID())
		}
		for limit := 1; limit <= len(want)+1; limit++ {
			var got []types.Hash
			for from := &chain.Newest; from != nil; {
				page, err := n.History(bob, *from, limit)
				require.NoError(t, err)
				require.Equal(t, n.Tip().ID, page.Tip.ID)
				for _, at := range page.Transactions {
					got = append([]types.Hash{at.ID()}, got...)
				}
				require.True(t, page.Next == nil || len(page.Transactions) == limit)
				from = page.Next
			}
			require.Equal(t, want, got, "pages of %d", limit)
		}
		none, err := n.History(types.NamedAddress("nobody"), chain.Newest, 3)
		require.NoError(t, err)
		require.Empty(t, none.Transactions)
		require.Nil(t, none.Next)
	})
}

func TestRichestInPages(t *testing.T) {
	overBoth(t, func(t *testing.T, n *network) {
		all := chaintest.Transfer(types.NamedKey("dave"), n.root().ID, 0, bob, chaintest.Balance, 0)
		n.take(chaintest.Next(n.Tip(), alice, all))
		var got []string
		for from := &chain.First; from != nil; {
			page, err := n.Richest(*from, 2)
			require.NoError(t, err)
			require.Equal(t, chain.Totals{Transactions: 7, Accounts: 4}, page.Totals)
			for _, a := range page.Accounts {
				got = append(got, fmt.Sprint(a.Address == bob, a.Balance, a.Sequence))
			}
			from = page.Next
		}
		require.Equal(t, []string{"true 2000 0", "false 1002 0", "false 1000 0", "false 0 1"}, got)
		past, err := n.Richest(chain.AccountBalance{Address: types.Address{math.MaxUint8}}, 2)
		require.NoError(t, err)
		require.Empty(t, past.Accounts)
	})
}
