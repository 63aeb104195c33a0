package loading

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"networkmngr/internal/config"
	"networkmngr/internal/events/state"
	"networkmngr/internal/snapshot"
)

// write makes the file of a snapshot of one node, with one file of its own, and with empty files
// of some more paths.
func write(t *testing.T, more ...string) (path string) {
	var text, whole bytes.Buffer
	section, err := snapshot.NewSection(&text)
	require.NoError(t, err)
	require.NoError(t, section.Add(snapshot.GenesisFile, 7, strings.NewReader("genesis")))
	require.NoError(t, section.Add(snapshot.NodeFile(0, snapshot.Identity), 3, strings.NewReader("key")))
	for _, path := range more {
		require.NoError(t, section.Add(path, 0, strings.NewReader("")))
	}
	files, err := section.Close()
	require.NoError(t, err)
	manifest := snapshot.Manifest{Name: "first", Keys: true, Nodes: []snapshot.Node{{State: state.Down}}, Files: files}
	require.NoError(t, snapshot.Write(&whole, manifest, &text))
	path = filepath.Join(t.TempDir(), "first"+snapshot.Extension)
	require.NoError(t, os.WriteFile(path, whole.Bytes(), 0o600))
	return path
}

// A snapshot that says of itself that it is larger than the disk is refused before anything of
// it is unpacked.
func TestALoadThatHasNoRoom(t *testing.T) {
	settings := config.DefaultManager()
	settings.Data, settings.Log.Folder = filepath.Join(t.TempDir(), "data"), t.TempDir()
	with := func(free uint64) *load {
		return &load{settings: settings, free: func(string) (uint64, error) { return free, nil }}
	}
	file := write(t)
	err := with(64 << 20).run(file)
	require.ErrorIs(t, err, ErrLoad)
	require.ErrorContains(t, err, "not enough free space in "+settings.Data+": it takes 1 MB, and 64 MB more are left free; 64 MB are there")
	require.NoDirExists(t, settings.Data)
	l := with(66 << 20)
	require.NoError(t, l.run(file))
	key, err := os.ReadFile(filepath.Join(l.nodeFolder(0), snapshot.Identity))
	require.NoError(t, err)
	require.Equal(t, "key", string(key))
}

// Somebody else may have made a snapshot: what no manager would write is refused.
func TestALoadOfWhatNobodyWrites(t *testing.T) {
	for _, path := range []string{snapshot.EventsFile("99999999999999999999.jsonl"), snapshot.KeptFile("other.json")} {
		settings := config.DefaultManager()
		settings.Data, settings.Log.Folder = filepath.Join(t.TempDir(), "data"), t.TempDir()
		_, _, err := Load(write(t, path), settings)
		require.ErrorIs(t, err, ErrLoad, path)
		require.ErrorContains(t, err, path)
		require.NoDirExists(t, settings.Data)
	}
}
