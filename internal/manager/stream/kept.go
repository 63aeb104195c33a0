package stream

import (
	"time"

	"networkmngr/internal/events"
	"networkmngr/internal/events/archive"
)

// Keep has the data folder say that this is its stream, if it is kept on disk. The error is
// that of the file system.
func (s *Stream) Keep() error {
	id, err := s.place.id()
	if err != nil || s.archive == nil || id == s.Log.Stream() {
		return err
	}
	return s.place.setID(s.Log.Stream())
}

// Folder is where events are kept; empty if they never were.
func (s *Stream) Folder() string {
	if s.archive == nil {
		return ""
	}
	return s.archive.Folder()
}

// Unkept returns why events are no longer kept on disk, or nil.
func (s *Stream) Unkept() error {
	if s.archive == nil {
		return nil
	}
	return s.archive.Failure()
}

// Before is when the last event of earlier runs happened; zero if none is kept.
func (s *Stream) Before() time.Time { return s.before }

// Parts opens what is on disk, in order. The caller closes it.
func (s *Stream) Parts() ([]archive.Part, error) {
	if s.archive == nil {
		return nil, nil
	}
	return s.archive.Parts()
}

// Each hands over all events of some types that are still kept, from disk if they are there.
// The error is that of take, or of the file system.
func (s *Stream) Each(types []events.Type, take func(*events.Event) error) error {
	if s.archive == nil || s.Unkept() != nil {
		reader := s.Log.Reader(1, events.Filter{Types: types})
		defer reader.Close()
		return rest(reader, take, func(uint64) {})
	}
	kept, err := archive.Read(s.archive.Folder(), types...)
	if err != nil {
		return err
	}
	for record := range kept {
		if err := take(&record.Event); err != nil {
			return err
		}
	}
	return nil
}
