package report

import (
	"slices"
	"time"

	"networkmngr/internal/events"
	"networkmngr/internal/types"
)

// node is what is known of one.
type node struct {
	number   int
	name     string
	address  string
	machine  string // URL of the manager that starts it, if that is not the network's first one
	account  types.Address
	lives    []Life
	presence []stretch // that it was there and not paused, the last one perhaps without an end
	mining   []stretch // that it mined without pause
	mode     string    // how it mines now; empty if it does not
	rate     float64   // hashes a second that it wants; 0 for all that there are
	tip      *Tip
	work     string     // of the chain up to tip
	chain    types.Hash // its tip, as the events of its blocks go
	seen     time.Time  // its last event
}

// stretch is a span of time, with the hash rate that was wanted in it.
type stretch struct {
	from, to time.Time // to is zero while it goes on
	rate     float64
}

// holds reports whether a time is within the stretch.
func (s stretch) holds(at time.Time) bool {
	return !at.Before(s.from) && (s.to.IsZero() || !at.After(s.to))
}

// length is in seconds, as of a last event.
func (s stretch) length(last time.Time) float64 {
	to := s.to
	if to.IsZero() {
		to = last
	}
	return max(0, to.Sub(s.from).Seconds())
}

// ofProcess takes in what the manager tells of a node's process.
func (f *Fold) ofProcess(n *node, e *events.Event) {
	switch data := e.Data.(type) {
	case events.NodeUp:
		f.up(n, data, e.Time)
	case events.NodeDown:
		f.down(n, data, e)
	case events.NodePaused:
		n.pause(e.Time)
		f.closeMining(n, e.Time)
	case events.NodeResumed:
		n.resume(e.Time)
		f.openMining(n, e.Time)
	case events.NodeSilent:
		f.faults.add(e, "silent", "does not answer: "+data.Error)
	case events.PeerBanned:
		f.faults.add(e, "ban", f.nameOf(data.Peer.Account())+" is kept out: "+data.Why)
	case events.BlockRefused:
		text := "refuses a block: " + data.Rule
		if data.From != nil {
			text += ", from " + f.nameOf(data.From.Account())
		}
		f.faults.add(e, "refused", text)
	}
}

func (f *Fold) up(n *node, up events.NodeUp, at time.Time) {
	n.address, n.machine, n.account, n.mode = shown(up.Address), shown(up.Machine), up.ID.Account(), ""
	f.accounts[n.account] = n
	f.closeMining(n, at)
	n.end(at, "", "")
	f.countLives()
	n.lives = append(n.lives, Life{From: at, Paused: []Span{}})
	n.presence = append(n.presence, stretch{from: at})
}

// countLives has the node with the most lives forget its first one if there are too many.
func (f *Fold) countLives() {
	count := 0
	for _, n := range f.order {
		count += len(n.lives)
	}
	if count < maxLives {
		return
	}
	most := slices.MaxFunc(f.order, func(a, b *node) int { return len(a.lives) - len(b.lives) })
	most.lives = most.lives[1:]
	most.presence = most.presence[min(1, len(most.presence)):]
	f.overflow.lives++
}

func (f *Fold) down(n *node, down events.NodeDown, e *events.Event) {
	at := e.Time
	if down.Why == events.Gone && !down.Clean && !n.seen.IsZero() {
		at = n.seen // the end was told by the next manager, perhaps days later
	}
	f.closeMining(n, at)
	n.mode = ""
	n.end(at, down.Why, down.Message)
	switch {
	case down.Why == events.Crash:
		f.faults.add(e, "ended", join("has ended by itself: "+down.Message, down.Last))
	case down.Why == events.Fault:
		f.faults.add(e, Killed, join("was killed", down.Message))
	case down.Why == events.Told:
		f.faults.add(e, "ended", "was told to end, and has left the network")
	case down.Why == events.Gone && !down.Clean:
		f.faults.add(e, "ended", "was gone when the network was resumed: how it ended is not known")
	case !down.Clean:
		f.faults.add(e, "ended", join("did not end cleanly", down.Message))
	}
}

func join(text, more string) string {
	if more == "" {
		return text
	}
	return text + ": " + more
}

// end closes the life that is open, if one is.
func (n *node) end(at time.Time, why, how string) {
	n.absent(at)
	if last := n.life(); last != nil && last.To == nil {
		last.To, last.Why, last.End = new(at), shown(why), shown(how)
		if paused := last.Paused; len(paused) > 0 && paused[len(paused)-1].To == nil {
			paused[len(paused)-1].To = new(at)
		}
	}
}

// life is the last one, nil if there is none.
func (n *node) life() *Life {
	if len(n.lives) == 0 {
		return nil
	}
	return &n.lives[len(n.lives)-1]
}

func (n *node) absent(at time.Time) {
	if last := len(n.presence) - 1; last >= 0 && n.presence[last].to.IsZero() {
		n.presence[last].to = at
	}
}

// maxPauses bounds those of a life.
const maxPauses = 100

func (n *node) pause(at time.Time) {
	n.absent(at)
	if life := n.life(); life != nil && life.To == nil && len(life.Paused) < maxPauses {
		life.Paused = append(life.Paused, Span{From: at})
	}
}

func (n *node) resume(at time.Time) {
	life := n.life()
	if life == nil || life.To != nil {
		return
	}
	if last := len(life.Paused) - 1; last >= 0 && life.Paused[last].To == nil {
		life.Paused[last].To = new(at)
	}
	if last := len(n.presence) - 1; last < 0 || !n.presence[last].to.IsZero() {
		n.presence = append(n.presence, stretch{from: at})
	}
}

// present is the stretch of being there that holds a time.
func (n *node) present(at time.Time) (stretch, bool) {
	for _, s := range slices.Backward(n.presence) {
		if s.holds(at) {
			return s, true
		}
	}
	return stretch{}, false
}

// nameOf is who has an account: a node, or the ends of the address.
func (f *Fold) nameOf(account types.Address) string {
	if n := f.accounts[account]; n != nil {
		return n.name
	}
	return account.Short()
}

// describeNodes lists the nodes by name, with how long each was up and mined.
func (f *Fold) describeNodes() []Node {
	list := []Node{}
	for _, n := range f.byName() {
		described := Node{Name: n.name, Address: n.address, Machine: n.machine, Miner: n.account, Lives: slices.Clone(n.lives)}
		for _, s := range n.presence {
			described.Up += s.length(f.until)
		}
		for _, s := range n.mining {
			described.Mining += s.length(f.until)
		}
		if described.Lives == nil {
			described.Lives = []Life{}
		}
		list = append(list, described)
	}
	return list
}
