package node

import (
	"bytes"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/hashicorp/go-hclog"
	"github.com/stretchr/testify/require"

	"networkmngr/internal/chain"
	"networkmngr/internal/chain/chaintest"
	"networkmngr/internal/consensus"
	"networkmngr/internal/mempool"
	"networkmngr/internal/store"
	"networkmngr/internal/types"
)

// pendingCount is how many transfers a node's folder holds as pending.
func pendingCount(t *testing.T, config Config) int {
	return len(parsePending([]byte(pendingText(t, config))).transfers)
}

// loggedConfig is testConfig, and what was warned of so far.
func loggedConfig(t *testing.T) (Config, func() string) {
	config, log := testConfig(t), &lockedBuffer{}
	config.Logger = hclog.New(&hclog.LoggerOptions{Level: hclog.Warn, Output: log})
	return config, log.String
}

type lockedBuffer struct {
	mu   sync.Mutex // guards text
	text bytes.Buffer
}

func (b *lockedBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.text.Write(p)
}

func (b *lockedBuffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.text.String()
}

// requireKeptAside checks that one file beside pending.jsonl holds text.
func requireKeptAside(t *testing.T, config Config, text string) {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(config.Folder, "pending.unusable-*.jsonl"))
	require.NoError(t, err)
	require.Len(t, files, 1)
	kept, err := os.ReadFile(files[0])
	require.NoError(t, err)
	require.Equal(t, text, string(kept))
}

// pendingText is what a node's folder holds of pending transfers.
func pendingText(t *testing.T, config Config) string {
	text, err := os.ReadFile(filepath.Join(config.Folder, pendingFileName))
	require.NoError(t, err)
	return string(text)
}

// killed is a copy of a running node's folder, which is all that is left of it
// when it is killed.
func killed(t testing.TB, config Config) Config {
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
	again.register(other)
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
	one.register(other)
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
func TestParkedTransferSurvivesAKill(t *testing.T) {
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
	config, warnings := loggedConfig(t)
	n := w.open(config)
	n.submit(pay(0, 1)...)
	n.stop()
	forged := pay(5, 1)[0]
	forged.Amount++
	line := transferLine(easy().Params.GenesisID, forged, true)
	require.NoError(t, os.WriteFile(filepath.Join(config.Folder, pendingFileName), line, 0o600))
	n = w.open(config)
	require.False(t, n.Pool().Has(forged.ID()))
	require.Zero(t, pendingCount(t, config))
	requireKeptAside(t, config, string(line))
	require.Contains(t, warnings(), "refused=1")
}

// A node that starts again knows what waits, and leaves a file alone that is
// whole and small.
func TestRestartKeepsThePendingFile(t *testing.T) {
	w := newWorld(t)
	config := testConfig(t)
	n := w.open(config)
	n.submit(pay(0, 2)...)
	n.mine(1)
	n.submit(pay(2, 1)...)
	n.stop()
	text := pendingText(t, config)
	n = w.open(config)
	require.Equal(t, 1, n.Pool().Len())
	require.Equal(t, text, pendingText(t, config))
	n.submit(pay(3, 1)...)
	require.Equal(t, 4, pendingCount(t, config))
	n.stop()
}

// What came to the disk in part was told to nobody; what came before it was.
func TestHalfALineIsPassedOver(t *testing.T) {
	w := newWorld(t)
	config, warnings := loggedConfig(t)
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
	require.Equal(t, 3, pendingCount(t, config))
	n = w.open(config)
	require.Equal(t, 3, n.Pool().Len())
	require.Empty(t, warnings())
}

// Damage is neither passed over nor wiped out.
func TestDamagedLinesAreToldOfAndKeptAside(t *testing.T) {
	w := newWorld(t)
	config, warnings := loggedConfig(t)
	n := w.open(config)
	n.submit(pay(0, 4)...)
	n.stop()
	lines := strings.SplitAfter(pendingText(t, config), "\n")
	zeroed := strings.Repeat("\x00", len(lines[2])-1) + "\n"
	altered := strings.Replace(lines[3], `"amount":0.01`, `"amount":0.02`, 1)
	require.NotEqual(t, lines[3], altered)
	path := filepath.Join(config.Folder, pendingFileName)
	require.NoError(t, os.WriteFile(path, []byte(lines[0]+lines[1]+zeroed+altered), 0o600))
	n = w.open(config)
	require.Equal(t, 2, n.Pool().Len())
	require.Contains(t, warnings(), "damaged=2")
	requireKeptAside(t, config, zeroed+altered)
	n.stop()
	w.open(config).stop()
	requireKeptAside(t, config, zeroed+altered)
	require.Equal(t, 1, strings.Count(warnings(), "damaged="), "it is told of once")
}

// Whatever bit of a line changes, the line does not say something else.
func TestAnyDamageIsNoticed(t *testing.T) {
	network := easy().Params.GenesisID
	transfers := pay(0, 3)
	var whole []byte
	for _, transfer := range transfers {
		whole = append(whole, transferLine(network, transfer, true)...)
	}
	require.Equal(t, 3, len(parsePending(whole).transfers))
	first, last := len(transferLine(network, transfers[0], true)), len(transferLine(network, transfers[2], true))
	for at := 8 * first; at < 8*(len(whole)-last); at++ {
		text := bytes.Clone(whole)
		text[at/8] ^= 1 << (at % 8)
		found := parsePending(text)
		require.NotEmpty(t, found.damaged, "bit %d", at)
		for _, line := range found.transfers {
			require.Contains(t, transfers, line.transfer)
		}
	}
}

func TestTransfersOfAnotherNetworkAreNotRestored(t *testing.T) {
	w := newWorld(t)
	config, warnings := loggedConfig(t)
	n := w.open(config)
	n.submit(pay(0, 1)...)
	n.stop()
	line := pendingText(t, config)
	require.NoError(t, store.Remove(config.Folder))
	config.Genesis = hard()
	n = w.open(config)
	require.Zero(t, n.Pool().Len())
	require.Zero(t, pendingCount(t, config))
	require.Contains(t, warnings(), "of-another-network=1")
	requireKeptAside(t, config, line)
	one, known := n.Pool().Departed(pay(0, 1)[0].ID())
	require.True(t, known)
	require.ErrorIs(t, one.Why, mempool.ErrOtherNetwork)
	n.stop()
}

// A restarted node knows what became of transfers that were promised: overtaken by a
// block, or replaced.
func TestRestartKeepsWhatBecameOfTransfers(t *testing.T) {
	w := newWorld(t)
	config := testConfig(t)
	n := w.open(config)
	first, second := pay(0, 1)[0], pay(0, 2)[1]
	overtaken := chaintest.Transfer(types.NamedKey("alice"), easy().Params.GenesisID, 0, types.NamedAddress("carol"), types.Coin, types.Coin)
	dear := chaintest.Transfer(types.NamedKey("alice"), easy().Params.GenesisID, 1, types.NamedAddress("carol"), types.Coin, types.Coin)
	n.submit(first)
	n.store(chaintest.Next(n.Chain().Tip(), types.NamedAddress("miner"), overtaken))
	n.submit(second, dear)
	n.stop()
	n = w.open(config)
	for _, row := range []struct {
		lost types.Transaction
		why  error
	}{{first, consensus.ErrSequenceUsed}, {second, mempool.ErrReplaced}} {
		one, known := n.Pool().Departed(row.lost.ID())
		require.True(t, known)
		require.ErrorIs(t, one.Why, row.why)
	}
	require.True(t, n.Pool().Has(dear.ID()))
	n.stop()
}

// Few are retained, so that few make the file outgrow what it keeps: each is signed, verified
// and synced, and the race detector makes that slow.
const (
	retained     = 64
	perBlock     = 16
	moreThanKept = 2*retained + perBlock
)

func retainingConfig(t *testing.T) Config {
	config := testConfig(t)
	config.Retained = retained
	return config
}

// grown is a node that has mined all of count transfers of alice's.
func (w world) grown(config Config, count uint64) *running {
	n := w.open(config)
	for sequence := uint64(0); sequence < count; sequence += perBlock {
		n.submit(pay(sequence, perBlock)...)
		n.mine(1)
	}
	return n
}

// The file does not grow with all that was ever posted.
func TestPendingFileIsTidied(t *testing.T) {
	w := newWorld(t)
	config := retainingConfig(t)
	n := w.grown(config, moreThanKept)
	n.stop()
	require.Less(t, pendingCount(t, config), moreThanKept-retained/2)
}

// What was written last is there the longest, though it waits no longer.
func TestPendingFileKeepsTheLastThatWaitNoLonger(t *testing.T) {
	w := newWorld(t)
	config := retainingConfig(t)
	w.grown(config, moreThanKept).stop()
	require.NoError(t, store.Remove(config.Folder))
	w.awaitPending(pay(moreThanKept-retained, retained), w.open(config))
}

func TestOrderOfLinesDoesNotMatter(t *testing.T) {
	w := newWorld(t)
	config := testConfig(t)
	var text []byte
	for _, transfer := range slices.Backward(pay(0, 5)) {
		text = append(text, transferLine(easy().Params.GenesisID, transfer, true)...)
	}
	require.NoError(t, os.WriteFile(filepath.Join(config.Folder, pendingFileName), text, 0o600))
	n := w.open(config)
	require.Equal(t, 5, n.Pool().Len())
}

// branchOver is a branch from genesis with more work than a node's chain.
func branchOver(n *running) []types.Block {
	branch := chaintest.Branch(easy().State(), types.NamedAddress("bob"), int(n.Chain().Tip().Height)+1)
	return append([]types.Block{easy().Block}, branch...)
}

// What was accepted stays though its block does not, and though the file had
// forgotten it.
func TestTransfersOfAReorgSurviveAKill(t *testing.T) {
	for name, count := range map[string]uint64{"of late": perBlock, "long ago": moreThanKept} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			config := retainingConfig(t)
			w.grown(config, count).stop()
			n := w.open(config)
			_, err := n.Replace(branchOver(n))
			require.NoError(t, err)
			w.awaitPending(pay(0, int(count)), n)
			w.until("all are on disk", func() bool { return pendingCount(t, config) >= int(count) })
			after := killed(t, config)
			require.NoError(t, store.Remove(after.Folder), "the blocks that held them are no help")
			w.awaitPending(pay(0, int(count)), w.open(after))
		})
	}
}

// A node that is killed after a reorg and before it could do more finds out what
// the reorg undid when it starts.
func TestKillRightAfterAReorg(t *testing.T) {
	w := newWorld(t)
	config := retainingConfig(t)
	n := w.grown(config, moreThanKept)
	branch := branchOver(n)
	n.stop()
	kept, err := store.Open(config.Folder)
	require.NoError(t, err)
	c, err := chain.Open(kept, config.Genesis, time.Now)
	require.NoError(t, err)
	_, err = c.Replace(branch)
	require.NoError(t, err)
	require.NoError(t, kept.Close())

	for range 2 {
		n = w.open(config)
		w.awaitPending(pay(0, moreThanKept), n)
		require.GreaterOrEqual(t, pendingCount(t, config), moreThanKept)
		n.stop()
	}
}

// More than a pool would keep of what others sent.
func TestParkedTransfersSurviveAKillHoweverMany(t *testing.T) {
	w := newWorld(t)
	config := testConfig(t)
	n := w.open(config)
	network := easy().Params.GenesisID
	names := []string{"zoe", "yves"}
	var promised []types.Transaction
	for i, name := range names {
		promised = append(promised, chaintest.Transfer(types.NamedKey("alice"), network, uint64(i), types.NamedAddress(name), 3*types.Coin, 1))
	}
	n.submit(promised...)
	n.mine(1)
	for _, name := range names {
		key := types.NamedKey(name)
		for sequence := range uint64(600) {
			transfer := chaintest.Transfer(key, network, sequence, types.NamedAddress("bob"), 1, 1)
			n.submit(transfer)
			promised = append(promised, transfer)
		}
	}
	_, err := n.Replace(branchOver(n))
	require.NoError(t, err)
	w.awaitPending(promised, n)
	again := w.open(killed(t, config))
	w.awaitPending(promised, again)
	again.mine(1)
	again.mine(1)
	require.Zero(t, again.Pool().Len())
}

// A node whose chain is lost, or is older than the file, starts with what it had
// promised, also what its chain held.
func TestPromisesSurviveTheLossOfTheChain(t *testing.T) {
	w := newWorld(t)
	config := testConfig(t)
	n := w.open(config)
	early, late := pay(0, 3), pay(3, 2)
	n.submit(early...)
	n.mine(1)
	n.submit(late...)
	after := killed(t, config)
	require.NoError(t, store.Remove(after.Folder))
	require.NoError(t, os.Remove(filepath.Join(after.Folder, identityFile)))
	again := w.open(after)
	w.awaitPending(append(early, late...), again)
	require.Equal(t, 5, again.Pool().Len())

	again.register(n)
	w.awaitOneTip(n, again)
	w.until("what the chain holds is done", func() bool { return again.Pool().Len() == 2 })
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
	require.Equal(t, len(names), pendingCount(t, config))
}
