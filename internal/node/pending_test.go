package node

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"networkmngr/internal/chain"
	"networkmngr/internal/chain/chaintest"
	"networkmngr/internal/store"
	"networkmngr/internal/types"
)

// pendingText is what a node's folder holds of pending transfers.
func pendingText(t *testing.T, config Config) string {
	text, err := os.ReadFile(filepath.Join(config.Folder, pendingFileName))
	require.NoError(t, err)
	return string(text)
}

// killed is a copy of a running node's folder, which is all that is left of it
// when it is killed.
func killed(t *testing.T, config Config) Config {
	copied := config
	copied.Folder = t.TempDir()
	require.NoError(t, os.CopyFS(copied.Folder, os.DirFS(config.Folder)))
	return copied
}

// A client that was told that its transfer waits for a block need not ask after
// it when the node was killed: it is there, and the others hear of it.
func TestPostedTransfersSurviveAKill(t *testing.T) {
	w := newWorld(t)
	config := testConfig(t)
	first := w.open(config)
	transfers := pay(0, 3)
	first.submit(transfers...)
	again := w.open(killed(t, config))
	w.awaitPending(transfers, again)
	first.stop()
	other := w.node()
	again.meet(other)
	w.awaitPending(transfers, other)
	block := again.mine(1)[0]
	require.Len(t, block.Transactions, 4)
}

// Nodes that take a sender's transfers by turns each come back with what they
// have promised, though the others stay away.
func TestPostedTransferSurvivesWithThoseBeforeIt(t *testing.T) {
	w := newWorld(t)
	config := testConfig(t)
	one, other := w.open(config), w.node()
	one.meet(other)
	w.awaitPeers(1, one, other)
	transfers := pay(0, 4)
	for i, n := range []*running{other, one, other, one} {
		n.submit(transfers[i])
		w.awaitPending(transfers[:i+1], one, other)
	}
	again := w.open(killed(t, config))
	w.awaitPending(transfers, again)
	again.stop()
}

// A reorg may take away for a while what a posted transfer spends. A node that is
// killed meanwhile comes back with it all the same.
func TestStrandedTransferSurvivesAKill(t *testing.T) {
	w := newWorld(t)
	config := testConfig(t)
	n := w.open(config)
	network, zoe := easy().Params.GenesisID, types.NamedKey("zoe")
	funds := chaintest.Transfer(types.NamedKey("alice"), network, 0, types.NamedAddress("zoe"), 3*types.Coin, 1)
	n.submit(funds)
	n.mine(1)
	first := chaintest.Transfer(zoe, network, 0, types.NamedAddress("bob"), types.Coin, 1)
	second := chaintest.Transfer(zoe, network, 1, types.NamedAddress("bob"), types.Coin, 1)
	n.submit(first, second)
	branch := chaintest.Branch(easy().State(), types.NamedAddress("bob"), 2)
	_, err := n.Replace(append([]types.Block{easy().Block}, branch...))
	require.NoError(t, err)
	w.awaitPending([]types.Transaction{funds, first, second}, n)

	again := w.open(killed(t, config))
	w.awaitPending([]types.Transaction{funds, first, second}, again)
	require.Len(t, again.mine(1)[0].Transactions, 2, "the funds come first")
	require.Len(t, again.mine(1)[0].Transactions, 3)
	again.stop()
}

// What is in a file is believed no more than what peers say.
func TestForgedTransferIsNotRestored(t *testing.T) {
	w := newWorld(t)
	config := testConfig(t)
	n := w.open(config)
	n.submit(pay(0, 1)...)
	n.stop()
	forged := types.SignedTransfer{Network: easy().Params.GenesisID, Transaction: pay(5, 1)[0]}
	forged.Amount++
	text, err := forged.MarshalJSON()
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(filepath.Join(config.Folder, pendingFileName), text, 0o600))
	n = w.open(config)
	require.False(t, n.Pool().Has(forged.ID()))
	require.Empty(t, pendingText(t, config))
}

func TestRestartedNodeForgetsWhatWaitsNoLonger(t *testing.T) {
	w := newWorld(t)
	config := testConfig(t)
	n := w.open(config)
	n.submit(pay(0, 2)...)
	n.mine(1)
	n.submit(pay(2, 1)...)
	require.Equal(t, 3, strings.Count(pendingText(t, config), "\n"))
	n.stop()
	n = w.open(config)
	require.Equal(t, 1, n.Pool().Len())
	require.Equal(t, 1, strings.Count(pendingText(t, config), "\n"))
	n.stop()
}

// What came to the disk in part was told to nobody; what came before it was.
func TestHalfALineIsPassedOver(t *testing.T) {
	w := newWorld(t)
	config := testConfig(t)
	n := w.open(config)
	n.submit(pay(0, 2)...)
	n.stop()
	text := pendingText(t, config)
	path := filepath.Join(config.Folder, pendingFileName)
	require.NoError(t, os.WriteFile(path, []byte(text[:len(text)-20]), 0o600))
	n = w.open(config)
	require.Equal(t, 1, n.Pool().Len())
	n.submit(pay(1, 2)...)
	n.stop()
	require.Equal(t, 3, strings.Count(pendingText(t, config), "\n"))
	n = w.open(config)
	require.Equal(t, 3, n.Pool().Len())
}

func TestTransfersOfAnotherNetworkAreNotRestored(t *testing.T) {
	w := newWorld(t)
	config := testConfig(t)
	n := w.open(config)
	n.submit(pay(0, 1)...)
	n.stop()
	require.NoError(t, store.Remove(config.Folder))
	config.Genesis = hard()
	n = w.open(config)
	require.Zero(t, n.Pool().Len())
	require.Empty(t, pendingText(t, config))
	n.stop()
}

// The file does not grow with all that was ever posted.
func TestPendingFileIsTidied(t *testing.T) {
	w := newWorld(t)
	config := testConfig(t)
	n := w.open(config)
	for sequence := uint64(0); sequence < leastRewrite; sequence += 256 {
		n.submit(pay(sequence, 256)...)
		n.mine(1)
	}
	n.submit(pay(leastRewrite, 1)...)
	n.stop()
	require.Less(t, strings.Count(pendingText(t, config), "\n"), leastRewrite/2)
}

func TestPendingFileThatIsRemovedEndsTheNode(t *testing.T) {
	w := newWorld(t)
	config := testConfig(t)
	n := w.open(config)
	n.submit(pay(0, 1)...)
	require.NoError(t, os.Remove(filepath.Join(config.Folder, pendingFileName)))
	require.Error(t, n.Submit(pay(1, 1)[0]))
	err := n.awaitEnd()
	require.ErrorIs(t, err, chain.ErrStore)
	require.ErrorIs(t, err, store.ErrRemoved)
}

// Many who post at once share writes, and each is told only of what is on disk.
func TestManyPostAtOnce(t *testing.T) {
	w := newWorld(t)
	config := testConfig(t)
	n := w.open(config)
	names := []string{"alice", "bob", "carol", "dave"}
	ended := make(chan error)
	for _, name := range names {
		go func() {
			transfer := types.Transaction{Recipient: types.NamedAddress("erin"), Amount: types.Coin}
			transfer.Sign(types.NamedKey(name), easy().Params.GenesisID)
			ended <- n.Submit(transfer)
		}()
	}
	for range names {
		require.NoError(t, <-ended)
	}
	require.Equal(t, len(names), strings.Count(pendingText(t, config), "\n"))
}
