package consensus_test

import (
	"math/big"
	"testing"

	"github.com/holiman/uint256"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"networkmngr/internal/consensus"
)

// nextInBig is the rule in integers without bounds: the oracle for Asert.Next, which
// makes do with 256 bits. The anchor must be a valid target.
func nextInBig(a consensus.Asert, sinceAnchor, heights int64) uint32 {
	const radixBits, maxShift, maxLag = 16, 512, 1 << 46
	lag := min(max(sinceAnchor-a.BlockTime*(heights+1), -maxLag), maxLag)
	exponent := (lag << radixBits) / a.HalfLife
	shift := exponent >> radixBits
	if shift > maxShift {
		return a.FloorBits
	}
	target := expand(a.AnchorBits)
	target.Mul(target, factorInBig(exponent-shift<<radixBits))
	if shift = max(shift, -maxShift) - radixBits; shift < 0 {
		target.Rsh(target, uint(-shift))
	} else {
		target.Lsh(target, uint(shift))
	}
	switch {
	case target.Sign() == 0:
		return consensus.BitsFromTarget(*uint256.NewInt(1))
	case target.Cmp(expand(a.FloorBits)) > 0:
		return a.FloorBits
	}
	return consensus.BitsFromTarget(*uint256.MustFromBig(target))
}

// factorInBig is the specification's cubic: about 2^(fraction/65536) * 65536.
func factorInBig(fraction int64) *big.Int {
	sum, power := new(big.Int).Lsh(big.NewInt(1), 47), big.NewInt(1)
	for _, coefficient := range []int64{195766423245049, 971821376, 5127} {
		power.Mul(power, big.NewInt(fraction))
		sum.Add(sum, new(big.Int).Mul(power, big.NewInt(coefficient)))
	}
	return sum.Rsh(sum, 48).Add(sum, big.NewInt(1<<16))
}

// isFloor reports whether a network may have a floor.
func isFloor(bits uint32) bool {
	p := consensus.Params{Name: "any", BlockTime: 1, HalfLife: 1, FloorBits: bits}
	return p.Validate() == nil
}

// anyBits draws any 32 bits, those of valid targets no less often than all others.
func anyBits(t *rapid.T, label string) uint32 {
	if rapid.Bool().Draw(t, label+" is a target") {
		return consensus.BitsFromTarget(anyTarget(t, label))
	}
	return rapid.Uint32Range(0, 0xff).Draw(t, label+" exponent")<<24 | rapid.Uint32Range(0, 0xffffff).Draw(t, label+" mantissa")
}

// anySpan draws seconds of every magnitude alike, of either sign.
func anySpan(t *rapid.T, label string) int64 {
	bits := rapid.UintRange(0, 62).Draw(t, label+" bits")
	return rapid.Int64Range(-1<<bits, 1<<bits).Draw(t, label)
}

func TestAsertAgainstBigIntegers(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		floor := anyBits(t, "floor")
		checkBits(t, floor)
		if !isFloor(floor) {
			return
		}
		rule := consensus.Asert{
			AnchorBits: floor, FloorBits: floor,
			BlockTime: rapid.Int64Range(1, consensus.MaxSeconds).Draw(t, "block time"),
			HalfLife:  rapid.Int64Range(1, consensus.MaxSeconds).Draw(t, "half-life"),
		}
		if anchor := anyBits(t, "anchor"); isFloor(anchor) {
			rule.AnchorBits = anchor
		}
		heights := rapid.Int64Range(0, 1<<32).Draw(t, "heights")
		for _, lag := range []int64{
			anySpan(t, "lag"),
			rule.HalfLife*rapid.Int64Range(-300, 300).Draw(t, "half-lives") + anySpan(t, "odd seconds")%rule.HalfLife,
		} {
			sinceAnchor := onTime(rule, heights) + lag
			require.Equal(t, nextInBig(rule, sinceAnchor, heights), rule.Next(sinceAnchor, heights), "%+v, lag %d", rule, lag)
		}
	})
}

// Every exponent, with mantissas at the ends of what it may have and around the sign bit,
// and every shift that leaves anything of a target.
func TestAsertAgainstBigIntegersAtTheEdges(t *testing.T) {
	floors := 0
	for exponent := range uint32(256) {
		for _, mantissa := range []uint32{0, 1, 0xff, 0x100, 0x7fff, 0x8000, 0xffff, 0x010000, 0x7fffff, 0x800000, 0xffffff} {
			bits := exponent<<24 | mantissa
			checkBits(t, bits)
			if !isFloor(bits) {
				continue
			}
			floors++
			rule := consensus.Asert{AnchorBits: bits, FloorBits: bits, BlockTime: 1, HalfLife: 16}
			for lag := int64(-16 * 300); lag <= 16*300; lag += 7 {
				if want, got := nextInBig(rule, 1+lag, 0), rule.Next(1+lag, 0); want != got {
					require.Equal(t, want, got, "%08x, lag %d", bits, lag)
				}
			}
		}
	}
	require.Greater(t, floors, 32)
}
