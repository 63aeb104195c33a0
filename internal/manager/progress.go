package manager

import (
	"sync"

	"networkmngr/internal/events"
)

// stage is one part of the start, which every node goes through.
type stage struct {
	tell func(string, events.Data)

	mu       sync.Mutex // guards progress, and is held while it is told
	progress events.NetworkStarting
}

func (m *Manager) newStage(doing string) *stage {
	s := &stage{tell: m.stream.Tell, progress: events.NetworkStarting{Doing: doing, Nodes: m.settings.Amount}}
	s.add(0)
	return s
}

// add says that so many more nodes are through.
func (s *stage) add(nodes int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.progress.Done += nodes
	s.tell("", s.progress)
}
