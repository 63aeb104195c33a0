package consensus

import (
	"github.com/holiman/uint256"

	"networkmngr/internal/types"
)

// TargetFromBits expands a compact target: the hash of a header, read as a
// little-endian number, must not exceed it. It is false for a target that is
// negative, zero or wider than 256 bits (Bitcoin Core, arith_uint256
// SetCompact).
func TargetFromBits(bits uint32) (target uint256.Int, ok bool) {
	const signBit = 0x00800000
	mantissa, shift := mantissaOf(bits)
	if mantissa == 0 || bits&signBit != 0 {
		return uint256.Int{}, false
	}
	return shifted(mantissa, shift)
}

// mantissaOf takes a compact target apart: it is the mantissa, shifted left by shift
// bits.
func mantissaOf(bits uint32) (mantissa uint64, shift int64) {
	const mantissaMask = 0x007fffff
	mantissa, shift = uint64(bits&mantissaMask), 8*(int64(bits>>24)-3)
	if shift < 0 {
		return mantissa >> -shift, 0
	}
	return mantissa, shift
}

// shifted is v shifted left by shift bits, or right; false if that is wider than 256
// bits.
func shifted(v uint64, shift int64) (n uint256.Int, ok bool) {
	n.SetUint64(v)
	switch {
	case shift < 0:
		n.Rsh(&n, uint(-shift))
	case int64(n.BitLen())+shift > 256:
		return uint256.Int{}, false
	default:
		n.Lsh(&n, uint(shift))
	}
	return n, true
}

// BitsFromTarget compresses a target, dropping what does not fit in 23 bits of
// mantissa.
func BitsFromTarget(target uint256.Int) uint32 {
	size := uint(target.BitLen()+7) / 8
	var mantissa uint32
	if size <= 3 {
		mantissa = uint32(target.Uint64() << (8 * (3 - size)))
	} else {
		target.Rsh(&target, 8*(size-3))
		mantissa = uint32(target.Uint64())
	}
	const signBit = 0x00800000
	if mantissa&signBit != 0 { // it would read as negative
		mantissa >>= 8
		size++
	}
	return uint32(size)<<24 | mantissa
}

// WorkOf is the number of hashes that it takes on average to meet target:
// 2^256 / (target+1).
func WorkOf(target uint256.Int) uint256.Int {
	// 2^256 does not fit, but 2^256/(t+1) = (2^256-1-t)/(t+1) + 1.
	var complement, divisor, work uint256.Int
	complement.Not(&target)
	divisor.AddUint64(&target, 1)
	if divisor.IsZero() {
		return *uint256.NewInt(1)
	}
	work.Div(&complement, &divisor)
	return *work.AddUint64(&work, 1)
}

// HashToInt reads a hash as the number that is compared with a target.
func HashToInt(h types.Hash) uint256.Int {
	for i, j := 0, len(h)-1; i < j; i, j = i+1, j-1 {
		h[i], h[j] = h[j], h[i]
	}
	var n uint256.Int
	n.SetBytes32(h[:])
	return n
}

// CheckProofOfWork checks that a header's target is one that the network allows
// and that its hash meets it. It is the cheapest check, and needs nothing but the
// network's floor. The error is ErrBits or ErrProofOfWork.
func (p *Params) CheckProofOfWork(h types.Header) error { return p.checkProofOfWork(h, h.Hash()) }

func (p *Params) checkProofOfWork(h types.Header, hash types.Hash) error {
	target, ok := TargetFromBits(h.Bits)
	floor, _ := TargetFromBits(p.FloorBits)
	if !ok || target.Gt(&floor) {
		return ErrBits.broken("bits %08x, the floor is %08x", h.Bits, p.FloorBits)
	}
	if n := HashToInt(hash); n.Gt(&target) {
		return ErrProofOfWork.broken("hash %s is above the target of bits %08x", hash, h.Bits)
	}
	return nil
}
