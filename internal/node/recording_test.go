package node

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"networkmngr/internal/record"
	"networkmngr/internal/sim"
)

// requireReplay requires that a node's core would do the same again.
func requireReplay(t testing.TB, path string) record.Result {
	file, err := os.Open(path)
	require.NoError(t, err)
	defer file.Close()
	result, err := record.Replay(file)
	require.NoError(t, err)
	require.Nil(t, result.Difference)
	return result
}

// A race of six nodes, with a reorg, is played again, node by node, by the machine alone and by the
// simulator; every other test that runs nodes ends with a replay too.
func TestARaceIsPlayedAgain(t *testing.T) {
	w := newWorld(t)
	nodes := w.rejoin(w.mesh(5), pay(0, 40)) // the sixth gives up its branch
	for round := range uint64(3) {
		nodes[0].submit(pay(40+20*round, 20)...)
		race(t, nodes, 3)
	}
	nodes[0].mine(1) // settles a draw
	w.awaitOneTip(nodes...)
	for _, n := range nodes {
		n.stop()
		result := requireReplay(t, n.config.Record)
		require.False(t, result.Cut)
		require.Equal(t, result, simulated(t, n.config.Record))
		t.Logf("the same %d effects of %d steps", result.Effects, result.Steps)
	}
}

// simulated is what comes of a recording in the simulator, the other driver.
func simulated(t testing.TB, path string) record.Result {
	file, err := os.Open(path)
	require.NoError(t, err)
	defer file.Close()
	r, err := record.NewReader(file)
	require.NoError(t, err)
	result, err := sim.Replay(r)
	require.NoError(t, err)
	return result
}

// The recording of the life before is kept, as that may have ended with what somebody
// wants to see.
func TestLastRecordingIsKept(t *testing.T) {
	w := newWorld(t)
	n := w.node()
	n.mine(2)
	n.stop()
	first, err := os.ReadFile(n.config.Record)
	require.NoError(t, err)
	again := w.open(n.config)
	again.mine(1)
	again.stop()
	kept, err := os.ReadFile(n.config.Record + lastRecording)
	require.NoError(t, err)
	require.Equal(t, first, kept)
	requireReplay(t, n.config.Record+lastRecording)
	requireReplay(t, n.config.Record)
}

func TestRecordingThatCannotBeMade(t *testing.T) {
	config := testConfig(t)
	config.Record = filepath.Join(config.Folder, "nowhere", "record")
	_, err := Open(config)
	require.ErrorIs(t, err, os.ErrNotExist)
}
