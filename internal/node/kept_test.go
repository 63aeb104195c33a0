package node

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"networkmngr/internal/core"
	"networkmngr/internal/mining"
	"networkmngr/internal/mining/strategy"
	"networkmngr/internal/types"
)

// selfish has the node mine so, when it is asked to.
func (r *running) selfish() {
	r.t.Helper()
	settings, _ := r.Mining()
	settings.Strategy = strategy.Settings{Name: strategy.Selfish}
	require.NoError(r.t, r.SetMining(settings))
}

// What a node withholds is withheld by its next life, and by a copy of it, until its
// strategy shows it.
func TestWithheldBlocksStayWithheldOverLives(t *testing.T) {
	w := newWorld(t)
	config := testConfig(t)
	first := w.open(config)
	first.selfish()
	first.mine(2)
	var text bytes.Buffer
	require.NoError(t, first.Copy(&text))
	first.stop()
	copied := testConfig(t)
	copied.Folder = unpacked(t, &text)
	for _, folder := range []string{config.Folder, copied.Folder} {
		next := config
		next.Folder, next.Record = folder, ""
		again, other := w.open(next), w.node()
		introduce(again, other)
		w.awaitPeers(1, again, other)
		require.Equal(t, strategy.Branches{Own: 2}, again.Strategy().Branches)
		require.EqualValues(t, 2, again.Chain().Tip().Height)
		// An own block of the other's, which it has heard of nothing before, begins a race.
		require.EqualValues(t, 1, other.mine(1)[0].Height())
		w.awaitOneTip(again, other)
		require.EqualValues(t, 2, other.Chain().Tip().Height)
		require.NoError(t, again.SetMining(mining.Default(1)))
		require.NoFileExists(t, filepath.Join(folder, strategyFile))
		again.stop()
		other.stop()
	}
}

// What is kept is read as it was written, whatever the strategy.
func TestKeptIsReadAsItWas(t *testing.T) {
	some := types.NamedAddress("alice")
	attack := strategy.Attack{
		Payment: types.Transaction{Recipient: some, Amount: 2}, Conflict: types.Transaction{Recipient: some, Amount: 1}, Confirmations: 2, GiveUp: 6,
	}
	for _, s := range []strategy.Settings{
		{Name: strategy.Selfish}, {Name: strategy.Stubborn, Lead: true, Fork: true, Trail: 2}, {Name: strategy.Withhold, Blocks: 3},
		{Name: strategy.Empty}, {Name: strategy.Censor, Avoid: some},
		{Name: strategy.DoubleSpend, Attack: attack}, {},
	} {
		want := core.Kept{Strategy: s, Base: types.Hash{1}, Own: []types.Hash{{2}, {3}}, Shown: 1, Public: types.Hash{4}, Paid: []types.Hash{{5}}}
		want.Attack, want.Given = attack, []strategy.Attack{attack, attack}
		want.Given[0].GiveUp = 9
		folder := t.TempDir()
		require.NoError(t, writeJSON(folder, strategyFile, formOf(want)))
		form, err := readJSON[*keptForm](folder, strategyFile)
		require.NoError(t, err)
		got, err := form.kept()
		require.NoError(t, err)
		require.Equal(t, want, got)
	}
}

// A node whose file is damaged shows nothing: it does not start.
func TestADamagedStrategy(t *testing.T) {
	zeros := types.Hash{}.String()
	for _, text := range []string{`{`, `{"strategy": "greedy", "own": [], "shown": 0, "public": "` + zeros + `"}`, `{"strategy": "double-spend", "own": [], "shown": 0, "public": "` + zeros + `"}`, `{"strategy": "selfish", "own": [], "shown": -1, "public": "` + zeros + `"}`, `{"other": 1}`} {
		config := testConfig(t)
		require.NoError(t, os.WriteFile(filepath.Join(config.Folder, strategyFile), []byte(text), 0o600))
		_, err := Open(config)
		require.ErrorContains(t, err, strategyFile, text)
		require.ErrorContains(t, err, "the node is honest")
	}
}

// Where it cannot be written down what is withheld, nothing is mined: the node ends.
func TestWhatCannotBeWithheldIsNotMined(t *testing.T) {
	w := newWorld(t)
	n := w.node()
	require.NoError(t, os.MkdirAll(filepath.Join(n.config.Folder, "."+strategyFile), 0o755))
	settings, _ := n.Mining()
	settings.Strategy = strategy.Settings{Name: strategy.Selfish}
	require.ErrorIs(t, n.SetMining(settings), ErrStopping)
	require.ErrorContains(t, n.awaitEnd(), strategyFile)
	require.Zero(t, n.Chain().Tip().Height)
}
