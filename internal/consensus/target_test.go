package consensus_test

import (
	"encoding/hex"
	"math"
	"math/big"
	"testing"

	"github.com/holiman/uint256"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"networkmngr/internal/consensus"
	"networkmngr/internal/types"
)

func bitcoinHeader(t require.TestingT, text string) types.Header {
	raw, err := hex.DecodeString(text)
	require.NoError(t, err)
	h, err := types.DecodeHeader(raw)
	require.NoError(t, err)
	return h
}

func TestProofOfWorkOfBitcoinHeaders(t *testing.T) {
	mainnet := &consensus.Params{FloorBits: 0x1d00ffff}
	for _, block := range bitcoinBlocks {
		h := bitcoinHeader(t, block.header)
		require.Equal(t, block.hash, h.Hash().String(), "height %d", block.height)
		require.Equal(t, block.bits, h.Bits, "height %d", block.height)
		require.NoError(t, mainnet.CheckProofOfWork(h), "height %d", block.height)

		h.Nonce++
		require.ErrorIs(t, mainnet.CheckProofOfWork(h), consensus.ErrProofOfWork, "height %d", block.height)
		h.Nonce--
		harder := &consensus.Params{FloorBits: 0x1700ffff}
		require.ErrorIs(t, harder.CheckProofOfWork(h), consensus.ErrBits, "height %d", block.height)
	}
}

// The number that is compared with a target has the digits that people see.
func TestHashToInt(t *testing.T) {
	h := bitcoinHeader(t, bitcoinBlocks[0].header)
	number := consensus.HashToInt(h.Hash())
	require.Equal(t, bitcoinBlocks[0].hash, hex.EncodeToString(number.PaddedBytes(32)))
}

func TestCompactFacts(t *testing.T) {
	for _, fact := range compactFacts {
		target, ok := consensus.TargetFromBits(fact.bits)
		valid := !fact.negative && !fact.overflow && fact.target != "0"
		require.Equal(t, valid, ok, "%08x", fact.bits)
		if !valid {
			require.True(t, target.IsZero(), "%08x", fact.bits)
			continue
		}
		require.Equal(t, "0x"+fact.target, target.Hex(), "%08x", fact.bits)
		require.Equal(t, fact.again, consensus.BitsFromTarget(target), "%08x", fact.bits)
	}
	require.Zero(t, consensus.BitsFromTarget(uint256.Int{}))
}

// anyTarget draws targets of every width alike.
func anyTarget(t *rapid.T, label string) uint256.Int {
	words := rapid.SliceOfN(rapid.Uint64(), 4, 4).Draw(t, label)
	target := uint256.Int(words)
	target.Rsh(&target, rapid.UintRange(0, 256).Draw(t, label+" shift"))
	return target
}

// expand is the meaning of a compact target in unbounded integers:
// mantissa * 256^(exponent-3).
func expand(bits uint32) *big.Int {
	value := big.NewInt(int64(bits & 0x007fffff))
	if shift := 8 * (int(bits>>24) - 3); shift < 0 {
		value.Rsh(value, uint(-shift))
	} else {
		value.Lsh(value, uint(shift))
	}
	if bits&0x00800000 != 0 {
		value.Neg(value)
	}
	return value
}

func TestTargetFromBitsProperty(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		checkBits(t, rapid.Uint32Range(0, 0x24<<24).Draw(t, "bits"))
	})
}

func FuzzTargetFromBits(f *testing.F) {
	for _, fact := range compactFacts {
		f.Add(fact.bits)
	}
	f.Add(uint32(math.MaxUint32))
	f.Fuzz(func(t *testing.T, bits uint32) { checkBits(t, bits) })
}

// checkBits holds bits against expand, and the target against its own compact
// form.
func checkBits(t require.TestingT, bits uint32) {
	want := expand(bits)
	target, ok := consensus.TargetFromBits(bits)
	require.Equal(t, want.Sign() > 0 && want.BitLen() <= 256, ok)
	if !ok {
		return
	}
	require.Equal(t, want.String(), target.ToBig().String())
	canonical := consensus.BitsFromTarget(target)
	again, ok := consensus.TargetFromBits(canonical)
	require.True(t, ok)
	require.Equal(t, target, again)
	require.Equal(t, canonical, consensus.BitsFromTarget(again))
}

func TestBitsFromTargetRoundsDownAndKeepsOrder(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a, b := anyTarget(t, "a"), anyTarget(t, "b")
		if a.Gt(&b) {
			a, b = b, a
		}
		small, _ := consensus.TargetFromBits(consensus.BitsFromTarget(a))
		great, _ := consensus.TargetFromBits(consensus.BitsFromTarget(b))
		require.False(t, small.Gt(&great), "order")
		require.False(t, great.Gt(&b), "never easier than the target")
		// At least 16 bits are kept: less than 1/2^15 is lost.
		var lost, bound uint256.Int
		lost.Sub(&b, &great)
		bound.Rsh(&b, 15)
		require.False(t, lost.Gt(&bound), "precision")
	})
}

func TestWorkOfAgainstBigIntegers(t *testing.T) {
	check := func(t require.TestingT, target uint256.Int) {
		want := new(big.Int).Lsh(big.NewInt(1), 256)
		want.Div(want, new(big.Int).Add(target.ToBig(), big.NewInt(1)))
		work := consensus.WorkOf(target)
		require.Equal(t, want.String(), work.ToBig().String())
	}
	var greatest uint256.Int
	greatest.SetAllOne()
	check(t, greatest)
	check(t, *uint256.NewInt(1))
	check(t, *new(uint256.Int).SubUint64(&greatest, 1))
	rapid.Check(t, func(t *rapid.T) {
		target := anyTarget(t, "target")
		if !target.IsZero() {
			check(t, target)
		}
	})
}

// The work of Bitcoin's first block, as its clients show it.
func TestWorkOfBitcoinGenesis(t *testing.T) {
	target, ok := consensus.TargetFromBits(0x1d00ffff)
	require.True(t, ok)
	work := consensus.WorkOf(target)
	require.Equal(t, uint64(0x100010001), work.Uint64())
}
