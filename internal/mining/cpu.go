package mining

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"

	"github.com/holiman/uint256"

	"networkmngr/internal/consensus"
	"networkmngr/internal/types"
)

const allNonces = 1 << 32

// CPU searches by hashing. It tries the nonces from the given header's own on,
// and after the highest goes on from 0.
type CPU struct {
	Threads    int        // how many search at once; fewer than 1 means 1
	Limit      *Limit     // of the hashes of all threads together; nil for none
	Background Background // runs each thread of a search that is not soon over
}

// Background runs work that needs a core for long so that it is in nobody's way, and returns
// when the work has ended. A nil Background just runs the work.
type Background func(work func())

func (b Background) run(work func()) {
	if b == nil {
		work()
	} else {
		b(work)
	}
}

// Solve implements [Solver].
func (c CPU) Solve(ctx context.Context, h types.Header) (types.Header, uint64, error) {
	return c.solve(ctx, h, allNonces)
}

// solve is Solve over so many nonces.
func (c CPU) solve(ctx context.Context, h types.Header, nonces uint64) (types.Header, uint64, error) {
	target, ok := consensus.TargetFromBits(h.Bits)
	if !ok {
		return types.Header{}, 0, fmt.Errorf("%w: %08x", ErrTarget, h.Bits)
	}
	s := &search{header: h, target: target, nonces: nonces, limit: c.Limit, background: c.Background}
	s.run(ctx, c.Threads)
	solved, err := s.result(ctx)
	return solved, s.tried.Load(), err
}

// search is one header's search, shared by its threads.
type search struct {
	header     types.Header
	target     uint256.Int
	nonces     uint64 // how many to try, from the header's on
	limit      *Limit
	background Background

	taken atomic.Uint64                // how many of them threads have taken
	tried atomic.Uint64                // how many of those were hashed
	found atomic.Pointer[types.Header] // a solution; nil until there is one
}

// run searches on so many threads, the caller's among them, until each has
// seen the end of ctx, a solution, or the last nonce.
func (s *search) run(ctx context.Context, threads int) {
	m := newMidstate(s.header)
	if !s.batch(ctx, m) {
		return // an easy target is met before a second thread would have started
	}
	var others sync.WaitGroup
	for range threads - 1 {
		others.Go(func() { s.work(ctx, newMidstate(s.header)) })
	}
	s.work(ctx, m)
	others.Wait()
}

func (s *search) work(ctx context.Context, m *midstate) {
	s.background.run(func() {
		for s.batch(ctx, m) {
		}
	})
}

// batch tries the next nonces, or reports that there is nothing left to do.
func (s *search) batch(ctx context.Context, m *midstate) bool {
	size := s.limit.slice()
	if s.limit.take(ctx, size) != nil {
		return false
	}
	tried, goesOn := s.next(ctx, m, size)
	s.tried.Add(tried)
	s.limit.giveBack(size - tried)
	return goesOn
}

// next tries at most size nonces that nobody has taken.
func (s *search) next(ctx context.Context, m *midstate, size uint64) (tried uint64, goesOn bool) {
	if s.found.Load() != nil || ctx.Err() != nil {
		return 0, false
	}
	end := s.taken.Add(size)
	start := end - size
	if start >= s.nonces {
		return 0, false
	}
	tried = s.try(m, start, min(end, s.nonces))
	return tried, s.found.Load() == nil
}

// try hashes the nonces from start up to end, counted from the header's, until
// one will do, and counts them.
func (s *search) try(m *midstate, start, end uint64) (tried uint64) {
	top := uint32(s.target[3] >> 32)
	for i := start; i < end; i++ {
		nonce := s.header.Nonce + uint32(i)
		if m.top(nonce) > top {
			continue
		}
		h := s.header
		h.Nonce = nonce
		if n := consensus.HashToInt(h.Hash()); !n.Gt(&s.target) {
			s.found.Store(&h)
			return i - start + 1
		}
	}
	return end - start
}

func (s *search) result(ctx context.Context) (types.Header, error) {
	if h := s.found.Load(); h != nil {
		return *h, nil
	}
	if err := ctx.Err(); err != nil {
		return types.Header{}, err
	}
	return types.Header{}, fmt.Errorf("%w: %d from %d on", ErrExhausted, s.nonces, s.header.Nonce)
}
