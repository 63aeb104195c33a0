package consensus

import "networkmngr/internal/types"

// Genesis is what a network starts from.
type Genesis struct {
	Params *Params
	Block  types.Block
}

// State is the state after the genesis block.
func (g *Genesis) State() State {
	s := State{params: g.Params, schedule: g.Params.firstSchedule()}
	return s.after(g.Block.Header, g.Block.Hash())
}

// Diff is what the genesis block does to the accounts.
func (g *Genesis) Diff() Diff {
	var diff Diff
	for _, t := range g.Block.Transactions {
		if t.Amount > 0 {
			diff = append(diff, Change{Address: t.Recipient, After: Account{Balance: t.Amount}})
		}
	}
	return diff
}
