package process

import (
	"bufio"
	"context"
	"errors"
	"io"
	"net"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"networkmngr/internal/launch"
	"networkmngr/internal/types"
)

// patience is how long a test waits for what must happen; it is no pause.
const patience = 3 * time.Minute

// lifeline listens for the children of one test.
type lifeline struct {
	t        *testing.T
	listener net.Listener
}

func newLifeline(t *testing.T) lifeline {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	t.Cleanup(func() { listener.Close() })
	return lifeline{t, listener}
}

func (l lifeline) command(role string) Command {
	return commandOf(role, lifelineVariable+"="+l.listener.Addr().String())
}

func (l lifeline) accept() net.Conn {
	l.t.Helper()
	require.NoError(l.t, l.listener.(*net.TCPListener).SetDeadline(time.Now().Add(patience)))
	conn, err := l.listener.Accept()
	require.NoError(l.t, err)
	l.t.Cleanup(func() { conn.Close() })
	require.NoError(l.t, conn.SetDeadline(time.Now().Add(patience)))
	return conn
}

// lastWords waits for the end of the process behind conn and returns what it said.
func (l lifeline) lastWords(conn net.Conn) string {
	l.t.Helper()
	words, err := io.ReadAll(conn)
	if !errors.Is(err, syscall.ECONNRESET) {
		require.NoError(l.t, err)
	}
	return string(words)
}

func bounded(t *testing.T) context.Context {
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	t.Cleanup(cancel)
	return ctx
}

func start(t *testing.T, role string) *Process {
	t.Helper()
	life := newLifeline(t)
	p, err := Start(bounded(t), life.command(role))
	require.NoError(t, err)
	t.Cleanup(func() {
		life.listener.Close() // ends whoever still holds the process's output
		p.Kill()
	})
	return p
}

// A child begins with one core, unless somebody says how many it may use: that is no reason
// to use more then, if it is one.
func TestAChildBeginsWithOneCore(t *testing.T) {
	for said, want := range map[string]string{
		"": "1 cores, on one: true", "1": "1 cores, on one: false", "3": "3 cores, on one: false",
	} {
		t.Setenv("GOMAXPROCS", said)
		_, err := Start(bounded(t), newLifeline(t).command("counting"))
		require.EqualError(t, err, "node reports: "+want, "GOMAXPROCS=%s", said)
	}
}

func TestStartGivesWhatTheNodeAnnounced(t *testing.T) {
	p := start(t, "node")
	require.Equal(t, launch.Ready{
		ID: types.NodeID{1, 2, 3}, Address: "127.0.0.1:5000", P2P: []string{"/ip4/127.0.0.1/tcp/1"}, PID: p.cmd.Process.Pid,
	}, p.Ready())
	select {
	case <-p.Done():
		t.Fatal("it ended by itself")
	default:
	}
	exit := p.Stop(patience)
	require.Equal(t, launch.Exit{}, exit)
	require.True(t, exit.Clean())
	require.Equal(t, "exit status 0", exit.String())
}

func TestProcessOutlivesTheContextOfItsStart(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	life := newLifeline(t)
	p, err := Start(ctx, life.command("node"))
	require.NoError(t, err)
	cancel()
	require.True(t, p.Stop(patience).Clean(), "it was there to be stopped")
}

func TestProcessHasItsOwnGroup(t *testing.T) {
	p := start(t, "node")
	group, err := syscall.Getpgid(p.Ready().PID)
	require.NoError(t, err)
	require.Equal(t, p.Ready().PID, group)
}

func TestStartTellsWhyTheNodeIsNotReady(t *testing.T) {
	for _, test := range []struct {
		role string
		want error
		text string
	}{
		{"refusing", launch.ErrMisuse, "port 5000 is in use"},
		{"failing", launch.ErrReported, "out of luck"},
		{"dying", errEarlyEnd, "(exit status 3); its last words:\npanic: oh no"},
		{"garbage", errGarbled, "[GIN-debug] hello"},
		{"half", errGarbled, "neither an address nor an error"},
		{"twice", errGarbled, `key "error" twice`},
		{"flood-first", errGarbled, "xxx"},
	} {
		t.Run(test.role, func(t *testing.T) {
			life := newLifeline(t)
			p, err := Start(bounded(t), life.command(test.role))
			require.Nil(t, p)
			require.ErrorIs(t, err, test.want)
			require.ErrorContains(t, err, test.text)
			require.Less(t, len(err.Error()), 1000)
			life.lastWords(life.accept())
		})
	}
}

func TestAnnouncedReasonStandsAlone(t *testing.T) {
	_, err := Start(bounded(t), newLifeline(t).command("refusing"))
	require.EqualError(t, err, "node reports: port 5000 is in use")
	require.ErrorIs(t, err, launch.ErrReported)
	_, err = Start(bounded(t), newLifeline(t).command("failing"))
	require.EqualError(t, err, "node reports: out of luck")
	require.NotErrorIs(t, err, launch.ErrMisuse)
}

func TestStartEndsANodeThatIsNotReadyInTime(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	life := newLifeline(t)
	failed := make(chan error, 1)
	go func() {
		_, err := Start(ctx, life.command("silent"))
		failed <- err
	}()
	conn := life.accept()
	cancel()
	require.ErrorIs(t, <-failed, context.Canceled)
	life.lastWords(conn)

	_, err := Start(ctx, Command{Path: "is not even looked for"})
	require.ErrorIs(t, err, context.Canceled)
}

func TestStartNamesAMissingProgram(t *testing.T) {
	missing := filepath.Join(t.TempDir(), "missing")
	_, err := Start(bounded(t), Command{Path: missing})
	require.ErrorContains(t, err, missing)
}

func TestFloodsAreBounded(t *testing.T) {
	p := start(t, "flood-later")
	<-p.Done()
	exit := p.Exit()
	require.True(t, exit.Clean(), exit)
	require.True(t, strings.HasSuffix(p.Logs(), "the end"))
	require.LessOrEqual(t, len(p.Logs()), maxTail)
	require.LessOrEqual(t, cap(p.stderr.buf), 4*maxTail)
	require.Nil(t, p.stdout.buf)
}

func TestStopKillsANodeThatDoesNotListen(t *testing.T) {
	exit := start(t, "stubborn").Stop(time.Millisecond)
	require.Equal(t, launch.Exit{Code: -1, Signal: syscall.SIGKILL, Forced: true}, exit)
	require.False(t, exit.Clean())
	require.Contains(t, exit.String(), "did not end in time")
}

func TestKill(t *testing.T) {
	p := start(t, "node")
	want := launch.Exit{Code: -1, Signal: syscall.SIGKILL}
	require.Equal(t, want, p.Kill())
	require.Equal(t, want, p.Stop(0), "a later stop does not rewrite how it ended")
	require.Equal(t, "ended by signal 9 (killed)", want.String())
}

func TestADeathFromOutsideIsSeenAtOnce(t *testing.T) {
	p := start(t, "node")
	require.NoError(t, syscall.Kill(p.Ready().PID, syscall.SIGKILL))
	select {
	case <-p.Done():
	case <-time.After(patience):
		t.Fatal("nobody noticed")
	}
	require.Equal(t, launch.Exit{Code: -1, Signal: syscall.SIGKILL}, p.Exit())
}

func TestConcurrentStopsAgree(t *testing.T) {
	p := start(t, "node")
	var all sync.WaitGroup
	exits := make([]launch.Exit, 8)
	for i := range exits {
		all.Go(func() { exits[i] = p.Stop(patience) })
	}
	all.Wait()
	for _, exit := range exits {
		require.Equal(t, launch.Exit{}, exit)
	}
	require.Equal(t, launch.Exit{}, p.Stop(patience), "again, after the end")
	require.Equal(t, launch.Exit{}, p.Kill())
}

func TestASecondStopDoesNotCutAnOrderlyEndShort(t *testing.T) {
	life := newLifeline(t)
	p, err := Start(bounded(t), life.command("impatient"))
	require.NoError(t, err)
	conn := life.accept()
	said := bufio.NewReader(conn)
	for _, want := range []string{"serving\n", "ending\n"} {
		line, err := said.ReadString('\n')
		require.NoError(t, err)
		require.Equal(t, want, line)
		p.ask()
	}
	require.NoError(t, conn.Close())
	require.Equal(t, launch.Exit{}, p.Stop(patience))
}

func TestAnOutputHeldOpenByOthersDelaysNobody(t *testing.T) {
	p := start(t, "leaving")
	select {
	case <-p.Done():
	case <-time.After(patience):
		t.Fatal("the end waits for somebody else's child")
	}
	require.True(t, p.Exit().Clean())
}

// orphan starts a parent that launches role, and returns the connections to both
// and the child's process id.
func orphan(t *testing.T, life lifeline, role string) (kill func(), child net.Conn, pid int) {
	t.Helper()
	command := life.command("parent")
	cmd := exec.Command(command.Path, role)
	cmd.Env = command.Env
	output, err := cmd.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, cmd.Start())
	kill = sync.OnceFunc(func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
	})
	t.Cleanup(kill)
	life.accept() // the parent itself connects first
	child = life.accept()
	line, err := bufio.NewReader(output).ReadString('\n')
	require.NoError(t, err)
	pid, err = strconv.Atoi(strings.TrimSpace(line))
	require.NoError(t, err)
	return kill, child, pid
}

func TestAChildEndsWithItsKilledParent(t *testing.T) {
	life := newLifeline(t)
	kill, child, _ := orphan(t, life, "node")
	kill()
	life.lastWords(child)
}

func TestWatchParent(t *testing.T) {
	stdin, parent := io.Pipe()
	defer parent.Close()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	require.ErrorIs(t, WatchParent(ctx, stdin), context.Canceled)

	gone := make(chan error, 1)
	other, end := io.Pipe()
	go func() { gone <- WatchParent(t.Context(), other) }()
	_, err := end.Write([]byte("what a parent says is not its end"))
	require.NoError(t, err)
	require.Empty(t, gone)
	require.NoError(t, end.Close())
	require.ErrorIs(t, <-gone, ErrParentGone)
}
