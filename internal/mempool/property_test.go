package mempool

import (
	"maps"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"networkmngr/internal/chain/chaintest"
	"networkmngr/internal/consensus"
	"networkmngr/internal/types"
)

// place is a block of any branch, with what is true after it.
type place struct {
	state    consensus.State
	accounts consensus.Accounts
	included map[types.Hash]bool // on the branch up to here
}

// history drives a pool and its chain at random, and remembers plainly what
// happened.
type history struct {
	*world
	places   map[types.Hash]*place
	order    []types.Hash // of places
	accepted []types.Transaction
	local    map[types.Hash]bool // accepted with a promise
	gone     map[types.Hash]bool // accepted, then replaced or contradicted
	roomy    bool                // nobody gets poor, and no limit is met
}

func newHistory(t *rapid.T, roomy bool) *history {
	h := &history{roomy: roomy, places: make(map[types.Hash]*place), gone: make(map[types.Hash]bool), local: make(map[types.Hash]bool)}
	h.world = newWorld(t, func(l *Limits) {
		if !roomy {
			l.Count = rapid.IntRange(2, 8).Draw(t, "count")
			l.Bytes = footprint(1, types.MaxTransactionSize) + rapid.IntRange(0, 10_000).Draw(t, "bytes")
			l.PerSender = rapid.IntRange(1, 5).Draw(t, "per sender")
			l.Expiry = time.Hour
		}
	})
	start := &place{state: h.chain.Tip(), accounts: make(consensus.Accounts)}
	for _, name := range chaintest.Names {
		start.accounts[addresses[name]] = consensus.Account{Balance: chaintest.Balance}
	}
	h.keep(start)
	return h
}

func (h *history) keep(p *place) {
	h.places[p.state.ID] = p
	h.order = append(h.order, p.state.ID)
}

// draw is a transfer that is sometimes good.
func (h *history) draw(t *rapid.T) types.Transaction {
	sender := rapid.SampledFrom(chaintest.Names).Draw(t, "sender")
	address := addresses[sender]
	next := h.places[h.chain.Tip().ID].accounts[address].Sequence + uint64(len(h.pool.BySender(address)))
	sequence := rapid.Uint64Range(max(next, 3)-3, next+1).Draw(t, "sequence")
	amounts := rapid.Uint64Range(1, 1000)
	if !h.roomy {
		amounts = rapid.Uint64Range(1, uint64(chaintest.Balance)/4)
	}
	return h.transfer(sender, sequence, 0,
		withData(rapid.SampledFrom([]int{0, 0, 0, 0, 1, 1000, 20_000}).Draw(t, "data")),
		withAmount(types.Amount(amounts.Draw(t, "amount"))),
		withFee(types.Amount(rapid.SampledFrom([]uint64{0, 200, 1000, 30_000, 1e6}).Draw(t, "fee"))),
		func(x *types.Transaction) {
			x.Recipient = addresses[rapid.SampledFrom(chaintest.Names).Draw(t, "recipient")]
		})
}

// Add offers a transfer, drawn or seen before.
func (h *history) Add(t *rapid.T) {
	h.settle()
	x := h.draw(t)
	if len(h.accepted) > 0 && rapid.IntRange(0, 4).Draw(t, "again") == 0 {
		x = rapid.SampledFrom(h.accepted).Draw(t, "accepted")
	}
	before := h.pool.BySender(x.Sender())
	local := rapid.Bool().Draw(t, "local")
	add := h.pool.Add
	if local {
		add = h.pool.AddLocal
	}
	if add(x) != nil {
		require.Equal(t, ids(before), ids(h.pool.BySender(x.Sender())), "a refusal changes nothing")
		return
	}
	for _, other := range append(before, h.accepted...) {
		if other.Sender() == x.Sender() && other.Sequence == x.Sequence {
			h.gone[other.ID()] = true
		}
	}
	delete(h.gone, x.ID())
	h.accepted = append(h.accepted, x)
	h.local[x.ID()] = h.local[x.ID()] || local
}

// Mine puts a block on any block, the tip more often than not.
func (h *history) Mine(t *rapid.T) {
	below := h.places[h.chain.Tip().ID]
	if rapid.Bool().Draw(t, "fork") {
		below = h.places[rapid.SampledFrom(h.order).Draw(t, "below")]
	}
	var list []types.Transaction
	if rapid.Bool().Draw(t, "template") && below.state.ID == h.chain.Tip().ID {
		h.settle()
		list = h.template(rapid.IntRange(0, 60_000).Draw(t, "room"))
	} else {
		list = h.transfersOn(t, below)
	}
	payout := addresses[rapid.SampledFrom(chaintest.Names).Draw(t, "payout")]
	block := chaintest.Next(below.state, payout, list...)
	state, diff, err := below.state.Apply(&block, below.accounts)
	require.NoError(t, err)
	after := &place{state, maps.Clone(below.accounts), maps.Clone(below.included)}
	if after.included == nil {
		after.included = make(map[types.Hash]bool)
	}
	for _, change := range diff {
		after.accounts[change.Address] = change.After
	}
	for i := range list {
		after.included[list[i].ID()] = true
	}
	h.keep(after)
	_, err = h.chain.AddBlocks(block)
	require.NoError(t, err)
}

// transfersOn picks transfers, accepted ones and new ones, that a block on
// below may hold.
func (h *history) transfersOn(t *rapid.T, below *place) []types.Transaction {
	var list []types.Transaction
	accounts := maps.Clone(below.accounts)
	pick := func(x types.Transaction) {
		if spent, err := accounts[x.Sender()].Spend(&x); err == nil {
			accounts[x.Sender()] = spent
			list = append(list, x)
		}
	}
	for _, x := range h.accepted {
		if rapid.Bool().Draw(t, "pick") {
			pick(x)
		}
	}
	for range rapid.IntRange(0, 2).Draw(t, "new") {
		pick(h.draw(t))
	}
	return list
}

// Wait lets time pass.
func (h *history) Wait(t *rapid.T) {
	h.clock = h.clock.Add(time.Duration(rapid.IntRange(1, 40).Draw(t, "minutes")) * time.Minute)
}

// settle syncs, and notes which accepted transfers the tip contradicts.
func (h *history) settle() {
	h.sync()
	tip := h.places[h.chain.Tip().ID]
	for _, x := range h.accepted {
		if x.Sequence < tip.accounts[x.Sender()].Sequence && !tip.included[x.ID()] {
			h.gone[x.ID()] = true
		}
	}
}

// Check is run after every step, though not every step is followed by a sync.
func (h *history) Check(t *rapid.T) {
	h.check()
	if rapid.Bool().Draw(t, "do not sync") {
		return
	}
	h.settle()
	tip := h.places[h.chain.Tip().ID]
	require.Equal(t, tip.state, h.pool.tip)
	h.template(rapid.IntRange(0, 60_000).Draw(t, "room"))
	_, all, err := h.pool.Template(types.MaxBlockSize / 2)
	require.NoError(t, err)
	h.checkPrefix(t, tip, all)
	require.Equal(t, ids(listed(h.pool, 0, h.pool.Len())), ids(all))
	for _, x := range all {
		require.False(t, tip.included[x.ID()])
	}
	for _, x := range h.accepted {
		id := x.ID()
		if !h.roomy && !h.local[id] {
			continue
		}
		require.True(t, h.gone[id] || tip.included[id] || h.pool.Has(id), "%s of sequence %d is lost", id, x.Sequence)
	}
}

// checkPrefix makes a block of a beginning of list.
func (h *history) checkPrefix(t *rapid.T, tip *place, list []types.Transaction) {
	n := rapid.IntRange(0, len(list)).Draw(t, "prefix")
	block := chaintest.Next(tip.state, addresses["miner"], list[:n]...)
	_, _, err := tip.state.Apply(&block, tip.accounts)
	require.NoError(t, err)
}

func TestHistories(t *testing.T) {
	for name, roomy := range map[string]bool{"roomy": true, "tight": false} {
		t.Run(name, func(t *testing.T) {
			rapid.Check(t, func(t *rapid.T) {
				h := newHistory(t, roomy)
				actions := map[string]func(*rapid.T){"add": h.Add, "add more": h.Add, "mine": h.Mine, "": h.Check}
				if !roomy {
					actions["wait"] = h.Wait
				}
				t.Repeat(actions)
			})
		})
	}
}
