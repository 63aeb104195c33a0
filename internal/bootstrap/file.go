package bootstrap

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"sync"

	"networkmngr/internal/disk"
	"networkmngr/internal/strictjson"
)

// FileName is that of the file of nodes, in a service's folder.
const FileName = "bootstrap.json"

// file keeps the nodes. Many who write at a time share one write.
type file struct {
	folder string // empty to keep nothing

	asking sync.Mutex
	asked  uint64 // writes that were asked for; guarded by asking

	writing sync.Mutex
	written uint64 // of those, by the last write; guarded by writing
	failed  error  // of the last write; guarded by asking
}

// read is empty if there is no file. Nodes that cannot be read are left out.
func (f *file) read() (entries strictjson.List[Entry], err error) {
	if f.folder == "" {
		return entries, nil
	}
	path := filepath.Join(f.folder, FileName)
	text, err := disk.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return entries, nil
	}
	if err == nil {
		err = strictjson.Unmarshal(text, &entries)
	}
	if err != nil {
		return entries, fmt.Errorf("%s: %w", path, err)
	}
	return entries, nil
}

// write returns once what entries returns from now on is on disk.
func (f *file) write(entries func() []Entry) error {
	if f.folder == "" {
		return nil
	}
	mine := f.ask()
	f.writing.Lock()
	defer f.writing.Unlock()
	if f.written >= mine { // by who has waited with us
		return nil
	}
	all := f.last()
	text, err := json.MarshalIndent(entries(), "", "  ")
	if err == nil {
		err = disk.WriteFile(filepath.Join(f.folder, FileName), append(text, '\n'), 0o644)
	}
	f.note(err)
	if err == nil {
		f.written = all
	}
	return err
}

// ask returns the number of a write that is asked for.
func (f *file) ask() uint64 {
	f.asking.Lock()
	defer f.asking.Unlock()
	f.asked++
	return f.asked
}

func (f *file) last() uint64 {
	f.asking.Lock()
	defer f.asking.Unlock()
	return f.asked
}

func (f *file) note(err error) {
	f.asking.Lock()
	defer f.asking.Unlock()
	f.failed = err
}

func (f *file) failure() error {
	f.asking.Lock()
	defer f.asking.Unlock()
	return f.failed
}
