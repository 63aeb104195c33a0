package folder

import (
	"context"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"networkmngr/internal/config"
	"networkmngr/internal/launch"
	"networkmngr/internal/manager/stream"
)

// noNodes are the data of nodes that nobody runs.
type noNodes struct{ launch.Data }

func (noNodes) Discard(_ context.Context, places []string) error {
	for _, place := range places {
		if err := os.RemoveAll(place); err != nil {
			return err
		}
	}
	return nil
}

func open(t *testing.T, path string) *Folder {
	f, err := Open(path, noNodes{})
	require.NoError(t, err)
	return f
}

// names are those of what is in a folder.
func names(t *testing.T, path string) (list []string) {
	entries, err := os.ReadDir(path)
	require.NoError(t, err)
	for _, entry := range entries {
		list = append(list, entry.Name())
	}
	return list
}

func write(t *testing.T, text string, path ...string) {
	file := filepath.Join(path...)
	require.NoError(t, os.MkdirAll(filepath.Dir(file), 0o755))
	require.NoError(t, os.WriteFile(file, []byte(text), 0o600))
}

func TestOneManagerHasAFolder(t *testing.T) {
	path := t.TempDir()
	f := open(t, path)
	_, err := Open(path, noNodes{})
	require.ErrorIs(t, err, ErrInUse)
	require.NoError(t, Discard(path), "it is in use")
	require.DirExists(t, path)
	require.NoError(t, f.Close())
	require.Empty(t, names(t, path), "no network has stood in it")
	require.NoError(t, Discard(path))
	require.NoDirExists(t, path)
	require.NoError(t, Discard(path), "there is none any more")
}

// What was made to take a folder goes with a start that fails.
func TestAFolderThatWasNotThereIsNotLeft(t *testing.T) {
	parent := t.TempDir()
	f := open(t, filepath.Join(parent, "labs", "mine"))
	require.NoError(t, f.Close())
	require.Empty(t, names(t, parent))
}

func TestForgetRestoresWhatThereWas(t *testing.T) {
	path := t.TempDir()
	write(t, "kept\n", path, labFile)
	write(t, "a chain", config.NodeFolder(path, 5000), "chain.db")
	f := open(t, path)
	require.Equal(t, []int{5000}, f.Kept)
	lab, err := f.Lab("other")
	require.NoError(t, err)
	require.Equal(t, "other", lab)
	require.NoError(t, stream.SetNew(path))
	write(t, "a chain", config.NodeFolder(path, 5001), "chain.db")
	require.True(t, f.Holds(5001))
	require.NoError(t, f.Forget(t.Context()))
	require.NoError(t, f.Close())
	require.False(t, f.Holds(5001))
	require.True(t, f.Holds(5000))
	require.Equal(t, []string{labFile, "node-5000"}, names(t, path))
	text, err := os.ReadFile(filepath.Join(path, labFile))
	require.NoError(t, err)
	require.Equal(t, "kept\n", string(text))
}

func TestWhatWasChosenLastTimeStands(t *testing.T) {
	f := &Folder{Path: t.TempDir()}
	policy, err := f.Restart("")
	require.NoError(t, err)
	require.Equal(t, config.Never, policy)
	require.Empty(t, names(t, f.Path), "nobody has chosen anything")
	lab, err := f.Lab("")
	require.NoError(t, err)
	require.NoError(t, config.CheckLab(lab))
	_, err = f.Restart(config.OnFailure)
	require.NoError(t, err)
	for range 2 {
		policy, err = f.Restart("")
		require.NoError(t, err)
		require.Equal(t, config.OnFailure, policy)
		again, err := f.Lab("")
		require.NoError(t, err)
		require.Equal(t, lab, again)
	}
	policy, err = f.Restart(config.Never)
	require.NoError(t, err)
	require.Equal(t, config.Never, policy)
	policy, err = f.Restart("")
	require.NoError(t, err)
	require.Equal(t, config.Never, policy)
}

func TestWhatIsNoChoiceIsRefused(t *testing.T) {
	f := &Folder{Path: t.TempDir()}
	write(t, "sometimes\n", f.Path, restartFile)
	_, err := f.Restart("")
	require.ErrorIs(t, err, config.ErrSetting)
	require.ErrorContains(t, err, filepath.Join(f.Path, restartFile))
	policy, err := f.Restart(config.Never)
	require.NoError(t, err, "somebody says what it is to be")
	require.Equal(t, config.Never, policy)
}

func TestRemovedNodesAreNoted(t *testing.T) {
	f := &Folder{Path: t.TempDir()}
	for range 2 {
		require.NoError(t, f.NoteRemoved(5001))
	}
	require.NoError(t, f.NoteRemoved(5003))
	removed, err := Removed(f.Path)
	require.NoError(t, err)
	require.Equal(t, []int{5001, 5003}, removed)
	require.NoError(t, f.NoteReturned(5001, 5002))
	removed, err = Removed(f.Path)
	require.NoError(t, err)
	require.Equal(t, []int{5003}, removed)
	require.NoError(t, f.NoteReturned(5003))
	require.NoFileExists(t, filepath.Join(f.Path, removedFile))
	write(t, "[5001, 5001]", f.Path, removedFile)
	_, err = Removed(f.Path)
	require.ErrorIs(t, err, config.ErrSetting)
}

// A folder that a load was killed in is no network's until one has come to its end.
func TestAHalfLoadedFolder(t *testing.T) {
	path := t.TempDir()
	write(t, "old", path, "nodes", "something")
	lock, err := Lock(path)
	require.NoError(t, err)
	require.NoError(t, BeginLoading(path))
	require.ErrorIs(t, CheckLoaded(path), ErrHalfLoaded)
	require.Equal(t, []string{loadingFile, lockFile}, names(t, path))
	require.NoError(t, EndLoading(path, lock))
	require.NoError(t, CheckLoaded(path))
	require.Empty(t, names(t, path))
}
