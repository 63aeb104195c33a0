package watch

import (
	"context"
	"errors"
	"fmt"
	"net/url"

	tea "charm.land/bubbletea/v2"

	"networkmngr/internal/api"
	"networkmngr/internal/api/client"
	"networkmngr/internal/events"
	"networkmngr/internal/events/state"
)

var (
	errNothing = errors.New("no node is there to do it to")
	errNobody  = errors.New("no manager answers yet")
)

// question waits for y, which has act done.
type question struct {
	text string
	act  tea.Cmd
}

// press does what a key stands for.
func (s *screen) press(key string) tea.Cmd {
	switch {
	case key == "ctrl+c":
		return tea.Quit
	case s.question != nil:
		return s.answer(key)
	}
	s.message = message{}
	switch {
	case key == "q":
		return tea.Quit
	case key == "?":
		s.over = &help{}
	case key == "P":
		return s.askPeers()
	case s.over != nil:
		s.inOverlay(key)
	case s.onTree && s.inTree(key):
	default:
		return s.inList(key)
	}
	return nil
}

// answer takes y for yes, and every other key for no.
func (s *screen) answer(key string) tea.Cmd {
	act := s.question.act
	s.question = nil
	if key != "y" {
		s.message = message{text: "not done"}
		return nil
	}
	return act
}

// inTree moves in the tree. It reports whether the key was for that.
func (s *screen) inTree(key string) bool {
	switch key {
	case "up":
		s.walk(-1)
	case "down":
		s.walk(1)
	case "pgup":
		s.walk(-s.treeLines())
	case "pgdown":
		s.walk(s.treeLines())
	case "left":
		s.aside(-1)
	case "right":
		s.aside(1)
	case "esc", "home":
		s.toTip()
	default:
		return false
	}
	return true
}

// inList chooses a node, or has something done.
func (s *screen) inList(key string) tea.Cmd {
	switch key {
	case "tab":
		s.onTree = !s.onTree
		if s.onTree && s.top == nil {
			s.toTip()
		}
	case "up", "left":
		s.choose(-1)
	case "down", "right":
		s.choose(1)
	case "enter":
		return s.enter()
	case "esc":
		s.toTip()
	default:
		return s.act(key)
	}
	return nil
}

// choose moves the choice by so many nodes.
func (s *screen) choose(nodes int) {
	if count := len(s.now.Nodes); count > 0 {
		s.chosen = s.now.Nodes[min(max(s.nodeAt()+nodes, 0), count-1)].Name
	}
}

// enter opens the fold or the block that the cursor is at, or else the chosen node's tip.
func (s *screen) enter() tea.Cmd {
	if !s.onTree {
		if n := s.node(s.chosen); n != nil && n.Tip != nil {
			return s.ask(n.Tip.Hash)
		}
		return nil
	}
	if fold, found := s.foldAt(); found {
		s.opened, s.cursor.height = fold, fold.High
		s.cursor = place{height: fold.High}
		s.walk(0)
		return nil
	}
	return s.ask(s.cursor.hash)
}

// act has the network do what a key stands for.
func (s *screen) act(key string) tea.Cmd {
	n := s.node(s.chosen)
	switch key {
	case "a":
		return s.do("a node starts…", func(ctx context.Context, m *client.Manager) (string, error) {
			added, err := m.AddNode(ctx)
			return added.Message, err
		})
	case "s":
		return s.do("", stopSession)
	case "m", "M", "k", "r", "p", "x":
		if n == nil {
			s.message = message{errNothing.Error(), true}
			return nil
		}
		return s.onNode(key, *n)
	}
	return nil
}

func stopSession(ctx context.Context, m *client.Manager) (string, error) {
	report, err := m.StopMining(ctx)
	return report.Message, err
}

// onNode has something done to the chosen node.
func (s *screen) onNode(key string, n state.Node) tea.Cmd {
	switch key {
	case "m":
		return s.mine(n)
	case "M":
		return s.mineOn(n)
	case "r":
		return s.action(n, "restart")
	case "p":
		if n.State == state.Paused {
			return s.action(n, "resume")
		}
		return s.action(n, "pause")
	case "k":
		s.question = &question{"kill " + plain(n.Name) + "?", s.action(n, "kill")}
	case "x":
		s.question = &question{"remove " + plain(n.Name) + " from the network?", s.do("", func(ctx context.Context, m *client.Manager) (string, error) {
			removed, err := m.RemoveNode(ctx, n.Name)
			return removed.Message, err
		})}
	}
	s.message = message{}
	return nil
}

func (s *screen) action(n state.Node, action string) tea.Cmd {
	return s.do("", func(ctx context.Context, m *client.Manager) (string, error) {
		acted, err := m.Act(ctx, n.Name, action)
		return acted.Message, err
	})
}

func (s *screen) mine(n state.Node) tea.Cmd {
	return s.do(n.Name+" mines a block…", func(ctx context.Context, m *client.Manager) (string, error) {
		if n.State != state.Running {
			return "", fmt.Errorf("%s is %s", n.Name, n.State)
		}
		mined, err := m.Node(n.Address).Mine(ctx, 1)
		if err != nil {
			return "", err
		}
		return fmt.Sprintf("%s has mined block %d", n.Name, mined.Block.Height()), nil
	})
}

// mineOn has a node mine without end, or, if it does, only when it is asked.
func (s *screen) mineOn(n state.Node) tea.Cmd {
	mode, text := events.MiningOn, "%s mines on; M again stops it"
	if n.Mining != nil && n.Mining.Mode == events.MiningOn {
		mode, text = events.MiningOnDemand, "%s mines no more"
	}
	return s.do("", func(ctx context.Context, m *client.Manager) (string, error) {
		if n.State != state.Running {
			return "", fmt.Errorf("%s is %s", n.Name, n.State)
		}
		_, err := m.Node(n.Address).SetMining(ctx, api.MiningChange{Mode: &mode})
		return fmt.Sprintf(text, n.Name), err
	})
}

// do asks the network for something, and says what has come of it.
func (s *screen) do(meanwhile string, act func(context.Context, *client.Manager) (string, error)) tea.Cmd {
	if s.manager == nil {
		s.message = message{errNobody.Error(), true}
		return nil
	}
	s.message = message{text: meanwhile}
	ctx, manager := s.ctx, s.manager
	return func() tea.Msg {
		text, err := act(ctx, manager)
		if err != nil {
			return outcome{message{why(err), true}}
		}
		return outcome{message{text: text}}
	}
}

// why is an error in words for a line; of a request that got no answer, not its address.
func why(err error) string {
	if unanswered, ok := errors.AsType[*url.Error](err); ok {
		return "no answer: " + unanswered.Err.Error()
	}
	return err.Error()
}
