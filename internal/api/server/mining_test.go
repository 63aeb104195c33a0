package server_test

import (
	"context"
	"crypto/ed25519"
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"

	"networkmngr/internal/api"
	"networkmngr/internal/mining"
	"networkmngr/internal/mining/strategy"
	"networkmngr/internal/types"
)

func TestHowTheNodeMines(t *testing.T) {
	h := start(t)
	got, err := h.client.Mining(t.Context())
	require.NoError(t, err)
	require.Equal(t, api.Mining{
		Settings:  api.MiningSettings{Mode: "demand", Threads: 2},
		Strategy:  api.StrategyState{StrategyChoice: api.StrategyChoice{Name: "honest"}, Own: 3, Public: 1, Ahead: 2, Withheld: 2, Confirmed: 1},
		Searching: true, Solver: "cpu", Hashrate: 1.5, Hashes: 42, Blocks: 3,
	}, got)
}

// What is not given stays, but a mode begins with an interval and blocks of its own.
func TestMiningIsSet(t *testing.T) {
	h := start(t)
	for _, c := range []struct {
		change, message string
		want            mining.Settings
	}{
		{`{"mode": "interval", "interval": 2.5}`, "the node mines a block every 2.5 seconds",
			mining.Settings{Mode: mining.Interval, Interval: 2.5, Power: mining.Power{Threads: 2}}},
		{`{"threads": 1, "hashrate": 1e5}`, "the node mines a block every 2.5 seconds",
			mining.Settings{Mode: mining.Interval, Interval: 2.5, Power: mining.Power{Threads: 1, Hashrate: 1e5}}},
		{`{"mode": "continuous", "blocks": 3, "paced": true}`, "the node mines without pause, until it has mined 3",
			mining.Settings{Mode: mining.Continuous, Blocks: 3, Power: mining.Power{Threads: 1, Hashrate: 1e5, Paced: true}}},
		{`{"mode": "pending"}`, "the node mines while transfers are pending",
			mining.Settings{Mode: mining.Pending, Power: mining.Power{Threads: 1, Hashrate: 1e5, Paced: true}}},
		{`{"mode": "off", "hashrate": 0, "paced": false}`, "the node does not mine",
			mining.Settings{Mode: mining.Off, Power: mining.Power{Threads: 1}}},
		{`{}`, "the node does not mine", mining.Settings{Mode: mining.Off, Power: mining.Power{Threads: 1}}},
		{`{"mode": "demand"}`, "the node mines when it is asked for a block",
			mining.Settings{Mode: mining.Demand, Power: mining.Power{Threads: 1}}},
	} {
		got := h.put("/mining", c.change)
		require.Equal(t, http.StatusOK, got.status, got.body)
		require.Contains(t, got.body, c.message)
		settings, _ := h.node.Mining()
		require.Equal(t, c.want, settings)
	}
}

func TestSettingsOfNoMining(t *testing.T) {
	h := start(t, signs)
	for _, c := range []struct {
		change string
		status int
		want   string
	}{
		{``, http.StatusBadRequest, "the text is empty"},
		{`[]`, http.StatusBadRequest, "malformed"},
		{`{"mode": "demand"} {}`, http.StatusBadRequest, "something follows"},
		{`{"modus": "demand"}`, http.StatusBadRequest, "modus"},
		{`{"threads": 1.5}`, http.StatusBadRequest, "threads"},
		{`{"paced": "yes"}`, http.StatusBadRequest, "paced"},
		{`{"mode": "always"}`, http.StatusUnprocessableEntity, `mode is \"always\", want one of off, demand, interval, pending, continuous`},
		{`{"mode": "interval"}`, http.StatusUnprocessableEntity, "interval is 0, want 0.1 to 86400 seconds"},
		{`{"blocks": 1}`, http.StatusUnprocessableEntity, "blocks is 1, want 0 if mode is demand"},
		{`{"threads": 0}`, http.StatusUnprocessableEntity, "threads is 0, want 1 to 1024"},
		{`{"hashrate": 1e19}`, http.StatusUnprocessableEntity, "hashrate is 1e+19"},
		{`{"paced": true}`, http.StatusUnprocessableEntity, "hashrate is 0"},
		{`{"strategy": "greedy"}`, http.StatusUnprocessableEntity, `strategy: name is \"greedy\", want one of honest, selfish`},
		{`{"strategy": {"name": "doublespend", "from": "alice", "merchant": "bob", "amount": 1}}`, http.StatusUnprocessableEntity, `strategy: name is \"doublespend\", want one of honest, selfish`},
		{`{"strategy": {"name": "selfish", "lead": 1}}`, http.StatusBadRequest, "lead"},
		{`{"strategy": {"named": "selfish"}}`, http.StatusBadRequest, "named"},
		{`{"strategy": {"name": "withhold"}}`, http.StatusUnprocessableEntity, "blocks is 0, want 1 to 1000"},
		{`{"strategy": {"name": "censor", "address": "nobody-known"}}`, http.StatusUnprocessableEntity, "nobody-known"},
		{`{"strategy": {"name": "selfish", "merchant": "bob"}}`, http.StatusUnprocessableEntity, "are for double-spend"},
		{`{"strategy": {"name": "double-spend", "from": "alice", "amount": 1}}`, http.StatusUnprocessableEntity, "merchant"},
		{`{"strategy": {"name": "double-spend", "from": "alice", "merchant": "alice", "amount": 1}}`, http.StatusUnprocessableEntity, "merchant is alice, who pays"},
		{`{"strategy": {"name": "double-spend", "from": "alice", "merchant": "bob", "amount": 1, "give_up": 1}}`, http.StatusUnprocessableEntity, "give_up is 1 blocks behind"},
	} {
		got := h.put("/mining", c.change)
		require.Equal(t, c.status, got.status, c.change)
		require.Contains(t, got.body, c.want, c.change)
		settings, _ := h.node.Mining()
		require.Equal(t, mining.Default(2), settings, c.change)
	}
}

// A node that is off says so to who asks for a block.
func TestMiningThatIsOff(t *testing.T) {
	h := start(t)
	h.node.mine = func(context.Context) error { return mining.ErrOff }
	h.requireError(h.post("/mine", ""), http.StatusConflict, "mining-off", `mining is off; PUT /mining {"mode": "demand"}`)
}

// A strategy goes by name, or by an object with what it needs; without one, it stays.
func TestStrategyIsSet(t *testing.T) {
	h := start(t)
	for _, c := range []struct {
		change, message string
		want            strategy.Settings
	}{
		{`{"strategy": "selfish"}`, "its strategy is selfish", strategy.Settings{Name: strategy.Selfish}},
		{`{"threads": 2}`, "its strategy is selfish", strategy.Settings{Name: strategy.Selfish}},
		{`{"strategy": "trail-stubborn"}`, "trail-stubborn", strategy.Settings{Name: strategy.TrailStubborn, Trail: 1}},
		{`{"strategy": {"name": "stubborn", "lead": true, "fork": true}}`, "stubborn", strategy.Settings{Name: strategy.Stubborn, Lead: true, Fork: true}},
		{`{"strategy": {"name": "withhold", "blocks": 4}}`, "withhold", strategy.Settings{Name: strategy.Withhold, Blocks: 4}},
		{`{"strategy": {"name": "censor", "address": "bob"}}`, "censor", strategy.Settings{Name: strategy.Censor, Avoid: types.NamedAddress("bob")}},
		{`{"strategy": "honest"}`, "when it is asked", strategy.Settings{Name: strategy.Honest}},
	} {
		got := h.put("/mining", c.change)
		require.Equal(t, http.StatusOK, got.status, got.body)
		require.Contains(t, got.body, c.message)
		settings, _ := h.node.Mining()
		require.Equal(t, c.want, settings.Strategy, c.change)
		now, err := h.client.Mining(t.Context())
		require.NoError(t, err)
		require.Equal(t, string(c.want.Name), now.Strategy.Name)
	}
}

// Zero is an answer of its own, and not the default.
func TestADoubleSpendWithoutConfirmationsIsRefused(t *testing.T) {
	h := start(t, signs)
	for _, zero := range []string{"confirmations", "give_up"} {
		got := h.put("/mining", `{"strategy": {"name": "double-spend", "from": "alice", "merchant": "bob", "amount": 2, "`+zero+`": 0}}`)
		require.Equal(t, http.StatusUnprocessableEntity, got.status, got.body)
		require.Contains(t, got.body, zero+" is 0")
	}
	require.Zero(t, h.node.pool.Len())
	got := h.put("/mining", `{"strategy": {"name": "selfish", "confirmations": 0}}`)
	require.Equal(t, http.StatusUnprocessableEntity, got.status, got.body)
	require.Contains(t, got.body, "are for double-spend")
}

// A change that is to be judged only is refused as without that, and changes nothing.
func TestMiningIsJudged(t *testing.T) {
	h := start(t, signs)
	before, _ := h.node.Mining()
	now, err := h.client.CheckMining(t.Context(), api.MiningChange{Mode: new("continuous"), Strategy: &api.Strategy{StrategyChoice: api.StrategyChoice{Name: "selfish"}}})
	require.NoError(t, err)
	require.Equal(t, "nothing has changed; once this is set, the node mines without pause; its strategy is selfish", now.Message)
	require.Equal(t, string(before.Mode), now.Settings.Mode)
	for _, change := range []string{`{"mode": "always"}`, `{"strategy": {"name": "withhold", "blocks": 5000}}`} {
		want := h.put("/mining", change)
		require.Equal(t, http.StatusUnprocessableEntity, want.status)
		require.Equal(t, want.body, h.put("/mining?check=true", change).body)
	}
	got := h.put("/mining?check=true", `{"strategy": {"name": "double-spend", "from": "alice", "merchant": "bob", "amount": 2}}`)
	require.Equal(t, http.StatusOK, got.status, got.body)
	require.Zero(t, h.node.pool.Len())
	require.Equal(t, http.StatusBadRequest, h.put("/mining?check=perhaps", `{}`).status)
	after, _ := h.node.Mining()
	require.Equal(t, before, after)
}

// A double spend posts the payment, and mines what contradicts it: another transfer of
// the same number. If the payment is refused, the node mines as it did.
func TestDoubleSpendIsBegun(t *testing.T) {
	h := start(t, signs)
	got := h.put("/mining", `{"strategy": {"name": "double-spend", "from": "alice", "merchant": "bob", "amount": 2, "confirmations": 3}}`)
	require.Equal(t, http.StatusOK, got.status, got.body)
	settings, _ := h.node.Mining()
	attack := settings.Strategy.Attack
	require.Equal(t, 3, attack.Confirmations)
	require.Equal(t, 7, attack.GiveUp)
	payment, pending := h.node.pool.Get(attack.Payment.ID())
	require.True(t, pending)
	require.Equal(t, types.NamedAddress("bob"), payment.Recipient)
	require.Equal(t, 2*types.Coin, payment.Amount)
	conflict := attack.Conflict
	require.Equal(t, payment.Sequence, conflict.Sequence)
	require.Equal(t, types.NamedAddress("alice"), conflict.Sender())
	require.Equal(t, types.NamedAddress("alice"), conflict.Recipient)
	require.True(t, ed25519.Verify(conflict.PublicKey[:], conflict.SigningMessage(h.node.chain.Genesis().Params.GenesisID), conflict.Signature[:]))
	now, err := h.client.Mining(t.Context())
	require.NoError(t, err)
	require.Equal(t, attack.Payment.ID(), *now.Strategy.Payment)
	require.Equal(t, conflict.ID(), *now.Strategy.Conflict)

	got = h.put("/mining", `{"strategy": {"name": "double-spend", "from": "alice", "merchant": "bob", "amount": 99000000}}`)
	require.Equal(t, http.StatusUnprocessableEntity, got.status, got.body)
	after, _ := h.node.Mining()
	require.Equal(t, settings, after)
}
