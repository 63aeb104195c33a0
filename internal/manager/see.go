package manager

import (
	"fmt"

	"networkmngr/internal/events"
)

// see does for each event, in order, what somebody reads in run.json, or counts.
func (m *Manager) see(e *events.Event) {
	m.metrics.Count(e)
	switch e.Data.(type) {
	case events.NodeUp, events.NodePaused, events.NodeResumed, events.NodeDown, events.NodeSilent, events.NodeAnswering:
		m.recordNodes()
	case events.NetworkUp:
		m.recordStart()
	case events.NetworkDown:
		m.recordEnd()
	}
}

// tellNotice tells a person something that no other event says.
func (m *Manager) tellNotice(format string, values ...any) {
	m.watcher.tell("", events.Notice{Text: fmt.Sprintf(format, values...)})
}
