package command

import (
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"networkmngr/internal/events"
	"networkmngr/internal/logging/logtest"
	"networkmngr/internal/terminal"
)

// startHeard is startNetwork, with what the network prints.
func startHeard(t *testing.T, nodes int, args ...string) (*liveNetwork, *logtest.Buffer) {
	var stdout logtest.Buffer
	n := startNetworkAs(t, nodes, func(c *exec.Cmd) { c.Stdout = &stdout }, args...)
	return n, &stdout
}

// The command that started a network says what happens in it.
func TestANetworkTellsItsNews(t *testing.T) {
	n, stdout := startHeard(t, 3)
	n.run("mine", "--min=0s", "--max=0s").fine()
	n.run("nodes", "kill", "n1").fine()
	n.run("nodes", "restart", "n1").fine()
	n.run("nodes", "pause", "n2").fine()
	n.run("nodes", "resume", "n2").fine()
	until(t, "the last of it", func() bool { return strings.Contains(stdout.String(), "n2 goes on\n") })
	n.run("stop").fine()
	require.Equal(t, 0, n.awaitExit())
	require.Empty(t, n.stderr.String())
	summary, told, _ := strings.Cut(stdout.String(), "\n  data  ")
	require.Contains(t, summary, "3 nodes on ports")
	_, told, _ = strings.Cut(told, "\n")
	require.NotContains(t, told, "\x1b", "no colours off a terminal")
	var lines []string
	for line := range strings.Lines(told) {
		at, text, _ := strings.Cut(line, "  ")
		_, err := time.Parse(time.TimeOnly, at)
		require.NoError(t, err, line)
		text, _, _ = strings.Cut(text, " in ")
		text, _, _ = strings.Cut(text, ", after")
		lines = append(lines, strings.TrimSpace(text))
	}
	require.Equal(t, []string{
		"block 1 by n0", "block 2 by n1", "block 3 by n2", "n1 was killed", "n1 is back", "n2 is paused", "n2 goes on",
	}, lines)
}

func TestAQuietNetwork(t *testing.T) {
	n, stdout := startHeard(t, 2, "-q")
	n.run("mine", "--min=0s", "--max=0s").fine()
	n.run("nodes", "kill", "n1").fine()
	n.run("stop")
	n.awaitExit()
	require.True(t, strings.HasPrefix(stdout.String(), "2 nodes on ports"))
	_, told, _ := strings.Cut(stdout.String(), "\n  data  ")
	require.Equal(t, 1, strings.Count(told, "\n"), told)
}

func event(node string, data events.Data) *events.Event {
	return &events.Event{Time: time.Now(), Type: data.Type(), Node: node, Data: data}
}

// What happens before the summary stands below it, and what must be known is told at once.
func TestNewsWaitForTheSummary(t *testing.T) {
	out, said := screen()
	notices, noticed := screen()
	told := newTeller(false, out, notices)
	defer told.end()
	told.watch(event("", events.NetworkUp{}))
	told.watch(event("n3", events.NodePaused{}))
	told.watch(event("", events.Notice{Text: "know " + foul}))
	require.Empty(t, said.String())
	require.Contains(t, noticed.String(), "networkmngr: know ")
	requirePrintable(t, noticed.String())
	told.begin(func() { out.Printf("summary\n") })
	require.Regexp(t, "^summary\n..:..:..  \x1b\\[33mn3 is paused\x1b\\[0m\n$", said.String())
	told.watch(event(foul, events.NodePaused{}))
	require.Equal(t, 3, strings.Count(said.String(), "\n"))
}

// What was put off is told in time, though nothing else happens.
func TestNewsThatWerePutOff(t *testing.T) {
	var said logtest.Buffer
	told := newTeller(false, terminal.New(&said, false), terminal.New(&said, false))
	defer told.end()
	told.begin(func() {})
	told.watch(event("", events.NetworkUp{}))
	told.watch(event("n0", events.Reorg{Depth: 2}))
	require.Empty(t, said.String())
	until(t, "the reorg", func() bool { return strings.Contains(said.String(), "reorg of 2 blocks on n0") })
}

// stuck is a terminal that stands still, as after Ctrl-S.
type stuck struct{ reached, ends chan struct{} }

func (s stuck) Write(p []byte) (int, error) {
	close(s.reached)
	<-s.ends
	return len(p), nil
}

func TestATerminalThatStandsStillHoldsUpNoEnd(t *testing.T) {
	for _, data := range []events.Data{events.Notice{Text: "so"}, events.NetworkChanged{}} {
		still := stuck{make(chan struct{}), make(chan struct{})}
		out := terminal.New(still, false)
		told := newTeller(false, out, out)
		told.begin(func() {})
		watched := make(chan struct{})
		go func() {
			defer close(watched)
			told.watch(event("", data))
		}()
		<-still.reached
		told.end()
		close(still.ends)
		<-watched
	}
}
