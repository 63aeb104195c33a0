package lastrun

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestNoRecord(t *testing.T) {
	folder := t.TempDir()
	r, err := Read(folder)
	require.NoError(t, err)
	require.Nil(t, r)
	require.NoError(t, os.WriteFile(filepath.Join(folder, file), []byte("{"), 0o600))
	_, err = Read(folder)
	require.ErrorContains(t, err, "run.json")
}
