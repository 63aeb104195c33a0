package drafts_test

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"networkmngr/internal/manager/drafts"
	"networkmngr/internal/snapshot"
)

const name = "first" + snapshot.Extension

// names are those in a folder.
func names(t *testing.T, folder string) (names []string) {
	t.Helper()
	entries, err := os.ReadDir(folder)
	require.NoError(t, err)
	for _, entry := range entries {
		names = append(names, entry.Name())
	}
	return names
}

// twoSections are a network's section and a node's, in a folder.
func twoSections(t *testing.T, folder string) *drafts.Set {
	t.Helper()
	set := drafts.New(folder)
	set.Expect(3)
	for number, path := range map[int]string{0: snapshot.GenesisFile, 2: snapshot.NodeFile(1, snapshot.Chain)} {
		require.False(t, set.Has(number))
		require.NoError(t, set.Section(number, func(to *snapshot.Section) error { return to.AddBytes(path, []byte(path)) }))
		require.True(t, set.Has(number))
	}
	require.Len(t, set.Files(), 2)
	return set
}

func manifest(set *drafts.Set) snapshot.Manifest {
	return snapshot.Manifest{Name: "first", Nodes: make([]snapshot.Node, 2), Files: set.Files()}
}

func TestASnapshotIsThereOnceItIsComplete(t *testing.T) {
	folder := t.TempDir()
	set := twoSections(t, folder)
	require.Len(t, names(t, folder), 2, "the drafts")
	size, err := set.Write(name, manifest(set))
	require.NoError(t, err)
	set.Discard()
	require.Equal(t, []string{name}, names(t, folder))
	written, err := os.ReadFile(filepath.Join(folder, name))
	require.NoError(t, err)
	require.Len(t, written, int(size))
	sent := twoSections(t, folder)
	defer sent.Discard()
	var stream bytes.Buffer
	require.NoError(t, sent.Send(&stream, manifest(sent)))
	require.Equal(t, written, stream.Bytes())
}

func TestASnapshotThatIsNotWrittenLeavesNothing(t *testing.T) {
	folder := t.TempDir()
	set := twoSections(t, folder)
	failed := errors.New("no content")
	require.ErrorIs(t, set.Section(1, func(*snapshot.Section) error { return failed }), failed)
	require.NoError(t, os.Mkdir(filepath.Join(folder, name), 0o700)) // in the way
	_, err := set.Write(name, manifest(set))
	require.Error(t, err)
	set.Discard()
	require.Equal(t, []string{name}, names(t, folder))
}

func TestAFolderHasOneManagerAtATime(t *testing.T) {
	folder := t.TempDir()
	path, release, err := drafts.Take(folder, name)
	require.NoError(t, err)
	require.Equal(t, filepath.Join(folder, name), path)
	set := twoSections(t, folder)
	_, _, err = drafts.Take(folder, "second"+snapshot.Extension)
	require.ErrorIs(t, err, drafts.ErrInUse)
	drafts.SweepShared(folder)
	require.Len(t, names(t, folder), 3, "the lock, and the drafts of who has it")
	_, err = set.Write(name, manifest(set))
	require.NoError(t, err)
	release() // but the drafts are left, as after a kill
	_, _, err = drafts.Take(folder, name)
	require.ErrorIs(t, err, drafts.ErrExists)
	require.Equal(t, []string{name}, names(t, folder), "the next one removes what a kill has left")
}

func TestWhatAKillLeavesIsRemoved(t *testing.T) {
	for _, sweep := range []struct {
		name string
		do   func(folder string)
		left []string
	}{
		{"of a folder of snapshots", drafts.SweepShared, []string{"first" + snapshot.Extension, "notes"}},
		{"of a folder of one's own", drafts.Sweep, []string{".half" + snapshot.Extension, "first" + snapshot.Extension, "notes"}},
	} {
		t.Run(sweep.name, func(t *testing.T) {
			folder := t.TempDir()
			_, err := drafts.New(folder).Create()
			require.NoError(t, err)
			for _, name := range []string{".half" + snapshot.Extension, name, "notes"} {
				require.NoError(t, os.WriteFile(filepath.Join(folder, name), nil, 0o600))
			}
			sweep.do(folder)
			require.Equal(t, sweep.left, names(t, folder))
		})
	}
	drafts.SweepShared(filepath.Join(t.TempDir(), "none"))
}
