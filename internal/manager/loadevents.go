package manager

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"networkmngr/internal/disk"
	"networkmngr/internal/events/archive"
)

// A snapshot's events wait in the data folder until a manager starts there, which has them be
// the stream's among its logs. So a load that is killed leaves nothing there, and a start that
// is killed meanwhile is made good by the next one.
const (
	loadedEvents  = "loaded-events"
	plantedEvents = ".planted-events" // the same, once they are among the logs
)

// plantEvents has the stream of a snapshot that was loaded go on in a folder for it among the
// logs, if it has not yet. The error wraps [disk.ErrLocked] if another manager keeps its
// events there.
func (m *Manager) plantEvents(stream string) error {
	data := m.data.path
	if err := os.RemoveAll(filepath.Join(data, plantedEvents)); err != nil {
		return err
	}
	parts, err := loadedParts(filepath.Join(data, loadedEvents))
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	defer archive.ClosePart(parts...)
	if err == nil {
		err = archive.Plant(m.ownEvents(), stream, parts...)
	}
	if err == nil {
		err = disk.Rename(data, loadedEvents, plantedEvents)
	}
	if err != nil {
		return err
	}
	return os.RemoveAll(filepath.Join(data, plantedEvents))
}

// loadedParts opens the events of a snapshot, in order, as their names have it. The caller
// closes them, after an error too.
func loadedParts(folder string) (parts []archive.Part, err error) {
	entries, err := os.ReadDir(folder)
	for _, entry := range entries {
		if err == nil {
			var p archive.Part
			if p, err = loadedPart(folder, entry.Name()); err == nil {
				parts = append(parts, p)
			}
		}
	}
	return parts, err
}

func loadedPart(folder, name string) (part archive.Part, err error) {
	if part.First, part.Packed, err = loadedName(name); err == nil {
		part.ReadCloser, err = os.Open(filepath.Join(folder, name))
	}
	return part, err
}

// loadedName reads the name of a part of the events: the offset of its first event, and
// whether it is packed.
func loadedName(name string) (first uint64, packed bool, err error) {
	digits, packed := strings.CutSuffix(name, ".jsonl"+packedSuffix)
	first, err = strconv.ParseUint(strings.TrimSuffix(digits, ".jsonl"), 10, 64)
	return first, packed, err
}
