package manager

import "sync"

// Progress of a network's start.
type Progress struct {
	Doing string // "starting nodes"
	Done  int    // of the nodes
	Nodes int
}

// stage is one part of the start, which every node goes through.
type stage struct {
	tell func(Progress)

	mu       sync.Mutex // guards progress, and is held while it is told
	progress Progress
}

func (m *Manager) newStage(doing string) *stage {
	s := &stage{tell: m.config.Progress, progress: Progress{Doing: doing, Nodes: m.settings.Amount}}
	s.add(0)
	return s
}

// add says that so many more nodes are through.
func (s *stage) add(nodes int) {
	if s.tell == nil {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.progress.Done += nodes
	s.tell(s.progress)
}
