package core_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"networkmngr/internal/chain/chaintest"
	"networkmngr/internal/consensus"
	"networkmngr/internal/core"
	"networkmngr/internal/events"
	"networkmngr/internal/mining"
	"networkmngr/internal/mining/strategy"
	"networkmngr/internal/protocol"
	"networkmngr/internal/types"
)

// attack is a double spend of alice's coin.
func (h *host) attack(confirmations, giveUp int) (payment types.Transaction, s strategy.Settings) {
	payment = h.transfer(0)
	conflict := chaintest.Transfer(types.NamedKey("alice"), h.chain.Genesis().Params.GenesisID, 0, alice, types.Coin, types.Coin/1000)
	return payment, strategy.Settings{Name: strategy.DoubleSpend, Attack: strategy.Attack{
		Payment: payment, Conflict: conflict, Confirmations: confirmations, GiveUp: giveUp,
	}}
}

// pay brings a block of others that holds a payment, which is pending here.
func (h *host) pay(b types.Block) {
	h.handle(core.Replace{Number: 50, Blocks: []types.Block{b}, Part: true})
	h.done()
}

// begin has the host begin an attack, as a client does: without its payment, there is none.
func (h *host) begin(s strategy.Settings) error {
	settings := mining.Default(1)
	settings.Mode, settings.Strategy = mining.Continuous, s
	h.handle(core.Attack{Number: 60, Settings: settings})
	h.handle(one[core.Admit](h).Check(h.pool))
	for _, p := range take[core.Persist](h) {
		h.handle(core.Persisted{Numbers: []uint64{p.Number}})
	}
	return one[core.Answer](h).Err
}

// A double spend whose payment is refused changes nothing: what is withheld stays so.
func TestADoubleSpendThatIsRefused(t *testing.T) {
	h := playing(t, strategy.Settings{Name: strategy.Selfish})
	h.peer(1)
	h.handle(core.Wake{})
	h.find()
	h.find()
	h.out = nil
	before := h.machine.Strategy()
	payment, attack := h.attack(1, 5)
	payment.Amount = 1 << 60
	payment.Sign(types.NamedKey("alice"), h.chain.Genesis().Params.GenesisID)
	attack.Payment = payment
	require.ErrorIs(t, h.begin(attack), consensus.ErrOverspend)
	require.Empty(t, take[core.Send](h))
	require.Equal(t, before, h.machine.Strategy())
	require.Equal(t, strategy.Branches{Own: 2}, before.Branches)
}

// Payment and attack are one: what is mined next has the conflict instead.
func TestADoubleSpendBegins(t *testing.T) {
	h := playing(t, strategy.Default())
	h.peer(1)
	payment, attack := h.attack(1, 5)
	require.NoError(t, h.begin(attack))
	_, waits := h.pool.Get(payment.ID())
	require.True(t, waits)
	require.Equal(t, []types.Transaction{attack.Conflict}, h.job.Transfers)
	h.now = h.now.Add(time.Minute)
	h.handle(core.Wake{})
	require.Equal(t, []types.Hash{payment.ID()}, sent[protocol.Have](h)[0].IDs, "peers hear of it")
}

// What was found by a search from before a double spend is no part of it: peers hear of it,
// and the conflict is in the block after it, over a kill too.
func TestABlockFromBeforeADoubleSpendIsShown(t *testing.T) {
	for name, written := range map[string]bool{"found after its begin": false, "being written at its begin": true} {
		t.Run(name, func(t *testing.T) {
			k := &keeper{host: playing(t, strategy.Default())}
			k.peer(1)
			early := chaintest.Next(k.job.State, types.NamedAddress("self"))
			solved := core.Solved{Call: k.job.Call, Found: found(early)}
			if written {
				k.handle(solved)
			}
			_, attack := k.attack(1, 5)
			require.NoError(t, k.begin(attack))
			if !written {
				k.handle(solved)
			}
			k.keep()
			require.Empty(t, k.kept.Own)
			k.done()
			require.Equal(t, early.Hash(), lastHeader(k.host).Hash())
			require.False(t, told[events.BlockMined](k.host)[0].Withheld)
			for range 2 {
				require.Zero(t, k.machine.Strategy().Branches)
				require.Equal(t, early.Hash(), k.job.State.ID)
				require.Equal(t, []types.Transaction{attack.Conflict}, k.job.Transfers)
				k.kill()
				require.Equal(t, early.Hash(), k.greeted(9))
			}
		})
	}
}

// Peers that leave the block which a double spend stands on do not end it: it goes along,
// or mines its conflict on that block once they have the payment.
func TestPeersLeaveTheBlockBelowADoubleSpend(t *testing.T) {
	for name, paid := range map[string]bool{"without the payment": false, "with the payment": true} {
		t.Run(name, func(t *testing.T) {
			h := playing(t, strategy.Default())
			peer, root := h.peer(1), h.chain.Tip()
			h.hear(peer, chaintest.Next(root, alice))
			left := h.chain.Tip()
			payment, attack := h.attack(1, 5)
			require.NoError(t, h.begin(attack))
			theirs, stands := chaintest.Branch(root, types.NamedAddress("others"), 2), 0
			if paid {
				theirs[1], stands = chaintest.Next(chaintest.After(root, theirs[0]), alice, payment), 1
			}
			h.handle(core.Replace{Number: 50, Blocks: theirs, Part: true})
			h.done()
			require.Equal(t, strategy.Branches{Own: stands, Public: 2 * stands, Shown: stands, Confirmations: stands}, h.machine.Strategy().Branches)
			require.Equal(t, map[bool]types.Hash{false: theirs[1].Hash(), true: left.ID}[paid], h.job.State.ID)
			require.Equal(t, []types.Transaction{attack.Conflict}, h.job.Transfers)
			back := chaintest.Branch(left, types.NamedAddress("others"), 3)
			h.handle(core.Replace{Number: 51, Blocks: back, Part: true})
			h.done()
			require.Equal(t, core.Strategy{Settings: attack}, h.machine.Strategy(), "it goes on where they are now")
			require.Equal(t, back[2].Hash(), h.job.State.ID)
		})
	}
}

// A double spend that is lucky: the payment is confirmed, the longer branch without it is
// shown, and the node is honest.
func TestDoubleSpendIsWon(t *testing.T) {
	h := playing(t, strategy.Default())
	h.peer(1)
	root, bob := h.chain.Tip(), types.NamedAddress("bob")
	before, _, err := h.chain.Accounts(bob)
	require.NoError(t, err)
	payment, attack := h.attack(1, 5)
	h.set(attack)
	h.post(1, payment)
	require.Equal(t, []types.Transaction{attack.Conflict}, h.job.Transfers, "instead of the payment")
	h.find()
	h.pay(chaintest.Next(root, alice, payment))
	require.Equal(t, strategy.Branches{Own: 1, Public: 1, Confirmations: 1}, h.machine.Strategy().Branches)
	require.Empty(t, told[events.BlocksPublished](h))
	h.out = nil
	second := h.find()
	require.Equal(t, second.Hash(), lastHeader(h).Hash())
	require.Equal(t, core.AttackWon, h.machine.Strategy().Outcome)
	after, _, err := h.chain.Accounts(bob)
	require.NoError(t, err)
	require.Equal(t, before, after, "the payment is undone")
	h.out = nil
	third := h.find()
	require.Equal(t, third.Hash(), lastHeader(h).Hash(), "it is honest again")
}

// One that has no luck gives up, and shows nothing.
func TestDoubleSpendIsGivenUp(t *testing.T) {
	h := playing(t, strategy.Default())
	peer := h.peer(1)
	root := h.chain.Tip()
	payment, attack := h.attack(1, 2)
	h.set(attack)
	h.post(1, payment)
	h.pay(chaintest.Next(root, alice, payment))
	require.Equal(t, strategy.Branches{Public: 1, Confirmations: 1}, h.machine.Strategy().Branches)
	require.Equal(t, root.ID, h.job.State.ID, "it mines beside the payment")
	h.hear(peer, chaintest.Next(h.chain.Tip(), alice))
	require.Equal(t, core.AttackGivenUp, h.machine.Strategy().Outcome)
	require.Equal(t, h.chain.Tip().ID, h.job.State.ID)
}

// A conflict that breaks a rule ends the attack, rather than that it is mined for ever.
func TestDoubleSpendOfSpentCoinsIsGivenUp(t *testing.T) {
	h := playing(t, strategy.Default())
	_, attack := h.attack(1, 2)
	attack.Conflict.Sequence = 7
	attack.Conflict.Sign(types.NamedKey("alice"), h.chain.Genesis().Params.GenesisID)
	h.set(attack)
	h.find()
	require.Equal(t, core.AttackGivenUp, h.machine.Strategy().Outcome)
}

// Peers get the payment of a double spend however soon its own block is found, over a kill
// too: without it, it would have no confirmation ever.
func TestPeersGetThePaymentAfterTheConflictIsMined(t *testing.T) {
	k, root, payment, attack := attacking(t, 1, 5)
	k.find()
	_, waits := k.pool.Get(payment.ID())
	require.False(t, waits)
	k.now = k.now.Add(time.Minute)
	k.handle(core.Wake{})
	require.Equal(t, []types.Hash{payment.ID()}, sent[protocol.Have](k.host)[0].IDs)
	require.Equal(t, []types.Transaction{payment}, k.asks(2, payment, attack.Conflict))
	k.kill()
	require.Equal(t, []types.Transaction{payment}, k.asks(3, payment, attack.Conflict))
	k.pay(chaintest.Next(root, alice, payment))
	require.Empty(t, k.asks(4, payment, attack.Conflict), "it is in a block that they have")
}

// A payment that is in a block before the attacker has one is pending no more.
func TestThePaymentIsConfirmedBeforeTheConflictIsMined(t *testing.T) {
	k, root, payment, attack := attacking(t, 2, 6)
	k.pay(chaintest.Next(root, alice, payment))
	k.find()
	require.Equal(t, strategy.Branches{Own: 1, Public: 1, Confirmations: 1}, k.machine.Strategy().Branches)
	require.Empty(t, k.asks(2, payment, attack.Conflict))
	k.kill()
	require.Empty(t, k.asks(3, payment, attack.Conflict))
}

// What contradicts the payment is nobody's business before the branch with it is shown,
// also when others have outrun that.
func TestTheConflictOfADoubleSpendIsNotRelayed(t *testing.T) {
	h := playing(t, strategy.Default())
	peer := h.peer(1)
	root := h.chain.Tip()
	payment, attack := h.attack(1, 5)
	h.set(attack)
	h.post(1, payment)
	h.find()
	theirs := chaintest.Branch(root, alice, 2)
	h.hear(peer, theirs[0])
	h.out = nil
	h.hear(peer, theirs[1])
	h.handle(core.Wake{})
	require.Equal(t, theirs[1].Hash(), h.machine.Tip().ID)
	_, waits := h.pool.Get(attack.Conflict.ID())
	require.False(t, waits)
	for _, have := range sent[protocol.Have](h) {
		require.NotContains(t, have.IDs, attack.Conflict.ID())
	}
}

// A payment that nobody else ever got is confirmed by nobody: the attack ends all the same.
func TestADoubleSpendOfAPaymentThatNobodyHasEnds(t *testing.T) {
	h := playing(t, strategy.Default())
	h.peer(1)
	payment, attack := h.attack(1, 5)
	h.set(attack)
	h.post(1, payment)
	for range 49 {
		h.find()
	}
	require.Empty(t, h.machine.Strategy().Outcome)
	last := h.find()
	require.Equal(t, core.AttackGivenUp, h.machine.Strategy().Outcome)
	require.Equal(t, last.Hash(), h.machine.Tip().ID)
	require.Zero(t, h.machine.Strategy().Branches)
}

// A block that could not be written, but breaks no rule, ends no attack.
func TestADoubleSpendOutlivesAFailedWrite(t *testing.T) {
	h := playing(t, strategy.Default())
	h.peer(1)
	payment, attack := h.attack(1, 5)
	h.set(attack)
	h.post(1, payment)
	h.find()
	late := chaintest.Next(h.job.State, types.NamedAddress("self"))
	h.handle(core.Solved{Call: h.job.Call, Found: found(late)})
	one[core.Write](h)
	h.handle(core.Written{Err: consensus.ErrTimeTooNew})
	require.Empty(t, h.machine.Strategy().Outcome)
	require.Equal(t, 1, h.machine.Strategy().Own)
	require.Empty(t, told[events.BlocksPublished](h))
}

// A payment that the node has taken is pending again once the branch without it is given up,
// and what contradicts it never is, also where the attack is over, or goes on under another
// name.
func TestThePaymentComesBackWhenADoubleSpendIsGivenUp(t *testing.T) {
	for _, swapped := range []bool{false, true} {
		h := playing(t, strategy.Default())
		h.peer(1)
		root := h.chain.Tip()
		payment, attack := h.attack(1, 1)
		require.NoError(t, h.begin(attack))
		own := h.find()
		_, waits := h.pool.Get(payment.ID())
		require.False(t, waits, "its number is used")
		if swapped {
			h.out = nil
			h.set(strategy.Settings{Name: strategy.Selfish})
		}
		theirs := chaintest.Branch(root, alice, 2)
		h.handle(core.Replace{Number: 50, Blocks: theirs, Part: true})
		h.done()
		require.Equal(t, theirs[1].Hash(), h.machine.Tip().ID)
		pending := func() {
			t.Helper()
			_, waits := h.pool.Get(payment.ID())
			require.True(t, waits)
			_, waits = h.pool.Get(attack.Conflict.ID())
			require.False(t, waits)
		}
		pending()
		h.out = nil
		h.set(strategy.Settings{Name: strategy.Selfish})
		h.handle(core.Invalidate{Number: 7, Block: theirs[0].Hash()})
		h.done()
		require.Equal(t, own.Hash(), h.machine.Tip().ID)
		h.handle(core.Reconsider{Number: 8, Block: theirs[0].Hash()})
		h.done()
		require.Equal(t, theirs[1].Hash(), h.machine.Tip().ID)
		pending()
	}
}
