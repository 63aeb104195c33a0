package manager

import (
	"context"
	"errors"
	"fmt"
	"time"

	"networkmngr/internal/api"
	"networkmngr/internal/events"
	"networkmngr/internal/fleet"
)

// errSilent means that a node runs and gives no sign of life: its process was stopped,
// or its machine is out of breath.
var errSilent = fmt.Errorf("%w, though its process runs", errUnreachable)

// pulsePerNode keeps what all pulses cost the same, however many nodes there are.
const pulsePerNode = 20 * time.Millisecond

// pulse asks a node for a sign of life, again and again until the life ends, and tells
// when there is none and when there is one again. It asks often while somebody waits for
// the node, and seldom otherwise: each question costs the node more than its rest does. While
// the network starts it does not ask: a machine that starts many nodes is out of breath.
func (m *Manager) pulse(c node, life *fleet.Life) {
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	go func() {
		<-life.Gone()
		cancel()
	}()
	asked := time.Now() // or as good as that, as it has just begun
	for m.awaitPulse(ctx, c, asked) == nil {
		asked = time.Now()
		if !m.standing.Load() {
			continue
		}
		asking, stop := context.WithTimeout(ctx, m.limits.pulse)
		_, err := c.client.Health(asking)
		silent := errors.Is(asking.Err(), context.DeadlineExceeded)
		stop()
		_, refused := errors.AsType[*api.Error](err) // a node with a problem answers too
		switch {
		case m.isReplaced(c):
			m.tellSilent(c, asked, m.silence(c))
		case err == nil, refused:
			m.tellAnswering(c)
		case silent && c.Running() && ctx.Err() == nil:
			m.tellSilent(c, asked, m.silence(c))
		}
	}
}

// isReplaced reports whether what answers at a node's address is of another network.
func (m *Manager) isReplaced(c node) bool {
	x, err := m.machineOf(c.Member)
	return err == nil && x != nil && x.isReplaced()
}

// silence is why a node is taken for silent, after words that say that it is.
func (m *Manager) silence(c node) error {
	if there := c.Machine(); there != "" {
		return fmt.Errorf("its machine may be cut off; its manager is %s", there)
	}
	return fmt.Errorf("nothing came within %s, though its process runs", m.limits.pulse)
}

// awaitPulse waits until a node that was asked at a time is to be asked again: after a
// short while, and a rest if nobody waits for the node by then.
func (m *Manager) awaitPulse(ctx context.Context, c node, asked time.Time) error {
	often := max(m.limits.pulse/4, pulsePerNode*time.Duration(len(m.fleet.All())))
	if err := pause(ctx, time.Until(asked.Add(often))); err != nil {
		return err
	}
	rest := time.NewTimer(time.Until(asked.Add(m.limits.rest)))
	defer rest.Stop()
	for !c.Awaited() && !c.Silent() {
		select {
		case <-c.Woken():
		case <-rest.C:
			return ctx.Err()
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	return ctx.Err()
}

// tellSilent tells that a node does not answer since a time, unless that was told or the
// network only starts.
func (m *Manager) tellSilent(c node, since time.Time, why error) {
	if m.standing.Load() && c.SetSilent(since) {
		m.log.Warn("node is not answering", "node", c.address(), "name", c.Name(), "error", why)
		m.stream.Tell(c.Name(), events.NodeSilent{Error: why.Error()})
	}
}

// tellAnswering tells that a node which was silent answers again.
func (m *Manager) tellAnswering(c node) {
	if since := c.SetAnswering(); !since.IsZero() {
		m.stream.Tell(c.Name(), events.NodeAnswering{Seconds: time.Since(since).Seconds()})
		m.watching.Go(func() { m.reconcileLater(func() []node { return []node{c} }) }) // while it is asked on
	}
}
