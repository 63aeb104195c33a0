package sim

import (
	"math"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"networkmngr/internal/core"
	"networkmngr/internal/mining/strategy"
	"networkmngr/internal/theory"
	"networkmngr/internal/types"
)

// attacked runs three nodes, of which the first has a share alpha of the hash power and
// double-spends, until that has an outcome. Blocks cross so fast that there is hardly ever a race.
func attacked(t *testing.T, seed uint64, alpha float64, z, giveUp int) (outcome string) {
	t.Helper()
	const mineIn, blocks = 10 * time.Second, 100
	w, err := New(Settings{
		Seed: seed, Nodes: 3, Outbound: 2, FullRegistry: true, BlockTime: time.Second, Latency: time.Microsecond,
		MineIn: mineIn, Active: blocks * mineIn, Miners: []Miner{{Share: alpha}, {Share: (1 - alpha) / 2}, {Share: (1 - alpha) / 2}},
	})
	require.NoError(t, err)
	attacker := w.nodes[0]
	payment := types.Transaction{Recipient: types.AddressOfKey(clientKey(1)), Amount: types.Coin}
	conflict := types.Transaction{Recipient: types.AddressOfKey(clientKey(0)), Amount: types.Coin}
	payment.Sign(clientKey(0), w.genesis.Params.GenesisID)
	conflict.Sign(clientKey(0), w.genesis.Params.GenesisID)
	w.config.Miners[0].Strategy = strategy.Settings{
		Name: strategy.DoubleSpend, Attack: strategy.Attack{Payment: payment, Conflict: conflict, Confirmations: z, GiveUp: giveUp},
	}
	w.after(0, func() { attacker.inbox("heard", attacker.check(core.Admit{Transaction: payment}), nil) })
	require.NoError(t, w.RunBusy())
	require.Empty(t, w.violations)
	outcome = attacker.core.Strategy().Outcome
	require.NotEmpty(t, outcome, "seed %d: the attack has no end after %d blocks", seed, blocks)
	account, _, err := w.nodes[1].pool.Account(payment.Recipient)
	require.NoError(t, err)
	paid := account.Balance > 100*types.Coin
	require.Equal(t, outcome == core.AttackGivenUp, paid, "seed %d: %s", seed, outcome)
	return outcome
}

// A double spend is won as often as the law says, and then the payee has nothing; else the
// payment stands.
func TestDoubleSpendsAreWonAsOftenAsTheLawSays(t *testing.T) {
	t.Parallel()
	const alpha, z, giveUp, attacks = 0.35, 2, 6, 100
	seed := rand.Uint64()
	t.Log("seed", seed)
	won := 0
	for i := range uint64(attacks) {
		if attacked(t, seed+i, alpha, z, giveUp) == core.AttackWon {
			won++
		}
	}
	law := theory.DoubleSpend(alpha, z, giveUp)
	deviation := math.Sqrt(law * (1 - law) / attacks)
	t.Logf("%.3f of %d are won, law %.3f, standard deviation %.3f", float64(won)/attacks, attacks, law, deviation)
	require.InDelta(t, law, float64(won)/attacks, 5*deviation)
}
