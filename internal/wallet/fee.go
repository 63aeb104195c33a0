package wallet

import "networkmngr/internal/types"

// DefaultFee is the fee of a transfer whose sender names none: little beside the
// amounts that users try out, and more than nothing.
const DefaultFee = types.Coin / 1000
