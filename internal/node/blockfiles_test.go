package node

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/hashicorp/go-hclog"
	"github.com/stretchr/testify/require"

	"networkmngr/internal/chain"
	"networkmngr/internal/chain/chaintest"
	"networkmngr/internal/genesis"
	"networkmngr/internal/store"
	"networkmngr/internal/types"
)

// filed is a node with files of its blocks.
func (w world) filed(folder string, change ...func(*Config)) *running {
	return w.node(append(change, func(c *Config) { c.Blocks, c.BlockTemplate = folder, "block" })...)
}

// awaitFiles waits until the folder holds the node's main chain, and no more.
func (w world) awaitFiles(folder string, n *running) {
	w.t.Helper()
	w.until("the files to show the chain", func() bool {
		names, err := filepath.Glob(filepath.Join(folder, "block[0-9]*.json"))
		require.NoError(w.t, err)
		blocks := n.blocks()
		if len(names) != len(blocks) {
			return false
		}
		for _, b := range blocks {
			text, err := os.ReadFile(filepath.Join(folder, fmt.Sprintf("block%d.json", b.Height())))
			var kept types.Block
			if err != nil || json.Unmarshal(text, &kept) != nil || kept.Hash() != b.Hash() {
				return false
			}
		}
		return true
	})
	parts, err := filepath.Glob(filepath.Join(folder, ".*"))
	require.NoError(w.t, err)
	require.Empty(w.t, parts)
}

func TestBlockFilesFollowTheChain(t *testing.T) {
	w, folder := newWorld(t), filepath.Join(t.TempDir(), "deep", "blocks")
	n := w.filed(folder)
	w.awaitFiles(folder, n)
	n.mine(5)
	w.awaitFiles(folder, n)
	require.Empty(t, n.Problems())
}

// Heights whose block changed are rewritten.
func TestBlockFilesAfterAReorg(t *testing.T) {
	w, folder := newWorld(t), t.TempDir()
	other := w.node()
	other.mine(4)
	n := w.filed(folder)
	n.mine(2)
	w.awaitFiles(folder, n)
	_, err := n.Replace(other.blocks())
	require.NoError(t, err)
	w.awaitFiles(folder, n)
	require.Equal(t, other.tip(), n.tip())
}

// A branch can be shorter and have more work: blocks that come fast are harder.
func TestBlockFilesAboveTheTipGo(t *testing.T) {
	genesis := chaintest.Genesis(func(d *genesis.Description) { d.HalfLife = 1 })
	blocks, err := chain.Open(store.NewMemory(), genesis, chaintest.Now)
	require.NoError(t, err)
	f := &blockFiles{folder: t.TempDir(), template: "block", chain: blocks, log: hclog.NewNullLogger()}
	_, err = blocks.AddBlocks(chaintest.Branch(genesis.State(), types.Address{1}, 6)...)
	require.NoError(t, err)
	require.NoError(t, f.catchUp(t.Context()))
	require.FileExists(t, f.path("block6.json"))
	for state := genesis.State(); state.Height < 3; {
		block := chaintest.Mine(state, types.Address{2}, state.Time()+1)
		_, err := blocks.AddBlocks(block)
		require.NoError(t, err)
		state = state.After(block.Header)
	}
	require.EqualValues(t, 3, blocks.Tip().Height)
	require.NoError(t, f.catchUp(t.Context()))
	names, err := os.ReadDir(f.folder)
	require.NoError(t, err)
	require.Len(t, names, 4)
	tip, err := os.ReadFile(f.path("block3.json"))
	require.NoError(t, err)
	require.Contains(t, string(tip), blocks.Tip().ID.String())
}

// Whatever became of the folder while the node was away, it is made good, and
// what is not ours is left alone.
func TestBlockFilesAreRepairedAtTheStart(t *testing.T) {
	w, folder := newWorld(t), t.TempDir()
	n := w.filed(folder)
	n.mine(4)
	w.awaitFiles(folder, n)
	config := n.config
	n.stop()
	in := func(name string) string { return filepath.Join(folder, name) }
	require.NoError(t, os.Remove(in("block1.json")))
	require.NoError(t, os.WriteFile(in("block2.json"), nil, 0o644))
	require.NoError(t, os.WriteFile(in("block9.json"), []byte("{}"), 0o644))
	require.NoError(t, os.WriteFile(in(".block3.json"), []byte("{"), 0o644))
	others := []string{"notes.txt", "block.json", "blockx.json", "block01.json.bak", "other3.json"}
	for _, name := range others {
		require.NoError(t, os.WriteFile(in(name), []byte("mine"), 0o644))
	}
	again := w.open(config)
	w.awaitFiles(folder, again)
	for _, name := range others {
		require.FileExists(t, in(name))
	}
}

// A folder that is gone is made anew, and one that refuses holds up nobody.
func TestBlockFilesThatCannotBeWritten(t *testing.T) {
	w, folder := newWorld(t), filepath.Join(t.TempDir(), "blocks")
	n := w.filed(folder)
	n.mine(1)
	w.awaitFiles(folder, n)
	require.NoError(t, os.RemoveAll(folder))
	require.NoError(t, os.WriteFile(folder, []byte("in the way"), 0o644))
	n.mine(3)
	w.until("the problem to be told of", func() bool { return len(n.Problems()) == 1 })
	require.Contains(t, n.Problems()[0], folder)
	n.mine(1)
	require.NoError(t, os.Remove(folder))
	n.mine(1)
	w.awaitFiles(folder, n)
	w.until("the problem to be over", func() bool { return len(n.Problems()) == 0 })
}

func TestBlocksFolderThatCannotBe(t *testing.T) {
	config := testConfig(t)
	file := filepath.Join(t.TempDir(), "file")
	require.NoError(t, os.WriteFile(file, nil, 0o644))
	config.Blocks = filepath.Join(file, "blocks")
	_, err := Open(config)
	require.ErrorContains(t, err, "blocks folder "+config.Blocks)
}
