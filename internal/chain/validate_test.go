package chain_test

import (
	"context"
	"errors"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"networkmngr/internal/chain"
	"networkmngr/internal/chain/chaintest"
	"networkmngr/internal/consensus"
	"networkmngr/internal/store"
	"networkmngr/internal/types"
)

// withHistory gives n a chain with transfers and a reorg behind it.
func withHistory(n *network) []types.Block {
	n.extend(2)
	var blocks []types.Block
	state := n.root()
	for i := range uint64(5) {
		pay := chaintest.Transfer(types.NamedKey("alice"), n.root().ID, i, bob, types.Coin, 1)
		blocks = append(blocks, chaintest.Next(state, carol, pay))
		state = state.After(blocks[i].Header)
	}
	n.take(blocks...)
	return blocks
}

func TestValidate(t *testing.T) {
	overBoth(t, func(t *testing.T, n *network) {
		withHistory(n)
		v, err := n.Validate(t.Context())
		require.NoError(t, err)
		require.Nil(t, v.Fault)
		require.Equal(t, chain.Ref{Height: 5, ID: n.Tip().ID}, v.Tip)
		require.EqualValues(t, 6, v.Blocks)
		require.EqualValues(t, 5, v.Signatures)
		require.EqualValues(t, 5+10, v.Transactions)
		require.EqualValues(t, 4, v.Accounts)
	})
}

func TestValidateEndsWithItsContext(t *testing.T) {
	s := &lyingStore{Store: store.NewMemory()}
	n := newNetworkOver(t, s)
	withHistory(n)
	ctx, cancel := context.WithCancel(t.Context())
	s.lie = onBlock(func(height uint64) {
		if height == 2 {
			cancel()
		}
	})
	v, err := n.Validate(ctx)
	s.lie = nil
	require.ErrorIs(t, err, context.Canceled)
	require.EqualValues(t, 3, v.Blocks)
}

// Blocks are added while a replay reads its picture. In memory, readers and
// writers wait for one another.
func TestValidateHoldsUpNobody(t *testing.T) {
	disk, err := store.Open(t.TempDir())
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, disk.Close()) })
	s := &lyingStore{Store: disk}
	n := newNetworkOver(t, s)
	withHistory(n)
	s.lie = onBlock(func(uint64) { n.extend(100) })
	v, err := n.Validate(t.Context())
	s.lie = nil
	require.NoError(t, err)
	require.Nil(t, v.Fault)
	require.EqualValues(t, 5, v.Tip.Height)
	require.EqualValues(t, 605, n.Tip().Height)
}

// lie alters what a reader says. What is nil is not altered.
type lie struct {
	chain.Reader
	block   func(chain.Ref, []byte) ([]byte, error)
	diff    func(consensus.Diff) consensus.Diff
	account func(consensus.Account) consensus.Account
	places  func([]chain.TxPosition) []chain.TxPosition
	history func([]chain.TxPosition) []chain.TxPosition
	richest func([]chain.AccountBalance) []chain.AccountBalance
	totals  func(chain.Totals) chain.Totals
	rows    func(chain.Rows) chain.Rows
	tip     func(chain.Ref) chain.Ref
}

func told[T any](truth T, err error, change func(T) T) (T, error) {
	if err == nil && change != nil {
		return change(truth), nil
	}
	return truth, err
}

func (l *lie) Block(at chain.Ref) ([]byte, error) {
	raw, err := l.Reader.Block(at)
	if err == nil && l.block != nil {
		return l.block(at, raw)
	}
	return raw, err
}

func (l *lie) Diff(at chain.Ref) (consensus.Diff, error) {
	diff, err := l.Reader.Diff(at)
	return told(diff, err, l.diff)
}

func (l *lie) Account(address types.Address) (consensus.Account, error) {
	account, err := l.Reader.Account(address)
	return told(account, err, l.account)
}

func (l *lie) Places(id types.Hash) ([]chain.TxPosition, error) {
	places, err := l.Reader.Places(id)
	return told(places, err, l.places)
}

func (l *lie) History(address types.Address, before chain.TxPosition, limit int) ([]chain.TxPosition, error) {
	places, err := l.Reader.History(address, before, limit)
	return told(places, err, l.history)
}

func (l *lie) Richest(from chain.AccountBalance, limit int) ([]chain.AccountBalance, error) {
	list, err := l.Reader.Richest(from, limit)
	return told(list, err, l.richest)
}

func (l *lie) Totals() (chain.Totals, error) {
	totals, err := l.Reader.Totals()
	return told(totals, err, l.totals)
}

func (l *lie) Rows() (chain.Rows, error) {
	rows, err := l.Reader.Rows()
	return told(rows, err, l.rows)
}

func (l *lie) Tip() (chain.Ref, error) {
	tip, err := l.Reader.Tip()
	return told(tip, err, l.tip)
}

// lyingStore tells the truth until there is a lie.
type lyingStore struct {
	chain.Store
	lie *lie
}

func (s *lyingStore) View(fn func(chain.Reader) error) error {
	return s.Store.View(func(r chain.Reader) error {
		if s.lie == nil {
			return fn(r)
		}
		lie := *s.lie
		lie.Reader = r
		return fn(&lie)
	})
}

// onBlock is no lie: it tells f of each block that is read.
func onBlock(f func(height uint64)) *lie {
	return &lie{block: func(at chain.Ref, raw []byte) ([]byte, error) {
		f(at.Height)
		return raw, nil
	}}
}

// altered decodes the block at height 3, changes it, and encodes it again.
func altered(change func(*types.Block)) *lie {
	return &lie{block: func(at chain.Ref, raw []byte) ([]byte, error) {
		if at.Height != 3 {
			return raw, nil
		}
		b, err := types.DecodeBlock(raw)
		change(&b)
		return b.Encode(), err
	}}
}

// Whatever of a store is changed, a replay finds it, and says where and what.
func TestValidateFindsWhatIsWrong(t *testing.T) {
	rise := func(places []chain.TxPosition) []chain.TxPosition {
		list := slices.Clone(places)
		for i := range list {
			list[i].Position++
		}
		return list
	}
	for name, c := range map[string]struct {
		lie    *lie
		rule   string
		height uint64
	}{
		"header":      {altered(func(b *types.Block) { b.Time++ }), "wrong-block", 3},
		"merkle root": {altered(func(b *types.Block) { b.Transactions[1].Amount++ }), "bad-merkle-root", 3},
		"coinbase":    {altered(func(b *types.Block) { b.Transactions[0].Amount++ }), "bad-merkle-root", 3},
		"missing": {&lie{block: func(at chain.Ref, raw []byte) ([]byte, error) {
			if at.Height == 2 {
				return nil, chain.ErrNotFound
			}
			return raw, nil
		}}, "missing-block", 2},
		"cut": {&lie{block: func(at chain.Ref, raw []byte) ([]byte, error) {
			if at.Height == 2 {
				return raw[:100], nil
			}
			return raw, nil
		}}, "wrong-block", 2},
		"genesis": {&lie{block: func(at chain.Ref, raw []byte) ([]byte, error) {
			if at.Height == 0 {
				raw[len(raw)-5]++ // in the amount of the last grant
			}
			return raw, nil
		}}, "wrong-genesis", 0},
		"diff":     {&lie{diff: func(d consensus.Diff) consensus.Diff { return d[1:] }}, "wrong-diff", 0},
		"place":    {&lie{places: rise}, "wrong-index", 0},
		"history":  {&lie{history: rise}, "wrong-index", 0},
		"balance":  {&lie{account: func(a consensus.Account) consensus.Account { a.Balance++; return a }}, "wrong-accounts", 5},
		"sequence": {&lie{account: func(a consensus.Account) consensus.Account { a.Sequence++; return a }}, "wrong-accounts", 5},
		"order": {&lie{richest: func(list []chain.AccountBalance) []chain.AccountBalance {
			list = slices.Clone(list)
			list[0].Balance++
			return list
		}}, "wrong-accounts", 5},
		"ranking":         {&lie{richest: func(list []chain.AccountBalance) []chain.AccountBalance { return list[1:] }}, "wrong-coins", 5},
		"count":           {&lie{totals: func(t chain.Totals) chain.Totals { t.Transactions++; return t }}, "wrong-totals", 5},
		"account count":   {&lie{totals: func(t chain.Totals) chain.Totals { t.Accounts--; return t }}, "wrong-totals", 5},
		"surplus history": {&lie{rows: func(r chain.Rows) chain.Rows { r.History++; return r }}, "wrong-index", 5},
		"tip":             {&lie{tip: func(at chain.Ref) chain.Ref { at.ID[0]++; return at }}, "wrong-block", 5},
		"tip too high":    {&lie{tip: func(at chain.Ref) chain.Ref { at.Height++; return at }}, "missing-block", 6},
	} {
		t.Run(name, func(t *testing.T) {
			overStores(t, func(t *testing.T, kept chain.Store) {
				s := &lyingStore{Store: kept}
				n := newNetworkOver(t, s)
				withHistory(n)
				s.lie = c.lie
				v, err := n.Validate(t.Context())
				s.lie = nil
				require.NoError(t, err)
				require.NotNil(t, v.Fault)
				require.Equal(t, c.rule, v.Fault.Rule, v.Fault)
				require.Equal(t, c.height, v.Fault.Height, v.Fault)
			})
		})
	}
}

// A signature that was never checked is found by a replay.
func TestValidateChecksEverySignature(t *testing.T) {
	n := newNetwork(t)
	n.TrustSignatures(func(types.Hash) bool { return true })
	pay := chaintest.Transfer(types.NamedKey("alice"), n.root().ID, 0, bob, types.Coin, 1)
	pay.Signature[0] ^= 1
	n.take(chaintest.Next(n.Tip(), carol, pay))
	v, err := n.Validate(t.Context())
	require.NoError(t, err)
	require.Equal(t, "bad-signature", v.Fault.Rule)
	require.EqualValues(t, 1, v.Fault.Height)
	n.take(chaintest.Branch(n.root(), bob, 2)...) // so that the test may end by checking the whole
}

func TestValidateIsTheStoresFaultIfItFails(t *testing.T) {
	s := &lyingStore{Store: store.NewMemory()}
	n := newNetworkOver(t, s)
	failed := errors.New("disk is gone")
	s.lie = &lie{block: func(chain.Ref, []byte) ([]byte, error) { return nil, failed }}
	v, err := n.Validate(t.Context())
	s.lie = nil
	require.ErrorIs(t, err, failed)
	require.ErrorIs(t, err, chain.ErrStore)
	require.Nil(t, v.Fault)
}
