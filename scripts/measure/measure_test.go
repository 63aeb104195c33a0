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

// A table is taken in pieces: a pattern takes some of the measurements, and of the others the
// file keeps what it has, and what was taken before one fails.
func TestTable(t *testing.T) {
	file := filepath.Join(t.TempDir(), "RESULTS.md")
	row := func(name, text string) Part {
		return Part{name, func(context.Context) (string, error) { return text, nil }}
	}
	table := Table{
		Title: "Title", Script: "scripts/x/run", Columns: []string{"what"}, Notes: "notes\n",
		Parts: []Part{row("one", "| 1 |\n| 1b |\n"), row("one-more", "| 1c |\n"), row("two", "| 2 |\n")},
	}
	require.NoError(t, table.Run(t.Context(), Options{Commit: "beef", Only: "t"}))
	require.NoError(t, table.Run(t.Context(), Options{Out: file, Commit: "beef", Only: "o"}))
	failed := errors.New("failed")
	table.Parts[2] = Part{"two", func(context.Context) (string, error) { return "", failed }}
	require.ErrorIs(t, table.Run(t.Context(), Options{Out: file, Commit: "c0ffee", Only: "one$|two"}), failed)
	text, err := os.ReadFile(file)
	require.NoError(t, err)
	const taken = `, \d{4}-\d\d-\d\d, load [\d.]+ \|\n`
	require.Regexp(t, "^# Title\n\nBy `scripts/x/run`, with .*\n\n\\| measurement \\| what \\| taken \\|\n\\| --- \\| --- \\| --- \\|\n"+
		`\| one \| 1 \| c0ffee`+taken+`\| one \| 1b \| c0ffee`+taken+`\| one-more \| 1c \| beef`+taken+`\| two \| 2 \| beef`+taken+"notes\n$", string(text))
	require.Error(t, table.Run(t.Context(), Options{Only: "("}))
}
