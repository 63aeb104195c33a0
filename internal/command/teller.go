package command

import (
	"sync"
	"time"

	"networkmngr/internal/events"
	"networkmngr/internal/news"
	"networkmngr/internal/terminal"
)

// teller says at the terminal what happens in the network that this process runs.
type teller struct {
	quiet    bool
	progress *startProgress // and what must be known

	mu    sync.Mutex // guards what follows, and is held while lines are printed
	out   *terminal.Output
	news  *news.News
	timer *time.Timer
	began bool        // the summary is printed; who sets it may read it
	early []news.Line // that wait for it
}

func newTeller(quiet bool, out, notices *terminal.Output) *teller {
	t := &teller{quiet: quiet, progress: newStartProgress(notices), out: out, news: news.New()}
	t.timer = time.AfterFunc(time.Hour, t.wake)
	t.timer.Stop()
	return t
}

// watch takes in the next event.
func (t *teller) watch(e *events.Event) {
	if starting, ok := e.Data.(events.NetworkStarting); ok {
		t.progress.tell(starting)
		return
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	t.print(t.news.Tell(e))
	t.plan()
}

// wake says what was put off.
func (t *teller) wake() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.print(t.news.Wake(time.Now()))
	t.plan()
}

// plan is called with mu held.
func (t *teller) plan() {
	if next := t.news.Next(); !next.IsZero() {
		t.timer.Reset(time.Until(next))
	}
}

// begin prints the summary, and then what has happened meanwhile.
func (t *teller) begin(summary func()) {
	t.progress.end()
	t.mu.Lock()
	defer t.mu.Unlock()
	summary()
	t.began = true
	t.print(t.early)
	t.early = nil
}

// end comes after the last event. It waits for nothing that is being printed once the
// network has stood, as a terminal may stand still. The one who calls it has called begin.
func (t *teller) end() {
	t.timer.Stop()
	if !t.began {
		t.progress.end()
	}
}

// print is called with mu held.
func (t *teller) print(lines []news.Line) {
	for _, line := range lines {
		switch {
		case line.Grade == news.Notice:
			t.progress.notice("networkmngr: " + line.Text)
		case t.quiet:
		case !t.began:
			t.early = append(t.early, line)
		default:
			t.out.Printf("%s  %s\n", line.Time.Local().Format(time.TimeOnly), t.paint(line))
		}
	}
}

func (t *teller) paint(line news.Line) terminal.Markup {
	switch line.Grade {
	case news.Good:
		return t.out.Paint(terminal.Green, line.Text)
	case news.Doubt:
		return t.out.Paint(terminal.Yellow, line.Text)
	case news.Bad:
		return t.out.Paint(terminal.Red, line.Text)
	default:
		return terminal.Plain(line.Text)
	}
}
