package manager

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"networkmngr/internal/api"
)

// Why a mining session was cut short.
var (
	errStopAsked  = errors.New("stopped by /stop/mining")
	errClientGone = errors.New("stopped, as the client that asked for it is gone")
	errShutdown   = errors.New("stopped, as the network shuts down")
)

// lastResults is how many results a session without an end keeps.
const lastResults = 1000

// plan says what a mining session does.
type plan struct {
	mode     string
	rounds   int           // requests to each node; 0 to go on until stopped
	min, max time.Duration // of the pause between two turns
}

func (p plan) endless() bool { return p.rounds == 0 }

// more reports whether a round of this number, from 0, is part of the plan.
func (p plan) more(round int) bool { return p.endless() || round < p.rounds }

// session is one run of a plan. Who wants to know how it goes on asks for the
// results since those that he has.
type session struct {
	plan   plan
	ctx    context.Context // ends with the cause that cut the session short
	cancel context.CancelCauseFunc
	done   chan struct{} // closed when the report is final and another session may begin

	mu      sync.Mutex       // guards what follows
	report  api.MiningReport // so far
	dropped int              // results that came before report.Results
	moved   chan struct{}    // closed, and replaced, at every change
	final   bool             // the report is
}

func newSession(p plan) *session {
	s := &session{
		plan: p, done: make(chan struct{}), moved: make(chan struct{}),
		report: api.MiningReport{Results: []api.MiningResult{}},
	}
	s.ctx, s.cancel = context.WithCancelCause(context.Background())
	return s
}

// sent counts the requests so far.
func (s *session) sent() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.report.Sent
}

// add puts a result into the report.
func (s *session) add(result api.MiningResult) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.report.Sent++
	if result.Index != nil {
		s.report.Mined++
		s.report.Height = max(s.report.Height, *result.Index)
	}
	s.report.Results = append(s.report.Results, result)
	if over := len(s.report.Results) - lastResults; s.plan.endless() && over > 0 {
		s.report.Results = slices.Delete(s.report.Results, 0, over)
		s.dropped += over
	}
	s.move()
}

// finish makes the report final. tips are those of the running nodes; that they
// differ means something only where the session was not cut short.
func (s *session) finish(tips []api.NodeTip) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, tip := range tips {
		if tip.Index != nil {
			s.report.Height = max(s.report.Height, *tip.Index)
		}
	}
	if s.ctx.Err() == nil && !agree(tips) {
		s.report.Tips = tips
	}
	s.report.Message = s.message()
	s.final = true
	s.move()
}

func (s *session) message() string {
	text := plural(s.report.Sent, "mining request") + " sent"
	cause, without := context.Cause(s.ctx), s.report.Sent-s.report.Mined
	switch {
	case without > 0 && cause != nil:
		text += fmt.Sprintf(", %d without a block", without)
	case without > 0:
		text += fmt.Sprintf(", %d failed", without)
	}
	if cause != nil {
		text += "; " + cause.Error()
	}
	if len(s.report.Tips) > 0 {
		text += "; the nodes' tips differ"
	}
	return text
}

// move wakes everybody who follows the session. The caller holds mu.
func (s *session) move() {
	close(s.moved)
	s.moved = make(chan struct{})
}

// since gives the results after the first known ones, as far as they are kept,
// and how many there were in all. moved is closed when there is more to tell.
func (s *session) since(known int) (results []api.MiningResult, all int, moved <-chan struct{}, final bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	skip := max(0, known-s.dropped)
	all = s.dropped + len(s.report.Results)
	return slices.Clone(s.report.Results[skip:]), all, s.moved, s.final
}

// answer is the report once the session is done.
func (s *session) answer() api.MiningReport {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.report
}
