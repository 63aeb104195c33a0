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
	"sync"

	"networkmngr/internal/disk"
)

// maxSegment bounds what is read of a compressed segment, in bytes: it may be a stranger's. One
// of ours has Limits.Segment, and what came with the last event of that.
const maxSegment = 256 << 20

// segment is a part of a stream that is closed. It is known by its name,
// events-<stream>-<first offset>.jsonl.gz, without .gz until it is compressed.
type segment struct {
	stream string
	first  uint64
	plain  bool  // not compressed yet
	size   int64 // bytes of the file, as it was listed
	age    int64 // when it was written, in nanoseconds since 1970, as it was listed
}

// segmentName takes some 15 KB, which only a manager has a use for.
var segmentName = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`^events-([0-9a-z]+)-([0-9]{20})\.jsonl(\.gz)?$`)
})

func (s segment) name() string {
	if s.plain {
		return s.plainName()
	}
	return s.plainName() + ".gz"
}

func (s segment) plainName() string { return fmt.Sprintf("events-%s-%020d.jsonl", s.stream, s.first) }

// cleanStream is the id of a stream in the form that names take.
func cleanStream(id string) string {
	return cmp.Or(regexp.MustCompile(`[0-9a-z]+`).FindString(id), "unknown")
}

// list finds the closed segments in a folder, the oldest first.
func list(folder string) ([]segment, error) {
	entries, err := os.ReadDir(folder)
	if err != nil {
		return nil, err
	}
	var found []segment
	for _, entry := range entries {
		name := segmentName().FindStringSubmatch(entry.Name())
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
		found = append(found, segment{
			stream: name[1], first: first, plain: name[3] == "", size: info.Size(), age: info.ModTime().UnixNano(),
		})
	}
	slices.SortFunc(found, func(a, b segment) int {
		if a.stream == b.stream {
			return cmp.Or(cmp.Compare(a.first, b.first), cmp.Compare(len(a.name()), len(b.name())))
		}
		return cmp.Or(cmp.Compare(a.age, b.age), cmp.Compare(a.stream, b.stream))
	})
	return slices.CompactFunc(found, func(a, b segment) bool {
		return a.stream == b.stream && a.first == b.first // the plain one is as good
	}), nil
}

// compress makes the compressed file of a plain one, which stays.
func (s segment) compress(folder string) error {
	from, err := os.Open(filepath.Join(folder, s.plainName()))
	if err != nil {
		return err
	}
	defer from.Close()
	s.plain = false
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
	if s.plain {
		return file, nil
	}
	lines, err := gzip.NewReader(file)
	if err != nil {
		return nil, errors.Join(err, file.Close())
	}
	return struct {
		io.Reader
		io.Closer
	}{io.LimitReader(lines, maxSegment), file}, nil
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
