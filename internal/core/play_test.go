package core_test

import (
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"networkmngr/internal/chain/chaintest"
	"networkmngr/internal/core"
	"networkmngr/internal/events"
	"networkmngr/internal/mining"
	"networkmngr/internal/mining/strategy"
	"networkmngr/internal/protocol"
	"networkmngr/internal/types"
)

// playing is a host that mines without pause by a strategy.
func playing(t *testing.T, s strategy.Settings) *host {
	h := newHost(t, func(c *core.Config) {
		c.Mining.Mode, c.Mining.Strategy = mining.Continuous, s
	})
	h.handle(core.Wake{})
	return h
}

// set has the host mine by another strategy.
func (h *host) set(s strategy.Settings) {
	settings := mining.Default(1)
	settings.Mode, settings.Strategy = mining.Continuous, s
	h.handle(core.SetMining{Number: 99, Settings: settings})
	require.NoError(h.t, one[core.Answer](h).Err)
}

// find finds a block for the last job, and has it written.
func (h *host) find() types.Block {
	h.t.Helper()
	require.Positive(h.t, h.job.Blocks)
	b := chaintest.Next(h.job.State, types.NamedAddress("self"), h.job.Transfers...)
	h.handle(core.Solved{Call: h.job.Call, Found: found(b)})
	h.done()
	return b
}

// hear has a peer bring a block of others.
func (h *host) hear(from types.NodeID, b types.Block) {
	h.t.Helper()
	require.Len(h.t, b.Transactions, 1)
	h.says(from, protocol.Compact{Header: b.Header, Coinbase: b.Transactions[0]})
	h.done()
}

// done does what waits for the store.
func (h *host) done() {
	h.t.Helper()
	h.write()
	for h.waits() {
		h.follow()
	}
}

func (h *host) waits() bool { return at[core.Follow](h) >= 0 }

// The story of Eyal and Sirer: a block is hidden, answers one of the others in a race,
// and a second lead is shown whole once it is one block long.
func TestSelfishMiner(t *testing.T) {
	h := playing(t, strategy.Settings{Name: strategy.Selfish})
	peer := h.peer(1)
	h.handle(core.Wake{})
	root := h.chain.Tip()

	first := h.find()
	require.True(t, told[events.BlockMined](h)[0].Withheld)
	require.Empty(t, take[core.Send](h), "nobody hears of it")
	require.Equal(t, first.Hash(), h.chain.Tip().ID)

	theirs := chaintest.Next(root, alice)
	h.hear(peer, theirs)
	require.Equal(t, first.Header, sent[protocol.Compact](h)[0].Header, "the race begins")
	require.Equal(t, []events.BlocksPublished{{BlockRef: refOf(first), Blocks: 1}}, told[events.BlocksPublished](h))
	h.out = nil

	h.handle(core.Wake{})
	second := h.find()
	require.False(t, told[events.BlockMined](h)[0].Withheld, "the race is won")
	require.Equal(t, second.Header, lastHeader(h))
	require.Equal(t, strategy.Branches{}, h.machine.Strategy().Branches)

	below := h.chain.Tip()
	for range 2 {
		h.out = nil
		h.find()
		require.Empty(t, take[core.Send](h))
	}
	require.Equal(t, strategy.Branches{Own: 2}, h.machine.Strategy().Branches)
	h.hear(peer, chaintest.Next(below, alice))
	require.Equal(t, h.chain.Tip().ID, lastHeader(h).Hash(), "a lead of one is shown whole")
	require.Equal(t, 2, told[events.BlocksPublished](h)[0].Blocks)
}

func refOf(b types.Block) events.BlockRef {
	return events.BlockRef{Hash: b.Hash(), Index: b.Height()}
}

// lastHeader is the last one that a peer was sent.
func lastHeader(h *host) (last types.Header) {
	for _, m := range sent[protocol.Headers](h) {
		last = m.Headers[len(m.Headers)-1]
	}
	for _, m := range sent[protocol.Compact](h) {
		last = m.Header
	}
	return last
}

// What is withheld when the strategy becomes honest is published; another strategy that
// withholds goes on with it.
func TestStrategyIsSwapped(t *testing.T) {
	h := playing(t, strategy.Settings{Name: strategy.Selfish})
	h.peer(1)
	h.handle(core.Wake{})
	for range 2 {
		h.find()
	}
	h.out = nil
	h.set(strategy.Settings{Name: strategy.Withhold, Blocks: 5})
	require.Empty(t, take[core.Send](h))
	require.Equal(t, 2, h.machine.Strategy().Own)
	require.Equal(t, "withhold", told[events.MiningChanged](h)[0].Strategy)
	h.out = nil

	h.set(strategy.Default())
	require.Equal(t, h.chain.Tip().ID, lastHeader(h).Hash())
	require.Equal(t, 2, told[events.BlocksPublished](h)[0].Blocks)
	require.Equal(t, "honest", told[events.MiningChanged](h)[0].Strategy)
	require.Equal(t, core.Strategy{Settings: strategy.Default()}, h.machine.Strategy())
}

// A trail-stubborn miner mines on its own branch though its node's tip is the others', and
// shows it when it has caught up.
func TestTrailStubbornMinesBesideTheTip(t *testing.T) {
	h := playing(t, strategy.Settings{Name: strategy.TrailStubborn})
	peer := h.peer(1)
	root := h.chain.Tip()
	own := h.find()
	theirs := chaintest.Branch(root, alice, 2)
	h.hear(peer, theirs[0])
	h.out = nil
	h.hear(peer, theirs[1])
	require.Equal(t, theirs[1].Hash(), h.chain.Tip().ID)
	require.Equal(t, own.Hash(), h.job.State.ID)
	require.Empty(t, h.job.Transfers)
	require.Equal(t, strategy.Branches{Own: 1, Public: 2, Shown: 1}, h.machine.Strategy().Branches)
	h.out = nil
	caught := h.find()
	require.Equal(t, caught.Hash(), lastHeader(h).Hash())
	require.Equal(t, theirs[1].Hash(), h.chain.Tip().ID, "of equals, the first stays")
	require.Equal(t, caught.Hash(), told[events.BlockMined](h)[0].Hash)
}

// Others' blocks on the own branch's shown part are no news beside it: what counts is
// above them.
func TestOthersBuildOnWhatIsShown(t *testing.T) {
	h := playing(t, strategy.Settings{Name: strategy.LeadStubborn})
	peer := h.peer(1)
	root := h.chain.Tip()
	var own []types.Block
	for range 3 {
		own = append(own, h.find())
	}
	h.hear(peer, chaintest.Next(root, alice))
	require.Equal(t, strategy.Branches{Own: 3, Public: 1, Shown: 1}, h.machine.Strategy().Branches)
	h.hear(peer, chaintest.Next(chaintest.After(root, own[0]), alice))
	require.Equal(t, strategy.Branches{Own: 2, Public: 1, Shown: 1}, h.machine.Strategy().Branches)
}

// Templates hold what the strategy takes: nothing, or nothing of an address.
func TestTemplatesOfStrategies(t *testing.T) {
	for _, c := range []struct {
		settings strategy.Settings
		want     int
	}{
		{strategy.Default(), 1}, {strategy.Settings{Name: strategy.Empty}, 0},
		{strategy.Settings{Name: strategy.Censor, Avoid: alice}, 0},
		{strategy.Settings{Name: strategy.Censor, Avoid: types.NamedAddress("carol")}, 1},
	} {
		h := playing(t, c.settings)
		h.post(1, h.transfer(0))
		h.out = nil
		h.set(c.settings)
		require.Len(t, h.job.Transfers, c.want, c.settings.Name)
	}
}

// A block that is invalidated by hand is the public tip no more, and one that is
// reconsidered is it again: neither is the node's own.
func TestDecisionsByHandWhileBlocksAreWithheld(t *testing.T) {
	h := playing(t, strategy.Settings{Name: strategy.Selfish})
	peer := h.peer(1)
	h.handle(core.Wake{})
	root := h.chain.Tip()
	theirs := chaintest.Next(root, alice)
	h.hear(peer, theirs)
	require.Equal(t, theirs.Hash(), h.job.State.ID)
	h.handle(core.Invalidate{Number: 7, Block: theirs.Hash()})
	h.done()
	require.Equal(t, root.ID, h.job.State.ID)
	require.Zero(t, h.machine.Strategy().Branches)
	h.out = nil
	h.handle(core.Connected{Peer: types.NodeID{2}})
	hello := sent[protocol.Hello](h)
	require.Len(t, hello, 1)
	require.Equal(t, root.ID, hello[0].Tip.ID)
	h.handle(core.Reconsider{Number: 8, Block: theirs.Hash()})
	h.done()
	require.Equal(t, theirs.Hash(), h.machine.Tip().ID)
	require.Equal(t, theirs.Hash(), h.job.State.ID)
	require.Zero(t, h.machine.Strategy().Branches)
}

// Which branch such a node mines on is its strategy's to say, whoever asks; and what an
// order has mined aside by then is none of what is withheld.
func TestOrdersAsideAndStrategies(t *testing.T) {
	h := playing(t, strategy.Settings{Name: strategy.Selfish})
	h.handle(core.Mine{Number: 7, Count: 2, From: h.chain.Tip().ID})
	require.ErrorIs(t, one[core.Answer](h).Err, mining.ErrWithholds)

	h = newHost(t)
	h.handle(core.Wake{})
	root := h.chain.Tip()
	h.handle(core.Replace{Number: 5, Blocks: []types.Block{chaintest.Next(root, alice)}, Part: true})
	h.done()
	h.handle(core.Mine{Number: 7, Count: 2, From: root.ID})
	h.find()
	last := chaintest.Next(h.job.State, types.NamedAddress("self"))
	h.handle(core.Solved{Call: h.job.Call, Found: found(last)})
	h.out = slices.DeleteFunc(h.out, func(e core.Effect) bool { _, is := e.(core.Answer); return is })
	h.set(strategy.Settings{Name: strategy.ForkStubborn}.Normal()) // while the last block is written
	h.done()
	require.Equal(t, last.Hash(), h.chain.Tip().ID)
	require.Zero(t, h.machine.Strategy().Branches)
	h.out = nil
	h.handle(core.Connected{Peer: types.NodeID{2}})
	require.Equal(t, last.Hash(), sent[protocol.Hello](h)[0].Tip.ID)
}

// A block that was invalidated by hand is no public one, also if it is brought again.
func TestAnInvalidatedBlockIsNoPublicOne(t *testing.T) {
	h := playing(t, strategy.Settings{Name: strategy.Selfish})
	h.peer(1)
	root := h.chain.Tip()
	theirs := chaintest.Next(root, alice)
	h.handle(core.Replace{Number: 5, Blocks: []types.Block{theirs}, Part: true})
	h.done()
	h.handle(core.Invalidate{Number: 6, Block: theirs.Hash()})
	h.done()
	h.handle(core.Replace{Number: 7, Blocks: []types.Block{theirs}, Part: true})
	h.done()
	require.Equal(t, root.ID, h.job.State.ID)
	require.Zero(t, h.machine.Strategy().Branches)
}

// Two public blocks come at once, while a selfish miner finds one on the block below them:
// it gives that one up.
func TestALateFindOfASelfishMinerIsGivenUp(t *testing.T) {
	h := playing(t, strategy.Settings{Name: strategy.Selfish})
	h.peer(1)
	late := chaintest.Next(h.job.State, types.NamedAddress("self"))
	call := h.job.Call
	theirs := chaintest.Branch(h.chain.Tip(), alice, 2)
	h.handle(core.Replace{Number: 5, Blocks: theirs, Part: true})
	h.done()
	h.handle(core.Solved{Call: call, Found: found(late)})
	h.done()
	require.Zero(t, h.machine.Strategy().Branches)
	require.Equal(t, theirs[1].Hash(), h.job.State.ID)
}

// A client that brings the node a block that it withholds itself makes that no public one.
func TestAHiddenBlockThatAClientBrings(t *testing.T) {
	h := playing(t, strategy.Settings{Name: strategy.Selfish})
	h.peer(1)
	h.handle(core.Wake{})
	first := h.find()
	h.find()
	h.out = nil
	h.handle(core.Replace{Number: 5, Blocks: []types.Block{first}, Part: true})
	h.done()
	require.Equal(t, strategy.Branches{Own: 2}, h.machine.Strategy().Branches)
	require.Empty(t, take[core.Send](h))
}

// What is upon a withheld block that is invalidated by hand stays withheld, and so do those
// below it: the node mines on these. Whoever reconsiders it has all as it was.
func TestAWithheldBlockIsInvalidated(t *testing.T) {
	for _, killed := range []bool{false, true} {
		k := &keeper{host: playing(t, strategy.Settings{Name: strategy.ForkStubborn})}
		root := k.chain.Tip()
		blocks := []types.Block{k.find(), k.find(), k.find(), k.find()}
		k.keep()
		k.out = nil
		k.handle(core.Invalidate{Number: 7, Block: blocks[2].Hash()})
		k.done()
		if killed {
			k.kill()
		}
		require.Equal(t, strategy.Branches{Own: 2}, k.machine.Strategy().Branches)
		require.Equal(t, blocks[1].Hash(), k.job.State.ID)
		require.Equal(t, root.ID, k.greeted(9))
		require.Empty(t, told[events.BlocksAbandoned](k.host))
		k.handle(core.Reconsider{Number: 8, Block: blocks[2].Hash()})
		k.done()
		require.Equal(t, strategy.Branches{Own: 4}, k.machine.Strategy().Branches)
		require.Equal(t, blocks[3].Hash(), k.job.State.ID)
		require.Equal(t, root.ID, k.greeted(8))
		k.handle(core.Invalidate{Number: 9, Block: blocks[3].Hash()})
		k.done()
		k.out = nil
		k.find()
		require.Equal(t, []events.BlocksAbandoned{{BlockRef: refOf(blocks[3]), Blocks: 1}}, told[events.BlocksAbandoned](k.host), "for another one")
		require.Equal(t, strategy.Branches{Own: 4}, k.machine.Strategy().Branches)
	}
}
