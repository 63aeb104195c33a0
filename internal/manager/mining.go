package manager

import (
	"context"
	"errors"
	"reflect"
	"time"

	"networkmngr/internal/api"
	"networkmngr/internal/events"
	"networkmngr/internal/events/state"
	"networkmngr/internal/manager/session"
)

var (
	// errMining means that a mining session is under way, and there is one at
	// a time.
	errMining = errors.New("nodes are mining already: wait for the end, or ask for it with /stop/mining")
	// errNotMining means that there is no session to stop, nor a node that mines by itself.
	errNotMining = errors.New("no mining is under way")
	// errNoNode means that no node is left that could mine.
	errNoNode = errors.New("no node is running")
	// errRests means that all nodes stand still with the network.
	errRests = errors.New("the network is paused; POST /network/resume, or networkmngr resume, has it go on")
	// errStopping means that the network is about to end.
	errStopping = errors.New("the network shuts down")
)

// untilStopping returns a context that ends with another one, and, for errStopping, once the
// network is about to end.
func (m *Manager) untilStopping(ctx context.Context) (context.Context, context.CancelFunc) {
	ctx, cancel := context.WithCancelCause(ctx)
	unbound := context.AfterFunc(m.ctx, func() { cancel(errStopping) })
	return ctx, func() { unbound(); cancel(nil) }
}

// startMining begins a session, which goes on until its order is done or it is
// cancelled. Whatever becomes of it, stopNodes waits for its end.
func (m *Manager) startMining(order session.Order) (*session.Session, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	switch {
	case m.stopping:
		return nil, errStopping
	case m.suspended:
		return nil, errChanging
	case m.session != nil:
		return nil, errMining
	case len(m.running()) == 0:
		return nil, m.noNode()
	}
	m.log.Info("mining started", "mode", order.Mode, "rounds", order.Rounds, "min", order.Min, "max", order.Max)
	s := session.New(order, m.stream.Log.Told()+1)
	m.session = s
	m.stream.Tell("", events.MiningStarted{Mode: order.Mode, Rounds: order.Rounds})
	go m.mine(s)
	return s, nil
}

// noNode says why no node is there that could mine.
func (m *Manager) noNode() error {
	if m.clock.read().Stands {
		return errRests
	}
	return errNoNode
}

// mine runs a session.
func (m *Manager) mine(s *session.Session) {
	defer s.Close()
	if s.Order.Mode == api.Race {
		m.mineRace(s)
	} else {
		m.mineTurns(s)
	}
	s.Finish(m.settle(s.Context(), api.Tip{Index: s.Height()}))
	report := s.Report()
	m.log.Info("mining ended", "sent", report.Sent, "mined", report.Mined, "height", report.Height, "message", report.Message)
	m.mu.Lock()
	defer m.mu.Unlock()
	m.session = nil // whoever hears of the end may begin another
	m.stream.Tell("", events.MiningStopped{Why: report.Message, Sent: report.Sent, Mined: report.Mined})
}

// mineTurns asks one node after the other.
func (m *Manager) mineTurns(s *session.Session) {
	for round := 0; s.Order.More(round); round++ {
		running := m.running()
		if len(running) == 0 {
			return
		}
		for _, c := range running {
			if !c.Running() {
				continue
			}
			if s.Sent() > 0 && m.pause(s.Context(), m.drawPause(s.Order)) != nil {
				return
			}
			if !m.mineOnce(s, c) {
				return
			}
		}
	}
}

// drawPause draws evenly from what the order allows, both ends included.
func (m *Manager) drawPause(o session.Order) time.Duration {
	return o.Min + time.Duration(m.pauses.Int64N(int64(o.Max-o.Min)+1))
}

// mineOnce asks one node for one block. It reports whether the session goes on.
func (m *Manager) mineOnce(s *session.Session, c node) (goesOn bool) {
	ctx, cancel := context.WithTimeout(s.Context(), m.limits.mine)
	defer cancel()
	result := c.mine(ctx)
	m.addResult(s, c, result)
	if result.Index != nil {
		m.log.Debug("node mined", "node", result.Node, "height", *result.Index, "hash", *result.Hash, "seconds", result.Seconds)
	}
	if result.Error == nil {
		return s.Context().Err() == nil
	}
	m.log.Warn("mining failed", "node", result.Node, "error", *result.Error)
	if s.Order.Endless() {
		// Do not turn in circles over nodes that fail at once.
		return m.pause(s.Context(), m.limits.retry) == nil
	}
	return s.Context().Err() == nil
}

// addResult puts what came of a request to a node into the session's report, and tells
// of it.
func (m *Manager) addResult(s *session.Session, c node, result api.MiningResult) {
	s.Add(result)
	told := events.MiningResult{Address: result.Node, Seconds: result.Seconds}
	if result.Index != nil {
		told.Block = &events.BlockRef{Hash: *result.Hash, Index: *result.Index}
	}
	if result.Error != nil {
		told.Error = *result.Error
	}
	m.stream.Tell(c.Name(), told)
}

// settle waits, within bounds, until every running node has the same tip, which is as reached
// wants it, or no tip moves any more: branches of equal work stand side by side until somebody
// mines again. It returns the tips as they were told of last. Once ctx has ended, it does not
// wait.
func (m *Manager) settle(ctx context.Context, at api.Tip) []api.NodeTip {
	ctx, cancel := context.WithTimeout(ctx, m.limits.settle)
	defer cancel()
	m.stream.Settle()
	for {
		tips := m.tips()
		if session.Agree(tips) && (len(tips) == 0 || reached(tips[0], at)) {
			return tips
		}
		still, stop := context.WithTimeout(ctx, m.limits.still)
		err := m.stream.Await(still, func(now *state.Fold) bool { return !reflect.DeepEqual(m.tipsIn(now), tips) })
		stop()
		if err != nil {
			return m.tips()
		}
	}
}

// reached reports whether a tip is at a block, or is a higher one. A block without a hash
// stands for any of its height.
func reached(tip api.NodeTip, at api.Tip) bool {
	return *tip.Index > at.Index || *tip.Index == at.Index && (at.Hash.IsZero() || *tip.Hash == at.Hash)
}

// tips are those that the running nodes have told of.
func (m *Manager) tips() (tips []api.NodeTip) {
	_ = m.stream.Await(context.Background(), func(now *state.Fold) bool {
		tips = m.tipsIn(now)
		return true
	})
	return tips
}

func (m *Manager) tipsIn(now *state.Fold) []api.NodeTip {
	tips := []api.NodeTip{}
	for _, c := range m.running() {
		n, _ := now.Node(c.Name())
		tip := api.NodeTip{Node: c.address()}
		switch {
		case n.State == state.Silent:
			tip.Error = new("the node does not answer")
		case n.Tip == nil:
			tip.Error = new("the node has told of no block")
		default:
			tip.Index, tip.Hash = &n.Tip.Index, &n.Tip.Hash
		}
		tips = append(tips, tip)
	}
	return tips
}
