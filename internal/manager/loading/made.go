package loading

import (
	"errors"
	"fmt"
	"os"

	"networkmngr/internal/disk"
	"networkmngr/internal/manager/folder"
)

// makeFolder makes the data folder, or takes an empty one, or one that a load which was
// killed has left.
func (l *load) makeFolder() (err error) {
	if l.settings.Data == "" {
		folder.RemoveHalfLoaded()
		if l.settings.Data, err = os.MkdirTemp("", folder.Temporary); err != nil {
			return err
		}
	} else if err := l.checkEmpty(); err != nil {
		return err
	}
	l.lock, err = folder.Lock(l.settings.Data)
	if errors.Is(err, folder.ErrInUse) {
		return fmt.Errorf("--data %s: %w", l.settings.Data, err)
	}
	if err != nil {
		return err
	}
	l.made = l.settings.Data
	return folder.BeginLoading(l.made)
}

// checkEmpty makes the folder if need be, and refuses one that holds something else than
// what a load has left.
func (l *load) checkEmpty() error {
	if err := disk.MakeFolder(l.settings.Data, 0o755); err != nil {
		return err
	}
	entries, err := os.ReadDir(l.settings.Data)
	if err == nil && len(entries) > 0 && folder.CheckLoaded(l.settings.Data) == nil {
		err = fmt.Errorf("--data %s holds something: name a new folder", l.settings.Data)
	}
	return err
}

// discard removes what was made.
func (l *load) discard() {
	if l.lock != nil {
		_ = l.lock.Close()
	}
	if l.made != "" {
		_ = os.RemoveAll(l.made)
	}
}
