package core_test

import (
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"

	"networkmngr/internal/chain/chaintest"
	"networkmngr/internal/consensus"
	"networkmngr/internal/core"
	"networkmngr/internal/events"
	"networkmngr/internal/mempool"
	"networkmngr/internal/mining"
	"networkmngr/internal/mining/strategy"
	"networkmngr/internal/protocol"
	"networkmngr/internal/types"
)

// keeper is a host whose machine is killed now and then, and goes on with what it has kept.
type keeper struct {
	*host
	kept core.Kept
}

// keep notes what the machine has kept by now.
func (k *keeper) keep() {
	for _, e := range take[core.Keep](k.host) {
		k.kept = e.Kept
	}
}

// kill has another machine go on with the same chain.
func (k *keeper) kill() {
	k.keep()
	config := core.Config{
		Protocol: core.DefaultProtocol(0), Self: types.NodeInfo{ID: self, P2P: []string{"here"}}, Genesis: k.chain.Genesis().Params.GenesisID,
		Payout: types.NamedAddress("self"), Mining: mining.Default(1), Seed: [2]uint64{1, 2}, Kept: k.kept,
	}
	config.Mining.Mode, config.Mining.Strategy = mining.Continuous, k.kept.Strategy.Normal()
	k.pool.Pool = mempool.New(mempool.DefaultLimits(), k.chain.Tip())
	view := k.chain.View()
	var err error
	config.Blocks, err = k.kept.Blocks(view, k.chain.Block)
	require.NoError(k.t, err)
	k.machine, k.out = core.New(config, view, k.pool.Pool), nil
	k.handle(core.Wake{})
}

// greeted is the tip that a new peer is told of.
func (k *keeper) greeted(n byte) types.Hash {
	k.t.Helper()
	k.handle(core.Connected{Peer: types.NodeID{n}})
	hellos := sent[protocol.Hello](k.host)
	require.Len(k.t, hellos, 1)
	return hellos[0].Tip.ID
}

// What a selfish miner hides is on disk as such before it is in the chain, and hidden by its
// next life, which goes on with the race.
func TestWithheldBlocksStayWithheldOverAKill(t *testing.T) {
	k := &keeper{host: playing(t, strategy.Settings{Name: strategy.Selfish})}
	root := k.chain.Tip()
	b := chaintest.Next(k.job.State, types.NamedAddress("self"))
	k.handle(core.Solved{Call: k.job.Call, Found: found(b)})
	require.Less(t, at[core.Keep](k.host), at[core.Write](k.host))
	k.done()
	k.find()
	k.find()
	require.Equal(t, root.Height+3, k.chain.Tip().Height, "all is stored")
	k.kill()
	require.Equal(t, strategy.Branches{Own: 3}, k.machine.Strategy().Branches)
	require.Equal(t, k.chain.Tip().ID, k.job.State.ID, "it mines on")
	withheld := told[events.BlocksWithheld](k.host)
	require.Len(t, withheld, 1)
	require.Len(t, withheld[0].Blocks, 3)
	require.Equal(t, refOf(b), withheld[0].Blocks[0])
	require.Equal(t, root.ID, k.greeted(9))
	peer := k.peer(1)
	k.hear(peer, chaintest.Next(root, alice))
	require.Equal(t, strategy.Branches{Own: 3, Public: 1, Shown: 1}, k.machine.Strategy().Branches)
	k.kill()
	require.Equal(t, strategy.Branches{Own: 3, Public: 1, Shown: 1}, k.machine.Strategy().Branches)
	require.Equal(t, b.Hash(), k.greeted(9), "of two equal ones, the own")
	k.set(strategy.Default())
	k.kill()
	require.True(t, k.kept.IsZero())
	require.Equal(t, k.chain.Tip().ID, k.greeted(9), "an honest miner hides nothing")
}

// attacking is a host that has begun a double spend, on the block that was its tip.
func attacking(t *testing.T, confirmations, giveUp int) (k *keeper, root consensus.State, payment types.Transaction, attack strategy.Settings) {
	k = &keeper{host: playing(t, strategy.Default())}
	k.peer(1)
	root = k.chain.Tip()
	payment, attack = k.attack(confirmations, giveUp)
	require.NoError(t, k.begin(attack))
	return k, root, payment, attack
}

// A double spend goes on after a kill, with the confirmations that the payment has.
func TestADoubleSpendGoesOnAfterAKill(t *testing.T) {
	k, root, payment, _ := attacking(t, 1, 5)
	k.find()
	theirs := chaintest.Next(root, alice, payment)
	k.pay(theirs)
	k.kill()
	require.Equal(t, strategy.Branches{Own: 1, Public: 1, Confirmations: 1}, k.machine.Strategy().Branches)
	require.Equal(t, theirs.Hash(), k.greeted(9))
	k.peer(1)
	second := k.find()
	require.Equal(t, second.Hash(), lastHeader(k.host).Hash())
	require.Equal(t, core.AttackWon, k.machine.Strategy().Outcome)
	k.kill()
	require.True(t, k.kept.IsZero())
}

// Whatever has happened by then, a kill changes nothing of where the branches stand.
func TestAKillChangesNoPlay(t *testing.T) {
	for seed := range uint64(80) {
		random := rand.New(rand.NewPCG(seed, 12))
		name := []strategy.Settings{
			{Name: strategy.Selfish}, {Name: strategy.Stubborn, Lead: true, Fork: true, Trail: 2}, {Name: strategy.Withhold, Blocks: 3}, strategy.Default(),
		}[seed%4]
		k := &keeper{host: playing(t, name)}
		if name.Name == strategy.Honest {
			payment, attack := k.attack(2, 4)
			k.set(attack)
			k.pay(chaintest.Next(k.chain.Tip(), alice, payment))
		}
		for range 20 {
			k.keep()
			public, known := k.chain.View().State(k.greeted(9))
			require.True(t, known)
			peer := k.peer(1)
			k.handle(core.Wake{})
			if random.IntN(2) == 0 {
				k.find()
			} else {
				k.hear(peer, chaintest.Next(public, alice))
			}
			before := k.machine.Strategy()
			if before.Outcome != "" {
				break // which nobody keeps: the node is honest
			}
			k.kill()
			require.Equal(t, before, k.machine.Strategy(), "seed %d", seed)
		}
	}
}

// asks returns what a new peer is told of so many transfers, that it asks for.
func (k *keeper) asks(n byte, transfers ...types.Transaction) (told []types.Transaction) {
	k.t.Helper()
	k.keep()
	peer := k.peer(n)
	var ids []types.Hash
	for i := range transfers {
		ids = append(ids, transfers[i].ID())
	}
	k.says(peer, protocol.GetTransactions{IDs: ids})
	for _, s := range take[core.Serve](k.host) {
		frames, err := s.Frames(k.chain, k.pool.Get)
		require.NoError(k.t, err)
		for frame := range frames {
			m, err := protocol.Decode(frame)
			require.NoError(k.t, err)
			told = append(told, m.(protocol.Transactions).Transactions...)
		}
	}
	return told
}

// The transfers of withheld blocks are pending to peers after a kill as before, on whichever
// branch they are besides.
func TestTransfersOfWithheldBlocksStayPendingOverAKill(t *testing.T) {
	k := &keeper{host: playing(t, strategy.Default())}
	root := k.chain.Tip()
	first, second := k.transfer(0), k.transfer(1)
	k.post(1, first)
	k.post(2, second)
	k.set(strategy.Settings{Name: strategy.Withhold, Blocks: 3})
	require.Len(t, k.job.Transfers, 2)
	k.find()
	k.find()
	require.Equal(t, strategy.Branches{Own: 2}, k.machine.Strategy().Branches)
	require.Equal(t, []types.Transaction{first, second}, k.asks(1, first, second))
	k.kill()
	require.Equal(t, []types.Transaction{first, second}, k.asks(2, first, second))
	k.pay(chaintest.Next(root, alice, first))
	require.Equal(t, strategy.Branches{Own: 2, Public: 1}, k.machine.Strategy().Branches)
	require.Equal(t, []types.Transaction{second}, k.asks(4, first, second), "a public block has the other one")
	k.kill()
	require.Equal(t, []types.Transaction{second}, k.asks(5, first, second))
}

// What a double spend is to take back the coins with is no peer's to know, before a kill or
// after.
func TestTheConflictOfADoubleSpendIsSecret(t *testing.T) {
	k := &keeper{host: playing(t, strategy.Default())}
	_, attack := k.attack(1, 5)
	k.set(attack)
	k.find()
	require.Equal(t, strategy.Branches{Own: 1}, k.machine.Strategy().Branches)
	require.Empty(t, k.asks(1, attack.Conflict))
	k.kill()
	require.Empty(t, k.asks(2, attack.Conflict))
}

// A payment that is confirmed while the attacker has no block yet is so after a kill too.
func TestADoubleSpendThatHasNoBlockYetGoesOnAfterAKill(t *testing.T) {
	k, root, payment, _ := attacking(t, 2, 6)
	k.pay(chaintest.Next(root, alice, payment))
	before := k.machine.Strategy()
	require.Equal(t, strategy.Branches{Public: 1, Confirmations: 1}, before.Branches)
	k.kill()
	require.Equal(t, before, k.machine.Strategy())
	require.Equal(t, root.ID, k.job.State.ID, "it mines beside the payment")
	k.find()
	require.Empty(t, k.machine.Strategy().Outcome)
}

// A branch that was shown just before a kill, which does not know of that, has won once
// others build on it.
func TestADoubleSpendThatHadWonBeforeAKill(t *testing.T) {
	k, root, payment, _ := attacking(t, 1, 6)
	k.find()
	k.pay(chaintest.Next(root, alice, payment))
	k.keep()
	k.find()
	require.Equal(t, core.AttackWon, k.machine.Strategy().Outcome)
	next := chaintest.Next(k.chain.Tip(), alice)
	keeps := take[core.Keep](k.host)
	require.Len(t, keeps, 2)
	k.kept = keeps[0].Kept // the other one, of the end, was not written any more
	k.kill()
	require.Empty(t, k.machine.Strategy().Outcome)
	k.hear(k.peer(1), next)
	require.Equal(t, core.AttackWon, k.machine.Strategy().Outcome)
	take[core.Keep](k.host)
	k.kept = keeps[0].Kept // neither that of this life
	k.kill()
	require.Equal(t, core.AttackWon, k.machine.Strategy().Outcome, "others have built on it")
}

// A kill between the attack and its payment on disk leaves no attack without a payment.
func TestThePaymentOfADoubleSpendOutlivesAKill(t *testing.T) {
	k, _, payment, attack := attacking(t, 1, 5)
	k.kill() // with another mempool
	_, waits := k.pool.Get(payment.ID())
	require.False(t, waits)
	k.handle(one[core.Admit](k.host).Check(k.pool))
	_, waits = k.pool.Get(payment.ID())
	require.True(t, waits)
	require.Equal(t, []types.Transaction{attack.Conflict}, k.job.Transfers)
}

// The conflict stays secret with whoever goes on withholding it by another strategy.
func TestTheConflictStaysSecretAfterAChangeOfStrategy(t *testing.T) {
	k := &keeper{host: playing(t, strategy.Default())}
	_, attack := k.attack(1, 5)
	k.set(attack)
	k.find()
	k.out = nil
	k.set(strategy.Settings{Name: strategy.Withhold, Blocks: 5})
	require.Equal(t, strategy.Branches{Own: 1}, k.machine.Strategy().Branches)
	require.Empty(t, k.asks(1, attack.Conflict))
	k.kill()
	require.Equal(t, strategy.Branches{Own: 1}, k.machine.Strategy().Branches)
	require.Empty(t, k.asks(2, attack.Conflict))
}

// Who withholds nothing goes on after a kill too, and takes the same transfers.
func TestWhatAStrategyTakesIsSoAfterAKill(t *testing.T) {
	for _, s := range []strategy.Settings{{Name: strategy.Empty}, {Name: strategy.Censor, Avoid: alice}} {
		k := &keeper{host: playing(t, strategy.Default())}
		k.set(s)
		k.kill()
		require.Equal(t, s, k.kept.Strategy)
		require.Equal(t, core.Strategy{Settings: s}, k.machine.Strategy())
		k.set(strategy.Default())
		k.kill()
		require.True(t, k.kept.IsZero())
	}
}
