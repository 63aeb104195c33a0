package manager

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	usage "github.com/shirou/gopsutil/v4/disk"

	"networkmngr/internal/disk"
	"networkmngr/internal/snapshot"
)

// loadingFile is in a data folder while a snapshot is unpacked there: it comes first and
// goes last, so that a folder which has it is no network's, whatever else is in it. (A draft
// beside the folder could not take its name where the folder is a volume of its own.)
const loadingFile = "loading"

// errHalfLoaded means that a folder has a part of a snapshot only.
var errHalfLoaded = errors.New("holds a snapshot that was not loaded to its end: load it again, which replaces what is there, or name another folder")

// errNoSpace means that a disk has no room for a snapshot.
var errNoSpace = errors.New("not enough free space")

// reserve is left free on a disk, in bytes: a network that is loaded goes on to grow.
const reserve = 64 << 20

// halfLoaded returns an errHalfLoaded of such a folder.
func halfLoaded(folder string) error {
	if _, err := os.Stat(filepath.Join(folder, loadingFile)); err == nil {
		return errHalfLoaded
	}
	return nil
}

// makeFolder makes the data folder, or takes an empty one, or one that a load which was
// killed has left.
func (l *loading) makeFolder() (err error) {
	if l.settings.Data == "" {
		removeHalfLoaded(os.TempDir())
		if l.settings.Data, err = os.MkdirTemp("", temporaryFolder); err != nil {
			return err
		}
	} else if err := l.checkEmpty(); err != nil {
		return err
	}
	l.lock, err = lockIn(l.settings.Data)
	if errors.Is(err, errFolderInUse) {
		return fmt.Errorf("--data %s: %w", l.settings.Data, err)
	}
	if err != nil {
		return err
	}
	l.made = l.settings.Data
	if err := disk.WriteFile(filepath.Join(l.made, loadingFile), nil, 0o644); err != nil {
		return err
	}
	return removeAllBut(l.made, loadingFile, lockFile)
}

// checkEmpty makes the folder if need be, and refuses one that holds something else than
// what a load has left.
func (l *loading) checkEmpty() error {
	if err := disk.MakeFolder(l.settings.Data, 0o755); err != nil {
		return err
	}
	entries, err := os.ReadDir(l.settings.Data)
	if err == nil && len(entries) > 0 && halfLoaded(l.settings.Data) == nil {
		err = fmt.Errorf("--data %s holds something: name a new folder", l.settings.Data)
	}
	return err
}

// removeAllBut empties a folder, but for some names.
func removeAllBut(folder string, names ...string) error {
	entries, err := os.ReadDir(folder)
	for _, entry := range entries {
		if name := entry.Name(); name != names[0] && name != names[1] {
			err = errors.Join(err, os.RemoveAll(filepath.Join(folder, name)))
		}
	}
	return err
}

// removeHalfLoaded removes the temporary folders that loads which were killed have left.
func removeHalfLoaded(parent string) {
	names, _ := fs.Glob(os.DirFS(parent), temporaryFolder) // the pattern is good
	for _, name := range names {
		folder := filepath.Join(parent, name)
		if halfLoaded(folder) != nil {
			_ = Discard(folder)
		}
	}
}

// Discard removes a data folder, unless somebody loads or runs its network. The error is that of
// the file system.
func Discard(folder string) error {
	lock, err := lockIn(folder)
	if errors.Is(err, errFolderInUse) || errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	return errors.Join(lock.Close(), os.RemoveAll(folder))
}

// discard removes what was made.
func (l *loading) discard() {
	if l.lock != nil {
		_ = l.lock.Close()
	}
	if l.made != "" {
		_ = os.RemoveAll(l.made)
	}
}

// checkSpace refuses a snapshot for which a disk has no room: the events are there twice for
// a moment, as the network starts. Where nobody knows how much is free, writing will tell.
func (l *loading) checkSpace(m *snapshot.Manifest) error {
	var all, events uint64
	for _, f := range m.Files {
		all += uint64(f.Size)
		if part, _, _ := snapshot.Part(f.Path); part == "events" {
			events += uint64(f.Size)
		}
	}
	if err := l.checkFree(l.made, all+events); err != nil {
		return err
	}
	return l.checkFree(l.settings.Log.Folder, events)
}

func (l *loading) checkFree(folder string, needed uint64) error {
	for {
		_, err := os.Stat(folder)
		parent := filepath.Dir(folder)
		if !errors.Is(err, fs.ErrNotExist) || parent == folder {
			break
		}
		folder = parent
	}
	free, err := l.free(folder)
	if err == nil && free < needed+reserve {
		return fmt.Errorf("%w in %s: it takes %d MB, and %d MB more are left free; %d MB are there",
			errNoSpace, folder, needed>>20+1, reserve>>20, free>>20)
	}
	return nil
}

// freeSpace is how much the disk of a folder has room for, in bytes.
func freeSpace(folder string) (bytes uint64, err error) {
	u, err := usage.Usage(folder)
	if err != nil {
		return 0, err
	}
	return u.Free, nil
}
