package wallet

import "networkmngr/internal/types"

// DefaultFee is what a transfer pays its miner if nobody says: little beside
// the amounts that people try out, and more than those who pay nothing.
const DefaultFee = types.Coin / 1000
