package store_test

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"reflect"
	"testing"

	"github.com/stretchr/testify/require"
	bolt "go.etcd.io/bbolt"

	"networkmngr/internal/chain"
	"networkmngr/internal/store"
)

const pageSize = 4096

// sample is a file with every sort of page in it: the trees have branches, some
// values run over several pages, and some pages are free.
func sample(t *testing.T) (raw []byte, last, before content) {
	folder := t.TempDir()
	s := open(t, folder)
	w := newLoad(60, 500)
	require.NoError(t, s.Update(w.fund))
	for range 12 {
		require.NoError(t, s.Update(func(to chain.Writer) error { return w.write(to, 2) }))
	}
	var err error
	before, err = read(s)
	require.NoError(t, err)
	require.NoError(t, s.Update(func(to chain.Writer) error { return w.write(to, 1) }))
	last, err = read(s)
	require.NoError(t, err)
	require.NoError(t, s.Close())
	raw, err = os.ReadFile(filepath.Join(folder, "chain.db"))
	require.NoError(t, err)
	return raw, last, before
}

// place makes raw the file of a new folder.
func place(t *testing.T, raw []byte) (folder, path string) {
	folder = t.TempDir()
	path = filepath.Join(folder, "chain.db")
	require.NoError(t, os.WriteFile(path, raw, 0o600))
	return folder, path
}

// readBack opens raw as a file and reads all of it, or says why that fails.
func readBack(t *testing.T, path string, raw []byte) (content, error) {
	require.NoError(t, os.WriteFile(path, raw, 0o600))
	s, err := store.Open(filepath.Dir(path))
	if err != nil {
		return content{}, err
	}
	defer func() { require.NoError(t, s.Close()) }()
	return read(s)
}

func TestTruncatedFileIsDamaged(t *testing.T) {
	raw, last, _ := sample(t)
	rng := newRand(t)
	used := usedBytes(raw)
	lengths := []int{0, 1, 79, pageSize - 1, pageSize, pageSize + 1, 2 * pageSize, used - 1}
	for range 60 {
		lengths = append(lengths, rng.IntN(used))
	}
	_, path := place(t, nil)
	for _, length := range lengths {
		_, err := readBack(t, path, raw[:length])
		require.ErrorIs(t, err, store.ErrDamaged, "%d bytes of %d", length, len(raw))
		require.ErrorContains(t, err, path)
	}
	got, err := readBack(t, path, raw[:used])
	require.NoError(t, err, "nothing but the unused end is missing")
	require.Equal(t, last, got)
}

// usedBytes is where the pages end that the newer meta page speaks of.
func usedBytes(raw []byte) int {
	newer := raw[16:80]
	if other := raw[pageSize+16 : pageSize+80]; nativeUint64(other[48:]) > nativeUint64(newer[48:]) {
		newer = other
	}
	return int(nativeUint64(newer[40:])) * pageSize
}

// A flipped byte is found, or it was in a place that says nothing. In a meta
// page it looks like a write that a power failure has torn, and the commit
// before is what counts.
func TestFlippedByteIsFoundOrMeansNothing(t *testing.T) {
	raw, last, before := sample(t)
	rng := newRand(t)
	var offsets []int
	for range 25 { // the heads of pages say the most
		page := rng.IntN(usedBytes(raw)/pageSize) * pageSize
		offsets = append(offsets, rng.IntN(2*pageSize), page+rng.IntN(16), page+16+rng.IntN(64), page+rng.IntN(pageSize))
	}
	_, path := place(t, nil)
	found := 0
	for _, at := range offsets {
		altered := bytes.Clone(raw)
		altered[at] ^= 1 << rng.IntN(8)
		got, err := readBack(t, path, altered)
		if err != nil {
			require.ErrorIs(t, err, store.ErrDamaged, "byte %d", at)
			require.ErrorContains(t, err, path)
			found++
			continue
		}
		if at < 2*pageSize && got.tip == before.tip {
			require.True(t, reflect.DeepEqual(before, got), "byte %d", at)
			continue
		}
		require.True(t, reflect.DeepEqual(last, got), "byte %d: %s", at, &got)
	}
	t.Logf("%d of %d found", found, len(offsets))
	require.Greater(t, found, len(offsets)/5)
}

func TestGarbageIsDamaged(t *testing.T) {
	rng := newRand(t)
	noise := make([]byte, 10*pageSize)
	for i := range noise {
		noise[i] = byte(rng.Uint32())
	}
	for name, raw := range map[string][]byte{
		"empty": nil, "text": bytes.Repeat([]byte("not a database\n"), 1000), "noise": noise, "zeros": make([]byte, 10*pageSize),
	} {
		folder, path := place(t, raw)
		_, err := store.Open(folder)
		require.ErrorIs(t, err, store.ErrDamaged, name)
		require.ErrorContains(t, err, path, name)
		left, err := os.ReadFile(path)
		require.NoError(t, err)
		require.True(t, bytes.Equal(raw, left), "%s: the evidence must stay", name)
	}
}

func TestForeignDatabaseIsDamaged(t *testing.T) {
	folder := t.TempDir()
	path := filepath.Join(folder, "chain.db")
	for _, noFreelist := range []bool{false, true} {
		db, err := bolt.Open(path, 0o600, &bolt.Options{NoFreelistSync: noFreelist, PageSize: pageSize})
		require.NoError(t, err)
		require.NoError(t, db.Update(func(tx *bolt.Tx) error {
			b, err := tx.CreateBucketIfNotExists([]byte("theirs"))
			require.NoError(t, err)
			return b.Put([]byte("key"), []byte("value"))
		}))
		require.NoError(t, db.Close())
		_, err = store.Open(folder)
		require.ErrorIs(t, err, store.ErrDamaged)
	}
}

func TestFileCutShortWhileOpen(t *testing.T) {
	raw, _, _ := sample(t)
	folder, path := place(t, raw)
	s := open(t, folder)
	require.NoError(t, os.Truncate(path, 2*pageSize))
	_, err := read(s)
	require.ErrorIs(t, err, store.ErrDamaged)
	require.ErrorContains(t, err, path)
	err = s.Update(func(chain.Writer) error { return nil })
	require.ErrorIs(t, err, store.ErrDamaged, "nothing more is tried")
	require.NoError(t, s.Close())
}

func TestValueAlteredWhileOpen(t *testing.T) {
	raw, last, _ := sample(t)
	folder, path := place(t, raw)
	s := open(t, folder)
	at := bytes.Index(raw, []byte(last.blocks[3]))
	require.Positive(t, at)
	f, err := os.OpenFile(path, os.O_WRONLY, 0)
	require.NoError(t, err)
	_, err = f.WriteAt([]byte{raw[at+100] ^ 1}, int64(at+100))
	require.NoError(t, err)
	require.NoError(t, f.Close())
	_, err = read(s)
	require.ErrorIs(t, err, store.ErrDamaged)
	require.ErrorContains(t, err, path)
	require.NoError(t, s.Close())
}

// A commit to a file that no restart would find is none.
func TestFileRemovedWhileOpen(t *testing.T) {
	raw, _, _ := sample(t)
	for name, remove := range map[string]func(folder, path string) error{
		"file removed":   func(_, path string) error { return os.Remove(path) },
		"folder removed": func(folder, _ string) error { return os.RemoveAll(folder) },
		"folder moved":   func(folder, _ string) error { return os.Rename(folder, folder+"-elsewhere") },
		"file replaced": func(folder, path string) error {
			copied := filepath.Join(folder, "copy")
			return errors.Join(os.WriteFile(copied, raw, 0o600), os.Rename(copied, path))
		},
	} {
		t.Run(name, func(t *testing.T) {
			folder, path := place(t, raw)
			s := open(t, folder)
			c, err := read(s)
			require.NoError(t, err)
			setTip := func(w chain.Writer) error { return w.SetTip(c.tip, c.totals) }
			require.NoError(t, s.Update(setTip))
			require.NoError(t, remove(folder, path))
			err = s.Update(setTip)
			require.ErrorIs(t, err, store.ErrRemoved)
			require.ErrorContains(t, err, path)
			require.ErrorIs(t, s.Update(setTip), store.ErrRemoved, "nothing more is tried")
			_, err = read(s)
			require.ErrorIs(t, err, store.ErrRemoved)
			require.NoError(t, s.Close())
		})
	}
}

func TestFolderThatCannotBeUsed(t *testing.T) {
	missing := filepath.Join(t.TempDir(), "missing")
	_, err := store.Open(missing)
	require.ErrorIs(t, err, os.ErrNotExist)
	require.ErrorContains(t, err, missing)

	_, file := place(t, nil)
	_, err = store.Open(file)
	require.ErrorContains(t, err, file, "a file where the folder should be")

	folder := t.TempDir()
	require.NoError(t, os.MkdirAll(filepath.Join(folder, "chain.db"), 0o700))
	_, err = store.Open(folder)
	require.ErrorContains(t, err, folder, "a folder where the file should be")
}

func TestCreationThatWasCutShortIsRepeated(t *testing.T) {
	folder := t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(folder, "chain.db.new"), []byte("half"), 0o600))
	s := open(t, folder)
	require.NoError(t, s.Close())
	left, err := os.ReadDir(folder)
	require.NoError(t, err)
	require.Len(t, left, 1)
}
