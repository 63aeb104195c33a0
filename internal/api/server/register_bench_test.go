package server

import (
	"crypto/ed25519"
	"encoding/json"
	"fmt"
	"testing"

	"github.com/libp2p/go-libp2p/core/crypto"
	"github.com/libp2p/go-libp2p/core/peer"
	"github.com/stretchr/testify/require"

	"networkmngr/internal/types"
)

// BenchmarkRegistry reads what a manager tells each of 500 nodes.
func BenchmarkRegistry(b *testing.B) {
	body := registry(b, 500)
	b.ReportAllocs()
	for b.Loop() {
		list, err := readNodes(body)
		require.NoError(b, err)
		for _, m := range list {
			_, err := m.check()
			require.NoError(b, err)
		}
	}
}

// registry is the registry of nodes on one machine, as a manager sends it.
func registry(t testing.TB, count int) []byte {
	var list []types.NodeInfo
	for i := range count {
		public, _, err := ed25519.GenerateKey(nil)
		require.NoError(t, err)
		key, err := crypto.UnmarshalEd25519PublicKey(public)
		require.NoError(t, err)
		id, err := peer.IDFromPublicKey(key)
		require.NoError(t, err)
		list = append(list, types.NodeInfo{
			ID: types.NodeIDOf(public), Address: fmt.Sprintf("127.0.0.1:%d", 5000+i),
			P2P: []string{fmt.Sprintf("/ip4/127.0.0.1/tcp/%d/p2p/%s", 35000+i, id)},
		})
	}
	text, err := json.Marshal(list)
	require.NoError(t, err)
	return text
}
