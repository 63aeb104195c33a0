package load

import (
	"math/rand/v2"
	"strings"

	"networkmngr/internal/types"
)

// kind is what a transfer is made for: to be accepted, or to break one rule.
type kind int

const (
	good kind = iota
	overspend
	replay
	badSignature
	sequenceGap
	zeroAmount
	wrongNetwork
	kinds
)

// badShare is how many in a hundred transfers break a rule.
const badShare = 8

// intent is a transfer without its sequence number.
type intent struct {
	kind      kind
	recipient int // among the senders
	amount    types.Amount
	fee       types.Amount
	data      []byte
}

const (
	maxAmount = types.Coin / 100
	maxFee    = types.Coin / 1000
)

// draw draws the next intent of a sender.
func draw(random *rand.Rand, senders int) intent {
	in := intent{
		recipient: random.IntN(senders),
		amount:    1 + types.Amount(random.Uint64N(uint64(maxAmount))),
		fee:       1 + types.Amount(random.Uint64N(uint64(maxFee))),
		data:      drawData(random),
	}
	if random.IntN(100) < badShare {
		in.kind = 1 + kind(random.IntN(int(kinds)-1))
	}
	return in
}

// drawData returns none for most transfers, and much for few.
func drawData(random *rand.Rand) []byte {
	var maxLength int
	switch roll := random.IntN(100); {
	case roll < 70:
		return nil
	case roll < 90:
		maxLength = 100
	case roll < 99:
		maxLength = 1 << 10
	default:
		maxLength = 16 << 10
	}
	return []byte(`"` + strings.Repeat("x", 1+random.IntN(maxLength)) + `"`)
}
