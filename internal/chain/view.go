package chain

import (
	"fmt"
	"maps"
	"slices"
	"time"

	"networkmngr/internal/consensus"
	"networkmngr/internal/types"
)

// View is the tree of headers and the tip as one machine knows them. It changes
// only by AddHeaders and Apply, whatever the writer of the chain does meanwhile:
// the same calls in the same order give the same answers. It is used by one
// goroutine at a time.
type View struct {
	tree
	now time.Time
}

// NewView is a view that knows the genesis block alone. With the Update that
// View.All returns of another view it knows what that one does.
func NewView(genesis *consensus.Genesis, limits Limits) *View {
	v := &View{tree: newTree(genesis, limits, newTable())}
	v.plant()
	return v
}

// View is a view of all that the chain knows. It shares with the chain what never
// changes. It must be made before other goroutines use the chain.
func (c *Chain) View() *View {
	v := &View{tree: newTree(c.genesis, c.limits, c.table)}
	v.measure = c.measure
	v.main, v.tip, v.headersTip = slices.Clone(c.main), c.tip, c.headersTip
	for _, e := range c.main {
		c.table.join(e)
	}
	for e, at := range c.side.all {
		v.put(c.table.join(e), standing{status: at.status, byHand: at.byHand})
	}
	v.byHand = maps.Clone(c.byHand)
	return v
}

// Advance tells the view the wall clock's time, by which AddHeaders refuses
// headers from the future.
func (v *View) Advance(now time.Time) { v.now = now }

// AddHeaders takes headers, each the child of a known one or of the one before
// it. It stops at the first that cannot be taken, keeps what came before, and
// returns a *BlockError. None is refused because there are too many: then those
// with the least work are forgotten, see Limits. Each costs its maker a proof of
// work, and what was forgotten can be asked for again.
func (v *View) AddHeaders(headers []types.Header) error {
	var walk headerWalk
	var last *blockNode
	defer func() { v.dropHeaders(last) }()
	end := v.phase(HeaderPhase)
	for _, h := range headers {
		e, err := walk.enter(&v.tree, h, v.headerRules(v.now))
		if e != nil {
			last = e
		}
		if err != nil {
			return err
		}
	}
	end(walk.checked)
	return nil
}

// Apply takes in what a write has done (Change.Update). An error means that the
// update is not of this chain, or that one before it is missing.
func (v *View) Apply(u Update) error {
	t := &v.tree
	var walk headerWalk
	for _, h := range u.Headers {
		_, _ = walk.enter(t, h, headerRules{trusted: true}) // on an invalid branch, or one that was forgotten here
	}
	if err := v.markAll(u.Stored, stored); err != nil {
		return err
	}
	if err := v.moveBy(u.Updates); err != nil {
		return err
	}
	if err := v.markAll(u.Forgotten, headerOnly); err != nil {
		return err
	}
	for _, id := range u.Invalid {
		if e := t.find(id); e != nil {
			t.markInvalid(e)
		}
	}
	v.decideByHand(u)
	t.dropHeaders(nil)
	return nil
}

// moveBy takes the tip its way: to the last block that joined the main chain or, if
// blocks only left it, to where they stood.
func (v *View) moveBy(way Updates) error {
	var to types.Hash
	switch {
	case len(way.Applied) > 0:
		to = way.Applied[len(way.Applied)-1].ID
	case len(way.Reverted) > 0:
		lowest := v.find(way.Reverted[len(way.Reverted)-1].ID)
		if lowest == nil || lowest.parent == nil {
			return unknown(way.Reverted[len(way.Reverted)-1].ID)
		}
		to = lowest.parent.ID
	default:
		return nil
	}
	tip := v.find(to)
	if tip == nil {
		return unknown(to)
	}
	v.moveTo(tip, tip.state(v.genesis.Params), nil)
	return nil
}

func unknown(id types.Hash) error {
	return fmt.Errorf("view of the chain: %w: block %s", ErrNotFound, id)
}

func (v *View) markAll(ids []types.Hash, now status) error {
	for _, id := range ids {
		e := v.find(id)
		if e == nil {
			return unknown(id)
		}
		if !v.onMain(e) {
			v.mark(e, now)
		}
	}
	return nil
}

// All is the whole view as one update over the genesis block.
func (v *View) All() Update {
	var u Update
	for _, e := range v.main[1:] {
		u.Headers, u.Applied = append(u.Headers, e.header), append(u.Applied, e.Ref)
	}
	for _, e := range v.side.above(0) {
		u.Headers = append(u.Headers, e.header)
		switch v.side.all[e].status {
		case stored:
			u.Stored = append(u.Stored, e.ID)
		case invalid:
			u.Invalid = append(u.Invalid, e.ID)
		}
	}
	u.Invalidated = slices.SortedFunc(maps.Keys(v.byHand), types.Hash.Compare)
	return u
}

// Tip is the state after the main chain's last block.
func (v *View) Tip() consensus.State { return v.tip }

// State is the state after a block whose header is known.
func (v *View) State(id types.Hash) (consensus.State, bool) {
	if e := v.find(id); e != nil {
		return e.state(v.genesis.Params), true
	}
	return consensus.State{}, false
}

// Header is the header with this id, of whatever branch.
func (v *View) Header(id types.Hash) (Header, bool) { return v.headerOf(id) }

// HeadersTip is the header with the most work, whether its block is here or
// not.
func (v *View) HeadersTip() Header { return v.header(v.headersTip) }

// maxHeavier bounds the list of Heavier: as many branches have each as much work as
// the network's.
const maxHeavier = 16

// Heavier lists the headers with more work than the tip, one of each branch, the
// heaviest first, and a few at most: for Chain.Expect.
func (v *View) Heavier() []types.Hash {
	if v.heavier == nil {
		v.heavier = v.heaviestEnds()
	}
	ids := make([]types.Hash, len(v.heavier))
	for i, e := range v.heavier {
		ids[i] = e.ID
	}
	return ids
}

// heaviestEnds are the ends of the branches that are ahead, at most maxHeavier.
func (t *tree) heaviestEnds() (ends []*blockNode) {
	inner := make(map[*blockNode]bool)
	for e := range t.ahead {
		if !t.isBehind(e.parent) {
			inner[e.parent] = true
		}
	}
	for e := range t.ahead {
		full := len(ends) == maxHeavier
		if inner[e] || full && lighter(e, ends[maxHeavier-1]) {
			continue
		}
		if full {
			ends = ends[:maxHeavier-1]
		}
		at, _ := slices.BinarySearchFunc(ends, e, heavierFirst)
		ends = slices.Insert(ends, at, e)
	}
	return ends
}

// Limits are those of the view.
func (v *View) Limits() Limits { return v.limits }
