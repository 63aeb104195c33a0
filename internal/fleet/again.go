package fleet

import "time"

// How long a member waits before it starts again by itself: the first time, at most,
// and what a life must last for the next wait to be the first time's again.
const (
	firstWait = time.Second
	mostWait  = 30 * time.Second
	goodLife  = time.Minute
)

// again is a start that a member's restart policy has planned.
type again struct {
	at    time.Time // zero for none
	wait  time.Duration
	after *Life // that the last wait followed on
}

// PlanRestart plans that the member, whose last life has ended, starts again by itself,
// and returns how long to wait: a second, and twice as long each time, half a minute at
// most, until a life has lasted a minute. It may be called again if the start fails.
func (m *Member) PlanRestart(now time.Time) (wait time.Duration) {
	m.mu.Lock()
	defer m.mu.Unlock()
	life, a := m.last(), &m.again
	if a.wait *= 2; a.wait == 0 || a.after != life && life.ended.Sub(life.Started) >= goodLife {
		a.wait = firstWait
	}
	a.wait = min(a.wait, mostWait)
	a.at, a.after = now.Add(a.wait), life
	return a.wait
}

// DropRestart forgets that a restart is planned which was to follow on a life.
func (m *Member) DropRestart(life *Life) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.again.after == life {
		m.again.at = time.Time{}
	}
}

// RestartAt is when the member starts again by itself; zero if it does not.
func (m *Member) RestartAt() time.Time {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.again.at
}
