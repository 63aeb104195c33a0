package miner

import (
	"slices"

	"github.com/holiman/uint256"

	"networkmngr/internal/types"
)

// meets reports whether hash, as a little-endian number, is at most target.
func meets(hash types.Hash, target *uint256.Int) bool {
	slices.Reverse(hash[:])
	return !new(uint256.Int).SetBytes32(hash[:]).Gt(target)
}

// targetFromBits expands a compact target; false if it is negative, zero or
// above 256 bits.
func targetFromBits(bits uint32) (uint256.Int, bool) {
	size, mantissa := bits>>24, uint64(bits&0x007fffff)
	var target uint256.Int
	if bits&0x00800000 != 0 {
		return target, false
	}
	if size <= 3 {
		target.SetUint64(mantissa >> (8 * (3 - size)))
		return target, !target.IsZero()
	}
	target.SetUint64(mantissa)
	shift := uint(8 * (size - 3))
	if target.IsZero() || uint(target.BitLen())+shift > 256 {
		return uint256.Int{}, false
	}
	target.Lsh(&target, shift)
	return target, true
}
