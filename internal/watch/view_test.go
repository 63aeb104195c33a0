package watch

import (
	"fmt"
	"strings"
	"testing"
	"unicode"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/x/ansi"
	"github.com/stretchr/testify/require"

	"networkmngr/internal/api"
	"networkmngr/internal/events"
)

// forked is six nodes on a chain of 40, where one branch was lost at 30, another one has
// two nodes, and n5 has ended at 35.
func forked(t *testing.T, columns, lines int) *seen {
	s := see(t, columns, lines, 6)
	s.chain(1, 29, 6)
	s.block(4, "29", "stale", 30, 4)
	s.chain(30, 35, 6)
	s.tell("n5", events.NodeDown{Why: events.Fault})
	for h := uint64(36); h <= 38; h++ {
		s.block(int(h)%5, fmt.Sprint(h-1), fmt.Sprint(h), h, 0, 1, 2, 3, 4)
	}
	s.block(3, "38", "rival", 39, 3, 4)
	s.block(0, "38", "39", 39, 0, 1, 2)
	s.block(1, "39", "40", 40, 0, 1)
	return s
}

func TestTheTree(t *testing.T) {
	s := forked(t, 60, 33)
	require.Equal(t, strings.Trim(`
 40 ◉n1     ◉ n0 n1            74095614a41f         12:00:42
 39 ◉n0 ◎n3 ◉ n2  ◎ n3 n4      ffee70300ed5         12:00:41
 38 ●n3─╯                      0edcd4c2d51f         12:00:39
 37 ●n2                        dd2a119517ec         12:00:38
 36 ●n1                        e9fd85a84458         12:00:37
 35 ◉n5     ◉ (n5)             ad82494a5eee         12:00:36
 34 ●n4                        4efcc68a0c68         12:00:35
 33 ●n3                        877afd3f281d         12:00:34
 32 ●n2                        d0807b1a7d74         12:00:33
 31 ●n1                        cd54d3e4c344         12:00:32
 30 ●n0 ○n4                    9cb099265cce         12:00:31
 29 ●n5─╯                      f055dec8dea4         12:00:29
 28 ●n4                        fcb1e2e38d56         12:00:28
    ┆ … 27 blocks
`, "\n"), s.part("tree"))
}

// What does not fit into the tree is folded, and opened again.
func TestAFoldIsOpened(t *testing.T) {
	s := see(t, 80, 24, 3)
	s.chain(1, 40, 3)
	require.Contains(t, s.part("tree"), "┆ … 30 blocks")
	s.types("tab")
	for range 30 {
		s.types("down")
	}
	require.Contains(t, s.part("tree"), "┆ … 30 blocks")
	s.types("enter")
	require.Contains(t, s.part("tree"), "\n 30 ●n0")
	require.NotContains(t, s.part("tree"), "…")
	for range 40 {
		s.types("down")
	}
	require.Contains(t, s.part("tree"), "\n  1 ●n1")
	require.Contains(t, s.text(), "esc follows the tip")
	s.types("esc")
	require.Contains(t, s.part("tree"), " 40 ◉n1")
	require.Contains(t, s.part("tree"), "┆ … 30 blocks")
}

// Nothing moves unless the chain did, and nothing at all while somebody looks back.
func TestTheTreeStandsStillForWhoLooksBack(t *testing.T) {
	s := see(t, 80, 24, 3)
	s.chain(1, 40, 3)
	s.types("tab", "down", "down", "pgdown")
	before := s.part("tree")
	s.chain(41, 43, 3)
	after := s.part("tree")
	require.Contains(t, before, " 38 ●")
	require.Contains(t, after, " 38 ●")
	require.NotContains(t, after, " 43 ")
}

// A branch that lies beyond another one is led to past it.
func TestALinePastABranch(t *testing.T) {
	s := see(t, 80, 40, 5)
	s.chain(1, 5, 3)
	s.block(3, "5", "a6", 6, 3)
	s.block(3, "a6", "a7", 7, 3)
	s.chain(6, 6, 3)
	s.block(4, "6", "b7", 7, 4)
	s.chain(7, 8, 3)
	tree := s.part("tree")
	require.Regexp(t, `(?m)^  7 ●n1 ◎n3 ◎n4 ◎ n3  ◎ n4 `, tree)
	require.Regexp(t, `(?m)^  6 ●n0─○n3─╯ `, tree)
	require.Regexp(t, `(?m)^  5 ●n2─╯ `, tree)
}

// Lanes that there is no room for are counted.
func TestMoreLanesThanFit(t *testing.T) {
	s := see(t, 60, 20, 20)
	s.chain(1, 3, 20)
	for i := range 12 {
		s.block(i, "3", fmt.Sprint("rival", i), 4, i)
	}
	require.Contains(t, s.text(), "  4 ◉n0  ◎n1  ◎n2  ◎n3  ◎n4  ◎n5  ◎n6  ◎n7  +4 ◉ n0")
	require.Contains(t, s.text(), "  3 ◉n3──┴────┴────┴────┴────┴────┴────┴──── ◉ ×8")
}

func TestNodesAreListed(t *testing.T) {
	s := forked(t, 80, 40)
	s.tell("n4", events.NodePaused{})
	s.tell("n2", events.MiningStarted{Mode: events.MiningOn})
	s.tell("n3", events.Mempool{Transactions: 17})
	list := strings.Split(s.part("nodes"), "\n")
	require.Len(t, list, 6)
	require.Regexp(t, `^▸ n0 running     40 \w{12}   6 won   0 tx$`, list[0])
	require.Regexp(t, `^  n4 paused      39 `, list[4])
	require.Regexp(t, `^  n2 running     39 .* mining on$`, list[2])
	require.Regexp(t, `^  n3 running     39 \w{12}   7 won  17 tx$`, list[3])
	require.Regexp(t, `^  n5 down        35 `, list[5])
	require.Contains(t, s.text(), "dev · 4 of 6 nodes run · height 40 · 4 tips\n")
}

// Whatever the size, all fits, nothing is asked of the terminal that we did not choose,
// and the parts are there.
func TestEverySizeAndNumberOfNodes(t *testing.T) {
	for _, nodes := range []int{0, 1, 6, 20, 200} {
		for _, size := range [][2]int{{60, 20}, {80, 24}, {120, 40}, {200, 60}, {40, 14}} {
			t.Run(fmt.Sprintf("%d nodes at %dx%d", nodes, size[0], size[1]), func(t *testing.T) {
				s := see(t, size[0], size[1], nodes)
				if nodes > 0 {
					s.chain(1, 12, nodes)
					s.block(0, "11", "rival", 12, 0)
				}
				for range nodes {
					s.types("down")
				}
				text := s.text()
				for _, part := range []string{"dev", "── nodes", "── tree", "── news", "q quit"} {
					require.Contains(t, text, part)
				}
				require.Equal(t, size[1], strings.Count(text, "\n")+1)
				if nodes > 0 {
					require.Regexp(t, fmt.Sprintf(`(?m)^▸ n%d +running`, nodes-1), text, "the list goes along with the choice")
				}
				s.types("?")
				s.text()
				s.types("x", "tab", "down", "down", "down")
				s.text()
			})
		}
	}
	s := see(t, 30, 8, 2)
	require.Equal(t, "too small: want 40×14", s.text())
}

// Six nodes have room on a small screen, and the news and the tree have theirs.
func TestNodesHaveRoomBeforeNews(t *testing.T) {
	s := see(t, 60, 20, 6)
	s.flush()
	require.Equal(t, parts{nodes: 6, tree: 6, news: 2}, s.share(s.bodyLines()))
	require.Contains(t, s.part("nodes"), "n5 running")
	require.NotContains(t, s.text(), "of 6 ─")
}

func TestThereIsNoNewsYet(t *testing.T) {
	const nothing = "what happens from now on is told here"
	s := see(t, 80, 24, 0)
	require.Contains(t, s.text(), nothing)
	s.tell("n0", events.NodeUp{})
	require.NotContains(t, s.text(), nothing)
}

func TestLongNamesAreCut(t *testing.T) {
	s := see(t, 60, 20, 1)
	long := strings.Repeat("abcdefghij", 6)
	s.up(long, 9)
	s.tell(long, events.BlockConnected{BlockRef: ref("1", 1), Miner: id(9).Account(), Transactions: 1})
	s.tell(long, events.TipMoved{BlockRef: ref("1", 1)})
	require.Contains(t, s.part("nodes"), "  abcdefghija… running      1 ")
	require.Contains(t, s.part("tree"), "  1 ◉abc… ◉ abcdefghija…")
}

// No word that a node or a stranger chose is obeyed by the terminal.
func TestFoulWords(t *testing.T) {
	s := see(t, 120, 40, 1)
	foul := "\x1b[2J\u202e\r\nx"
	s.up(foul, 3)
	s.block(3, "0", "1", 1, 0)
	s.tell(foul, events.TipMoved{BlockRef: ref("1", 1)})
	s.tell(foul, events.MiningStarted{Mode: foul})
	s.network(events.Notice{Text: foul})
	s.network(events.NetworkUp{Network: foul})
	s.network(events.MiningStarted{Mode: foul})
	s.Update(outcome{message{foul, true}})
	requireHarmless(t, s)
	s.types("down", "k")
	requireHarmless(t, s)
}

func requireHarmless(t *testing.T, s *seen) {
	t.Helper()
	require.NotContains(t, s.flush().View().Content, "\x1b[2J")
	for _, r := range s.text() {
		require.True(t, r == '\n' || unicode.IsPrint(r), "%q", r)
	}
}

// A message that changes nothing leaves what was drawn.
func TestNothingIsDrawnAnewWithoutNeed(t *testing.T) {
	s := see(t, 80, 24, 2)
	first := s.flush().View().Content
	s.drawn += "!"
	s.Update(tea.FocusMsg{})
	require.Equal(t, first+"!", s.View().Content)
	s.tell("n0", events.Mempool{Transactions: 1})
	require.NotContains(t, s.flush().View().Content, "!")
}

func TestTroubleIsSaid(t *testing.T) {
	s := see(t, 80, 24, 2)
	s.Update(batch{lost{}})
	require.Contains(t, s.text(), "the manager does not answer; trying again · dev")
	s.Update(batch{lost{fmt.Errorf("read: %w", &api.Error{Status: 401, Message: "the token is \x1bwrong"})}})
	require.Contains(t, s.text(), `the manager refuses: the token is \x1bwrong; trying again · dev`)
	s.Update(batch{back{}})
	require.NotContains(t, s.text(), "trying again")
	s.network(events.NetworkDown{})
	s.flush().Update(batch{lost{}})
	require.Contains(t, s.text(), "the network has ended; waiting for it to start again · dev")
	s.network(events.Gap{First: 7, Last: 9, Reason: events.Expired})
	require.Contains(t, s.part("news"), "events 7 to 9 were missed")
}

// On a light background the colours are others.
func TestALightBackground(t *testing.T) {
	s := forked(t, 80, 24)
	before := s.flush().View().Content
	s.look, s.drawn = light, ""
	require.NotEqual(t, before, s.View().Content)
	require.Equal(t, ansi.Strip(before), ansi.Strip(s.View().Content))
}
