package archive

import (
	"os"
	"slices"

	"networkmngr/internal/disk"
)

// compressAll compresses what is closed, first what an earlier run has left, until
// a.closed is closed. A failure leaves a segment as it is, which is as good.
func (a *Archive) compressAll() {
	for open := true; open; _, open = <-a.closed {
		if err := a.compressClosed(); err != nil {
			a.log.Warn("closed segments of events are not compressed", "folder", a.folder, "error", err)
		}
	}
}

func (a *Archive) compressClosed() error {
	all, err := list(a.folder)
	if err != nil {
		return err
	}
	for _, s := range all {
		if !s.plain {
			continue
		}
		if err := s.compress(a.folder); err != nil {
			return err
		}
		if err := a.replace(s); err != nil {
			return err
		}
	}
	return a.trim()
}

// replace puts the compressed file of a segment in the place of the plain one.
func (a *Archive) replace(s segment) error {
	a.mu.Lock()
	defer a.mu.Unlock()
	for i := range a.segments {
		if a.segments[i].first == s.first && a.stream == s.stream {
			a.segments[i].plain = false
		}
	}
	return disk.Remove(a.path(s.plainName()))
}

// trim removes the oldest segments, of whichever stream, beyond the limit. What is to
// be compressed yet is looked at after that.
func (a *Archive) trim() error {
	all, err := list(a.folder)
	if err != nil {
		return err
	}
	all = slices.DeleteFunc(all, func(s segment) bool { return s.plain })
	room := a.limits.Total - a.limits.Segment
	for _, s := range all {
		room -= s.size
	}
	for ; room < 0 && len(all) > 0; all = all[1:] {
		if err := a.remove(all[0]); err != nil {
			return err
		}
		room += all[0].size
	}
	return nil
}

func (a *Archive) remove(old segment) error {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.segments = slices.DeleteFunc(a.segments, func(s segment) bool { return s.name() == old.name() })
	return os.Remove(a.path(old.name()))
}
