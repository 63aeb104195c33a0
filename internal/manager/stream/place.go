package stream

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/hashicorp/go-hclog"

	"networkmngr/internal/disk"
	"networkmngr/internal/events"
	"networkmngr/internal/events/archive"
)

// FileName is that of the file in a data folder which says what stream the folder is of.
const FileName = "events.stream"

// Place is where a network's events are kept.
type Place struct {
	Data string // folder
	Logs string // folder, which managers of other networks may have as well
	Port int    // of the manager: no other one of this machine has it
}

// own is the folder for the events of a manager that shares its log folder with others: no
// manager at another port writes there.
func (p Place) own() string { return filepath.Join(p.Logs, fmt.Sprintf("events-%d", p.Port)) }

// open keeps events in the log folder or, while another manager keeps its own there, in a
// folder within it; in that, too, if that is where the stream goes on. The error wraps
// [disk.ErrLocked] if neither is free.
func (p Place) open(log hclog.Logger) (kept *archive.Archive, id string, err error) {
	before, err := p.id()
	if err != nil {
		return nil, "", err
	}
	if err := p.plant(before); err != nil {
		return nil, "", err
	}
	if !archive.Holds(p.own(), before) {
		kept, id, err = p.openIn(p.Logs, log)
		if !errors.Is(err, disk.ErrLocked) {
			return kept, id, err
		}
	}
	if err := os.MkdirAll(p.own(), 0o755); err != nil {
		return nil, "", err
	}
	log.Info("events have a folder of their own, as other managers have the same log folder", "folder", p.own())
	return p.openIn(p.own(), log)
}

// openIn goes on in a folder with the stream that the data folder is of, or begins a new one
// if its events are not there.
func (p Place) openIn(folder string, log hclog.Logger) (kept *archive.Archive, id string, err error) {
	if id, err = p.id(); err != nil {
		return nil, "", err
	}
	if !archive.Holds(folder, id) {
		id = events.NewStream()
	}
	kept, err = archive.Open(folder, id, archive.DefaultLimits(), log.Named("events"))
	return kept, id, err
}

// id returns the id of the stream that the data folder is of, or nothing.
func (p Place) id() (string, error) {
	text, err := disk.ReadFile(filepath.Join(p.Data, FileName))
	if errors.Is(err, fs.ErrNotExist) {
		return "", nil
	}
	return strings.TrimSpace(string(text)), err
}

// setID has the data folder be of a stream.
func (p Place) setID(id string) error {
	return disk.WriteFile(filepath.Join(p.Data, FileName), []byte(id+"\n"), 0o644)
}
