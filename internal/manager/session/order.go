package session

import (
	"time"

	"networkmngr/internal/terminal"
)

// Order says what a mining session is to do.
type Order struct {
	Mode     string        // api.Turns or api.Race
	Rounds   int           // requests to each node; 0 to go on until stopped
	Min, Max time.Duration // of the pause between two turns
	Detached bool          // the session goes on without the client that asked for it
}

// Endless reports whether a session goes on until it is stopped.
func (o Order) Endless() bool { return o.Rounds == 0 }

// Outlives reports whether a session goes on when its client is gone.
func (o Order) Outlives() bool { return o.Detached || o.Endless() }

// Outlook says in words until when a session goes on that nobody waits for.
func (o Order) Outlook() string {
	if o.Endless() {
		return "mining until /stop/mining"
	}
	return "mining " + terminal.Plural(o.Rounds, "round") + ", or until /stop/mining"
}

// More reports whether a round of this number, from 0, is part of the order.
func (o Order) More(round int) bool { return o.Endless() || round < o.Rounds }
