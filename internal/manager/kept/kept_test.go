package kept

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"networkmngr/internal/strictjson"
)

type wish struct {
	Nodes []string `json:"nodes"`
}

func TestWhatIsKeptIsReadAsItWasWritten(t *testing.T) {
	folder := t.TempDir()
	wishes := In[wish](folder, "wish.json")
	_, found, err := wishes.Read()
	require.NoError(t, err)
	require.False(t, found)
	for _, value := range []wish{{Nodes: []string{"n0", "n1"}}, {Nodes: []string{"n2"}}} {
		require.NoError(t, wishes.Write(value))
		got, found, err := In[wish](folder, "wish.json").Read()
		require.NoError(t, err)
		require.True(t, found)
		require.Equal(t, value, got)
	}
	for range 2 {
		require.NoError(t, wishes.Remove())
	}
	_, found, err = wishes.Read()
	require.NoError(t, err)
	require.False(t, found)
	left, err := os.ReadDir(folder)
	require.NoError(t, err)
	require.Empty(t, left)
}

// A misspelt key must not become the absence of what somebody has asked for.
func TestWhatIsKeptIsReadStrictly(t *testing.T) {
	folder := t.TempDir()
	path := filepath.Join(folder, "wish.json")
	for _, text := range []string{"", "{", `{"node": ["n0"]}`, `{"nodes": ["n0"]} {}`, `{"nodes": ["n0"], "nodes": []}`} {
		require.NoError(t, os.WriteFile(path, []byte(text), 0o600))
		_, _, err := In[wish](folder, "wish.json").Read()
		require.ErrorIs(t, err, strictjson.ErrMalformed, text)
		require.ErrorContains(t, err, path)
	}
}
