package node

import (
	"archive/tar"
	"bytes"
	"errors"
	"io"
	"os"
	"path/filepath"
	"sync"
	"testing"

	"github.com/hashicorp/go-hclog"
	"github.com/stretchr/testify/require"

	"networkmngr/internal/logging/logtest"
	"networkmngr/internal/mining"
	"networkmngr/internal/types"
)

// unpacked makes a folder of a node's copy.
func unpacked(t *testing.T, from io.Reader) string {
	folder := t.TempDir()
	for files := tar.NewReader(from); ; {
		head, err := files.Next()
		if errors.Is(err, io.EOF) {
			return folder
		}
		require.NoError(t, err)
		text, err := io.ReadAll(files)
		require.NoError(t, err)
		require.NoError(t, os.WriteFile(filepath.Join(folder, head.Name), text, 0o600))
	}
}

// A node that is copied while it mines and takes transfers goes on elsewhere with all
// that it had acknowledged by then, as after a kill.
func TestACopyHasAllThatWasAcknowledged(t *testing.T) {
	w := newWorld(t)
	n := w.node()
	require.NoError(t, n.SetMining(mining.Settings{Mode: mining.Continuous, Power: mining.Power{Threads: 1}}))
	var clients sync.WaitGroup
	transfers := pay(0, 60)
	acknowledged := make(chan types.Transaction, len(transfers))
	clients.Go(func() {
		defer close(acknowledged)
		for _, t := range transfers {
			if n.Submit(t) != nil {
				return
			}
			acknowledged <- t
		}
	})
	for round := range 3 {
		var had []types.Transaction
		for range 15 {
			had = append(had, <-acknowledged)
		}
		tip := n.Chain().Tip()
		var text bytes.Buffer
		require.NoError(t, n.Copy(&text))
		w.isCopy(unpacked(t, &text), tip.Height, had, transfers[0].Sender(), round)
	}
	require.NoError(t, n.SetMining(mining.Settings{Mode: mining.Off, Power: mining.Power{Threads: 1}}))
	clients.Wait()
}

// isCopy runs a node on a folder, and requires that it has the chain up to a height, and
// the transfers in it or pending.
func (w world) isCopy(folder string, height uint64, had []types.Transaction, sender types.Address, round int) {
	w.t.Helper()
	require.NoFileExists(w.t, filepath.Join(folder, identityFile))
	var log logtest.Buffer
	config := testConfig(w.t)
	config.Folder, config.Record = folder, ""
	config.Logger = hclog.New(&hclog.LoggerOptions{Output: &log, Level: hclog.Warn})
	copied := w.open(config)
	defer copied.stop()
	require.Empty(w.t, log.String(), "nothing is damaged, in round %d", round)
	require.GreaterOrEqual(w.t, copied.Chain().Tip().Height, height)
	account, _, err := copied.Pool().AccountAt(sender)
	require.NoError(w.t, err)
	for _, t := range had {
		require.True(w.t, copied.Pool().Has(t.ID()) || t.Sequence < account.Sequence, "transfer %d in round %d", t.Sequence, round)
	}
}

// Who was not told that a transfer is kept may find that it is not: a line that is being
// written is left out.
func TestACopyEndsWithAWholeLine(t *testing.T) {
	w := newWorld(t)
	n := w.node()
	n.submit(pay(0, 2)...)
	path := filepath.Join(n.config.Folder, pendingFileName)
	whole, err := os.ReadFile(path)
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(path, append(bytes.Clone(whole), `{"half":`...), 0o600))
	var text bytes.Buffer
	require.NoError(t, n.Copy(&text))
	copied, err := os.ReadFile(filepath.Join(unpacked(t, &text), pendingFileName))
	require.NoError(t, err)
	require.Equal(t, string(whole), string(copied))
	require.NoError(t, os.WriteFile(path, whole, 0o600))
}
