package news

import "networkmngr/internal/events"

// faulted tells what was done to the links between nodes.
func (n *News) faulted(changed events.FaultsChanged) {
	grade := Doubt
	if changed.None() {
		grade = Good
	}
	switch changed.Why {
	case events.FaultsOver:
		n.say(grade, "%s, as the time for it is over", changed.Done)
	case events.FaultsResumed:
		n.say(Notice, "as before: %s", changed.Done)
	default:
		n.say(grade, "%s", changed.Done)
	}
}
