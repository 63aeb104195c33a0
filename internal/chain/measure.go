package chain

// Phase is a part of what is done about a new block.
type Phase string

const (
	HeaderPhase Phase = "header" // the rules on its header alone
	BodyPhase   Phase = "body"   // all other rules
	StorePhase  Phase = "store"  // until it is in the file
)

// Phases lists all of them.
func Phases() []Phase { return []Phase{HeaderPhase, BodyPhase, StorePhase} }

// Measure has begin called as a phase begins, here and in each View that is made later,
// and what begin returns as the phase ends, with how many blocks are through. Nothing
// more is heard of a phase in which a block was refused. Measure must be called before
// other goroutines use the chain.
func (c *Chain) Measure(begin func(Phase) (end func(blocks int))) { c.measure = begin }

// phase begins a phase.
func (t *tree) phase(p Phase) (end func(blocks int)) {
	if t.measure == nil {
		return func(int) {}
	}
	return t.measure(p)
}
