package chain

import (
	"time"

	"networkmngr/internal/consensus"
	"networkmngr/internal/types"
)

// View is the tree of headers and the tip as one machine knows them. It changes
// only by AddHeaders and Apply, whatever the writer of the chain does meanwhile:
// the same calls in the same order give the same answers. It is used by one
// goroutine at a time.
type View struct{}

// NewView is a view that knows the genesis block alone. With the Update that
// View.All gives of another view it knows what that one does.
func NewView(genesis *consensus.Genesis, limits Limits) *View { panic("to be filled in") }

// View is a view of all that the chain knows. It shares what never changes with
// the chain. It must be made before other goroutines use the chain.
func (c *Chain) View() *View { panic("to be filled in") }

// Advance tells the view the wall clock's time, by which AddHeaders refuses
// headers from the future.
func (v *View) Advance(now time.Time) { panic("to be filled in") }

// Apply takes in what a write has done (Change.Update). An error means that the
// update is not of this chain, or that one before it is missing.
func (v *View) Apply(u Update) error { panic("to be filled in") }

// All is the whole view as one update over the genesis block.
func (v *View) All() Update { panic("to be filled in") }

// State is the state after a block whose header is known.
func (v *View) State(id types.Hash) (consensus.State, bool) { panic("to be filled in") }

// Tips lists every leaf of the tree; see Chain.Tips.
func (v *View) Tips() []Tip { panic("to be filled in") }

// The methods of protocol.Chain.
func (v *View) Tip() consensus.State                                         { panic("to be filled in") }
func (v *View) Header(id types.Hash) (Header, bool)                          { panic("to be filled in") }
func (v *View) HeadersTip() Header                                           { panic("to be filled in") }
func (v *View) AddHeaders(headers []types.Header) error                      { panic("to be filled in") }
func (v *View) Missing(id types.Hash, limit int) []Ref                       { panic("to be filled in") }
func (v *View) Locator(id types.Hash) []types.Hash                           { panic("to be filled in") }
func (v *View) HeadersAfter(locator []types.Hash, limit int) []types.Header { panic("to be filled in") }
