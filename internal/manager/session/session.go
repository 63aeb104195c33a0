// Package session has what a mining session of a network is asked for, and the report that
// its results come to. Who runs it is the manager.
package session

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"

	"networkmngr/internal/api"
	"networkmngr/internal/terminal"
	"networkmngr/internal/types"
)

// Why a mining session was cut short.
var (
	ErrStopAsked  = errors.New("stopped by /stop/mining")
	ErrClientGone = errors.New("stopped, as the client that asked for it is gone")
	ErrShutdown   = errors.New("stopped, as the network shuts down")
)

// LastResults is how many results a session without an end keeps.
const LastResults = 1000

// Session is one run of an order. How it goes on, the network's events tell. Many may use
// it at once.
type Session struct {
	Order Order
	From  uint64 // offset from which its events are

	ctx  context.Context // ends with the cause that cut the session short
	stop context.CancelCauseFunc
	done chan struct{} // closed when the report is final and another session may begin

	mu     sync.Mutex       // guards what follows
	report api.MiningReport // so far
}

// New returns a session that has asked for nothing yet. Whoever runs it calls Close.
func New(order Order, from uint64) *Session {
	s := &Session{Order: order, From: from, done: make(chan struct{}), report: api.MiningReport{Results: []api.MiningResult{}}}
	s.ctx, s.stop = context.WithCancelCause(context.Background())
	return s
}

// Context returns the one that ends when the session is cut short.
func (s *Session) Context() context.Context { return s.ctx }

// Stop cuts the session short, with a cause that its report names.
func (s *Session) Stop(cause error) { s.stop(cause) }

// Close is for whoever runs the session, once its report is final and another session may
// begin.
func (s *Session) Close() {
	s.stop(nil)
	close(s.done)
}

// Done returns a channel that Close closes.
func (s *Session) Done() <-chan struct{} { return s.done }

// Sent counts the requests so far.
func (s *Session) Sent() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.report.Sent
}

// Add puts a result into the report.
func (s *Session) Add(result api.MiningResult) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.report.Sent++
	if result.Index != nil {
		s.report.Mined++
		s.report.Height = max(s.report.Height, *result.Index)
	}
	s.report.Results = append(s.report.Results, result)
	if over := len(s.report.Results) - LastResults; s.Order.Endless() && over > 0 {
		s.report.Results = slices.Delete(s.report.Results, 0, over)
	}
}

// Finish makes the report final. tips are those of the running nodes; that they
// differ means something only where the session was not cut short.
func (s *Session) Finish(tips []api.NodeTip) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, tip := range tips {
		if tip.Index != nil {
			s.report.Height = max(s.report.Height, *tip.Index)
		}
	}
	if s.ctx.Err() == nil && !Agree(tips) {
		s.report.Tips = tips
	}
	s.report.Message = s.message()
}

func (s *Session) message() string {
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

// Height returns that of the highest block so far.
func (s *Session) Height() uint64 {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.report.Height
}

// Report returns the report, which is final once the session is done.
func (s *Session) Report() api.MiningReport {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.report
}

// Agree reports whether all tips are known and the same.
func Agree(tips []api.NodeTip) bool {
	for _, tip := range tips {
		if tip.Hash == nil || *tip.Hash != *tips[0].Hash {
			return false
		}
	}
	return true
}
