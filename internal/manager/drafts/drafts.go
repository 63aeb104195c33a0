// Package drafts writes a snapshot beside others in a folder: section by section to drafts,
// which are put together once all are there. What a kill leaves of drafts is removed by the
// next sweep.
package drafts

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"

	"networkmngr/internal/disk"
	"networkmngr/internal/snapshot"
)

// draft is the pattern of the names of drafts of sections.
const draft = ".section-*"

// Set is the sections of a snapshot, each in a draft, and the files that they have. Different
// sections may be written at the same time. Its owner calls Discard in the end.
type Set struct {
	folder   string
	sections []*os.File        // nil for nothing
	files    [][]snapshot.File // of the sections
}

// New is for a snapshot in a folder.
func New(folder string) *Set { return &Set{folder: folder} }

// Expect says how many sections there are to be, before the first one.
func (s *Set) Expect(count int) {
	s.sections, s.files = make([]*os.File, count), make([][]snapshot.File, count)
}

// Create opens a draft for something else beside the sections, which its owner removes.
func (s *Set) Create() (*os.File, error) { return os.CreateTemp(s.folder, draft) }

// Has reports whether a section was begun.
func (s *Set) Has(number int) bool { return s.sections[number] != nil }

// Section writes a section, which must not be there yet, by add.
func (s *Set) Section(number int, add func(*snapshot.Section) error) error {
	file, err := s.Create()
	if err != nil {
		return err
	}
	s.sections[number] = file
	section, err := snapshot.NewSection(file)
	if err != nil {
		return err
	}
	if err := add(section); err != nil {
		return err
	}
	if s.files[number], err = section.Close(); err != nil {
		return err
	}
	_, err = file.Seek(0, io.SeekStart)
	return err
}

// Files are the files of all sections, in the order in which the snapshot has them.
func (s *Set) Files() []snapshot.File { return slices.Concat(s.files...) }

// Send puts the snapshot together, once.
func (s *Set) Send(w io.Writer, manifest snapshot.Manifest) error {
	var sections []io.Reader
	for _, section := range s.sections {
		if section != nil {
			sections = append(sections, section)
		}
	}
	return snapshot.Write(w, manifest, sections...)
}

// Write is Send to a file of the folder, and returns its size in bytes. The file is there once
// it is complete, and nothing is there after an error.
func (s *Set) Write(name string, manifest snapshot.Manifest) (size int64, err error) {
	path := disk.TempPath(filepath.Join(s.folder, name))
	file, err := os.OpenFile(path, os.O_CREATE|os.O_TRUNC|os.O_WRONLY, 0o600) // it may have keys
	if err != nil {
		return 0, err
	}
	err = s.Send(file, manifest)
	if info, statErr := file.Stat(); statErr == nil {
		size = info.Size()
	}
	if err = errors.Join(err, file.Sync(), file.Close()); err == nil {
		err = disk.Rename(s.folder, filepath.Base(path), name)
	}
	if err != nil {
		_ = os.Remove(path)
	}
	return size, err
}

// Discard removes the drafts.
func (s *Set) Discard() {
	for _, file := range s.sections {
		if file != nil {
			Remove(file)
		}
	}
}

// Remove removes a draft that is open.
func Remove(file *os.File) {
	file.Close()
	_ = os.Remove(file.Name())
}

// AddFile adds a file of a folder to a section under a path, if the file is there.
func AddFile(to *snapshot.Section, folder, name, path string) error {
	file, err := disk.Open(filepath.Join(folder, name))
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	defer file.Close()
	info, err := file.Stat()
	if err != nil {
		return err
	}
	return to.Add(path, info.Size(), file)
}
