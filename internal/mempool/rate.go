package mempool

import (
	"cmp"
	"math/bits"

	"networkmngr/internal/types"
)

// feeRate is a fee per byte, kept exact as a fraction.
type feeRate struct {
	fee  types.Amount
	size int // bytes, above 0
}

// compare is negative if r pays less a byte than o.
func (r feeRate) compare(o feeRate) int {
	high, low := bits.Mul64(uint64(r.fee), uint64(o.size))
	otherHigh, otherLow := bits.Mul64(uint64(o.fee), uint64(r.size))
	if high != otherHigh {
		return cmp.Compare(high, otherHigh)
	}
	return cmp.Compare(low, otherLow)
}

// replacementFee is the least fee with which a transfer of size bytes may
// replace one that pays old: neither fee nor fee per byte may shrink, and on
// top of that come a tenth, or a unit per byte if that is more, so that
// replacing pays for relaying again. It is false if no amount is enough.
func replacementFee(old feeRate, size int) (types.Amount, bool) {
	base := uint64(old.fee)
	if size > old.size {
		high, low := bits.Mul64(base, uint64(size))
		if high >= uint64(old.size) {
			return 0, false
		}
		quotient, rest := bits.Div64(high, low, uint64(old.size))
		if base = quotient; rest > 0 && base < uint64(types.MaxAmount) {
			base++
		}
	}
	if base > uint64(types.MaxAmount) {
		return 0, false
	}
	tenth := (base + 9) / 10
	return types.Amount(base).Add(types.Amount(max(tenth, uint64(size))))
}
