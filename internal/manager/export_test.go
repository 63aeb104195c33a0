package manager

import (
	"context"
	"net"
	"time"

	"networkmngr/internal/api"
	"networkmngr/internal/certificate"
	"networkmngr/internal/clock"
	"networkmngr/internal/events/state"
	"networkmngr/internal/manager/session"
)

// State is what the network is like after all that was told.
func (m *Manager) State() state.State { return m.stream.State() }

// SetPause puts another wait in the place of every pause.
func (m *Manager) SetPause(pause func(context.Context, time.Duration) error) { m.pause = pause }

// MineOnce begins a session of one round without pauses.
func (m *Manager) MineOnce() error {
	_, err := m.startMining(session.Order{Mode: api.Turns, Rounds: 1})
	return err
}

// SetRest puts another wait in the place of that before a node starts again by itself.
func (m *Manager) SetRest(rest func(context.Context, time.Duration) error) { m.rest = rest }

// SetSettle shortens how long nodes have to agree.
func (m *Manager) SetSettle(bound time.Duration) { m.limits.settle = bound }

// SetLink shortens how long nodes have to find each other.
func (m *Manager) SetLink(bound time.Duration) { m.limits.link = bound }

// ServeOn is what Run does once the nodes stand, with another listener.
func (m *Manager) ServeOn(ctx context.Context, listener net.Listener) error {
	return m.serve(ctx, listener, func() {})
}

// StoodFor has the network, which is paused, stand still since so much longer ago.
func (m *Manager) StoodFor(rest time.Duration) error {
	return m.setLab(func(lab clock.Lab) clock.Lab {
		lab.Lived, lab.Since = lab.Lived.Add(-rest), lab.Since.Add(-rest)
		return lab
	})
}

// SetNodes bounds how many nodes there may be.
func (m *Manager) SetNodes(most int) { m.limits.nodes = most }

// SetMine shortens how long a node may search for one block.
func (m *Manager) SetMine(bound time.Duration) { m.limits.mine = bound }

// Change is what who changes the network holds.
func (m *Manager) Change(ctx context.Context) (release func(), err error) { return m.change(ctx) }

// Changing reports whether somebody has the change.
func (m *Manager) Changing() bool { return len(m.changing) > 0 }

// SetLived has it noted more often that the network lives.
func (m *Manager) SetLived(every time.Duration) { m.limits.lived = every }

// SetPulse shortens how long a node may give no sign of life, and how long one that
// nobody waits for is not asked for any.
func (m *Manager) SetPulse(bound, rest time.Duration) { m.limits.pulse, m.limits.rest = bound, rest }

// SetRetry shortens the time after a failure.
func (m *Manager) SetRetry(after time.Duration) { m.limits.retry = after }

// Trusts reports whether a server that shows a certificate is taken for one of the network's.
func (m *Manager) Trusts(fingerprint string) bool {
	f, err := certificate.ParseFingerprint(fingerprint)
	return err == nil && m.trust.Knows(f)
}

// SetFree has there be so many bytes free for snapshots.
func (m *Manager) SetFree(bytes uint64) { m.free = func(string) (uint64, error) { return bytes, nil } }

const (
	MaxMachines    = maxMachines
	ForgottenAfter = forgottenAfter
)

// SetMachinesAway has all machines be as they are since so long ago.
func (m *Manager) SetMachinesAway(away time.Duration) {
	for _, x := range m.machines.all() {
		x.mu.Lock()
		x.since = x.since.Add(-away)
		x.mu.Unlock()
	}
}
