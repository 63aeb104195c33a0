package record

import (
	"fmt"
	"time"

	"networkmngr/internal/chain"
	"networkmngr/internal/consensus"
	"networkmngr/internal/core"
	"networkmngr/internal/genesis"
	"networkmngr/internal/mempool"
)

// version is that of the form. A recording of another one is refused.
const version = 6

// Header is what a core begins with.
type Header struct {
	Version  int
	Software string    // name, version and build of what recorded
	Start    time.Time // of which the steps' times count
	Genesis  genesis.Description
	Config   core.Config
	View     chain.Update // all of the view; see chain.View.All
	Chain    chain.Limits
	Pool     mempool.Snapshot
	Mempool  mempool.Limits
}

// NewHeader describes a machine of a network, before its first input. view and pool are
// to be the machine's, software is the name, version and build of the program.
func NewHeader(software string, network *consensus.Genesis, config core.Config, view *chain.View, pool *mempool.Pool) Header {
	return Header{
		Version: version, Software: software, Genesis: genesis.Describe(network), Config: config,
		View: view.All(), Chain: view.Limits(), Pool: pool.Snapshot(), Mempool: pool.Limits(),
	}
}

// Machine makes the machine anew. An error means that the header is damaged.
func (h *Header) Machine() (*core.Machine, error) {
	network, err := h.Genesis.Genesis()
	if err != nil {
		return nil, fmt.Errorf("recording: %w", err)
	}
	view := chain.NewView(network, h.Chain)
	if err := view.Apply(h.View); err != nil {
		return nil, fmt.Errorf("recording: %w", err)
	}
	return core.New(h.Config, view, mempool.FromSnapshot(h.Mempool, view.Tip(), h.Pool)), nil
}
