package node

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"networkmngr/internal/consensus"
	"networkmngr/internal/store"
)

// A folder's network changes whole, also if the change is cut short between its
// two steps.
func TestNetworkOfAFolderChanges(t *testing.T) {
	w := newWorld(t)
	n := w.node()
	config, id := n.config, n.Self().ID
	n.stop()
	kept, err := KeptGenesis(config.Folder)
	require.NoError(t, err)
	require.Nil(t, kept)

	require.NoError(t, store.Remove(config.Folder)) // and the power fails
	n = w.open(config)
	require.Equal(t, config.Genesis.Params.GenesisID, n.tip())
	n.stop()

	d := config.Genesis.Description()
	d.Name = "other"
	other, err := d.Genesis()
	require.NoError(t, err)
	require.NoError(t, KeepGenesis(config.Folder, other))
	kept, err = KeptGenesis(config.Folder)
	require.NoError(t, err)
	require.Equal(t, other, kept)
	config.Genesis = kept
	n = w.open(config)
	require.Equal(t, other.Params.GenesisID, n.tip())
	require.Equal(t, id, n.Self().ID)
	n.mine(1)
}

func TestKeptGenesisIsChecked(t *testing.T) {
	folder := t.TempDir()
	path := filepath.Join(folder, GenesisFile)
	for _, text := range []string{"", "{", `{"name":"x"}`, `{"nome":"x"}`} {
		require.NoError(t, os.WriteFile(path, []byte(text), 0o644))
		_, err := KeptGenesis(folder)
		require.ErrorIs(t, err, consensus.ErrParams, text)
		require.ErrorContains(t, err, path)
	}
}
