//go:build linux

package measure

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"networkmngr/internal/consensus"
	"networkmngr/internal/genesis"
	"networkmngr/internal/types"
)

func TestNetwork(t *testing.T) {
	n, err := NewNetwork(t.TempDir(), 3)
	require.NoError(t, err)
	read, err := genesis.Load(n.File)
	require.NoError(t, err)
	require.Equal(t, n.Params.GenesisID, read.Params.GenesisID)
	require.Len(t, n.Addresses, 3)
	transfer := types.Transaction{Kind: types.Transfer, Amount: 1}
	n.Sign(&transfer, 2)
	require.Equal(t, n.Addresses[2], transfer.Sender())
	require.NoError(t, consensus.CheckSignature(&transfer, n.Params.GenesisID))
}

func TestPSS(t *testing.T) {
	size, err := PSS(os.Getpid())
	require.NoError(t, err)
	require.Greater(t, size, uint64(1<<20))
	require.Less(t, size, uint64(1<<30))
}

func TestAwait(t *testing.T) {
	looks := 0
	require.NoError(t, Await(t.Context(), time.Nanosecond, func() (bool, error) { looks++; return looks == 3, nil }))
	late := errors.New("late")
	ctx, cancel := context.WithCancelCause(t.Context())
	cancel(late)
	require.ErrorIs(t, Await(ctx, time.Hour, func() (bool, error) { return false, nil }), late)
	require.ErrorIs(t, Await(t.Context(), time.Hour, func() (bool, error) { return false, late }), late)
}

// A pattern takes some of the measurements, and then nothing is written.
func TestTable(t *testing.T) {
	file := filepath.Join(t.TempDir(), "RESULTS.md")
	row := func(text string) Part {
		return Part{text, func(context.Context) (string, error) { return "| " + text + " |\n", nil }}
	}
	table := Table{Title: "Title", Script: "scripts/x/run", Columns: "| what |\n| --- |\n", Notes: "notes\n", Parts: []Part{row("one"), row("two")}}
	require.NoError(t, table.Run(t.Context(), Options{Out: file, Only: "t"}))
	require.NoFileExists(t, file)
	require.NoError(t, table.Run(t.Context(), Options{Out: file, Commit: "c0ffee"}))
	text, err := os.ReadFile(file)
	require.NoError(t, err)
	require.Regexp(t, "(?s)^# Title\n\nBy `scripts/x/run`, of commit c0ffee, .*\\| --- \\|\n\\| one \\|\n\\| two \\|\nnotes\n$", string(text))
	failed := errors.New("failed")
	table.Parts = append(table.Parts, Part{"three", func(context.Context) (string, error) { return "", failed }})
	require.ErrorIs(t, table.Run(t.Context(), Options{}), failed)
	require.Error(t, table.Run(t.Context(), Options{Only: "("}))
}
