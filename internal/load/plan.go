package load

import (
	"math/rand/v2"
	"strings"

	"networkmngr/internal/types"
)

// kind is what a transfer is made for: to be taken, or to break one rule.
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

// intent is what a transfer is to be, but for its sequence number.
type intent struct {
	kind      kind
	recipient int // among the senders
	amount    types.Amount
	fee       types.Amount
	data      []byte
}

const (
	mostAmount = types.Coin / 100
	mostFee    = types.Coin / 1000
)

// draw draws the next intent of a sender.
func draw(random *rand.Rand, senders int) intent {
	in := intent{
		recipient: random.IntN(senders),
		amount:    1 + types.Amount(random.Uint64N(uint64(mostAmount))),
		fee:       1 + types.Amount(random.Uint64N(uint64(mostFee))),
		data:      drawData(random),
	}
	if random.IntN(100) < badShare {
		in.kind = 1 + kind(random.IntN(int(kinds)-1))
	}
	return in
}

// drawData gives most transfers none, and few a lot.
func drawData(random *rand.Rand) []byte {
	var most int
	switch roll := random.IntN(100); {
	case roll < 70:
		return nil
	case roll < 90:
		most = 100
	case roll < 99:
		most = 1 << 10
	default:
		most = 16 << 10
	}
	return []byte(`"` + strings.Repeat("x", 1+random.IntN(most)) + `"`)
}
