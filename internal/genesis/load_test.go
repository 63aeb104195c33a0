package genesis

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func write(t *testing.T, text string) (file string) {
	file = filepath.Join(t.TempDir(), "genesis.json")
	require.NoError(t, os.WriteFile(file, []byte(text), 0o600))
	return file
}

func TestGenesisFileMakesTheNetwork(t *testing.T) {
	builtIn, err := Load("")
	require.NoError(t, err)
	require.Equal(t, "dev", builtIn.Params.Name)
	own, err := Load(write(t, `{"name": "own", "time": 1700000000, "block_time": 1, "reward": 1, "floor_bits": "207fffff"}`))
	require.NoError(t, err)
	require.Equal(t, "own", own.Params.Name)
	for name, text := range map[string]string{
		"empty": "", "unknown": `{"nonsense": 1}`, "incomplete": `{"name": "x"}`,
		"rule": `{"name": "x", "time": 1700000000, "block_time": 1, "reward": 1, "floor_bits": "nonsense"}`,
	} {
		file := write(t, text)
		_, err := Load(file)
		require.ErrorContains(t, err, file, name)
	}
	_, err = Load(filepath.Join(t.TempDir(), "none.json"))
	require.ErrorIs(t, err, os.ErrNotExist)
}

func TestNetworkOfTheFuture(t *testing.T) {
	network, err := Describe(Dev()).Genesis() // its own, to be changed
	require.NoError(t, err)
	require.NoError(t, CheckBegun(network, "", time.Now()))
	network.Params.Time = uint32(time.Now().Add(1000 * time.Hour).Unix())
	require.ErrorContains(t, CheckBegun(network, "", time.Now()), `network "dev": `)
	require.ErrorContains(t, CheckBegun(network, "x.json", time.Now()), "genesis file x.json: ")
}
