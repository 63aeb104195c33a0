package launch

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"sync"
	"sync/atomic"
	"syscall"
	"time"
)

const (
	// failedGrace is how long a child that failed to become ready has to end.
	failedGrace = time.Second
	// outputDelay bounds the wait for a dead child's output, which somebody
	// whom it had started may hold open.
	outputDelay = time.Second
)

// errEarlyEnd is wrapped by the error of a child that ended before it
// announced anything.
var errEarlyEnd = errors.New("ended before it was ready")

// Spec says what to run.
type Spec struct {
	Path string   // the executable
	Args []string // without the program's name
	Env  []string // as "key=value"; nil for this process's own

	// Parent is what the child calls this process: the URL of its API, or empty
	// if it has none.
	Parent string
}

// Process is a child process that has been ready. Its methods may be called
// from any goroutine, at any time, and again.
type Process struct {
	cmd    *exec.Cmd
	stdout *firstLine
	stderr *tail
	ready  Ready
	asked  sync.Once     // a second SIGTERM may cut a program's orderly end short
	forced atomic.Bool   // a Stop ran out of patience
	done   chan struct{} // closed once the child has ended and cmd is final
}

// Start runs a node and returns once it has announced that it is ready. ctx
// bounds that wait only; the process outlives it. A child that fails, ends, or
// says nothing in time is ended, and the error says what it said itself.
func Start(ctx context.Context, spec Spec) (*Process, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	p, err := spawn(spec)
	if err != nil {
		return nil, fmt.Errorf("start %s: %w", spec.Path, err)
	}
	if p.ready, err = p.awaitReady(ctx); err != nil {
		return nil, p.abandon(err)
	}
	return p, nil
}

func spawn(spec Spec) (*Process, error) {
	p := &Process{
		cmd:    exec.Command(spec.Path, spec.Args...),
		stdout: newFirstLine(),
		stderr: &tail{},
		done:   make(chan struct{}),
	}
	p.cmd.Env = spec.Env
	p.cmd.Env = append(p.cmd.Environ(), launchedVariable+"="+cmp.Or(spec.Parent, "its parent process"))
	p.cmd.Stdout, p.cmd.Stderr = p.stdout, p.stderr
	p.cmd.SysProcAttr = childAttributes()
	p.cmd.WaitDelay = outputDelay
	// The command holds the pipe's other end open until the child has ended.
	if _, err := p.cmd.StdinPipe(); err != nil {
		return nil, err
	}
	started := make(chan error, 1)
	go p.run(started)
	return p, <-started
}

// run starts the child and waits for its end, both on one thread that does
// nothing else: if the thread ended before, so would the child. It costs
// nothing, as the wait occupies a thread anyway.
func (p *Process) run(started chan<- error) {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	defer close(p.done)
	err := p.cmd.Start()
	started <- err
	if err == nil {
		// How the child ended is in cmd.ProcessState.
		_ = p.cmd.Wait()
	}
}

func (p *Process) awaitReady(ctx context.Context) (Ready, error) {
	select {
	case line := <-p.stdout.line:
		return parseAnnouncement(line)
	case <-p.done:
		return p.lastAnnouncement()
	case <-ctx.Done():
		return Ready{}, fmt.Errorf("node is not ready: %w", ctx.Err())
	}
}

// lastAnnouncement is for a child that has ended: its reason, if it gave one.
func (p *Process) lastAnnouncement() (Ready, error) {
	select {
	case line := <-p.stdout.line:
		return parseAnnouncement(line)
	default:
		return Ready{}, fmt.Errorf("node %w", errEarlyEnd)
	}
}

// abandon ends a child that is not ready because of err, and adds to err how it
// ended and what it complained of, unless its own announcement says it all.
func (p *Process) abandon(err error) error {
	exit := p.Stop(failedGrace)
	if errors.Is(err, errAnnounced) {
		return err
	}
	if exit.Stderr == "" {
		return fmt.Errorf("%w (%s)", err, exit)
	}
	return fmt.Errorf("%w (%s); its last words:\n%s", err, exit, exit.Stderr)
}

// Ready is what the node announced.
func (p *Process) Ready() Ready { return p.ready }

// Done is closed when the process has ended.
func (p *Process) Done() <-chan struct{} { return p.done }

// Stop asks the process to end (SIGTERM), kills it if it has not done so within
// grace, and returns how it ended.
func (p *Process) Stop(grace time.Duration) Exit {
	p.ask()
	patience := time.NewTimer(grace)
	defer patience.Stop()
	select {
	case <-p.done:
	case <-patience.C:
		p.force()
	}
	return p.Exit()
}

// ask sends SIGTERM, the first time.
func (p *Process) ask() { p.asked.Do(func() { p.signal(syscall.SIGTERM) }) }

// force kills the process and takes the blame, unless it has just ended.
func (p *Process) force() {
	select {
	case <-p.done:
	default:
		p.forced.Store(true)
		p.signal(syscall.SIGKILL)
	}
}

// Kill ends the process at once and returns how it ended.
func (p *Process) Kill() Exit {
	p.signal(syscall.SIGKILL)
	return p.Exit()
}

// signal leaves out the error: one's own child can only be out of reach by
// having ended, and that is what signals are sent for here.
func (p *Process) signal(signal os.Signal) { _ = p.cmd.Process.Signal(signal) }

// Exit waits for the process's end and says how it ended.
func (p *Process) Exit() Exit {
	<-p.done
	exit := Exit{Code: p.cmd.ProcessState.ExitCode(), Stderr: p.stderr.String()}
	status, ok := p.cmd.ProcessState.Sys().(syscall.WaitStatus)
	if ok && status.Signaled() {
		exit.Signal = status.Signal()
		exit.Forced = p.forced.Load() && exit.Signal == syscall.SIGKILL
	}
	return exit
}

// Exit is how a process ended.
type Exit struct {
	Code   int            // 0 after a clean end; -1 if a signal ended it
	Signal syscall.Signal // what ended it; 0 if it ended by itself
	Forced bool           // killed by Stop, as its time had run out
	Stderr string         // the end of its standard error, at most 16 KiB
}

// Clean reports whether the process ended by itself and without complaint.
func (e Exit) Clean() bool { return e.Code == 0 }

// String is for people: "exit status 0", "killed by signal 9 (killed)".
func (e Exit) String() string {
	switch {
	case e.Forced:
		return "killed, as it did not end in time"
	case e.Signal != 0:
		return fmt.Sprintf("ended by signal %d (%s)", int(e.Signal), e.Signal)
	default:
		return fmt.Sprintf("exit status %d", e.Code)
	}
}
