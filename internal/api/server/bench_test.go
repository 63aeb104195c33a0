package server_test

import (
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"networkmngr/internal/chain/chaintest"
)

// BenchmarkChain streams 10,000 blocks that hold a coinbase each.
func BenchmarkChain(b *testing.B) {
	h := start(b)
	h.extend(10_000)
	b.ReportAllocs()
	for b.Loop() {
		response, err := h.http.Get(h.base + "/chain")
		require.NoError(b, err)
		n, err := io.Copy(io.Discard, response.Body)
		require.NoError(b, err)
		require.NoError(b, response.Body.Close())
		b.SetBytes(n)
	}
	b.ReportMetric(float64(b.N)*10_001/b.Elapsed().Seconds(), "blocks/s")
}

// BenchmarkReplaceChain reads a chain of 5,000 blocks and finds that it is not
// better.
func BenchmarkReplaceChain(b *testing.B) {
	h := start(b)
	h.extend(5_000)
	body := h.get("/chain").body
	b.SetBytes(int64(len(body)))
	b.ReportAllocs()
	for b.Loop() {
		require.Equal(b, http.StatusConflict, h.post("/chain/replace", body).status)
	}
	b.ReportMetric(float64(b.N)*5_001/b.Elapsed().Seconds(), "blocks/s")
}

// BenchmarkWhiteSpace sends what costs a decoder most for what it is.
func BenchmarkWhiteSpace(b *testing.B) {
	h := start(b)
	body := `{"chain":[` + plain(b, chaintest.Genesis().Block) + strings.Repeat(" ", 7<<20) + "]}"
	b.SetBytes(int64(len(body)))
	for b.Loop() {
		require.Equal(b, http.StatusConflict, h.post("/chain/replace", body).status)
	}
}

// BenchmarkInfo is what one small answer costs over an open connection.
func BenchmarkInfo(b *testing.B) {
	h := start(b)
	for b.Loop() {
		_, err := h.client.Info(b.Context())
		require.NoError(b, err)
	}
}
