package fleet

import (
	"slices"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"networkmngr/internal/launch"
)

// State is what a member does.
type State string

// The states of a member.
const (
	Running    State = "running"
	Paused     State = "paused"     // stands still, and answers nothing
	Exited     State = "exited"     // or has not been started yet
	Restarting State = "restarting" // ends, or has ended, to start again
)

// Reason is why a member was taken out of the fleet.
type Reason string

// The reasons.
const (
	Asked Reason = "removed"     // somebody took it out, now or in an earlier run
	Told  Reason = "left"        // it was told to end, itself
	Spare Reason = "not started" // the run has fewer nodes than there are data of
)

// Member is one node of a fleet, in one life after the other. Its methods may be
// called from any goroutine.
type Member struct {
	number, port int
	machine      string // URL of the manager that starts it; empty for this one
	left         uint64 // mark of when it was taken out; the fleet's

	awaited atomic.Int32  // how many wait for it
	woken   chan struct{} // has room for one

	mu         sync.Mutex // guards what follows, and the lives
	lives      []*Life
	paused     bool
	restarting bool
	out        Reason        // why it was taken out last
	silent     time.Time     // since when the node runs and does not answer; zero if it does
	answering  chan struct{} // closed, and replaced, when the node does not answer any more
	again      again
}

// Life is a node from a start to an end.
type Life struct {
	Boot    int // 1 for the first of a member's
	Started time.Time
	// Told is the mark up to which the node was told who has left; see
	// Fleet.RemovedSince. It is of whoever changes which members there are.
	Told uint64
	// Faults is the generation of faults of its links that the node has; 0 if that is not
	// known. It is of the same one.
	Faults uint64
	// Clock is the number of the last change of the network's clocks that the node has taken;
	// 0 if that is not known. It is of the same one.
	Clock uint64
	// Plan is the number of the network's plan of mining that the node was told of; 0 for
	// none. It is of the same one.
	Plan uint64
	// Hashrate is what that plan has given the node, in hashes a second, when it was told
	// last. It is of the same one.
	Hashrate float64
	// WithAll says of a paused node that it was paused with the whole network. It is of the
	// same one.
	WithAll bool

	node atomic.Pointer[launch.Node]

	gone     chan struct{} // closed once what follows is set
	ended    time.Time
	exit     launch.Exit
	expected bool // its end was asked for; the member's
}

// Name is n0, n1, and so on; no other member of the run has or had it.
func (m *Member) Name() string { return name(m.number) }

// Port is where the node answers, in each of its lives.
func (m *Member) Port() int { return m.port }

// Machine is the URL of the manager that starts the node, on another machine; empty if this
// one does.
func (m *Member) Machine() string { return m.machine }

// Is reports whether the member goes by a reference: its name, or its port.
func (m *Member) Is(reference string) bool {
	return reference == m.Name() || reference == strconv.Itoa(m.port)
}

// Begin notes that a life has begun. The one before has ended.
func (m *Member) Begin(node launch.Node, at time.Time) *Life {
	m.mu.Lock()
	defer m.mu.Unlock()
	life := &Life{Boot: len(m.lives) + 1, Started: at, gone: make(chan struct{})}
	life.node.Store(&node)
	m.lives = append(m.lives, life)
	m.paused, m.restarting, m.silent, m.again.at = false, false, time.Time{}, time.Time{}
	return life
}

// End notes how the last life has ended, and reports whether that was expected.
func (m *Member) End(exit launch.Exit, at time.Time) (expected bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	life := m.last()
	life.exit, life.ended, m.paused = exit, at, false
	close(life.gone)
	m.hush()
	return life.expected
}

// Expect notes that the end of the last life is asked for.
func (m *Member) Expect() {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.last().expected = true
}

// SetPaused notes that the node stands still, or goes on.
func (m *Member) SetPaused(paused bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.paused, m.silent = paused && m.last().Lasts(), time.Time{}
	if m.paused {
		m.hush()
	}
}

// SetRestarting notes that another life is to follow, or, if that did not begin, that
// none does.
func (m *Member) SetRestarting(restarting bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.restarting = restarting
}

// SetSilent notes that the node, which runs, has not answered since a time. It reports
// whether that is news.
func (m *Member) SetSilent(since time.Time) (news bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if !m.silent.IsZero() || m.paused || !m.last().Lasts() {
		return false
	}
	m.silent = since
	m.wake()
	m.hush()
	return true
}

// SetAnswering notes that the node answers, and returns since when it had not; the zero
// time if it had.
func (m *Member) SetAnswering() (since time.Time) {
	m.mu.Lock()
	defer m.mu.Unlock()
	since, m.silent = m.silent, time.Time{}
	return since
}

func (m *Member) setOut(why Reason) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.out = why
}

// Out is why the member, which was taken out, is none of the fleet's.
func (m *Member) Out() Reason {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.out
}

// Silent reports whether the node runs and does not answer.
func (m *Member) Silent() bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	return !m.silent.IsZero() && m.last().Lasts()
}

// hush tells those who wait that the node answers no more. The caller holds mu.
func (m *Member) hush() {
	close(m.answering)
	m.answering = make(chan struct{})
}

// Answering returns a channel that is closed when the node ends, is paused, or falls
// silent.
func (m *Member) Answering() <-chan struct{} {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.answering
}

// Await notes that somebody waits for the node, until done is called.
func (m *Member) Await() (done func()) {
	m.awaited.Add(1)
	m.wake()
	return sync.OnceFunc(func() { m.awaited.Add(-1) })
}

func (m *Member) wake() {
	select {
	case m.woken <- struct{}{}:
	default: // the one who looks has not seen to it yet
	}
}

// Woken returns a channel that one goroutine receives from when somebody has begun to
// wait for the node, or it has fallen silent: whether that is still so is to be asked.
func (m *Member) Woken() <-chan struct{} { return m.woken }

// Awaited reports whether anybody waits for the node.
func (m *Member) Awaited() bool { return m.awaited.Load() > 0 }

// State is what the member does now.
func (m *Member) State() State {
	m.mu.Lock()
	defer m.mu.Unlock()
	switch {
	case m.restarting:
		return Restarting
	case m.last() == nil || !m.last().Lasts():
		return Exited
	case m.paused:
		return Paused
	default:
		return Running
	}
}

// Running reports whether the node runs, and is not paused.
func (m *Member) Running() bool { return m.State() == Running }

// Lives lists the member's lives, the first one first.
func (m *Member) Lives() []*Life {
	m.mu.Lock()
	defer m.mu.Unlock()
	return slices.Clone(m.lives)
}

// Life is the last one; the member has been started.
func (m *Member) Life() *Life {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.last()
}

// last is the last life, or nil. The caller holds mu.
func (m *Member) last() *Life {
	if len(m.lives) == 0 {
		return nil
	}
	return m.lives[len(m.lives)-1]
}

// Node is the node itself.
func (l *Life) Node() launch.Node { return *l.node.Load() }

// Release lets go of a node that has ended, but for what it announced and how it ended:
// the end of its log is kept no longer.
func (l *Life) Release() {
	var node launch.Node = ended{l.Node().Ready(), l.exit}
	l.node.Store(&node)
}

// Gone is closed when the life has ended and Exit and Ended are known.
func (l *Life) Gone() <-chan struct{} { return l.gone }

// Lasts reports whether the life has not ended.
func (l *Life) Lasts() bool {
	select {
	case <-l.gone:
		return false
	default:
		return true
	}
}

// End says how and when the life ended. ok is false while it lasts.
func (l *Life) End() (exit launch.Exit, at time.Time, ok bool) {
	if l.Lasts() {
		return exit, at, false
	}
	return l.exit, l.ended, true
}
