package folder

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"

	"networkmngr/internal/disk"
	"networkmngr/internal/manager/ports"
)

// before is what a data folder was like before a start, which leaves it so if it fails,
// but for what nodes that ran by then have changed of their own.
type before struct {
	missing []string          // folders that there were not, the innermost first
	locked  bool              // there was a lock file
	files   map[string][]byte // of files, those that there were
}

// lookBefore looks before anything is made.
func lookBefore(path string) (b before) {
	_, err := os.Stat(filepath.Join(path, lockFile))
	b.locked = err == nil
	for {
		_, err := os.Stat(path)
		parent := filepath.Dir(path)
		if !errors.Is(err, fs.ErrNotExist) || parent == path {
			return b
		}
		b.missing = append(b.missing, path)
		path = parent
	}
}

// read is for who has the folder.
func (b *before) read(path string) error {
	b.files = make(map[string][]byte)
	for _, name := range files {
		text, err := disk.ReadFile(filepath.Join(path, name))
		switch {
		case err == nil:
			b.files[name] = text
		case !errors.Is(err, fs.ErrNotExist):
			return err
		}
	}
	return nil
}

// removeFolders removes those that there were not, unless somebody has use for them.
func (b *before) removeFolders() {
	for _, path := range b.missing {
		_ = os.Remove(path)
	}
}

// Forget is for a start after which no network stands. It removes the nodes that were new,
// and restores the manager's files. The error is that of [launch.Data], or of the file system.
func (f *Folder) Forget(ctx context.Context) error {
	now, err := Nodes(f.Path)
	err = errors.Join(err, f.Discard(ctx, ports.Except(now, f.Kept)...))
	for _, name := range files {
		err = errors.Join(err, f.restore(name))
	}
	return err
}

// restore has a file be as it was.
func (f *Folder) restore(name string) error {
	path := filepath.Join(f.Path, name)
	text, was := f.before.files[name]
	now, err := disk.ReadFile(path)
	switch {
	case !was && errors.Is(err, fs.ErrNotExist), was && err == nil && string(now) == string(text):
		return nil
	case !was:
		return disk.Remove(path)
	default:
		return disk.WriteFile(path, text, modeOf(name))
	}
}

// modeOf says who may read a file of files.
func modeOf(name string) fs.FileMode {
	if name == keyFile {
		return 0o600
	}
	return 0o644
}
