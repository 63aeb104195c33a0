package consensus_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"networkmngr/internal/consensus"
)

const manyTransfers = 2000

func BenchmarkApply(b *testing.B) {
	n := newNetwork(b, description())
	block := n.block(n.batch(manyTransfers)...)
	accounts := n.touched(&block)
	b.ReportAllocs()
	for b.Loop() {
		_, _, err := n.state.Apply(&block, accounts)
		require.NoError(b, err)
	}
	b.ReportMetric(manyTransfers*float64(b.N)/b.Elapsed().Seconds(), "transfers/s")
}

func BenchmarkHeader(b *testing.B) {
	n := breachNetwork(b)
	header := n.block().Header
	b.ReportAllocs()
	for b.Loop() {
		if err := n.state.CheckHeader(header); err != nil {
			b.Fatal(err)
		}
		n.state.After(header)
	}
}

func BenchmarkMerkleRoot(b *testing.B) {
	ids := leaves(manyTransfers)
	b.ReportAllocs()
	for b.Loop() {
		consensus.MerkleRoot(ids)
	}
}

func BenchmarkCheckSignature(b *testing.B) {
	n := newNetwork(b, description())
	tx := n.transfer("alice", 0, "bob", 1, 0)
	b.ReportAllocs()
	for b.Loop() {
		if err := consensus.CheckSignature(&tx, n.genesis.Params.GenesisID); err != nil {
			b.Fatal(err)
		}
	}
}
