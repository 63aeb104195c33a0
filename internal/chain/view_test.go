package chain_test

import (
	"encoding/json"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"networkmngr/internal/chain"
	"networkmngr/internal/chain/chaintest"
	"networkmngr/internal/types"
)

// viewers are views of the chain under test: one that was opened with it, and one
// that was made from plain data and is told the same, as whoever replays a
// recording does.
type viewers struct {
	of   *chain.Chain
	list []*chain.View
	seen []types.Hash // headers of which both may know
}

// views are those of the chain as it was opened last.
func (n *network) views() []*chain.View {
	if n.viewers.of != n.Chain {
		n.viewers.of = n.Chain
		opened, replayed := n.View(), chain.NewView(n.genesis, n.Limits())
		require.NoError(n.t, replayed.Apply(copied(n.t, opened.All())))
		n.viewers.list = []*chain.View{opened, replayed}
		n.requireViews()
	}
	return n.viewers.list
}

// copied is u as somebody reads it who has it in writing.
func copied(t require.TestingT, u chain.Update) (read chain.Update) {
	text, err := json.Marshal(u)
	require.NoError(t, err)
	require.NoError(t, json.Unmarshal(text, &read))
	return read
}

// AddBlocks is the chain's, of which the views are told.
func (n *network) AddBlocks(blocks ...types.Block) (chain.Change, error) {
	n.Expect(n.views()[0].Heavier()...)
	change, err := n.Chain.AddBlocks(blocks...)
	return n.tell(change, headersOf(blocks)), err
}

// Replace is the chain's, of which the views are told.
func (n *network) Replace(blocks []types.Block) (chain.Change, error) {
	n.views()
	change, err := n.Chain.Replace(blocks)
	return n.tell(change, headersOf(blocks)), err
}

// tell requires that the views are as the chain is, once they know what a write
// has done.
func (n *network) tell(change chain.Change, headers []types.Header) chain.Change {
	n.note(headers)
	for _, v := range n.views() {
		require.NoError(n.t, v.Apply(copied(n.t, change.Update)))
	}
	n.requireViews()
	change.Update = chain.Update{}
	return change
}

// AddHeaders gives headers to the views.
func (n *network) AddHeaders(headers []types.Header) error {
	n.note(headers)
	var errs [2]error
	for i, v := range n.views() {
		v.Advance(n.now)
		errs[i] = v.AddHeaders(headers)
	}
	require.Equal(n.t, errs[0], errs[1])
	n.requireViews()
	return errs[0]
}

// What the views are for, they are asked.

func (n *network) HeadersTip() chain.Header                  { return n.views()[0].HeadersTip() }
func (n *network) Tips() []chain.Tip                         { return n.views()[0].Tips() }
func (n *network) Locator(id types.Hash) []types.Hash        { return n.views()[0].Locator(id) }
func (n *network) Header(id types.Hash) (chain.Header, bool) { return n.views()[0].Header(id) }
func (n *network) Missing(id types.Hash, limit int) []chain.Ref {
	return n.views()[0].Missing(id, limit)
}
func (n *network) HeadersTo(end types.Hash, locator []types.Hash, limit int) []types.Header {
	return n.views()[0].HeadersTo(end, locator, limit)
}

func (n *network) note(headers []types.Header) {
	for _, h := range headers {
		n.viewers.seen = append(n.viewers.seen, h.Hash())
	}
}

// requireViews requires that the views know the same, and all that the chain knows.
func (n *network) requireViews() {
	a, b := n.viewers.list[0], n.viewers.list[1]
	best, tip := a.HeadersTip(), n.Tip()
	locator, tips, heavier := a.Locator(best.ID), a.Tips(), a.Heavier()
	for _, v := range n.viewers.list {
		same(n.t, tip, v.Tip())
		same(n.t, best, v.HeadersTip())
		sameList(n.t, locator, v.Locator(best.ID))
		sameList(n.t, tips, v.Tips())
		sameList(n.t, heavier, v.Heavier())
	}
	n.requireMain(a.HeadersTo(tip.ID, locator, 9))
	sameList(n.t, a.HeadersTo(tip.ID, locator, 9), b.HeadersTo(tip.ID, locator, 9))
	n.requireMain(a.HeadersTo(tip.ID, []types.Hash{n.genesis.Block.Hash()}, 9))
	for _, id := range n.viewers.seen[max(0, len(n.viewers.seen)-64):] {
		n.requireHeader(id)
	}
}

// requireMain requires that headers are some of the main chain in a row.
func (n *network) requireMain(headers []types.Header) {
	for i, h := range headers {
		known, ok := n.Chain.Header(h.Hash())
		require.True(n.t, ok)
		id, _ := n.IDAt(known.Height)
		same(n.t, h.Hash(), id)
		require.True(n.t, i == 0 || headers[i-1].Hash() == h.Previous)
	}
}

// requireHeader requires that the views know of a block the same, and what the chain
// knows.
func (n *network) requireHeader(id types.Hash) {
	a, b := n.viewers.list[0], n.viewers.list[1]
	have, knows := a.Header(id)
	other, otherKnows := b.Header(id)
	same(n.t, have, other)
	same(n.t, knows, otherKnows)
	if want, known := n.Chain.Header(id); known {
		same(n.t, want, have)
	} else {
		require.False(n.t, have.Stored)
	}
	missing := a.Missing(id, 9)
	sameList(n.t, missing, b.Missing(id, 9))
	for _, ref := range missing {
		h, _ := a.Header(ref.ID)
		require.False(n.t, h.Stored || !h.Valid)
	}
	state, knows := a.State(id)
	same(n.t, knows, state.ID == id)
}

// same is require.Equal for what every write of every test is followed by: with the race
// detector, comparing by reflection takes most of the time.
func same[T comparable](t require.TestingT, want, got T) {
	if want != got {
		require.Equal(t, want, got)
	}
}

func sameList[T comparable](t require.TestingT, want, got []T) {
	if !slices.Equal(want, got) {
		require.Equal(t, want, got)
	}
}

// What the writer does, a view knows once it is told, and not before.
func TestViewChangesOnlyWhenItIsTold(t *testing.T) {
	n := newNetwork(t)
	main := n.extend(3)
	view := n.View()
	before, all := view.Tip(), view.All()
	side := chaintest.Branch(n.root(), bob, 5)
	require.NoError(t, view.Apply(chain.Update{}))
	change, err := n.Chain.AddBlocks(side...)
	require.NoError(t, err)
	require.Equal(t, before, view.Tip())
	require.Equal(t, all, view.All())
	_, known := view.Header(side[0].Hash())
	require.False(t, known, "though the chain knows it")
	require.Equal(t, []chain.Ref{{Height: 1, ID: side[0].Hash()}}, change.Update.Applied[:1])
	require.Equal(t, chain.Ref{Height: 3, ID: main[2].Hash()}, change.Update.Reverted[0])
	require.NoError(t, view.Apply(change.Update))
	require.Equal(t, n.Tip(), view.Tip())
	require.Error(t, chain.NewView(n.genesis, n.Limits()).Apply(chain.Update{Updates: change.Update.Updates}), "updates are missing")
}

// A view is used while the writer works, and whatever the order, the two end up
// with the same.
func TestViewBesideTheWriter(t *testing.T) {
	n := newNetwork(t)
	view := n.View()
	view.Advance(n.now)
	main, side := chaintest.Branch(n.root(), alice, 60), chaintest.Branch(n.root(), bob, 61)
	updates := make(chan chain.Update, 2*len(side))
	go func() {
		defer close(updates)
		for i := range main {
			for _, b := range []types.Block{main[i], side[i]} {
				change, err := n.Chain.AddBlocks(b)
				if err != nil {
					t.Error(err)
				}
				updates <- change.Update
			}
		}
	}()
	require.NoError(t, view.AddHeaders(headersOf(side)))
	require.NoError(t, view.AddHeaders(headersOf(main)))
	for u := range updates {
		require.NoError(t, view.Apply(u))
	}
	require.Equal(t, n.Tip(), view.Tip())
	require.Equal(t, side[60].Hash(), view.HeadersTip().ID)
	require.Equal(t, []chain.Ref{{Height: 61, ID: side[60].Hash()}}, view.Missing(side[60].Hash(), 9))
}

// What a view fetches, the chain keeps: the branches that are heavier than the main
// chain, and of equally many of them the same ones.
func TestViewNamesHeavierBranches(t *testing.T) {
	n := newNetwork(t)
	n.extend(2)
	require.Empty(t, n.views()[0].Heavier())
	longest, long := chaintest.Branch(n.root(), bob, 5), chaintest.Branch(n.root(), carol, 3)
	for _, branch := range [][]types.Block{long, longest, chaintest.Branch(n.root(), carol, 2)} {
		require.NoError(t, n.AddHeaders(headersOf(branch)))
	}
	require.Equal(t, []types.Hash{longest[4].Hash(), long[2].Hash()}, n.views()[0].Heavier())
	n.take(longest[:3]...)
	require.Equal(t, []types.Hash{longest[4].Hash()}, n.views()[0].Heavier(), "the other has as much work as the tip")
	require.NoError(t, n.AddHeaders(siblings(t, chaintest.After(n.root(), longest...), 20)))
	require.Len(t, n.views()[0].Heavier(), 16)
	n.take(longest[3:]...)
	require.Len(t, n.views()[0].Heavier(), 16, "the siblings")
	n.refuse(malformed(n.Tip()))
}

// A tip that moves back to less work, as where a start takes back what a crash has left
// under way, leaves the branch that it comes from ahead of it.
func TestViewKnowsWhatIsAheadOfATipThatMovedBack(t *testing.T) {
	genesis := chaintest.Genesis()
	view := chain.NewView(genesis, chain.DefaultLimits())
	short, long := chaintest.Branch(genesis.State(), alice, 1), chaintest.Branch(genesis.State(), bob, 3)
	moveTo := func(branch []types.Block) {
		update := chain.Update{Headers: headersOf(branch)}
		for _, b := range branch {
			ref := chain.Ref{Height: b.Height(), ID: b.Hash()}
			update.Stored, update.Applied = append(update.Stored, ref.ID), append(update.Applied, ref)
		}
		require.NoError(t, view.Apply(update))
	}
	moveTo(long)
	require.Empty(t, view.Heavier())
	moveTo(short)
	require.Equal(t, []types.Hash{long[2].Hash()}, view.Heavier())
}

// A view of a long chain shares it.
func TestViewTakesLittleMemory(t *testing.T) {
	const blocks, most = 10_000, 16
	n := newNetwork(t)
	for part := range slices.Chunk(chaintest.Branch(n.root(), alice, blocks), 1000) {
		_, err := n.Chain.AddBlocks(part...)
		require.NoError(t, err)
	}
	before := heapInUse()
	view := n.View()
	took := heapInUse() - before
	t.Logf("a view of %d blocks takes %d bytes", blocks, took)
	require.Less(t, took, most*blocks)
	require.Equal(t, n.Tip(), view.Tip())
}
