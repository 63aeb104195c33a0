package stream

import (
	"context"
	"time"

	"networkmngr/internal/events"
	"networkmngr/internal/events/state"
)

// State is what the network is like now, after all that was told.
func (s *Stream) State() state.State {
	s.Settle()
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.fold.State()
}

// BlocksWon counts the blocks that nodes have won since one of them was told last to mine another
// way, by name, and says when that was; the zero time means that none ever was.
func (s *Stream) BlocksWon() (won map[string]int, since time.Time) {
	now := s.State()
	s.mu.Lock()
	defer s.mu.Unlock()
	of := s.won.On(now.Best().Hash)
	won = make(map[string]int, len(now.Nodes))
	for i := range now.Nodes {
		won[now.Nodes[i].Name] = of[now.Nodes[i].Account]
	}
	return won, s.won.Since()
}

func (s *Stream) apply(e *events.Event) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.fold.Apply(e)
	s.won.Apply(e)
	s.Past.Keep(s.fold)
}

// pass wakes whoever waits for the events up to an offset to have been seen.
func (s *Stream) pass(offset uint64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if offset == s.seen {
		return
	}
	s.seen = offset
	close(s.moved)
	s.moved = make(chan struct{})
}

// Await waits until a condition on the network's state holds, and returns the error of ctx if
// that ends first. The condition is called while nothing else changes the state or reads it.
func (s *Stream) Await(ctx context.Context, holds func(*state.Fold) bool) error {
	for {
		s.mu.Lock()
		good, moved := holds(s.fold), s.moved
		s.mu.Unlock()
		if good {
			return nil
		}
		select {
		case <-moved:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// Settle waits until everything that was told before has been seen.
func (s *Stream) Settle() {
	told := s.Log.Told()
	_ = s.Await(context.Background(), func(*state.Fold) bool { return s.seen >= told }) // which it will be
}
