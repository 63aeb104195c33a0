package manager

import (
	"sync"

	"networkmngr/internal/events"
)

// Progress of a network's start.
type Progress struct {
	Doing string // "starting nodes"
	Done  int    // of the nodes
	Nodes int
}

// stage is one part of the start, which every node goes through.
type stage struct {
	tell func(string, events.Data)

	mu       sync.Mutex // guards progress, and is held while it is told
	progress events.NetworkStarting
}

func (m *Manager) newStage(doing string) *stage {
	s := &stage{tell: m.watcher.tell, progress: events.NetworkStarting{Doing: doing, Nodes: m.settings.Amount}}
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

func (m *Manager) progress(p events.NetworkStarting) {
	if m.config.Progress != nil {
		m.config.Progress(Progress{Doing: p.Doing, Done: p.Done, Nodes: p.Nodes})
	}
}
