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
	for text, reason := range map[string]string{
		"{": "cut off", `{"pid":1,"pid":2}`: `key "pid" twice`, `{"Pid":1}`: `unknown key "Pid"`, "{}{}": "something follows",
	} {
		require.NoError(t, os.WriteFile(filepath.Join(folder, file), []byte(text), 0o600))
		_, err = Read(folder)
		require.ErrorContains(t, err, "run.json")
		require.ErrorContains(t, err, reason)
	}
}
