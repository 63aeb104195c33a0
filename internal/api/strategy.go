package api

import (
	"networkmngr/internal/strictjson"
	"networkmngr/internal/types"
)

// DoubleSpend is the strategy that needs an account to pay from.
const DoubleSpend = "double-spend"

// Strategy is a StrategyChoice that, as JSON, may be just a name, too.
type Strategy struct{ StrategyChoice }

// StrategyChoice says what a miner shows of its blocks, and what they hold.
type StrategyChoice struct {
	// Name is "honest", "selfish", "lead-stubborn", "fork-stubborn", "trail-stubborn",
	// "stubborn", "withhold", "empty", "censor" or DoubleSpend.
	Name   string `json:"name"`
	Lead   bool   `json:"lead,omitempty"`   // of the stubborn: keeps a lead of one block
	Fork   bool   `json:"fork,omitempty"`   // of the stubborn: keeps what decides a race
	Trail  int    `json:"trail,omitempty"`  // of the stubborn: how many blocks behind it mines on
	Blocks int    `json:"blocks,omitempty"` // of withhold: how many are shown at a time
	// Address is of censor: a name or an address that blocks hold no transfer of.
	Address string `json:"address,omitempty"`

	// A double spend pays Merchant, a name or an address, from an account that the node
	// can sign for, by default its own. It is given up so many blocks behind.
	Merchant      string       `json:"merchant,omitempty"`
	From          string       `json:"from,omitempty"`
	Amount        types.Amount `json:"amount,omitempty"`
	Confirmations *int         `json:"confirmations,omitempty"` // that the merchant waits for
	GiveUp        *int         `json:"give_up,omitempty"`
}

// UnmarshalJSON takes an object, or a name. The error is that of strictjson.Unmarshal.
func (s *Strategy) UnmarshalJSON(text []byte) error {
	if text[0] == '"' {
		return strictjson.Unmarshal(text, &s.Name)
	}
	return strictjson.Unmarshal(text, &s.StrategyChoice)
}
