package mempool

import (
	"math/big"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"networkmngr/internal/types"
)

func drawRate(t *rapid.T, label string) feeRate {
	most := uint64(types.MaxAmount)
	fees := rapid.OneOf(rapid.Uint64Range(0, 2000), rapid.Uint64Range(0, most), rapid.Uint64Range(most/2, most))
	return feeRate{types.Amount(fees.Draw(t, label+" fee")), rapid.IntRange(1, types.MaxTransactionSize).Draw(t, label+" size")}
}

func (r feeRate) rat() *big.Rat {
	return new(big.Rat).SetFrac(new(big.Int).SetUint64(uint64(r.fee)), big.NewInt(int64(r.size)))
}

func TestFeeRateComparesExactly(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a, b := drawRate(t, "a"), drawRate(t, "b")
		require.Equal(t, a.rat().Cmp(b.rat()), a.compare(b))
	})
}

// The least fee meets each promise, and one unit less breaks one of them.
func TestReplacementFeeIsTheLeastThatPaysMore(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		old := drawRate(t, "old")
		size := rapid.IntRange(1, types.MaxTransactionSize).Draw(t, "size")
		pays := func(fee types.Amount) bool {
			// Both measures are fees: the old one, and the old rate at the new size.
			got := new(big.Rat).SetUint64(uint64(fee))
			base := new(big.Rat).SetUint64(uint64(old.fee))
			if scaled := new(big.Rat).Mul(old.rat(), big.NewRat(int64(size), 1)); scaled.Cmp(base) > 0 {
				base = ceil(scaled)
			}
			tenth := new(big.Rat).Mul(base, big.NewRat(11, 10))
			bytes := new(big.Rat).Add(base, big.NewRat(int64(size), 1))
			return got.Cmp(tenth) >= 0 && got.Cmp(bytes) >= 0
		}
		least, ok := replacementFee(old, size)
		if !ok {
			require.False(t, pays(types.MaxAmount))
			return
		}
		require.True(t, pays(least))
		require.False(t, pays(least-1))
		require.Positive(t, feeRate{least, size}.compare(old))
	})
}

func TestNoFeeIsEnoughToReplaceTheHighest(t *testing.T) {
	for _, c := range []struct {
		old  feeRate
		size int
	}{
		{feeRate{types.MaxAmount, 200}, 200},
		{feeRate{types.MaxAmount, 200}, types.MaxTransactionSize},
		{feeRate{1 << 62, 1 << 14}, 1 << 16}, // 2^64 at the new size
		{feeRate{types.MaxAmount, 200}, 201},
	} {
		_, ok := replacementFee(c.old, c.size)
		require.False(t, ok, "%v to %d bytes", c.old, c.size)
	}
}

func ceil(r *big.Rat) *big.Rat {
	quotient, rest := new(big.Int).QuoRem(r.Num(), r.Denom(), new(big.Int))
	if rest.Sign() > 0 {
		quotient.Add(quotient, big.NewInt(1))
	}
	return new(big.Rat).SetInt(quotient)
}
