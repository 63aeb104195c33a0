//go:build linux

package main

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"networkmngr/internal/protocol"
	"networkmngr/internal/types"
	"networkmngr/scripts/measure"
)

func testStage(t *testing.T) *stage {
	network, err := measure.NewNetwork(t.TempDir(), rich)
	require.NoError(t, err)
	return &stage{network: network}
}

func TestTimes(t *testing.T) {
	f := figures{blocks: []time.Duration{3 * time.Millisecond, blockLimit, time.Second}}
	require.Equal(t, "1.000 s / over 45s (3)", f.times())
	f.note = "and so on"
	require.Equal(t, "1.000 s / over 45s (3); and so on", f.times())
	require.Equal(t, "none", figures{note: "none"}.times())
}

// What peers send must get as far as it is meant to: a header past the proof of
// work, a block past its Merkle root, a transfer past everything but its
// signature.
func TestForgeries(t *testing.T) {
	s := testStage(t)
	h := s.sibling(s.network.Block.Header, randomHash())
	require.NoError(t, s.network.Params.CheckProofOfWork(h))
	require.NotZero(t, s.cost.hashes.Load())
	b := s.beside(types.Block{
		Header:       s.network.Block.Header,
		Transactions: []types.Transaction{{Kind: types.Coinbase, Sequence: 1, Amount: types.Coin}},
	})
	require.NoError(t, s.network.Params.CheckProofOfWork(b.Header))
	list, ids := s.forged(1, 3)
	require.Len(t, list, len(ids))
	require.NotEqual(t, ids[0], ids[1])
}

// A peer's settings are some that a transport takes.
func TestNewPeer(t *testing.T) {
	s := testStage(t)
	p, err := newPeer(t.Context(), s.network.Genesis, &s.cost, protocol.Claim{})
	require.NoError(t, err)
	require.NotEmpty(t, p.hello.Self.P2P)
}

func TestHonestHeaders(t *testing.T) {
	h := newHonest(&peer{})
	var ids []types.Hash
	for i := range uint32(3) {
		b := types.Block{Header: types.Header{Time: i}}
		ids = append(ids, b.Hash())
		h.add(b, protocol.Claim{})
	}
	require.Len(t, h.headers(ids[2:]), 0)
	require.Len(t, h.headers([]types.Hash{randomHash(), ids[0]}), 2)
	require.Len(t, h.headers(nil), 3)
}
