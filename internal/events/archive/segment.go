package archive

import (
	"cmp"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"

	"networkmngr/internal/disk"
)

// segment is a part of a stream that is closed and compressed. It is known by its
// name, events-<stream>-<first offset>.jsonl.gz.
type segment struct {
	stream string
	first  uint64
	size   int64 // bytes of the file, as it was listed
	age    int64 // when it was written, in nanoseconds since 1970, as it was listed
}

var segmentName = regexp.MustCompile(`^events-([0-9a-z]+)-([0-9]{20})\.jsonl\.gz$`)

func (s segment) name() string { return fmt.Sprintf("events-%s-%020d.jsonl.gz", s.stream, s.first) }

// cleanStream is the id of a stream in the form that names take.
func cleanStream(id []byte) string {
	if clean := regexp.MustCompile(`[0-9a-z]+`).Find(id); clean != nil {
		return string(clean)
	}
	return "unknown"
}

// list finds the closed segments in a folder, the oldest first.
func list(folder string) ([]segment, error) {
	entries, err := os.ReadDir(folder)
	if err != nil {
		return nil, err
	}
	var found []segment
	for _, entry := range entries {
		name := segmentName.FindStringSubmatch(entry.Name())
		if name == nil {
			continue
		}
		info, err := entry.Info()
		if err != nil {
			return nil, err
		}
		first, err := strconv.ParseUint(name[2], 10, 64)
		if err != nil {
			continue // none of ours
		}
		found = append(found, segment{stream: name[1], first: first, size: info.Size(), age: info.ModTime().UnixNano()})
	}
	slices.SortFunc(found, func(a, b segment) int {
		if a.stream == b.stream {
			return cmp.Compare(a.first, b.first)
		}
		return cmp.Or(cmp.Compare(a.age, b.age), cmp.Compare(a.stream, b.stream))
	})
	return found, nil
}

// compress makes the segment's file of currentFile, which stays: a kill meanwhile
// leaves the events there.
func (s segment) compress(folder string) error {
	from, err := os.Open(filepath.Join(folder, currentFile))
	if err != nil {
		return err
	}
	defer from.Close()
	draft := disk.TempPath(filepath.Join(folder, s.name()))
	to, err := os.Create(draft)
	if err != nil {
		return err
	}
	zipped := gzip.NewWriter(to)
	_, err = io.Copy(zipped, from)
	if err := errors.Join(err, zipped.Close(), to.Sync(), to.Close()); err != nil {
		return errors.Join(err, os.Remove(draft))
	}
	return disk.Rename(folder, filepath.Base(draft), s.name())
}

// open reads the segment's lines.
func (s segment) open(folder string) (io.ReadCloser, error) {
	file, err := os.Open(filepath.Join(folder, s.name()))
	if err != nil {
		return nil, err
	}
	lines, err := gzip.NewReader(file)
	if err != nil {
		return nil, errors.Join(err, file.Close())
	}
	return struct {
		io.Reader
		io.Closer
	}{lines, file}, nil
}

// last is the offset of the segment's last event.
func (s segment) last(folder string) (uint64, error) {
	file, err := s.open(folder)
	if err != nil {
		return 0, err
	}
	defer file.Close()
	last := s.first
	for line := range lines(file) {
		if offset, ok := offsetOf(line); ok && offset > last {
			last = offset
		}
	}
	return last, nil
}
