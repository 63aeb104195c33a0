package manager

import (
	"fmt"

	"networkmngr/internal/events"
	"networkmngr/internal/manager/stream"
)

// openStream goes on with the network's stream, or begins it, and with seeing what is told.
func (m *Manager) openStream() (err error) {
	place := stream.Place{Data: m.data.Path, Logs: m.settings.Log.Folder, Port: m.settings.Port}
	if m.stream, err = stream.Open(place, m.resolve, m.log); err != nil {
		return fmt.Errorf("events: %w", err)
	}
	m.stream.Start(m.see, m.recordSeen, m.config.Watch)
	return nil
}

// see does for each event, in order, what somebody reads in run.json, or counts. What changes
// the nodes is only noted, for recordSeen.
func (m *Manager) see(e *events.Event) {
	m.metrics.Count(e)
	switch e.Data.(type) {
	case events.NodeUp, events.NodePaused, events.NodeResumed, events.NodeDown, events.NodeSilent, events.NodeAnswering:
		m.unrecorded = true
	case events.NetworkUp:
		m.recordStart()
		m.unrecorded = false
	case events.NetworkDown:
		m.recordEnd()
		m.unrecorded = false
	}
}

// recordSeen writes run.json once for all nodes that have come or gone together. Those that go at
// the network's end, one after the other, are written down with that, all in one write.
func (m *Manager) recordSeen() {
	if m.unrecorded && !m.ending() {
		m.recordNodes()
		m.unrecorded = false
	}
}

// tellNotice tells a person something that no other event says.
func (m *Manager) tellNotice(format string, values ...any) {
	m.stream.Tell("", events.Notice{Text: fmt.Sprintf(format, values...)})
}
