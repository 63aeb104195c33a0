package strategy_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"networkmngr/internal/mining/strategy"
	"networkmngr/internal/types"
)

type (
	branches = strategy.Branches
	move     = strategy.Move
)

var abandon = move{Abandon: true}

func of(name strategy.Name, change ...func(*strategy.Settings)) strategy.Strategy {
	s := strategy.Settings{Name: name}
	for _, f := range change {
		f(&s)
	}
	return s.Normal().New()
}

// What Eyal and Sirer's algorithm 1 does in each of its states, and what the stubborn
// ones of Nayak et al. do otherwise. Branches are those after the event.
func TestSelfishMoves(t *testing.T) {
	sm1, lead := of(strategy.Selfish), of(strategy.LeadStubborn)
	fork, trail := of(strategy.ForkStubborn), of(strategy.TrailStubborn)
	for _, c := range []struct {
		name     string
		found    bool
		at       branches
		expected [4]move // of SM1, lead-, fork- and trail-stubborn
	}{
		{"state 0: a block is hidden", true, branches{Own: 1}, [4]move{{}, {}, {}, {}}},
		{"state 0: the others' block is taken", false, branches{Public: 1}, [4]move{abandon, abandon, abandon, abandon}},
		{"state 1: one more is hidden", true, branches{Own: 2}, [4]move{{}, {}, {}, {}}},
		{"state 1: a race", false, branches{Own: 1, Public: 1}, [4]move{{Show: 1}, {Show: 1}, {Show: 1}, {Show: 1}}},
		{"state 0': won", true, branches{Own: 2, Public: 1, Shown: 1}, [4]move{{Show: 2}, {Show: 2}, {Show: 1}, {Show: 2}}},
		{"state 0': lost", false, branches{Own: 1, Public: 2, Shown: 1}, [4]move{abandon, abandon, abandon, {Show: 1}}},
		{"state 0': the others' block is on the own branch", false, branches{Public: 1}, [4]move{abandon, abandon, abandon, abandon}},
		{"state 2: all is shown", false, branches{Own: 2, Public: 1}, [4]move{{Show: 2}, {Show: 1}, {Show: 2}, {Show: 2}}},
		{"state 2: one more is hidden", true, branches{Own: 3}, [4]move{{}, {}, {}, {}}},
		{"state 3: one is shown", false, branches{Own: 3, Public: 1}, [4]move{{Show: 1}, {Show: 1}, {Show: 1}, {Show: 1}}},
		{"state 5, two shown: one more", false, branches{Own: 7, Public: 3, Shown: 2}, [4]move{{Show: 3}, {Show: 3}, {Show: 3}, {Show: 3}}},
		{"a lead with a match: one more is hidden", true, branches{Own: 5, Public: 2, Shown: 2}, [4]move{{Show: 2}, {Show: 2}, {Show: 2}, {Show: 2}}},
		{"a lead of one with a match: a race", false, branches{Own: 3, Public: 3, Shown: 2}, [4]move{{Show: 3}, {Show: 3}, {Show: 3}, {Show: 3}}},
		{"one behind: caught up, a race", true, branches{Own: 2, Public: 2, Shown: 1}, [4]move{{Show: 2}, {Show: 2}, {Show: 2}, {Show: 2}}},
		{"one behind: two behind", false, branches{Own: 1, Public: 3, Shown: 1}, [4]move{abandon, abandon, abandon, abandon}},
		{"found too late, below two of the others'", true, branches{Own: 1, Public: 2}, [4]move{abandon, abandon, abandon, {}}},
		{"several of the others' at once", false, branches{Own: 4, Public: 3}, [4]move{{Show: 4}, {Show: 3}, {Show: 4}, {Show: 4}}},
		{"more of the others' at once than were hidden", false, branches{Own: 2, Public: 4}, [4]move{abandon, abandon, abandon, abandon}},
	} {
		for i, s := range []strategy.Strategy{sm1, lead, fork, trail} {
			got := s.Moved(c.at)
			if c.found {
				got = s.Found(c.at)
			}
			require.Equal(t, c.expected[i], got, "%s: %d", c.name, i)
		}
	}
	far := of(strategy.TrailStubborn, func(s *strategy.Settings) { s.Trail = 3 })
	require.Equal(t, move{Show: 1}, far.Moved(branches{Own: 1, Public: 4, Shown: 1}))
	require.Equal(t, move{Show: 1}, far.Found(branches{Own: 2, Public: 4, Shown: 1}), "still behind")
	require.Equal(t, abandon, far.Moved(branches{Own: 1, Public: 5, Shown: 1}))
}

func TestWithholdMoves(t *testing.T) {
	s := of(strategy.Withhold, func(s *strategy.Settings) { s.Blocks = 3 })
	require.Equal(t, move{}, s.Found(branches{Own: 1}))
	require.Equal(t, move{}, s.Found(branches{Own: 2, Public: 2}))
	require.Equal(t, move{Show: 3}, s.Found(branches{Own: 3, Public: 1}))
	require.Equal(t, abandon, s.Found(branches{Own: 1, Public: 2}), "found too late")
	require.Equal(t, move{Show: 2}, s.Found(branches{Own: 4, Public: 2, Shown: 2}), "two hidden")
	require.Equal(t, move{}, s.Moved(branches{Own: 2, Public: 2}))
	require.Equal(t, abandon, s.Moved(branches{Own: 2, Public: 3}))
	require.Equal(t, abandon, s.Moved(branches{Public: 1}))
}

func TestDoubleSpendMoves(t *testing.T) {
	s := of(strategy.DoubleSpend, func(s *strategy.Settings) { s.Confirmations, s.GiveUp = 2, 4 })
	for _, c := range []struct {
		name  string
		found bool
		at    branches
		want  move
	}{
		{"nothing to do with the payment", false, branches{Public: 1}, abandon},
		{"confirmed once", false, branches{Public: 1, Confirmations: 1}, move{}},
		{"ahead, and not confirmed", true, branches{Own: 3}, move{}},
		{"ahead, and confirmed too little", true, branches{Own: 3, Public: 1, Confirmations: 1}, move{}},
		{"equal", true, branches{Own: 2, Public: 2, Confirmations: 2}, move{}},
		{"ahead when the last confirmation comes", false, branches{Own: 3, Public: 2, Confirmations: 2}, move{Show: 3, Over: true}},
		{"ahead after the confirmations", true, branches{Own: 3, Public: 2, Confirmations: 2}, move{Show: 3, Over: true}},
		{"behind", false, branches{Own: 1, Public: 4, Confirmations: 4}, move{}},
		{"too far behind", false, branches{Own: 1, Public: 5, Confirmations: 5}, move{Abandon: true, Over: true}},
		{"a hidden branch is kept while the payment waits", false, branches{Own: 1, Public: 1}, move{}},
	} {
		got := s.Moved(c.at)
		if c.found {
			got = s.Found(c.at)
		}
		require.Equal(t, c.want, got, c.name)
	}
}

// Who shows each block at once needs no strategy.
func TestHonestNames(t *testing.T) {
	for _, name := range []strategy.Name{"", strategy.Honest, strategy.Empty, strategy.Censor} {
		require.Nil(t, of(name), name)
	}
}

func TestSettings(t *testing.T) {
	avoided := types.NamedAddress("bob")
	attack := strategy.Attack{Payment: types.Transaction{Amount: 1}, Confirmations: 2, GiveUp: 2}
	for _, c := range []struct {
		settings strategy.Settings
		want     string // part of the error; empty for none
	}{
		{strategy.Settings{}, ""}, {strategy.Settings{Name: strategy.Selfish}, ""},
		{strategy.Settings{Name: strategy.LeadStubborn, Fork: true}, ""},
		{strategy.Settings{Name: strategy.TrailStubborn, Trail: 4}, ""},
		{strategy.Settings{Name: strategy.Stubborn, Fork: true, Trail: 1}, ""},
		{strategy.Settings{Name: strategy.Withhold, Blocks: 3}, ""}, {strategy.Settings{Name: strategy.Empty}, ""},
		{strategy.Settings{Name: strategy.Censor, Avoid: avoided}, ""},
		{strategy.Settings{Name: strategy.DoubleSpend, Attack: attack}, ""},
		{strategy.Settings{Name: "greedy"}, `name is "greedy", want one of honest, selfish`},
		{strategy.Settings{Name: strategy.Selfish, Lead: true}, "are for stubborn mining, and the name is selfish"},
		{strategy.Settings{Name: strategy.Stubborn}, "wants lead, fork or trail"},
		{strategy.Settings{Name: strategy.TrailStubborn, Trail: 101}, "trail is 101, want 0 to 100"},
		{strategy.Settings{Name: strategy.Withhold}, "blocks is 0, want 1 to 1000"},
		{strategy.Settings{Name: strategy.Honest, Blocks: 2}, "blocks is for withhold"},
		{strategy.Settings{Name: strategy.Censor}, "censor wants an address"},
		{strategy.Settings{Name: strategy.Selfish, Avoid: avoided}, "censor wants an address, and no other does"},
		{strategy.Settings{Name: strategy.DoubleSpend}, "confirmations is 0, want 1 to 100"},
		{strategy.Settings{Name: strategy.DoubleSpend, Attack: strategy.Attack{Confirmations: 3, GiveUp: 2}}, "give_up is 2 blocks behind, want at least the 3"},
		{strategy.Settings{Name: strategy.Selfish, Attack: attack}, "are for double-spend"},
	} {
		err := c.settings.Normal().Validate()
		if c.want == "" {
			require.NoError(t, err)
			continue
		}
		require.ErrorIs(t, err, strategy.ErrSettings)
		require.ErrorContains(t, err, c.want)
	}
}

// A change of anything is another strategy.
func TestSame(t *testing.T) {
	base := strategy.Settings{Name: strategy.DoubleSpend, Attack: strategy.Attack{Payment: types.Transaction{Amount: 1}, Confirmations: 2, GiveUp: 2}}
	require.True(t, base.Same(base))
	for i, change := range []func(*strategy.Settings){
		func(s *strategy.Settings) { s.Name = strategy.Selfish }, func(s *strategy.Settings) { s.Lead = true },
		func(s *strategy.Settings) { s.Fork = true }, func(s *strategy.Settings) { s.Trail = 1 },
		func(s *strategy.Settings) { s.Blocks = 1 }, func(s *strategy.Settings) { s.Avoid[0]++ },
		func(s *strategy.Settings) { s.Payment.Amount++ }, func(s *strategy.Settings) { s.Confirmations++ },
		func(s *strategy.Settings) { s.GiveUp++ }, func(s *strategy.Settings) { s.Conflict.Amount++ },
	} {
		other := base
		change(&other)
		require.False(t, base.Same(other), i)
	}
}

// A censor leaves out who pays or is paid by an address, and all that they send after it.
func TestFilter(t *testing.T) {
	alice, bob, carol := types.NamedKey("alice"), types.NamedKey("bob"), types.NamedKey("carol")
	transfer := func(key []byte, to string, sequence uint64) types.Transaction {
		transfer := types.Transaction{Kind: types.Transfer, Sequence: sequence, Recipient: types.NamedAddress(to)}
		copy(transfer.PublicKey[:], key[32:])
		return transfer
	}
	all := []types.Transaction{
		transfer(alice, "dave", 0), transfer(alice, "bob", 1), transfer(carol, "dave", 0),
		transfer(bob, "dave", 0), transfer(alice, "dave", 2), transfer(carol, "alice", 1),
	}
	s := strategy.Settings{Name: strategy.Censor, Avoid: types.NamedAddress("bob")}
	require.Equal(t, []types.Transaction{all[0], all[2], all[5]}, s.Filter(all))
	require.Empty(t, strategy.Settings{Name: strategy.Empty}.Filter(all))
	require.Equal(t, all, strategy.Default().Filter(all))
}
