package protocol

import "time"

// NextWake is the earliest time for which the engine wants a Tick; zero if it
// wants none at any certain time. A driver sends one then, and in any case each
// second or so: what is done now and then only, or has tens of seconds of time,
// waits for those. It may change with each event.
func (e *Engine) NextWake() time.Time {
	wake := earliest(e.seekAt, e.downloads.lookAt)
	if len(e.resolves) == 0 {
		return wake
	}
	for i := range e.resolves {
		wake = earliest(wake, e.resolves[i].due)
		for _, q := range e.resolves[i].waiting {
			if e.now.Before(q.due) {
				wake = earliest(wake, q.due)
			}
		}
	}
	for _, p := range e.peers {
		if until := e.expectedUntil(p); e.now.Before(until) {
			wake = earliest(wake, until)
		}
	}
	return wake
}

// earliest is the first of two times, of which zero means never.
func earliest(a, b time.Time) time.Time {
	if a.IsZero() || !b.IsZero() && b.Before(a) {
		return b
	}
	return a
}

// latest is the last of two times.
func latest(a, b time.Time) time.Time {
	if a.Before(b) {
		return b
	}
	return a
}
