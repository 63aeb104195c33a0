package process

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	"networkmngr/internal/config"
	"networkmngr/internal/launch"
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

// Command says what to run.
type Command struct {
	Path string   // the executable
	Args []string // without the program's name
	Env  []string // as "key=value"; nil for this process's own

	// Input is the start of the child's standard input, which stays open after it.
	Input []byte
	// Parent is what the child calls this process: the URL of its API, or empty
	// if it has none.
	Parent string
	// Listener is handed over to the child, which finds it by [Listen]; nil for none.
	Listener net.Listener
	// Crowd is about how many such processes are to run on this machine.
	Crowd int
}

// Process is a child process that has been ready. Its methods may be called
// from any goroutine, at any time, and again.
type Process struct {
	cmd    *exec.Cmd
	stdin  io.WriteCloser
	stdout *firstLine
	stderr *tail
	ready  launch.Ready
	asked  sync.Once     // a second SIGTERM may cut a program's orderly end short
	forced atomic.Bool   // a Stop ran out of patience
	done   chan struct{} // closed once the child has ended and cmd is final
}

// Start runs a node and returns once it has announced that it is ready. ctx
// bounds that wait only; the process outlives it. A child that fails, ends, or
// says nothing in time is ended, and the error says what it said itself.
func Start(ctx context.Context, command Command) (*Process, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	p, err := spawn(command)
	if err != nil {
		return nil, fmt.Errorf("start %s: %w", command.Path, err)
	}
	if p.ready, err = p.awaitReady(ctx); err != nil {
		return nil, p.abandon(err)
	}
	return p, nil
}

func spawn(command Command) (*Process, error) {
	attributes, err := childAttributes()
	if err != nil {
		return nil, err
	}
	p := &Process{
		cmd:    exec.Command(command.Path, command.Args...),
		stdout: newFirstLine(),
		stderr: &tail{},
		done:   make(chan struct{}),
	}
	p.cmd.Env = command.Env
	p.cmd.Env = append(p.cmd.Environ(), config.Launched+"="+cmp.Or(command.Parent, "its parent process"))
	p.cmd.Env = onOneCore(p.cmd.Env)
	p.cmd.Stdout, p.cmd.Stderr = p.stdout, p.stderr
	p.cmd.SysProcAttr = attributes
	p.cmd.WaitDelay = outputDelay
	handed, err := handOver(command.Listener, p.cmd)
	if err != nil {
		return nil, err
	}
	defer handed.Close() // of none, too
	// The command holds the pipe's other end open until the child has ended.
	if p.stdin, err = p.cmd.StdinPipe(); err != nil {
		return nil, err
	}
	started := make(chan error, 1)
	go p.run(started, command.Crowd)
	if err := <-started; err != nil {
		return nil, err
	}
	// The pipe may not have room for all of it before the child reads. A child that
	// ends without reading says itself why.
	go func() { _, _ = p.stdin.Write(command.Input) }()
	return p, nil
}

// onOneCore has a child begin with one core, unless the user says how many it may use.
func onOneCore(env []string) []string {
	const cores = "GOMAXPROCS="
	for _, entry := range env {
		if strings.HasPrefix(entry, cores) && entry != cores {
			return env
		}
	}
	return append(env, cores+"1", config.OneCore+"=true")
}

// run starts the child and waits for its end, both on one thread that does
// nothing else: if the thread ended before, so would the child. It costs
// nothing, as the wait occupies a thread anyway.
func (p *Process) run(started chan<- error, crowd int) {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	defer close(p.done)
	coarsenSleep(crowd)
	err := p.cmd.Start()
	refineSleep()
	started <- err
	if err == nil {
		// How the child ended is in cmd.ProcessState.
		_ = p.cmd.Wait()
	}
}

func (p *Process) awaitReady(ctx context.Context) (launch.Ready, error) {
	select {
	case line := <-p.stdout.line:
		return parseReady(line)
	case <-p.done:
		return p.lastAnnouncement()
	case <-ctx.Done():
		return launch.Ready{}, fmt.Errorf("node is not ready: %w", ctx.Err())
	}
}

// lastAnnouncement is for a child that has ended: its reason, if it gave one.
func (p *Process) lastAnnouncement() (launch.Ready, error) {
	select {
	case line := <-p.stdout.line:
		return parseReady(line)
	default:
		return launch.Ready{}, fmt.Errorf("node %w", errEarlyEnd)
	}
}

// abandon ends a child that is not ready because of err, and adds to err how it
// ended and what it complained of, unless its own announcement says it all.
func (p *Process) abandon(err error) error {
	exit := p.Stop(failedGrace)
	if errors.Is(err, launch.ErrReported) {
		return err
	}
	if p.Logs() == "" {
		return fmt.Errorf("%w (%s)", err, exit)
	}
	return fmt.Errorf("%w (%s); its last words:\n%s", err, exit, p.Logs())
}

// Ready is what the node announced.
func (p *Process) Ready() launch.Ready { return p.ready }

// Done is closed when the process has ended.
func (p *Process) Done() <-chan struct{} { return p.done }

// Stop asks the process to end (SIGTERM, where signals ask), and to go on if it is
// paused, kills it if it has not ended within grace, and returns how it ended.
func (p *Process) Stop(grace time.Duration) launch.Exit {
	p.ask()
	_ = p.Resume() // who has ended needs none, and who cannot be paused neither
	patience := time.NewTimer(grace)
	defer patience.Stop()
	select {
	case <-p.done:
	case <-patience.C:
		p.force()
	}
	return p.Exit()
}

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
func (p *Process) Kill() launch.Exit {
	p.signal(syscall.SIGKILL)
	return p.Exit()
}

// signal leaves out the error: one's own child can only be out of reach by
// having ended, and that is what signals are sent for here.
func (p *Process) signal(signal os.Signal) { _ = p.cmd.Process.Signal(signal) }

// Logs is the end of the process's standard error, at most 16 KiB.
func (p *Process) Logs() string { return p.stderr.String() }

// Exit waits for the process's end and says how it ended.
func (p *Process) Exit() launch.Exit {
	<-p.done
	exit := launch.Exit{Code: p.cmd.ProcessState.ExitCode()}
	status, ok := p.cmd.ProcessState.Sys().(syscall.WaitStatus)
	if ok && status.Signaled() {
		exit.Signal = status.Signal()
	}
	exit.Forced = p.forced.Load() && mayBeKilled(exit)
	return exit
}
