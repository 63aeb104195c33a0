package node

import (
	"errors"
	"fmt"
	"path/filepath"

	"networkmngr/internal/chain"
	"networkmngr/internal/core"
	"networkmngr/internal/disk"
	"networkmngr/internal/mining/strategy"
	"networkmngr/internal/types"
)

// keptForm is strategy.json: a core.Kept that is not zero.
type keptForm struct {
	Strategy strategy.Name `json:"strategy"`
	Lead     bool          `json:"lead,omitempty"`
	Fork     bool          `json:"fork,omitempty"`
	Trail    int           `json:"trail,omitempty"`
	Blocks   int           `json:"blocks,omitempty"`
	Avoid    types.Address `json:"avoid,omitzero"`
	Attack   *attackForm   `json:"attack,omitempty"` // that is under way, or was when the strategy was changed
	Given    []attackForm  `json:"given,omitempty"`
	Paid     []types.Hash  `json:"paid,omitempty"`
	Base     types.Hash    `json:"base"`
	Own      []types.Hash  `json:"own"`
	Shown    int           `json:"shown"`
	Public   types.Hash    `json:"public"`
}

// attackForm is an attack of a double spend.
type attackForm struct {
	Payment       types.Transaction `json:"payment"`
	Conflict      types.Transaction `json:"conflict"`
	Confirmations int               `json:"confirmations"`
	GiveUp        int               `json:"give_up"`
}

func (f *attackForm) attack() strategy.Attack { return strategy.Attack(*f) }

func formOf(k core.Kept) keptForm {
	s := k.Strategy
	form := keptForm{
		Strategy: s.Name, Lead: s.Lead, Fork: s.Fork, Trail: s.Trail, Blocks: s.Blocks, Avoid: s.Avoid,
		Base: k.Base, Own: k.Own, Shown: k.Shown, Public: k.Public, Paid: k.Paid,
	}
	if !k.Attack.IsZero() {
		form.Attack = new(attackForm(k.Attack))
	}
	for _, given := range k.Given {
		form.Given = append(form.Given, attackForm(given))
	}
	return form
}

// kept checks the form.
func (f keptForm) kept() (k core.Kept, err error) {
	k = core.Kept{Base: f.Base, Own: f.Own, Shown: f.Shown, Public: f.Public, Paid: f.Paid}
	k.Strategy = strategy.Settings{Name: f.Strategy, Lead: f.Lead, Fork: f.Fork, Trail: f.Trail, Blocks: f.Blocks, Avoid: f.Avoid}
	if f.Attack != nil {
		k.Attack = f.Attack.attack()
	}
	if f.Strategy == strategy.DoubleSpend {
		k.Strategy.Attack = k.Attack
	}
	for i := range f.Given {
		k.Given = append(k.Given, f.Given[i].attack())
	}
	if f.Shown < 0 {
		return k, fmt.Errorf("shown is %d, want 0 or more", f.Shown)
	}
	if f.Strategy == strategy.DoubleSpend && f.Attack == nil {
		return k, errors.New("attack is missing")
	}
	return k, k.Strategy.Normal().Validate()
}

// readKept reads what the life before has withheld; nothing, if it did not. A file that
// cannot be read is an error: the blocks would be shown.
func (n *Node) readKept() (k core.Kept, err error) {
	form, err := readJSON[*keptForm](n.config.Folder, strategyFile)
	if err == nil && form == nil {
		return k, nil
	}
	if err == nil {
		if k, err = form.kept(); err != nil {
			err = fmt.Errorf("%s: %w", filepath.Join(n.config.Folder, strategyFile), err)
		}
	}
	if err != nil {
		return k, fmt.Errorf("%w; without this file the node is honest, and shows what it has withheld", err)
	}
	n.log.Info("strategy goes on", "strategy", k.Strategy.Name, "blocks", len(k.Own), "shown", k.Shown)
	return k, nil
}

// keep writes down what is withheld, before any of it is in the chain. If that fails the
// node ends.
func (n *Node) keep(k core.Kept) {
	var err error
	if k.IsZero() {
		err = disk.Remove(filepath.Join(n.config.Folder, strategyFile))
	} else {
		err = writeJSON(n.config.Folder, strategyFile, formOf(k))
	}
	if err != nil {
		n.fail(fmt.Errorf("%w: %w", chain.ErrStore, err))
	}
}

// kept is no effect of the core's: done is closed once what stood before it in the queue for
// the chain is done.
type kept struct{ done chan struct{} }

// Effect implements core.Effect.
func (kept) Effect() {}

// awaitKept returns once what the core wanted kept by now is on disk. The error is
// ErrStopping.
func (n *Node) awaitKept() error {
	done := make(chan struct{})
	n.stored.Put(types.NodeID{}, kept{done})
	select {
	case <-done:
	case <-n.ctx.Done():
	}
	if n.ctx.Err() != nil {
		return n.stopping()
	}
	return nil
}
