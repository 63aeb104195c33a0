package manager

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"networkmngr/internal/api"
	"networkmngr/internal/terminal"
	"networkmngr/internal/types"
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
	detached bool          // it goes on without the client that asked for it
}

func (p plan) endless() bool { return p.rounds == 0 }

// outlives reports whether a session goes on when its client is gone.
func (p plan) outlives() bool { return p.detached || p.endless() }

// outlook says in words until when a session goes on that nobody waits for.
func (p plan) outlook() string {
	if p.endless() {
		return "mining until /stop/mining"
	}
	return "mining " + terminal.Plural(p.rounds, "round") + ", or until /stop/mining"
}

// more reports whether a round of this number, from 0, is part of the plan.
func (p plan) more(round int) bool { return p.endless() || round < p.rounds }

// session is one run of a plan. How it goes on, the network's events tell.
type session struct {
	plan   plan
	from   uint64          // offset from which its events are
	ctx    context.Context // ends with the cause that cut the session short
	cancel context.CancelCauseFunc
	done   chan struct{} // closed when the report is final and another session may begin

	mu     sync.Mutex       // guards what follows
	report api.MiningReport // so far
}

func newSession(p plan, from uint64) *session {
	s := &session{plan: p, from: from, done: make(chan struct{}), report: api.MiningReport{Results: []api.MiningResult{}}}
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
	}
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
}

func (s *session) message() string {
	text := terminal.Plural(s.report.Sent, "mining request") + " sent"
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
	return text + disagreement(s.report.Tips)
}

// disagreement says in what way tips do not agree; nothing of none.
func disagreement(tips []api.NodeTip) (text string) {
	known := make(map[types.Hash]bool)
	unknown := 0
	for _, tip := range tips {
		if tip.Hash == nil {
			unknown++
		} else {
			known[*tip.Hash] = true
		}
	}
	if len(known) > 1 {
		text = "; the nodes' tips differ"
	}
	if unknown > 0 {
		text += fmt.Sprintf("; the tip of %s is not known", terminal.Plural(unknown, "node"))
	}
	return text
}

// height is that of the highest block so far.
func (s *session) height() uint64 {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.report.Height
}

// answer is the report once the session is done.
func (s *session) answer() api.MiningReport {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.report
}
