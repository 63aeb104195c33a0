package mining

import (
	"context"
	"math/rand/v2"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"

	"networkmngr/internal/leaktest"
	"networkmngr/internal/types"
)

const (
	bitsOne      = 0x03000001 // target 1: no nonce will ever meet it
	bitsEasy     = 0x207fffff // every second hash meets it
	bitsBatches  = 0x1f00ffff // 2^16 hashes, so many batches
	bitsOneBatch = 0x2000ffff // 2^8 hashes
)

func TestMain(m *testing.M) { leaktest.Main(m) }

// published are headers of Bitcoin's main chain.
var published = []struct {
	name, previous, merkleRoot string
	time, bits, nonce          uint32
	hash                       string
}{
	{
		"block 0",
		"0000000000000000000000000000000000000000000000000000000000000000",
		"4a5e1e4baab89f3a32518a88c31bc87f618f76673e2cc77ab2127b7afdeda33b",
		1231006505, 0x1d00ffff, 2083236893,
		"000000000019d6689c085ae165831e934ff763ae46a2a6c172b3f1b60a8ce26f",
	},
	{
		"block 1",
		"000000000019d6689c085ae165831e934ff763ae46a2a6c172b3f1b60a8ce26f",
		"0e3e2357e806b6cdb1f70b54c3a3a17b6714ee1f0e68bebb44a74b1efd512098",
		1231469665, 0x1d00ffff, 2573394689,
		"00000000839a8e6886ab5951d76f411475428afc90947ee320161bbf18eb6048",
	},
	{
		"block 100000",
		"000000000002d01c1fccc21636b607dfd930d31d01c3a62104612a1719011250",
		"f3e94742aca4b5ef85488dc37c06c3282295ffec960994b2c0d5ac2a25a95766",
		1293623863, 0x1b04864c, 274148111,
		"000000000003ba27aa200b1cecaad478d2b00432346c3f1f3986da1afd33e506",
	},
	{
		"block 125552",
		"00000000000008a3a41b85b8b29ad444def299fee21793cd8b9e567eab02cd81",
		"2b12fcf1b09288fcaff797d71e950e71ae42b91e8bdb2304758dfcffc2b620e3",
		1305998791, 0x1a44b9f2, 2504433986,
		"00000000000000001e8d6829a8a21adc5d38d0a473b144b6765798e61f98bd1d",
	},
}

// publishedHeader is the i-th published header, with its right nonce.
func publishedHeader(t *testing.T, i int) types.Header {
	t.Helper()
	p := published[i]
	h := types.Header{
		Version: 1, Previous: parseHash(t, p.previous), MerkleRoot: parseHash(t, p.merkleRoot),
		Time: p.time, Bits: p.bits, Nonce: p.nonce,
	}
	require.Equal(t, p.hash, h.Hash().String(), "the test's own header")
	return h
}

func parseHash(t *testing.T, s string) types.Hash {
	t.Helper()
	hash, err := types.ParseHash(s)
	require.NoError(t, err)
	return hash
}

// newRand is random from a seed that a failing test shows.
func newRand(t testing.TB) *rand.Rand {
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	return rand.New(rand.NewPCG(seed, 0))
}

// randomHeader is one that nobody has solved before.
func randomHeader(r *rand.Rand, bits uint32) types.Header {
	h := types.Header{Version: r.Int32(), Time: r.Uint32(), Bits: bits, Nonce: r.Uint32()}
	for i := range types.HashSize {
		h.Previous[i], h.MerkleRoot[i] = byte(r.Uint32()), byte(r.Uint32())
	}
	return h
}

// endingContext ends when it has been asked so many times whether it has, so
// that no test needs to guess how far a search has got.
type endingContext struct {
	context.Context
	looks atomic.Int32 // left
	told  atomic.Int32 // how many times it has said that it has ended
}

func newEndingContext(looks int32) *endingContext {
	ctx := &endingContext{Context: context.Background()}
	ctx.looks.Store(looks)
	return ctx
}

func (c *endingContext) Err() error {
	if c.looks.Add(-1) < 0 {
		c.told.Add(1)
		return context.Canceled
	}
	return nil
}
