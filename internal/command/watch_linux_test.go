package command

import (
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"
	"golang.org/x/sys/unix"

	"networkmngr/internal/lastrun"
)

// watching starts "watch" at a terminal of so many columns and lines.
func (n *liveNetwork) watching(columns, lines uint16, env ...string) (*person, *child) {
	p, theirs := openTerminal(n.T)
	require.NoError(n, unix.IoctlSetWinsize(int(theirs.Fd()), unix.TIOCSWINSZ, &unix.Winsize{Col: columns, Row: lines}))
	c := start(n.T, []string{"watch", "--config=", "--logs=" + n.logs()}, func(c *exec.Cmd) {
		c.Env = append(append(os.Environ(), asManager+"=1", "TERM=xterm-256color", "GORACE=atexit_sleep_ms=0"), env...)
		c.Stdin, c.Stdout, c.Stderr = theirs, theirs, theirs
		c.SysProcAttr = &syscall.SysProcAttr{Setsid: true, Setctty: true}
	})
	return p, c
}

// sees waits until the screen has shown some words.
func (p *person) sees(t *testing.T, words string) {
	t.Helper()
	until(t, words, func() bool { return strings.Contains(p.screen(), words) })
}

func (p *person) types(t *testing.T, keys string) {
	t.Helper()
	_, err := p.terminal.WriteString(keys)
	require.NoError(t, err)
}

// Somebody sees blocks come and a node die, by keys and without, over a restart of the
// network, and leaves a terminal as it was.
func TestANetworkIsWatched(t *testing.T) {
	data := t.TempDir()
	n := startNetwork(t, 3, "--data="+data)
	p, c := n.watching(100, 60, "NO_COLOR=yes")
	p.sees(t, "3 of 3 nodes run")
	p.types(t, "m")
	p.sees(t, "block 1 by n0")
	n.run("nodes", "pause", "n2").fine()
	p.sees(t, "n2 is paused")
	n.run("nodes", "resume", "n2").fine()
	p.types(t, "\x1b[B") // the arrow down
	p.types(t, "k")
	p.sees(t, "kill n1?")
	p.types(t, "y")
	p.sees(t, "n1 was killed")
	p.types(t, "r")
	p.sees(t, "n1 is back")
	require.False(t, p.shows(t))

	require.NoError(t, n.command.Process.Kill())
	p.sees(t, "manager does not answer; trying again")
	n.child = start(t, n.command.Args[1:], func(c *exec.Cmd) { c.Env = n.command.Env })
	until(t, "the network again", func() bool {
		record, err := lastrun.Read(n.logs())
		return err == nil && record != nil && record.PID == n.command.Process.Pid
	})
	p.types(t, "m")
	p.sees(t, "block 2 by n1")
	p.types(t, "q")
	require.Zero(t, c.awaitExit(), p.screen())
	until(t, "a terminal that shows what is typed", func() bool { return p.shows(t) })
	p.sees(t, "\x1b[?1049l") // the screen is as it was before
	require.NotContains(t, p.screen(), "\x1b[38;", "no colours are wanted")
	n.run("stop").fine()
}

// Where nothing can be drawn, watch says what to do instead.
func TestWatchWithoutATerminal(t *testing.T) {
	execute(t, "watch", "--config=").ends(exitMisuse, "networkmngr events -f")
	n := &liveNetwork{T: t, place: newPlace(t)}
	p, c := n.watching(80, 24, "TERM=dumb")
	require.Equal(t, exitMisuse, c.awaitExit())
	p.sees(t, "networkmngr events -f")
}

// A signal ends it, and leaves the terminal as it was.
func TestWatchIsToldToEnd(t *testing.T) {
	n := startNetwork(t, 1)
	p, c := n.watching(80, 24)
	p.sees(t, "1 of 1 nodes run")
	require.NoError(t, c.command.Process.Signal(syscall.SIGTERM))
	require.Zero(t, c.awaitExit(), p.screen())
	p.sees(t, "\x1b[?1049l")
	until(t, "a terminal that shows what is typed", func() bool { return p.shows(t) })
	n.run("stop").fine()
}
