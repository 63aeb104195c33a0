package node

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"networkmngr/internal/mining"
	"networkmngr/internal/mining/strategy"
)

// oneBlockBehind has a node mine one block more and end, and takes that block from its
// chain, as a machine may that goes down: the node's other files know of it.
func (r *running) oneBlockBehind(config Config) {
	r.t.Helper()
	before := killed(r.t, config)
	r.mine(1)
	r.stop()
	chain, err := os.ReadFile(filepath.Join(before.Folder, "chain.db"))
	require.NoError(r.t, err)
	require.NoError(r.t, os.WriteFile(filepath.Join(config.Folder, "chain.db"), chain, 0o600))
}

func TestTransfersOfABlockThatIsLostWaitAgain(t *testing.T) {
	w := newWorld(t)
	config := retainingConfig(t)
	n := w.grown(config, moreThanKept)
	last := pay(moreThanKept, perBlock)
	n.submit(last...)
	n.oneBlockBehind(config)
	again := w.open(config)
	w.awaitPending(last, again)
	again.mine(1)
	require.Zero(t, again.Pool().Len())
}

// The blocks before the one that is lost are withheld still.
func TestAWithheldBlockIsLost(t *testing.T) {
	w := newWorld(t)
	config := testConfig(t)
	n := w.open(config)
	n.selfish()
	n.mine(1)
	n.oneBlockBehind(config)
	again, other := w.open(config), w.node()
	introduce(again, other)
	w.awaitPeers(1, again, other)
	require.Equal(t, strategy.Branches{Own: 1}, again.Strategy().Branches)
	again.mine(1)
	require.Zero(t, other.Chain().Tip().Height)
	require.NoError(t, again.SetMining(mining.Default(1)))
	w.awaitOneTip(again, other)
	require.EqualValues(t, 2, other.Chain().Tip().Height)
}
