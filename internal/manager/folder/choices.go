package folder

import (
	"cmp"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"strings"

	"networkmngr/internal/config"
	"networkmngr/internal/disk"
)

// Lab is the one whose network lives in the folder: wanted or, if that is empty, the one of
// last time, or else a new one. It is written down for later starts. The error is a
// [config.ErrSetting], or that of the file system.
func (f *Folder) Lab(wanted string) (string, error) {
	last, err := f.lastChoice(labFile)
	if err != nil {
		return "", err
	}
	return f.choose(labFile, cmp.Or(wanted, last, newLab()), last, config.CheckLab)
}

// Restart is the network's restart policy: wanted or, if that is empty, the one of last time,
// or else none. It is written down for later starts. The error is as that of Lab.
func (f *Folder) Restart(wanted string) (string, error) {
	last, err := f.lastChoice(restartFile)
	if err != nil {
		return "", err
	}
	last = cmp.Or(last, config.Never)
	return f.choose(restartFile, cmp.Or(wanted, last), last, config.CheckRestart)
}

// lastChoice is what a file has of last time, or nothing.
func (f *Folder) lastChoice(name string) (string, error) {
	text, err := disk.ReadFile(filepath.Join(f.Path, name))
	if errors.Is(err, fs.ErrNotExist) {
		return "", nil
	}
	return strings.TrimSpace(string(text)), err
}

// choose has a file have what is chosen, if it is good and not what the last time has left.
func (f *Folder) choose(name, chosen, last string, check func(string) error) (string, error) {
	path := filepath.Join(f.Path, name)
	if err := check(chosen); err != nil {
		return "", config.Misuse(fmt.Errorf("%s: %w", path, err))
	}
	if chosen == last {
		return chosen, nil
	}
	return chosen, disk.WriteFile(path, []byte(chosen+"\n"), 0o644)
}

// newLab is a random id.
func newLab() string {
	var id [4]byte
	_, _ = rand.Read(id[:]) // never fails
	return hex.EncodeToString(id[:])
}
