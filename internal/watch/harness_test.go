package watch

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/x/ansi"
	"github.com/stretchr/testify/require"

	"networkmngr/internal/events"
	"networkmngr/internal/events/state"
	"networkmngr/internal/types"
)

var noon = time.Date(2026, 11, 28, 12, 0, 0, 0, time.Local)

// seen is a screen that events are told to, and keys typed at.
type seen struct {
	testing.TB
	*screen
	offset  uint64
	time    time.Time
	pending batch // what is told when somebody looks
}

// see shows nodes n0, n1, … on a screen.
func see(t testing.TB, columns, lines, nodes int) *seen {
	s := &seen{TB: t, screen: newScreen(t.Context()), time: noon}
	s.Update(tea.WindowSizeMsg{Width: columns, Height: lines})
	s.Update(batch{begun{state: state.State{Stream: "a", Network: "dev"}}})
	s.network(events.NetworkUp{Network: "dev", Nodes: nodes})
	for i := range nodes {
		s.up(name(i), i)
	}
	return s
}

func name(node int) string { return fmt.Sprintf("n%d", node) }

func id(node int) types.NodeID { return types.NodeID{byte(node), byte(node >> 8), 1} }

func (s *seen) up(name string, node int) {
	s.tell(name, events.NodeUp{ID: id(node), Address: fmt.Sprintf("127.0.0.1:%d", 5000+node)})
}

func (s *seen) network(data events.Data) { s.tell("", data) }

func (s *seen) tell(node string, data events.Data) {
	s.offset++
	s.pending = append(s.pending, &events.Event{Offset: s.offset, Time: s.time, Type: data.Type(), Node: node, Data: data})
}

// flush has the screen take in what was told.
func (s *seen) flush() *seen {
	s.Update(s.pending)
	s.pending = nil
	return s
}

func hash(name string) types.Hash { return types.DoubleSHA256([]byte(name)) }

func ref(name string, index uint64) events.BlockRef {
	return events.BlockRef{Hash: hash(name), Index: index}
}

// block has a node mine a block on another one, which some nodes take for their tip.
func (s *seen) block(miner int, on, block string, index uint64, takers ...int) {
	s.time = s.time.Add(time.Second)
	for _, taker := range takers {
		s.tell(name(taker), events.BlockConnected{BlockRef: ref(block, index), Previous: hash(on), Miner: id(miner).Account(), Transactions: 1})
		s.tell(name(taker), events.TipMoved{BlockRef: ref(block, index), Work: fmt.Sprint(index)})
	}
}

// chain has the nodes mine in turn from one height up to another, and all take each block.
func (s *seen) chain(from, to uint64, nodes int) {
	all := make([]int, nodes)
	for i := range all {
		all[i] = i
	}
	for h := from; h <= to; h++ {
		s.block(int(h)%nodes, fmt.Sprint(h-1), fmt.Sprint(h), h, all...)
	}
}

// text is what stands on the screen, without colours; it fits.
func (s *seen) text() string {
	s.Helper()
	text := s.flush().View().Content
	require.LessOrEqual(s, strings.Count(text, "\n")+1, s.height)
	for line := range strings.SplitSeq(text, "\n") {
		require.LessOrEqual(s, ansi.StringWidth(line), s.width, line)
	}
	text = ansi.Strip(text)
	require.NotContains(s, text, "\x1b")
	return text
}

// part is the lines under a title, up to the next one, without what is blank at their ends.
func (s *seen) part(title string) string {
	s.Helper()
	_, below, found := strings.Cut(s.text(), "── "+title)
	require.True(s, found, s.text())
	_, below, _ = strings.Cut(below, "\n")
	part, _, _ := strings.Cut(below, "── ")
	var lines []string
	for line := range strings.SplitSeq(part, "\n") {
		lines = append(lines, strings.TrimRight(line, " "))
	}
	return strings.Trim(strings.Join(lines, "\n"), "\n")
}

// last is one of the last two lines: 1 is that of the keys, 2 what has come of the last.
func (s *seen) last(line int) string {
	s.Helper()
	lines := strings.Split(s.text(), "\n")
	return strings.TrimRight(lines[len(lines)-line], " ")
}

// types types keys, and waits for what comes of them.
func (s *seen) types(keys ...string) {
	s.Helper()
	s.flush()
	for _, key := range keys {
		if next := s.press(key); next != nil {
			s.Update(next())
		}
		s.drawn = ""
	}
}

func writeJSON(w http.ResponseWriter, v any) {
	w.Header().Set("Content-Type", "application/json")
	if err := json.NewEncoder(w).Encode(v); err != nil {
		panic(err)
	}
}
