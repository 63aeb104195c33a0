package stream

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"networkmngr/internal/disk"
	"networkmngr/internal/events"
	"networkmngr/internal/events/archive"
)

// A snapshot's events wait in the data folder until a manager starts there, which has them be
// the stream's among its logs. So a load that is killed leaves nothing there, and a start that
// is killed meanwhile is made good by the next one.
const (
	LoadedFolder  = "loaded-events"
	plantedFolder = ".planted-events" // the same, once they are among the logs
)

// SetNew has a data folder be of a stream that is its own. The error is that of the file system.
func SetNew(data string) error { return Place{Data: data}.setID(events.NewStream()) }

// plant has the stream of a snapshot that was loaded go on in a folder for it among the logs,
// if it has not yet. The error wraps [disk.ErrLocked] if another manager keeps its events there.
func (p Place) plant(id string) error {
	if err := os.RemoveAll(filepath.Join(p.Data, plantedFolder)); err != nil {
		return err
	}
	parts, err := loadedParts(filepath.Join(p.Data, LoadedFolder))
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	defer archive.ClosePart(parts...)
	if err == nil {
		err = archive.Plant(p.own(), id, parts...)
	}
	if err == nil {
		err = disk.Rename(p.Data, LoadedFolder, plantedFolder)
	}
	if err != nil {
		return err
	}
	return os.RemoveAll(filepath.Join(p.Data, plantedFolder))
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
	if part, err = parsePartName(name); err == nil {
		part.ReadCloser, err = os.Open(filepath.Join(folder, name))
	}
	return part, err
}

const (
	plainSuffix  = ".jsonl"
	packedSuffix = ".gz"
)

// PartName is the name of a part of the events in a snapshot.
func PartName(p archive.Part) string {
	name := fmt.Sprintf("%020d"+plainSuffix, p.First)
	if p.Packed {
		name += packedSuffix
	}
	return name
}

// ErrPartName means that no part of the events is called so.
var ErrPartName = errors.New("no name of a part of the events")

// CheckPartName returns an ErrPartName if PartName makes no such name.
func CheckPartName(name string) error {
	_, err := parsePartName(name)
	return err
}

// parsePartName reads what PartName has written. Other ways to write a number would put parts
// in another order, or one in the place of two.
func parsePartName(name string) (part archive.Part, err error) {
	digits, packed := strings.CutSuffix(name, plainSuffix+packedSuffix)
	part.Packed = packed
	part.First, err = strconv.ParseUint(strings.TrimSuffix(digits, plainSuffix), 10, 64)
	if err != nil || PartName(part) != name {
		return archive.Part{}, fmt.Errorf("%w: %.64q", ErrPartName, name)
	}
	return part, nil
}
