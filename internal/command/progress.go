package command

import (
	"sync"
	"time"

	"networkmngr/internal/events"
	"networkmngr/internal/terminal"
)

// startProgress shows on a terminal how far a network's start has come, if it
// takes long enough for a user to wonder.
type startProgress struct {
	mu    sync.Mutex // guards what follows
	line  terminal.StatusLine
	last  events.NetworkStarting
	late  bool // so it shows
	ended bool
	timer *time.Timer
}

func newStartProgress(out *terminal.Output) *startProgress {
	const wonder = 500 * time.Millisecond
	p := &startProgress{line: terminal.StatusLine{Out: out}}
	p.timer = time.AfterFunc(wonder, p.show)
	return p
}

// tell learns how far the start has come.
func (p *startProgress) tell(progress events.NetworkStarting) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.last = progress
	p.draw()
}

func (p *startProgress) show() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.late = true
	p.draw()
}

// end makes room for what is to be said then. It may be called again.
func (p *startProgress) end() {
	p.timer.Stop()
	p.mu.Lock()
	defer p.mu.Unlock()
	p.ended = true
	p.line.Clear()
}

// notice prints a line of its own.
func (p *startProgress) notice(line string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.line.Clear()
	p.line.Out.Printf("%s\n", line)
	p.draw()
}

// draw is called with mu held.
func (p *startProgress) draw() {
	if p.late && !p.ended && p.last.Nodes > 0 {
		p.line.Set("%s %s: %d of %d", terminal.Bar(p.last.Done, p.last.Nodes), p.last.Doing, p.last.Done, p.last.Nodes)
	}
}
