package node

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"networkmngr/internal/consensus"
	"networkmngr/internal/datafolder"
	"networkmngr/internal/disk/disktest"
	"networkmngr/internal/genesis"
	"networkmngr/internal/store"
)

// named is a network of this name.
func named(name string) *consensus.Genesis {
	d := genesis.Describe(easy())
	d.Name = name
	genesis, err := d.Genesis()
	if err != nil {
		panic(err) // the test that asks for it is wrong
	}
	return genesis
}

// lived has a node live in a folder, on a network, until it has mined blocks.
func lived(w world, folder string, genesis *consensus.Genesis, blocks int) {
	config := testConfig(w.t)
	config.Folder, config.Genesis = folder, genesis
	n := w.open(config)
	for range blocks {
		n.mine(1)
	}
	n.stop()
}

// networkOf makes a data folder with nodes that are on these networks; nil is
// for one that has no chain yet.
func networkOf(w world, networks ...*consensus.Genesis) datafolder.Folder {
	d := datafolder.Folder{Path: w.t.TempDir(), Data: Data{}}
	for i, genesis := range networks {
		folder := filepath.Join(d.Path, string(rune('a'+i)))
		require.NoError(w.t, os.Mkdir(folder, 0o755))
		if genesis != nil {
			lived(w, folder, genesis, 0)
		}
		d.Nodes = append(d.Nodes, folder)
	}
	return d
}

func TestNetworkOfAFolder(t *testing.T) {
	w := newWorld(t)
	one, two, three := named("one"), named("two"), named("three")
	for name, test := range map[string]struct {
		chains         []*consensus.Genesis
		kept, wanted   *consensus.Genesis
		want           *consensus.Genesis
		refusal        error
		says, saysMore string
	}{
		"nothing there":                 {want: three},
		"nothing but a wish":            {wanted: one, want: one},
		"no chain yet":                  {chains: []*consensus.Genesis{nil}, kept: one, want: one},
		"no chain yet, and a wish":      {chains: []*consensus.Genesis{nil}, kept: one, wanted: two, refusal: datafolder.ErrOther, says: `"one"`, saysMore: `"two"`},
		"chains":                        {chains: []*consensus.Genesis{nil, one, one}, want: one},
		"chains and their file":         {chains: []*consensus.Genesis{one}, kept: one, wanted: one, want: one},
		"chains of another network":     {chains: []*consensus.Genesis{one}, wanted: two, refusal: datafolder.ErrOther, says: `"one" (genesis ` + one.Params.GenesisID.String(), saysMore: `"two"`},
		"chains of two networks":        {chains: []*consensus.Genesis{one, two, one}, refusal: datafolder.ErrSeveral, says: `) in a, c; "two" (genesis ` + two.Params.GenesisID.String() + ") in b", saysMore: "move all but one"},
		"a file of another network":     {chains: []*consensus.Genesis{one}, kept: two, refusal: datafolder.ErrSeveral, says: "genesis.json is of \"two\"", saysMore: `nodes are on "one"`},
		"two networks, one as is asked": {chains: []*consensus.Genesis{one, two}, kept: one, wanted: one, refusal: datafolder.ErrSeveral, says: "in b", saysMore: "in a"},
	} {
		t.Run(name, func(t *testing.T) {
			d := networkOf(w, test.chains...)
			if test.kept != nil {
				_, err := d.WriteNetwork(test.kept)
				require.NoError(t, err)
			}
			before := disktest.Tree(t, d.Path)
			got, err := d.Network(t.Context(), test.wanted, func() *consensus.Genesis { return three })
			require.Equal(t, before, disktest.Tree(t, d.Path))
			if test.refusal != nil {
				require.ErrorIs(t, err, test.refusal)
				require.ErrorContains(t, err, test.says)
				require.ErrorContains(t, err, test.saysMore)
				return
			}
			require.NoError(t, err)
			require.Equal(t, test.want, got)
		})
	}
}

// A copied folder is refused before its node runs, and so is a key that cannot be read.
func TestIdentitiesOfAFolder(t *testing.T) {
	w := newWorld(t)
	d := networkOf(w, named("one"), nil, named("one"))
	key := func(i int) string { return filepath.Join(d.Nodes[i], identityFile) }
	network, err := d.Network(t.Context(), nil, nil)
	require.NoError(t, err)
	require.Equal(t, "one", network.Params.Name)
	text, err := os.ReadFile(key(0))
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(key(2), text, 0o600))
	_, err = d.Network(t.Context(), nil, nil)
	require.ErrorIs(t, err, datafolder.ErrTwins)
	require.ErrorContains(t, err, "a and c both have the id")
	require.NoError(t, os.WriteFile(key(2), []byte("no key"), 0o600))
	_, err = d.Network(t.Context(), nil, nil)
	require.ErrorContains(t, err, key(2))
}

func TestDiscard(t *testing.T) {
	for _, test := range []struct {
		name    string
		blocks  int
		pending string // content of pending.jsonl
		stays   bool
	}{
		{name: "the genesis block"},
		{name: "a block", blocks: 1, stays: true},
		{name: "a transfer", pending: "{}\n", stays: true},
	} {
		t.Run(test.name, func(t *testing.T) {
			d := datafolder.Folder{Path: t.TempDir()}
			lived(newWorld(t), d.Path, named("one"), test.blocks)
			require.NoError(t, os.WriteFile(filepath.Join(d.Path, pendingFileName), []byte(test.pending), 0o644))
			require.NoError(t, Data{}.Discard(t.Context(), []string{d.Path}))
			if test.stays {
				require.FileExists(t, filepath.Join(d.Path, "chain.db"))
			} else {
				require.NoDirExists(t, d.Path)
			}
		})
	}
}

func TestKeptGenesisIsChecked(t *testing.T) {
	d := datafolder.Folder{Path: t.TempDir()}
	for _, text := range []string{"", "{", `{"name":"x"}`, `{"nome":"x"}`} {
		require.NoError(t, os.WriteFile(filepath.Join(d.Path, datafolder.GenesisFile), []byte(text), 0o644))
		_, err := d.Network(t.Context(), nil, func() *consensus.Genesis { return named("one") })
		require.ErrorIs(t, err, consensus.ErrParams, text)
		require.ErrorContains(t, err, filepath.Join(d.Path, datafolder.GenesisFile))
	}
}

// Whatever a change has come to when it is cut short, the folder is of one
// network: until the last step of the old, then of the new.
func TestAChangeThatIsCutShort(t *testing.T) {
	w := newWorld(t)
	before, after := named("before"), named("after")
	for stage, test := range map[string]struct {
		cut  func(*testing.T, datafolder.Folder, datafolder.Change)
		want *consensus.Genesis
	}{
		"intended": {func(*testing.T, datafolder.Folder, datafolder.Change) {}, before},
		"one chain removed": {func(t *testing.T, d datafolder.Folder, _ datafolder.Change) {
			require.NoError(t, Data{}.RemoveChains(t.Context(), d.Nodes[:1]))
		}, before},
		"without its own file": {func(t *testing.T, d datafolder.Folder, _ datafolder.Change) {
			require.NoError(t, os.Remove(filepath.Join(d.Nodes[1], datafolder.GenesisFile)))
		}, before},
		"chain without its file": {func(t *testing.T, d datafolder.Folder, _ datafolder.Change) {
			require.NoError(t, store.Remove(d.Nodes[1]))
		}, before},
		"all chains removed": {func(t *testing.T, d datafolder.Folder, _ datafolder.Change) {
			require.NoError(t, Data{}.RemoveChains(t.Context(), d.Nodes))
		}, before},
		"done": {func(t *testing.T, _ datafolder.Folder, c datafolder.Change) {
			require.NoError(t, c.Commit(t.Context()))
		}, after},
		"done, and one node lives": {func(t *testing.T, d datafolder.Folder, c datafolder.Change) {
			require.NoError(t, c.Commit(t.Context()))
			lived(w, d.Nodes[0], after, 1)
		}, after},
	} {
		t.Run(stage, func(t *testing.T) {
			d := networkOf(w, before, before, before)
			_, err := d.WriteNetwork(before)
			require.NoError(t, err)
			change, err := d.Begin(after)
			require.NoError(t, err)
			test.cut(t, d, change)
			got, err := d.Network(t.Context(), nil, func() *consensus.Genesis { return named("other") })
			require.NoError(t, err)
			require.Equal(t, test.want, got)
			undone, err := d.WriteNetwork(got)
			require.NoError(t, err)
			require.Equal(t, test.want == before, undone)
			require.NoFileExists(t, filepath.Join(d.Path, "genesis.json.new"))
			for _, folder := range d.Nodes {
				lived(w, folder, got, 0)
			}
			again, err := d.Network(t.Context(), got, nil)
			require.NoError(t, err)
			require.Equal(t, got, again)
		})
	}
}

// A chain that has begun, in any of the folders, keeps all of them as they are.
func TestAChainThatHasBegunIsNotChanged(t *testing.T) {
	w := newWorld(t)
	before := named("before")
	d := networkOf(w, before, before)
	lived(w, d.Nodes[1], before, 2)
	_, err := d.WriteNetwork(before)
	require.NoError(t, err)
	there := disktest.Tree(t, d.Path)
	change, err := d.Begin(named("after"))
	require.NoError(t, err)
	err = change.Commit(t.Context())
	require.ErrorIs(t, err, datafolder.ErrBegun)
	require.ErrorContains(t, err, "the height of b is 2")
	require.Equal(t, there, disktest.Tree(t, d.Path))
}

// What fails in the middle leaves the old network.
func TestAChangeThatFails(t *testing.T) {
	w := newWorld(t)
	before := named("before")
	d := networkOf(w, before, before)
	_, err := d.WriteNetwork(before)
	require.NoError(t, err)
	change, err := d.Begin(named("after"))
	require.NoError(t, err)
	obstacle := filepath.Join(d.Nodes[1], datafolder.GenesisFile)
	require.NoError(t, os.Remove(obstacle))
	require.NoError(t, os.MkdirAll(filepath.Join(obstacle, "something"), 0o755))
	require.ErrorContains(t, change.Commit(t.Context()), obstacle)
	require.NoFileExists(t, filepath.Join(d.Path, "genesis.json.new"))
	got, err := d.Network(t.Context(), nil, nil)
	require.NoError(t, err)
	require.Equal(t, before, got)
}

// A node keeps its identity on another network.
func TestANodeOnAnotherNetwork(t *testing.T) {
	w := newWorld(t)
	n := w.node()
	config, id := n.config, n.Self().ID
	n.stop()
	d := datafolder.Folder{Path: config.Folder, Nodes: []string{config.Folder}, Data: Data{ByHand: true}}
	change, err := d.Begin(named("other"))
	require.NoError(t, err)
	require.NoError(t, change.Commit(t.Context()))
	config.Genesis, err = d.Network(t.Context(), nil, nil)
	require.NoError(t, err)
	require.Equal(t, "other", config.Genesis.Params.Name)
	n = w.open(config)
	require.Equal(t, config.Genesis.Params.GenesisID, n.tip())
	require.Equal(t, id, n.Self().ID)
	n.mine(1)
}

func TestDamagedChainIsNamed(t *testing.T) {
	w := newWorld(t)
	d := networkOf(w, named("one"))
	path := filepath.Join(d.Nodes[0], "chain.db")
	require.NoError(t, os.WriteFile(path, []byte("garbage"), 0o600))
	_, err := d.Network(t.Context(), nil, nil)
	require.ErrorIs(t, err, store.ErrDamaged)
	require.True(t, strings.HasPrefix(err.Error(), path), err)
	require.ErrorContains(t, err, "move the file away")
	require.NoError(t, os.Remove(path))
	_, err = d.Network(t.Context(), nil, genesis.Dev)
	require.NoError(t, err, "what the message says helps")
}

// A folder's file that names its network is made anew from the chain.
func TestDamagedGenesisFileIsMadeAnew(t *testing.T) {
	w := newWorld(t)
	one := named("one")
	d := networkOf(w, one)
	require.NoError(t, os.WriteFile(filepath.Join(d.Path, datafolder.GenesisFile), []byte("{"), 0o644))
	_, err := d.Network(t.Context(), nil, nil)
	require.ErrorIs(t, err, consensus.ErrParams)
	require.ErrorContains(t, err, filepath.Join(d.Path, datafolder.GenesisFile))
	require.ErrorContains(t, err, "move the file away")
	require.NoError(t, os.Remove(filepath.Join(d.Path, datafolder.GenesisFile)))
	got, err := d.Network(t.Context(), nil, nil)
	require.NoError(t, err)
	require.Equal(t, one, got)
}
