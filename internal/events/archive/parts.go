package archive

import (
	"errors"
	"io"
	"os"
	"path/filepath"

	"networkmngr/internal/disk"
)

// Part is a file of a stream's events: those from an offset on, up to the next part's.
type Part struct {
	First  uint64 // offset of its first event
	Packed bool   // by gzip
	Size   int64  // bytes, of whole lines
	io.ReadCloser
}

// Parts opens the files of the stream as they are on disk now, in order, the newest last.
// The caller closes them. The error is that of opening one.
func (a *Archive) Parts() (parts []Part, err error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	defer func() {
		if err != nil {
			ClosePart(parts...)
			parts = nil
		}
	}()
	for _, s := range a.segments {
		part, err := openPart(a.path(s.name()), s.first, !s.plain)
		if err != nil {
			return parts, err
		}
		parts = append(parts, part)
	}
	if a.file == nil {
		return parts, nil
	}
	last, err := openPart(a.path(currentFile), a.first, false)
	if err != nil {
		return parts, err
	}
	last.Size = a.size
	return append(parts, last), nil
}

func openPart(path string, first uint64, packed bool) (Part, error) {
	file, err := disk.Open(path)
	if err != nil {
		return Part{}, err
	}
	info, err := file.Stat()
	if err != nil {
		return Part{}, errors.Join(err, file.Close())
	}
	return Part{First: first, Packed: packed, Size: info.Size(), ReadCloser: file}, nil
}

// ClosePart closes parts.
func ClosePart(parts ...Part) {
	for _, p := range parts {
		p.Close()
	}
}

// Plant makes a folder hold a new stream whose events are those of parts, in order, so
// that Open goes on with it. What is there of another stream stays, as with Open; what is
// there of this one was planted by who did not come to an end, and goes. The caller closes
// the parts. The error is that of reading or of the disk, and a [disk.ErrLocked] if another
// process keeps events there.
func Plant(folder, stream string, parts ...Part) error {
	if err := disk.MakeFolder(folder, 0o755); err != nil {
		return err
	}
	lock, err := disk.Lock(filepath.Join(folder, lockFile))
	if err != nil {
		return err
	}
	defer lock.Close()
	a := Archive{folder: folder, stream: stream}
	if err := a.clear(); err != nil {
		return err
	}
	return a.plant(parts)
}

// clear leaves nothing of the stream, and has the next current file be its own.
func (a *Archive) clear() error {
	err := a.leaveOther()
	if err == nil {
		err = a.writeStream(a.stream)
	}
	if err == nil {
		err = disk.Remove(a.path(currentFile))
	}
	if err != nil {
		return err
	}
	segments, err := list(a.folder)
	for _, s := range segments {
		if s.stream == cleanStream(a.stream) {
			err = errors.Join(err, disk.Remove(a.path(s.name())))
		}
	}
	return err
}

func (a *Archive) plant(parts []Part) error {
	for i, p := range parts {
		name := segment{stream: cleanStream(a.stream), first: p.First, plain: !p.Packed}.name()
		if i == len(parts)-1 && !p.Packed {
			name = currentFile
		}
		if err := plant(a.path(name), p); err != nil {
			return err
		}
	}
	if len(parts) == 0 || parts[len(parts)-1].Packed {
		if err := disk.Create(a.path(currentFile), nil, 0o644); err != nil {
			return err
		}
	}
	return disk.SyncFolder(a.folder)
}

func plant(path string, from io.Reader) error {
	file, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o644)
	if err != nil {
		return err
	}
	_, err = io.Copy(file, from)
	return errors.Join(err, file.Sync(), file.Close())
}
