package command

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"
	"golang.org/x/sys/unix"
)

// person sits at a terminal and sees what comes there.
type person struct {
	terminal *os.File
	mu       sync.Mutex // guards seen
	seen     bytes.Buffer
}

// openTerminal returns a terminal's two ends: the person's and the program's.
func openTerminal(t *testing.T) (*person, *os.File) {
	ours, err := os.OpenFile("/dev/ptmx", os.O_RDWR, 0)
	require.NoError(t, err)
	require.NoError(t, unix.IoctlSetPointerInt(int(ours.Fd()), unix.TIOCSPTLCK, 0))
	number, err := unix.IoctlGetInt(int(ours.Fd()), unix.TIOCGPTN)
	require.NoError(t, err)
	theirs, err := os.OpenFile(fmt.Sprintf("/dev/pts/%d", number), os.O_RDWR|syscall.O_NOCTTY, 0)
	require.NoError(t, err)
	p := &person{terminal: ours}
	reading := make(chan struct{})
	go func() {
		defer close(reading)
		p.watch()
	}()
	t.Cleanup(func() {
		theirs.Close()
		<-reading // ends as nobody has the other end any more
		ours.Close()
	})
	return p, theirs
}

func (p *person) watch() {
	part := make([]byte, 256)
	for {
		n, err := p.terminal.Read(part)
		p.mu.Lock()
		p.seen.Write(part[:n])
		p.mu.Unlock()
		if err != nil {
			return
		}
	}
}

func (p *person) screen() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.seen.String()
}

// shows reports whether the terminal shows what is typed.
func (p *person) shows(t *testing.T) bool {
	settings, err := unix.IoctlGetTermios(int(p.terminal.Fd()), unix.TCGETS)
	require.NoError(t, err)
	return settings.Lflag&unix.ECHO != 0
}

// answer types a line once the screen shows a question.
func (p *person) answer(t *testing.T, question, line string) {
	t.Helper()
	until(t, question, func() bool { return bytes.Contains([]byte(p.screen()), []byte(question)) && !p.shows(t) })
	_, err := p.terminal.WriteString(line + "\n")
	require.NoError(t, err)
}

// atTerminal starts the program with a terminal of its own.
func atTerminal(t *testing.T, folder string, args ...string) (*person, *child) {
	p, theirs := openTerminal(t)
	c := start(t, append(args, "--accounts="+folder), func(c *exec.Cmd) {
		c.Env = append(os.Environ(), asManager+"=1", "NETWORKMNGR_PASSPHRASE=", "GORACE=atexit_sleep_ms=0")
		c.Stdin, c.Stdout, c.Stderr = theirs, theirs, theirs
		c.SysProcAttr = &syscall.SysProcAttr{Setsid: true, Setctty: true}
	})
	return p, c
}

// A new passphrase is asked for twice, and never shows.
func TestPassphraseIsAskedFor(t *testing.T) {
	folder := filepath.Join(t.TempDir(), "accounts")
	p, c := atTerminal(t, folder, "account", "new", "zoe")
	p.answer(t, "passphrase for zoe: ", "open sesame")
	p.answer(t, "the same again: ", "open sesame")
	require.Zero(t, c.awaitExit(), p.screen())
	require.NotContains(t, p.screen(), "sesame")
	require.FileExists(t, filepath.Join(folder, "zoe.json"))

	p, c = atTerminal(t, folder, "account", "export", "zoe")
	p.answer(t, "passphrase for zoe: ", "open sesame")
	require.Zero(t, c.awaitExit(), p.screen())
	until(t, "the key", func() bool { return bytes.Contains([]byte(p.screen()), []byte("END PRIVATE KEY")) })
	require.NotContains(t, p.screen(), "again")
}

func TestTwoPassphrasesDiffer(t *testing.T) {
	folder := filepath.Join(t.TempDir(), "accounts")
	p, c := atTerminal(t, folder, "account", "new", "zoe")
	p.answer(t, "passphrase for zoe: ", "open sesame")
	p.answer(t, "the same again: ", "open barley")
	require.Equal(t, 2, c.awaitExit(), p.screen())
	until(t, "the reason", func() bool { return bytes.Contains([]byte(p.screen()), []byte("the two passphrases differ")) })
	require.NoDirExists(t, folder)
}

// Ctrl-C at the question ends the program, and leaves a terminal that shows
// what is typed.
func TestInterruptedQuestion(t *testing.T) {
	p, c := atTerminal(t, t.TempDir(), "account", "new", "zoe")
	until(t, "a question whose answer does not show", func() bool { return !p.shows(t) })
	require.NoError(t, c.command.Process.Signal(os.Interrupt))
	require.Equal(t, 1, c.awaitExit(), p.screen())
	require.True(t, p.shows(t))
}

// A program that has no terminal does not wait for an answer.
func TestNobodyToAsk(t *testing.T) {
	c := start(t, []string{"account", "new", "zoe", "--accounts=" + t.TempDir()}, func(c *exec.Cmd) {
		c.Env = append(os.Environ(), asManager+"=1", "NETWORKMNGR_PASSPHRASE=", "GORACE=atexit_sleep_ms=0")
		c.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
	})
	require.Equal(t, 2, c.awaitExit())
	require.Contains(t, c.stderr.String(), "--passphrase-file FILE or NETWORKMNGR_PASSPHRASE")
}
