package consensus

// Asert is the difficulty rule aserti3-2d of Bitcoin Cash (its specification
// of November 2020): the target is an exponential of how far the chain is
// behind or ahead of an ideal schedule that starts at an anchor block.
type Asert struct {
	AnchorBits uint32
	FloorBits  uint32 // the easiest target that is allowed
	BlockTime  int64  // ideal seconds between blocks
	HalfLife   int64  // seconds behind schedule that double the target
}

const (
	asertRadixBits = 16
	asertRadix     = 1 << asertRadixBits
	// asertMaxShift is a shift, in bits, that carries any target past either
	// end of its range.
	asertMaxShift = 512
	// asertMaxLag bounds the lag behind or ahead of schedule, in seconds, so
	// that its product with the radix fits in an int64. With half-lives of at
	// most MaxSeconds it is far past asertMaxShift either way.
	asertMaxLag = 1 << 46
)

// Next is the compact target that follows a block which came sinceAnchor
// seconds after the anchor's parent and heights blocks after the anchor.
func (a Asert) Next(sinceAnchor, heights int64) uint32 {
	lag := sinceAnchor - a.BlockTime*(heights+1)
	lag = min(max(lag, -asertMaxLag), asertMaxLag)
	exponent := lag * asertRadix / a.HalfLife
	shift := exponent >> asertRadixBits
	fraction := uint64(exponent - shift<<asertRadixBits)

	floor, _ := TargetFromBits(a.FloorBits)
	if shift > asertMaxShift {
		return a.FloorBits
	}
	mantissa, width := mantissaOf(a.AnchorBits)
	next, fits := shifted(mantissa*asertFactor(fraction), width+max(shift, -asertMaxShift)-asertRadixBits)
	if !fits || next.Gt(&floor) {
		return a.FloorBits
	}
	if next.IsZero() {
		next.SetOne()
	}
	return BitsFromTarget(next)
}

// asertFactor approximates 2^(fraction/65536) * 65536 with a cubic, in the
// integers that the specification fixes.
func asertFactor(fraction uint64) uint64 {
	return asertRadix + (195766423245049*fraction+
		971821376*fraction*fraction+
		5127*fraction*fraction*fraction+
		1<<47)>>48
}
