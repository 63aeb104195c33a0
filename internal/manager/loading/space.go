package loading

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"networkmngr/internal/manager/folder"
	"networkmngr/internal/snapshot"
)

// checkSpace refuses a snapshot for which a disk has no room: the events are there twice for
// a moment, as the network starts. Where nobody knows how much is free, writing will tell.
func (l *load) checkSpace(m *snapshot.Manifest) error {
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

// checkFree refuses a folder, which need not be there yet, without room for so many bytes.
func (l *load) checkFree(path string, needed uint64) error {
	for {
		_, err := os.Stat(path)
		parent := filepath.Dir(path)
		if !errors.Is(err, fs.ErrNotExist) || parent == path {
			break
		}
		path = parent
	}
	free, err := l.free(path)
	if err == nil && free < needed+folder.Reserve {
		return fmt.Errorf("%w in %s: it takes %d MB, and %d MB more are left free; %d MB are there",
			folder.ErrNoSpace, path, needed>>20+1, folder.Reserve>>20, free>>20)
	}
	return nil
}
