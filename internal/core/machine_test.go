package core_test

import (
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"networkmngr/internal/chain"
	"networkmngr/internal/chain/chaintest"
	"networkmngr/internal/consensus"
	"networkmngr/internal/core"
	"networkmngr/internal/events"
	"networkmngr/internal/mining"
	"networkmngr/internal/protocol"
	"networkmngr/internal/types"
)

// found is what a worker found for a Job.
func found(blocks ...types.Block) (list []mining.Found) {
	for _, b := range blocks {
		list = append(list, mining.Found{Block: b})
	}
	return list
}

// at is where the first effect of a kind stands among those that wait, or -1.
func at[E core.Effect](h *host) int {
	return slices.IndexFunc(h.out, func(e core.Effect) bool { _, ok := e.(E); return ok })
}

// A new tip is announced from the bytes at hand, once and first; then the mempool
// follows; and the next write waits for that.
func TestOneOrderForANewTip(t *testing.T) {
	h := newHost(t)
	h.post(1, h.transfer(0))
	h.peer(1)
	h.peer(2)
	b := h.next(h.transfer(0))
	h.handle(core.Solved{Number: 2, Found: found(b)})
	h.handle(core.Solved{Number: 3, Found: found(chaintest.Next(chaintest.After(h.chain.Tip(), b), alice))})
	require.Equal(t, []types.Block{b}, h.out[at[core.Write](h)].(core.Write).Blocks)
	h.write()
	require.Less(t, at[core.Send](h), at[core.Follow](h))
	announced := sent[protocol.Compact](h)
	require.Len(t, announced, 2)
	require.Equal(t, b.Header, announced[0].Header)
	require.Empty(t, take[core.Write](h), "the mempool is under way")
	require.Equal(t, 1, h.pool.Len())
	h.follow()
	require.Zero(t, h.pool.Len())
	h.write()
	require.EqualValues(t, 2, h.machine.Tip().Height)
}

// What all peers are told alike is encoded once.
func TestOneFrameForAllPeers(t *testing.T) {
	h := newHost(t)
	for n := range byte(5) {
		h.peer(n + 1)
	}
	h.handle(core.Solved{Found: found(h.next())})
	h.write()
	sends := take[core.Send](h)
	require.Len(t, sends, 5)
	for _, s := range sends {
		require.Same(t, &sends[0].Frame[0], &s.Frame[0])
	}
}

// A transfer whose account was read at another tip than the mempool's waits until the
// mempool is there, or has its account read again; nobody is refused for that.
func TestTransferWaitsForTheMempoolsTip(t *testing.T) {
	h := newHost(t)
	early := core.Admit{Number: 1, Transaction: h.transfer(0)}.Check(h.pool)
	h.handle(core.Solved{Number: 2, Found: found(h.next())})
	written := one[core.Write](h).To(h.chain)
	late := core.Admit{Number: 3, Transaction: h.transfer(1)}.Check(h.pool)
	h.handle(late)
	require.Empty(t, take[core.Answer](h), "the block that it was read at is not known yet")
	h.handle(written)
	require.Error(t, consensusGap(h), "and then what comes before it is not there")
	h.handle(early)
	again := one[core.Admit](h)
	require.True(t, again.Checked, "the signature is good at any tip")
	h.handle(again.Check(h.pool))
	require.EqualValues(t, 1, one[core.Persist](h).Number)
	require.Equal(t, 1, h.pool.Len())
}

// What was refused while a block that changes that was on its way to the disk is checked
// again: the block's reward may pay for it.
func TestRefusalOfAnotherTipIsChecked(t *testing.T) {
	h := newHost(t)
	refused := core.Admit{Transaction: h.transfer(0)}.Check(h.pool)
	for n := uint64(1); refused.Err == nil; n++ {
		h.handle(refused)
		refused = core.Admit{From: types.NodeID{1}, Transaction: h.transfer(n)}.Check(h.pool)
	}
	require.ErrorIs(t, refused.Err, consensus.ErrOverspend)
	h.handle(core.Solved{Number: 2, Found: found(h.next())})
	h.write()
	h.handle(refused)
	h.follow()
	again := one[core.Admit](h)
	require.False(t, again.Checked, "nobody has looked at its signature")
	h.handle(again.Check(h.pool))
	require.True(t, h.pool.Has(again.Transaction.ID()))
}

// consensusGap is the gap that the one waiting answer tells of.
func consensusGap(h *host) error {
	for _, a := range take[core.Answer](h) {
		if errors.Is(a.Err, consensus.ErrSequenceGap) {
			return a.Err
		}
	}
	return nil
}

// Who watches each transfer hears of those of every block that a reorg applies, also of
// one that came before, and again if the main chain comes back.
func TestEachTransferThatAReorgIncludesIsTold(t *testing.T) {
	h := newHost(t)
	h.handle(core.Watch{Verbose: true})
	root, x := h.chain.Tip(), h.transfer(0)
	included := func(blocks ...types.Block) (told []types.Hash) {
		h.handle(core.Replace{Blocks: blocks, Part: true})
		h.write()
		if at[core.Follow](h) >= 0 {
			h.follow()
		}
		for _, e := range take[core.Tell](h) {
			if in, is := e.Data.(events.TransactionIncluded); is {
				require.Equal(t, x.ID(), in.ID)
				told = append(told, in.Block.Hash)
			}
		}
		return told
	}
	left := chaintest.Next(root, alice, x)
	right := chaintest.Next(root, types.NamedAddress("bob"), x)
	require.Equal(t, []types.Hash{left.Hash()}, included(left))
	require.Empty(t, included(right), "on a side branch")
	afterRight := chaintest.Next(chaintest.After(root, right), alice)
	require.Equal(t, []types.Hash{right.Hash()}, included(afterRight))
	afterLeft := chaintest.Branch(chaintest.After(root, left), alice, 2)
	require.Equal(t, []types.Hash{left.Hash()}, included(afterLeft...))
}

// What a reorg undid is pending again, relayed and brought to the disk, the lowest
// block's first; and the story is told.
func TestReorgIsTidiedUp(t *testing.T) {
	h := newHost(t)
	root := h.chain.Tip()
	h.handle(core.Watch{Verbose: true})
	transfers := []types.Transaction{h.transfer(0), h.transfer(1)}
	for _, x := range transfers {
		h.handle(core.Solved{Found: found(h.next(x))})
		h.write()
	}
	h.peer(1)
	branch := chaintest.Branch(root, types.NamedAddress("bob"), 3)
	h.handle(core.Replace{Number: 9, Blocks: append([]types.Block{h.chain.Genesis().Block}, branch...)})
	h.write()
	require.Empty(t, take[core.Answer](h), "before the mempool is in order")
	h.follow()
	a := one[core.Answer](h)
	require.NoError(t, a.Err)
	require.Equal(t, 2, a.Result.Change.Reverted)
	kept := one[core.Persist](h)
	require.True(t, kept.Undone)
	require.Equal(t, transfers, kept.Transfers)
	require.Equal(t, h.chain.Tip().ID, kept.At)
	var announced []types.Hash
	for _, m := range sent[protocol.Have](h) {
		announced = append(announced, m.IDs...)
	}
	require.Equal(t, []types.Hash{transfers[0].ID(), transfers[1].ID()}, announced)
	stories := told[events.Reorg](h)
	require.Len(t, stories, 1)
	require.Equal(t, 2, stories[0].Depth)
	require.Equal(t, 2, stories[0].Returned)
	require.Equal(t, root.ID, stories[0].Fork.Hash)
}

// The story of a reorg names the fork, the peer and the miner of the new tip, and what
// became of each undone transfer: it waits again, both branches hold it, or another with
// its number has overtaken it.
func TestStoryOfAReorg(t *testing.T) {
	h := newHost(t)
	root, carol := h.chain.Tip(), types.NamedAddress("carol")
	network := h.chain.Genesis().Params.GenesisID
	from := func(name string) types.Transaction {
		return chaintest.Transfer(types.NamedKey(name), network, 0, types.NamedAddress("dave"), types.Coin, types.Coin)
	}
	paid, again := h.transfer(0), chaintest.Transfer(types.NamedKey("alice"), network, 0, carol, types.Coin, types.Coin)
	both, waits := from("bob"), from("carol")
	h.handle(core.Solved{Found: found(h.next(paid, both, waits))})
	h.write()
	left := h.chain.Tip()
	id := h.peer(1)
	first := chaintest.Next(root, carol, both, again)
	branch := append([]types.Block{first}, chaintest.Branch(chaintest.After(root, first), carol, 1)...)
	h.says(id, protocol.Headers{Headers: []types.Header{branch[0].Header, branch[1].Header}})
	h.says(id, protocol.Blocks{Encoded: [][]byte{branch[0].Encode(), branch[1].Encode()}})
	for at[core.Write](h) >= 0 {
		h.write()
	}
	h.follow()
	ref := func(b types.Block) events.BlockRef { return events.BlockRef{Hash: b.Hash(), Index: b.Height()} }
	require.Equal(t, []events.Reorg{{
		From: events.BlockRef{Hash: left.ID, Index: 1}, To: ref(branch[1]), Fork: events.BlockRef{Hash: root.ID}, Depth: 1,
		Peer: &id, Miner: carol, Returned: 1, Dropped: 2, Held: 1,
		Overtaken: []events.Overtaken{{ID: paid.ID(), By: again.ID(), Block: ref(first)}},
	}}, told[events.Reorg](h))
}

// It is told of a block from whom it came and how long ago the first word of it did.
func TestWayOfABlockIsTold(t *testing.T) {
	h := newHost(t)
	id := h.peer(1)
	b := h.next(h.transfer(0))
	h.says(id, protocol.Headers{Headers: []types.Header{b.Header}})
	h.now = h.now.Add(300 * time.Millisecond)
	h.says(id, protocol.Blocks{Encoded: [][]byte{b.Encode()}})
	h.now = h.now.Add(200 * time.Millisecond)
	h.write()
	own := h.next()
	h.handle(core.Solved{Found: found(own)})
	h.write()
	ref := events.BlockRef{Hash: b.Hash(), Index: 1}
	require.Equal(t, []events.BlockHeard{{BlockRef: ref, From: &id, How: events.Headers}}, told[events.BlockHeard](h))
	require.Equal(t, []events.BlockReceived{{BlockRef: ref, From: &id, Seconds: 0.3}}, told[events.BlockReceived](h))
	const bits = "207fffff"
	require.Equal(t, []events.BlockConnected{
		{
			BlockRef: ref, Previous: b.Previous, Miner: alice, Transactions: 2, Size: b.Size(), Timestamp: b.Time, Bits: bits,
			From: &id, Seconds: 0.5,
		},
		{
			BlockRef: events.BlockRef{Hash: own.Hash(), Index: 2}, Previous: own.Previous, Miner: alice, Transactions: 1,
			Size: own.Size(), Timestamp: own.Time, Bits: bits,
		},
	}, told[events.BlockConnected](h))
}

// It is told of the mempool what waits, and how many transfers came and were refused.
func TestMempoolIsTold(t *testing.T) {
	h := newHost(t)
	h.post(1, h.transfer(0))
	for number, sequence := range []uint64{2, 0} { // a gap, and one that it has
		h.handle(core.Admit{Number: uint64(number) + 2, Transaction: h.transfer(sequence)}.Check(h.pool))
	}
	h.now = h.now.Add(2 * time.Second)
	h.handle(core.Wake{})
	var sum events.Mempool
	for _, e := range told[events.Mempool](h) {
		sum.Accepted, sum.Refused = sum.Accepted+e.Accepted, sum.Refused+e.Refused
		sum.Transactions = e.Transactions
	}
	require.Equal(t, events.Mempool{Transactions: 1, Accepted: 1, Refused: 1}, sum)
}

// Who hears that the mempool has taken what a client posted finds in the events what that is,
// however long the disk takes.
func TestMempoolIsToldAfterWhatWasPosted(t *testing.T) {
	h := newHost(t)
	h.handle(core.Admit{Number: 1, Transaction: h.transfer(0)}.Check(h.pool))
	h.now = h.now.Add(2 * time.Second)
	h.handle(core.Wake{})
	require.Empty(t, told[events.Mempool](h), "it is not on disk")
	h.handle(core.Persisted{Numbers: []uint64{1}})
	var order []events.Type
	for _, e := range h.out {
		if tell, ok := e.(core.Tell); ok {
			order = append(order, tell.Data.Type())
		}
	}
	require.Equal(t, []events.Type{events.TransactionSubmitted{}.Type(), events.Mempool{}.Type()}, order)
	require.EqualValues(t, 1, told[events.Mempool](h)[0].Accepted)
}

// told are the events of a kind that the machine has told of.
func told[D events.Data](h *host) (list []D) {
	for _, e := range h.out {
		if tell, ok := e.(core.Tell); ok {
			if data, ok := tell.Data.(D); ok {
				list = append(list, data)
			}
		}
	}
	return list
}

// A peer's questions are answered one after the other, and who asks too many is
// dropped. An answer to a link that is gone means nothing to the next one.
func TestQuestionsOfAPeer(t *testing.T) {
	h := newHost(t)
	id, other := h.peer(1), h.peer(2)
	ask := protocol.GetBlocks{IDs: []types.Hash{h.chain.Tip().ID}}
	const most = 64
	for range most {
		h.says(id, ask)
	}
	first := one[core.Serve](h)
	h.says(other, ask)
	require.Equal(t, other, one[core.Serve](h).Peer, "it waits for nobody")
	h.handle(core.Served{Peer: id, Number: first.Number})
	second := one[core.Serve](h)
	h.says(id, ask)
	require.Empty(t, take[core.Drop](h))
	h.says(id, ask)
	require.Equal(t, id, one[core.Drop](h).Peer)
	h.handle(core.Disconnected{Peer: id})
	h.handle(core.Served{Peer: id, Number: second.Number})
	require.Empty(t, take[core.Serve](h))
}

// Blocks that somebody waits for are searched for one job at a time, and he has them
// once the mempool has followed.
func TestOrderOfBlocks(t *testing.T) {
	h := newHost(t)
	h.handle(core.Mine{Number: 7, Count: 2})
	for left := 2; left > 0; left-- {
		job := take[core.Job](h)
		require.Len(t, job, 1)
		require.Equal(t, left, job[0].Blocks)
		require.Equal(t, h.chain.Tip().ID, job[0].State.ID)
		h.handle(core.Solved{Number: uint64(left), Call: job[0].Call, Found: found(h.next())})
		require.Zero(t, one[core.Job](h).Blocks, "until what was found is written")
		h.write()
	}
	answers := take[core.Answer](h)
	require.Len(t, answers[len(answers)-1].Blocks, 2)
	require.EqualValues(t, 7, answers[len(answers)-1].Number)
	require.Empty(t, take[core.Job](h))
	require.False(t, slices.ContainsFunc(h.out, func(e core.Effect) bool { _, fails := e.(core.Fail); return fails }))
}

// A node that leaves searches no more, whatever for, and what is found all the same is not
// taken: it would be on the disk and reach nobody.
func TestNothingIsMinedOnceANodeLeaves(t *testing.T) {
	settings := mining.Default(1)
	settings.Mode = mining.Continuous
	h := newHost(t, func(c *core.Config) { c.Mining = settings })
	h.handle(core.Wake{})
	job := one[core.Job](h)
	require.Positive(t, job.Blocks)
	h.handle(core.Mine{Number: 7, Count: 2})
	require.EqualValues(t, 7, one[core.Job](h).Call)
	h.handle(core.Leave{})
	require.Zero(t, one[core.Job](h).Blocks)
	require.ErrorIs(t, one[core.Answer](h).Err, mining.ErrOff)
	h.handle(core.Solved{Number: 8, Call: job.Call, Found: found(h.next())})
	require.Equal(t, core.Answer{Number: 8}, one[core.Answer](h))
	h.handle(core.SetMining{Number: 9, Settings: settings})
	h.now = h.now.Add(time.Minute)
	h.handle(core.Wake{})
	require.Empty(t, take[core.Write](h))
	require.Empty(t, take[core.Job](h))
}

// It ends the search too while the mempool follows a reorg.
func TestSearchEndsAtOnceOnceANodeLeaves(t *testing.T) {
	settings := mining.Default(1)
	settings.Mode = mining.Continuous
	h := newHost(t, func(c *core.Config) { c.Mining = settings })
	root := h.chain.Tip()
	h.handle(core.Solved{Number: 1, Found: found(h.next())})
	h.write()
	h.handle(core.Replace{Number: 2, Blocks: chaintest.Branch(root, types.NamedAddress("bob"), 2), Part: true})
	h.write()
	require.GreaterOrEqual(t, at[core.Follow](h), 0)
	take[core.Job](h)
	h.handle(core.Leave{})
	require.Zero(t, one[core.Job](h).Blocks)
}

// A machine without work wants to be woken seldom, and is never woken in vain again
// and again.
func TestIdleMachineWakesSeldom(t *testing.T) {
	h := newHost(t, func(c *core.Config) { c.Protocol = core.DefaultProtocol(8) })
	id := h.peer(1)
	wakes := 0
	for end := h.now.Add(time.Hour); ; wakes++ {
		wake := h.machine.NextWake()
		require.False(t, wake.IsZero())
		require.False(t, wake.Before(h.now))
		if wake.After(end) {
			break
		}
		h.now = wake
		h.handle(core.Wake{})
		for _, m := range sent[protocol.Ping](h) {
			h.says(id, protocol.Pong{Number: m.Number, Tip: protocol.Claim{ID: h.chain.Tip().ID}})
		}
		h.out = nil
	}
	const perMinute = 6
	require.Less(t, wakes, 60*perMinute)
}

// What does not fit together ends the node, and says so.
func TestUpdateOfAnotherChainFails(t *testing.T) {
	h := newHost(t)
	h.handle(core.Solved{Found: found(h.next())})
	take[core.Write](h)
	stranger := chain.Update{Updates: chain.Updates{Applied: []chain.Ref{{Height: 1, ID: types.Hash{1}}}}}
	h.handle(core.Written{Change: chain.Change{Moved: true, Update: stranger}})
	require.Error(t, one[core.Fail](h).Err)
}

// A block from the future is told of with by how much it is ahead of the node's own clock.
func TestBlocksFromTheFutureAreToldOf(t *testing.T) {
	h := newHost(t)
	peer := h.peer(1)
	h.handle(core.Clock{Ahead: -time.Hour})
	late := chaintest.Mine(h.chain.Tip(), alice, uint32(h.now.Add(10*time.Hour).Unix()))
	h.says(peer, protocol.Headers{Headers: []types.Header{late.Header}})
	require.Equal(t, []events.BlockTooNew{{
		BlockRef: events.BlockRef{Hash: late.Hash(), Index: 1}, From: &peer, Timestamp: late.Time, Seconds: (11 * time.Hour).Seconds(),
	}}, tells[events.BlockTooNew](h))
	require.Empty(t, take[core.Drop](h), "nobody is to blame")
}
