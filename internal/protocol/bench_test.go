package protocol

import (
	"testing"

	"github.com/stretchr/testify/require"

	"networkmngr/internal/types"
)

// These are what internal/sim reckons for an engine's work (see its loop.go).

// BenchmarkDecode is of a small frame.
func BenchmarkDecode(b *testing.B) {
	frame := Encode(Have{IDs: []types.Hash{{1}}})
	for b.Loop() {
		_, err := Decode(frame)
		require.NoError(b, err)
	}
}

// BenchmarkScan compares pending transfers with a block's short ids.
func BenchmarkScan(b *testing.B) {
	const pending = 64
	s := newScript(b)
	for n := range uint64(pending) {
		require.NoError(b, s.pool.Add(s.transfer("alice", n)))
	}
	m := Compact{Header: s.next().Header, ShortIDs: []ShortID{{1}, {2}}}
	for b.Loop() {
		newPartial(m.Header.Hash(), &m, s.pool)
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*pending), "ns/transfer")
}

// BenchmarkHeaders has the chain take a row of a thousand new headers.
func BenchmarkHeaders(b *testing.B) {
	const row = 1000
	headers := headersOf(newScript(b).branch(row)...).Headers
	for b.Loop() {
		b.StopTimer()
		s := newScript(b)
		b.StartTimer()
		require.NoError(b, s.view.AddHeaders(headers))
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*row), "ns/header")
}
