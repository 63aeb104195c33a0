package manager

import (
	"fmt"
	"strings"

	"networkmngr/internal/events"
)

// see does for each event, in order, what somebody waits for at the terminal or reads
// in run.json.
func (m *Manager) see(e *events.Event) {
	switch data := e.Data.(type) {
	case events.NodeUp, events.NodePaused, events.NodeResumed:
		m.recordNodes()
	case events.NodeDown:
		m.recordNodes()
		m.noticeEnd(data)
	case events.NodeSilent:
		m.recordNodes()
		m.notice("node %s does not answer: %s", e.Node, data.Error)
	case events.NodeAnswering:
		m.recordNodes()
		m.notice("node %s answers again", e.Node)
	case events.NetworkStarting:
		m.progress(data)
	case events.NetworkUp:
		m.recordStart()
	case events.NetworkDown:
		m.recordEnd()
		if data.Kept != "" {
			m.notice("the data folder %s is kept, as a node did not end cleanly", data.Kept)
		}
	case events.Notice:
		m.notice("%s", data.Text)
	}
}

// noticeEnd tells of the end of a node that nobody at the terminal asked for.
func (m *Manager) noticeEnd(down events.NodeDown) {
	switch {
	case down.Why == events.Crash:
		m.notice("%s", strings.TrimSuffix(fmt.Sprintf("node %s has ended by itself: %s: %s", down.Address, down.Message, down.Last), ": "))
	case down.Why == events.Told:
		m.notice("node %s was told to end, and has left the network", down.Address)
	case down.Why == events.Asked && !down.Clean:
		m.notice("node %s did not stop cleanly: %s", down.Address, down.Message)
	}
}

func (m *Manager) notice(format string, values ...any) {
	m.config.Notice(fmt.Sprintf(format, values...))
}

// tellNotice tells a person something that no other event says.
func (m *Manager) tellNotice(format string, values ...any) {
	m.watcher.tell("", events.Notice{Text: fmt.Sprintf(format, values...)})
}
