package watch

import (
	"context"
	"errors"
	"time"

	tea "charm.land/bubbletea/v2"

	"networkmngr/internal/api"
	"networkmngr/internal/api/client"
	"networkmngr/internal/events"
	"networkmngr/internal/events/state"
	"networkmngr/internal/forktree"
	"networkmngr/internal/types"
)

// screen is what stands on the terminal, and what has been typed.
type screen struct {
	*picture
	ctx     context.Context // of all that is asked of the network
	manager *client.Manager // who answered last
	trouble string          // why the picture may be old; empty if it is not
	ended   bool            // the network has, in order

	width, height int
	look          look
	chosen        string       // name of the node that keys act on
	onTree        bool         // arrows move in the tree
	cursor        place        // in the tree
	top           *uint64      // highest height that is shown; nil to follow the tip
	kept          uint64       // lowest of the last heights, which are not folded
	opened        forktree.Row // of the tree's folds, the one that is open
	over          overlay      // that hides the rest; nil for none
	question      *question    // that waits for y or n
	message       message      // what has come of a key
	wakes         time.Time    // when the news are looked at next
	drawn         string       // empty if it is to be drawn anew
}

// place is where in the tree somebody looks: at a block, or at the fold at its height.
type place struct {
	height uint64
	hash   types.Hash
}

// message is a line on what has come of a key.
type message struct {
	text string
	bad  bool
}

// overlay is what hides the rest of the screen until a key closes it.
type overlay interface {
	// lines are all there are, for a number of columns.
	lines(s *screen, columns int) []string
	// scroll is the first line that shows.
	scroll() *int
}

// What comes to a screen beside keys.
type (
	batch   []any // of what a feed has told
	wake    struct{}
	outcome struct{ message } // of an act
	opening struct {          // a block that was asked for
		hash  types.Hash
		block *blockPage
		err   error
	}
)

func newScreen(ctx context.Context) *screen {
	s := &screen{picture: newPicture(), ctx: ctx, look: dark}
	s.begin(state.State{})
	return s
}

func (s *screen) Init() tea.Cmd { return tea.RequestBackgroundColor }

// Update takes in what has happened. The picture is drawn when somebody looks.
func (s *screen) Update(msg tea.Msg) (tea.Model, tea.Cmd) {
	var next tea.Cmd
	switch msg := msg.(type) {
	case tea.WindowSizeMsg:
		s.width, s.height = msg.Width, msg.Height
	case tea.BackgroundColorMsg:
		s.look = lookOn(msg.IsDark())
	case tea.KeyPressMsg:
		next = s.press(msg.String())
	case batch:
		next = s.take(msg)
	case wake:
		s.wakes = time.Time{}
		s.say(s.news.Wake(time.Now()))
		next = s.plan()
	case outcome:
		s.message = msg.message
	case opening:
		s.open(msg)
	case telling:
		s.showPeers(msg)
	default:
		return s, nil
	}
	s.drawn = ""
	return s, next
}

// take takes in what a feed has told.
func (s *screen) take(told batch) tea.Cmd {
	for _, what := range told {
		switch what := what.(type) {
		case begun:
			s.manager, s.trouble, s.ended = what.manager, "", false
			s.begin(what.state)
		case back:
			s.manager, s.trouble = what.manager, ""
		case lost:
			s.trouble = s.whyLost(what.err)
		case *events.Event:
			_, s.ended = what.Data.(events.NetworkDown)
			s.apply(what)
		}
	}
	s.settle()
	s.hold()
	return s.plan()
}

// whyLost says why the picture is not kept up to date.
func (s *screen) whyLost(err error) string {
	refusal, refused := errors.AsType[*api.Error](err)
	switch {
	case s.ended:
		return "the network has ended; waiting for it to start again"
	case refused:
		return plain("the manager refuses: " + refusal.Message + "; trying again")
	}
	return "the manager does not answer; trying again"
}

// plan has the news be looked at when they are due.
func (s *screen) plan() tea.Cmd {
	next := s.news.Next()
	if next.IsZero() || !s.wakes.IsZero() && !next.Before(s.wakes) {
		return nil
	}
	s.wakes = next
	return tea.Tick(max(time.Until(next), frame), func(time.Time) tea.Msg { return wake{} })
}

// hold keeps what was chosen while it is there.
func (s *screen) hold() {
	if s.node(s.chosen) == nil && len(s.now.Nodes) > 0 {
		s.chosen = s.now.Nodes[0].Name
	}
	if _, known := s.lanes[s.cursor.hash]; s.top == nil || !known && s.cursor.hash != (types.Hash{}) {
		s.toTip()
	}
}

// toTip has the tree follow the tip again.
func (s *screen) toTip() {
	s.top, s.opened, s.cursor = nil, forktree.Row{}, place{}
	if b := s.heads[s.newest()]; b != nil {
		s.cursor = place{b.Index, b.Hash}
	}
}

// newest is the highest block of the best chain.
func (s *screen) newest() (newest types.Hash) {
	height := uint64(0)
	for hash, b := range s.heads {
		if s.lanes[hash] == 0 && b.Index >= height {
			newest, height = hash, b.Index
		}
	}
	return newest
}

// nodeAt is the place of the chosen node in the list.
func (s *screen) nodeAt() int {
	for i, n := range s.now.Nodes {
		if n.Name == s.chosen {
			return i
		}
	}
	return 0
}

// View draws, unless nothing has changed.
func (s *screen) View() tea.View {
	if s.drawn == "" {
		s.drawn = s.draw()
	}
	view := tea.NewView(s.drawn)
	view.AltScreen = true
	view.WindowTitle = "networkmngr watch"
	return view
}
