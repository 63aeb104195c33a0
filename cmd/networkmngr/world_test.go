package main_test

import (
	"bytes"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"
)

// world is where a test's processes live: a folder of their own to work in,
// with an own place for temporary files.
type world struct {
	t      *testing.T
	folder string
	temp   string
	env    []string            // on top of what every process gets
	as     *syscall.Credential // whom processes belong to; nil for who tests
}

// newWorld makes a world in which, when the test ends, nothing may run any
// more.
func newWorld(t *testing.T) *world {
	folder, err := filepath.EvalSymlinks(t.TempDir())
	require.NoError(t, err)
	w := &world{t: t, folder: folder, temp: filepath.Join(folder, "tmp")}
	require.NoError(t, os.Mkdir(w.temp, 0o755))
	t.Cleanup(w.close)
	return w
}

// close shows the logs of a test that has failed, and ends what still runs.
func (w *world) close() {
	if !w.t.Failed() {
		w.requireNobody()
		return
	}
	logs, _ := filepath.Glob(w.path("logs", "*"))
	for _, log := range logs {
		text, _ := os.ReadFile(log)
		const enough = 8000
		w.t.Logf("%s:\n%s", log, text[max(0, len(text)-enough):])
	}
	for _, pid := range w.processes() {
		_ = syscall.Kill(pid, syscall.SIGKILL) // it may have ended by now
	}
}

func (w *world) path(names ...string) string {
	return filepath.Join(append([]string{w.folder}, names...)...)
}

// write makes a file and returns its path.
func (w *world) write(name, text string) string {
	require.NoError(w.t, os.WriteFile(w.path(name), []byte(text), 0o644))
	return w.path(name)
}

func (w *world) read(names ...string) string {
	text, err := os.ReadFile(w.path(names...))
	require.NoError(w.t, err)
	return string(text)
}

// processes lists all that run here: every node's data folder, which is among
// its arguments, is in the world's folder.
func (w *world) processes() []int {
	pids, err := processesWith(w.folder + "/")
	require.NoError(w.t, err)
	return pids
}

// requireNobody waits until nothing runs here any more.
func (w *world) requireNobody() {
	w.t.Helper()
	eventually(w.t, func() bool { return len(w.processes()) == 0 }, "processes still run: %v", w.processes())
}

// requireTidy checks that nobody has left temporary files.
func (w *world) requireTidy() {
	w.t.Helper()
	entries, err := os.ReadDir(w.temp)
	require.NoError(w.t, err)
	require.Empty(w.t, entries)
}

// environment is this process's without what would change the programs'
// settings.
func (w *world) environment() []string {
	env := slices.DeleteFunc(os.Environ(), func(entry string) bool {
		return strings.HasPrefix(entry, "NETWORKMNGR_")
	})
	// Binaries with the race detector sleep for a second at exit otherwise.
	return append(append(env, "TMPDIR="+w.temp, "GORACE=atexit_sleep_ms=0"), w.env...)
}

// program is a process that a test has started itself.
type program struct {
	world          *world
	cmd            *exec.Cmd
	stdout, stderr *output
	ended          chan struct{} // closed once cmd is final
}

// start starts one of the programs.
func (w *world) start(name string, args ...string) *program {
	return w.run(exec.Command(filepath.Join(bin, name), args...))
}

// run starts a command, in a process group of its own as a shell does.
func (w *world) run(cmd *exec.Cmd) *program {
	p := &program{world: w, cmd: cmd, stdout: &output{}, stderr: &output{}, ended: make(chan struct{})}
	p.begin(p.stdout, p.stderr)
	return p
}

func (p *program) begin(stdout, stderr io.Writer) {
	w := p.world
	p.cmd.Dir, p.cmd.Env = w.folder, w.environment()
	p.cmd.Stdout, p.cmd.Stderr = stdout, stderr
	p.cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true, Credential: w.as}
	require.NoError(w.t, p.cmd.Start())
	go func() {
		defer close(p.ended)
		_ = p.cmd.Wait() // how it ended is in cmd.ProcessState
	}()
	w.t.Cleanup(p.close)
}

// close ends a program that a failed test has left, and shows what it said.
func (p *program) close() {
	if p.hasEnded() && !p.world.t.Failed() {
		return
	}
	p.signalGroup(syscall.SIGKILL) // what a shell has put into the background too
	<-p.ended
	p.world.t.Logf("%s\nstdout:\n%s\nstderr:\n%s", p.cmd, p.stdout, p.stderr)
}

func (p *program) hasEnded() bool {
	select {
	case <-p.ended:
		return true
	default:
		return false
	}
}

// signal signals the process. One that has ended does not mind.
func (p *program) signal(signal syscall.Signal) { _ = p.cmd.Process.Signal(signal) }

// signalGroup does what a terminal does at Ctrl-C. See signal.
func (p *program) signalGroup(signal syscall.Signal) {
	_ = syscall.Kill(-p.cmd.Process.Pid, signal)
}

// exitCode waits for the end.
func (p *program) exitCode() int {
	p.world.t.Helper()
	eventually(p.world.t, p.hasEnded, "%s goes on", p.cmd)
	return p.cmd.ProcessState.ExitCode()
}

// kill ends the process at once.
func (p *program) kill() {
	p.signal(syscall.SIGKILL)
	<-p.ended
}

// output is what a process has written so far.
type output struct {
	mu   sync.Mutex // guards text
	text bytes.Buffer
}

func (o *output) Write(p []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.text.Write(p)
}

func (o *output) String() string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.text.String()
}
