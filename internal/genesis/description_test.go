package genesis_test

import (
	"encoding/json"
	"maps"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"networkmngr/internal/consensus"
	"networkmngr/internal/genesis"
	"networkmngr/internal/types"
)

// description is a small network at the easiest floor, with four accounts of
// 1000 coins.
func description() genesis.Description {
	d := genesis.Description{
		Name: "test", Time: 1_700_000_000, BlockTime: 10, HalfLife: 600,
		Reward: 3 * types.Coin, FloorBits: "207fffff",
		Balances: make(map[types.Address]types.Amount),
	}
	for _, name := range []string{"alice", "bob", "carol", "dave"} {
		d.Balances[types.NamedAddress(name)] = 1000 * types.Coin
	}
	return d
}

// accounts are those that a genesis block funds.
func accounts(g *consensus.Genesis) consensus.Accounts {
	funded := consensus.Accounts{}
	for _, c := range g.Diff() {
		funded[c.Address] = c.After
	}
	return funded
}

// devID is what every data folder of the dev network starts with: with another
// one, folders that exist could not be read any more.
const devID = "000006c9fb68622e32a6a8fa8454eacc12e760e83605351624652728666688b0"

func TestDevIsWhatItAlwaysWas(t *testing.T) {
	dev := genesis.Dev()
	require.Equal(t, devID, dev.Params.GenesisID.String())
	require.Equal(t, devID, dev.Block.Hash().String())
	require.NoError(t, dev.Params.CheckProofOfWork(dev.Block.Header), "the genesis header shows work too")
	require.Equal(t, 3*types.Coin/2, dev.Params.Reward)
	require.Equal(t, uint32(2), dev.Params.BlockTime)

	target, ok := consensus.TargetFromBits(dev.Params.FloorBits)
	require.True(t, ok)
	work := consensus.WorkOf(target)
	require.InDelta(t, 1<<18, float64(work.Uint64()), 1)
}

func TestDevFundsItsNames(t *testing.T) {
	dev := genesis.Dev()
	accounts := accounts(dev)
	require.Len(t, accounts, len(genesis.DevNames))
	for _, name := range []string{"alice", "bob", "addr1"} {
		require.Contains(t, genesis.DevNames, name)
	}
	for _, name := range genesis.DevNames {
		require.Equal(t, consensus.Account{Balance: 1000 * types.Coin}, accounts[types.NamedAddress(name)], name)
	}
	require.Equal(t, types.Amount(len(genesis.DevNames))*1000*types.Coin, dev.Params.CoinsAt(0))
}

func TestGenesisState(t *testing.T) {
	g, err := description().Genesis()
	require.NoError(t, err)
	s := g.State()
	require.Zero(t, s.Height)
	require.Equal(t, g.Block.Hash(), s.ID)
	require.True(t, s.Work.IsZero())
	require.Equal(t, g.Block.Time, s.Time())
	require.Equal(t, g.Block.Time, s.MedianTimePast())
	require.Equal(t, g.Params.FloorBits, s.NextBits())
	require.Same(t, g.Params, s.Params())
}

// A setting that the genesis block did not commit to could differ between two
// nodes that take each other for members of one network.
func TestGenesisCommitsToEverySetting(t *testing.T) {
	changes := map[string]func(*genesis.Description){
		"nothing":      func(*genesis.Description) {},
		"name":         func(d *genesis.Description) { d.Name = "test2" },
		"time":         func(d *genesis.Description) { d.Time++ },
		"nonce":        func(d *genesis.Description) { d.Nonce++ },
		"block time":   func(d *genesis.Description) { d.BlockTime++ },
		"half-life":    func(d *genesis.Description) { d.HalfLife++ },
		"reward":       func(d *genesis.Description) { d.Reward++ },
		"floor":        func(d *genesis.Description) { d.FloorBits = "207ffffe" },
		"a balance":    func(d *genesis.Description) { d.Balances[types.NamedAddress("bob")]++ },
		"one more":     func(d *genesis.Description) { d.Balances[types.NamedAddress("erin")] = 1 },
		"one of zero":  func(d *genesis.Description) { d.Balances[types.NamedAddress("erin")] = 0 },
		"one less":     func(d *genesis.Description) { delete(d.Balances, types.NamedAddress("bob")) },
		"none at all":  func(d *genesis.Description) { d.Balances = nil },
		"zero reward":  func(d *genesis.Description) { d.Reward = 0 },
		"zero address": func(d *genesis.Description) { d.Balances[types.Address{}] = 1 },
	}
	ids := map[types.Hash]string{}
	for name, change := range changes {
		d := description()
		change(&d)
		g, err := d.Genesis()
		require.NoError(t, err, name)
		require.Empty(t, ids[g.Params.GenesisID], "%s gives the same id", name)
		ids[g.Params.GenesisID] = name
	}
}

// Settings that mean the same make the same network, and the block says what
// a default was, so that it is fixed however defaults change.
func TestGenesisSpellsSettingsOut(t *testing.T) {
	d := description()
	d.BlockTime, d.HalfLife, d.FloorBits = 10, 300, "1f00ffff"
	want, err := d.Genesis()
	require.NoError(t, err)
	d.HalfLife, d.FloorBits = 0, "1F00FFFF"
	got, err := d.Genesis()
	require.NoError(t, err)
	require.Equal(t, want, got)
	require.Contains(t, string(got.Block.Transactions[0].Data), `"half_life":300`)
}

func TestGenesisLeavesItsDescriptionAlone(t *testing.T) {
	d := description()
	first, err := d.Genesis()
	require.NoError(t, err)
	require.Equal(t, description(), d)
	second, err := d.Genesis()
	require.NoError(t, err)
	require.Equal(t, first, second)
}

func TestGenesisOfOddBalances(t *testing.T) {
	one, two := types.NamedAddress("one"), types.NamedAddress("two")
	rows := []struct {
		name     string
		balances map[types.Address]types.Amount
		coins    types.Amount
		changes  int
		ok       bool
	}{
		{"none", nil, 0, 0, true},
		{"only zeros", map[types.Address]types.Amount{one: 0, two: 0}, 0, 0, true},
		{"all coins there can be", map[types.Address]types.Amount{one: types.MaxAmount, two: 0}, types.MaxAmount, 1, true},
		{"one more than there can be", map[types.Address]types.Amount{one: types.MaxAmount, two: 1}, 0, 0, false},
		{"one balance too great", map[types.Address]types.Amount{one: types.MaxAmount + 1}, 0, 0, false},
		{"a sum that wraps around", map[types.Address]types.Amount{one: 1 << 63, two: 1 << 63}, 0, 0, false},
	}
	for _, row := range rows {
		d := description()
		d.Balances = row.balances
		g, err := d.Genesis()
		if !row.ok {
			require.ErrorIs(t, err, consensus.ErrParams, row.name)
			continue
		}
		require.NoError(t, err, row.name)
		require.Equal(t, row.coins, g.Params.CoinsAt(0), row.name)
		require.Len(t, g.Diff(), row.changes, row.name)
	}
}

func TestBadDescriptions(t *testing.T) {
	changes := map[string]func(*genesis.Description){
		"no name":                 func(d *genesis.Description) { d.Name = "" },
		"long name":               func(d *genesis.Description) { d.Name = strings.Repeat("x", 65) },
		"no block time":           func(d *genesis.Description) { d.BlockTime = 0 },
		"long block time":         func(d *genesis.Description) { d.BlockTime = 1<<25 + 1 },
		"long half-life":          func(d *genesis.Description) { d.HalfLife = 1<<25 + 1 },
		"no half-life to default": func(d *genesis.Description) { d.BlockTime, d.HalfLife = 1<<25, 0 },
		"great reward":            func(d *genesis.Description) { d.Reward = types.MaxAmount + 1 },
		"no floor":                func(d *genesis.Description) { d.FloorBits = "" },
		"short floor":             func(d *genesis.Description) { d.FloorBits = "3123456" },
		"long floor":              func(d *genesis.Description) { d.FloorBits = "01e400000" },
		"signed floor":            func(d *genesis.Description) { d.FloorBits = "+1e40000" },
		"prefixed floor":          func(d *genesis.Description) { d.FloorBits = "0x1e4000" },
		"zero floor":              func(d *genesis.Description) { d.FloorBits = "00000000" },
		"negative floor":          func(d *genesis.Description) { d.FloorBits = "1effffff" },
		"wide floor":              func(d *genesis.Description) { d.FloorBits = "23000001" },
		"floor of two spellings":  func(d *genesis.Description) { d.FloorBits = "1f004000" },
		"too many balances": func(d *genesis.Description) {
			for i := range 30_000 {
				d.Balances[types.Address{byte(i), byte(i >> 8)}] = 1
			}
		},
	}
	for name, change := range changes {
		d := description()
		change(&d)
		_, err := d.Genesis()
		require.ErrorIs(t, err, consensus.ErrParams, name)
	}
}

func TestParseDescription(t *testing.T) {
	want := description()
	text, err := json.Marshal(want)
	require.NoError(t, err)
	got, err := genesis.ParseDescription(append(text, " \n"...))
	require.NoError(t, err)
	require.Equal(t, want, got)

	address := types.NamedAddress("alice").String()
	bad := map[string]string{
		"nothing":              ``,
		"no object":            `[]`,
		"cut off":              string(text[:len(text)-1]),
		"an unknown key":       `{"nmae":"x"}`,
		"a number too wide":    `{"time":4294967296}`,
		"a negative number":    `{"block_time":-1}`,
		"a fraction":           `{"block_time":1.5}`,
		"a negative amount":    `{"reward":-1}`,
		"nine decimal places":  `{"reward":0.000000001}`,
		"a bad address":        `{"balances":{"nm1":1}}`,
		"a changed address":    `{"balances":{"` + strings.Replace(address, address[10:11], "b", 1) + `":1}}`,
		"a second description": string(text) + string(text),
		"a word after it":      string(text) + " x",
		"a brace after it":     string(text) + "}",
		"a bracket after it":   string(text) + "]",
	}
	for name, text := range bad {
		_, err := genesis.ParseDescription([]byte(text))
		require.ErrorIs(t, err, consensus.ErrParams, name)
	}
	_, err = genesis.ParseDescription([]byte(`{"block_time":"2"}`))
	require.ErrorContains(t, err, `block_time: string "2", want an integer from 0 to 4294967295`)
}

func FuzzDescription(f *testing.F) {
	text, err := json.Marshal(description())
	require.NoError(f, err)
	f.Add(text)
	f.Add([]byte(`{"name":"x","block_time":1,"floor_bits":"207fffff","reward":"92233720368.54775807"}`))
	f.Add([]byte(`{"name":"<\u0000>","block_time":33554432,"half_life":33554432,"floor_bits":"01010000"}`))
	f.Fuzz(func(t *testing.T, text []byte) {
		d, err := genesis.ParseDescription(text)
		if err != nil {
			require.ErrorIs(t, err, consensus.ErrParams)
			return
		}
		balances := maps.Clone(d.Balances)
		g, err := d.Genesis()
		require.Equal(t, balances, d.Balances)
		if err != nil {
			require.ErrorIs(t, err, consensus.ErrParams)
			return
		}
		requireSound(t, d, g)
	})
}

// requireSound checks what holds for every genesis, among it that the block
// alone says how the network is set.
func requireSound(t *testing.T, d genesis.Description, g *consensus.Genesis) {
	var coins types.Amount
	for _, account := range accounts(g) {
		coins += account.Balance
	}
	require.Equal(t, g.Params.CoinsAt(0), coins)
	require.Equal(t, g.Params.FloorBits, g.State().NextBits())
	decoded, err := types.DecodeBlock(g.Block.Encode())
	require.NoError(t, err)
	require.Equal(t, g.Params.GenesisID, decoded.Hash())

	again, err := genesis.ParseDescription(decoded.Transactions[0].Data)
	require.NoError(t, err)
	again.Nonce, again.Balances = decoded.Nonce, d.Balances
	rebuilt, err := again.Genesis()
	require.NoError(t, err)
	require.Equal(t, g.Params, rebuilt.Params)
}

// Names are shown on terminals and in lists: what is not seen in them, or
// commands a terminal, is refused; letters of every script are not.
func TestNames(t *testing.T) {
	for _, name := range []string{"dev", "a b", "Übung 3", "сеть", "網路", "नेटवर्क", "شبكة", "δ/1 (test)", "🙂"} {
		d := description()
		d.Name = name
		_, err := d.Genesis()
		require.NoError(t, err, name)
	}
	for what, name := range map[string]string{
		"escape": "x\x1b[31m", "bell": "x\a", "line feed": "a\nb", "carriage return": "a\rb", "tab": "a\tb", "nul": "a\x00",
		"delete": "a\x7f", "C1": "a\u009b2J", "C1 byte": "a\x9b", "not UTF-8": "a\xff", "in its place": "a\ufffd",
		"bidi override": "a\u202eb", "bidi isolate": "a\u2066b", "zero width": "a\u200bb", "byte order mark": "\ufeffa",
		"line separator": "a\u2028b", "other space": "a\u00a0b", "private use": "a\ue000", "tag": "a\U000e0041", "unassigned": "a\u0378",
	} {
		d := description()
		d.Name = name
		_, err := d.Genesis()
		require.ErrorIs(t, err, consensus.ErrParams, what)
		require.ErrorContains(t, err, "not printable", what)
		text, err := json.Marshal(d)
		require.NoError(t, err)
		_, err = genesis.Parse(text)
		require.ErrorIs(t, err, consensus.ErrParams, what)
	}
}

// No block can follow a genesis block that is further ahead of the clock than
// any header may be.
func TestBegun(t *testing.T) {
	g, err := description().Genesis()
	require.NoError(t, err)
	begin := time.Unix(int64(g.Block.Time), 0)
	require.NoError(t, g.Params.CheckBegun(begin.Add(time.Hour)))
	require.NoError(t, g.Params.CheckBegun(begin.Add(-g.Params.MaxFuture())))
	early := begin.Add(-g.Params.MaxFuture() - time.Second)
	err = g.Params.CheckBegun(early)
	require.ErrorIs(t, err, consensus.ErrParams)
	for _, at := range []time.Time{begin, early} {
		require.ErrorContains(t, err, at.UTC().Format(time.RFC3339))
	}
}
