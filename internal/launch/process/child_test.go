package process

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"os/signal"
	"runtime"
	"strings"
	"syscall"
	"testing"

	"networkmngr/internal/launch"
	"networkmngr/internal/leaktest"
	"networkmngr/internal/types"
)

// The test binary runs itself as the child; these variables say as which one.
const (
	roleVariable = "LAUNCH_TEST_ROLE"
	// lifelineVariable is an address of the test's that a child connects to:
	// the connection ends when the child does, whoever its parent is by then.
	lifelineVariable = "LAUNCH_TEST_LIFELINE"
)

const farewell = "parent is gone"

func TestMain(m *testing.M) {
	role := os.Getenv(roleVariable)
	if role == "" {
		leaktest.Main(m)
		return
	}
	if err := runRole(role); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func runRole(role string) error {
	lifeline, err := connect()
	if err != nil {
		return err
	}
	defer lifeline.Close()
	switch role {
	case "node", "pipe-only":
		return node(lifeline)
	case "deaf":
		return announceThen(func() { _, _ = io.Copy(io.Discard, lifeline) })
	case "impatient":
		return announceThen(func() { endInOrder(lifeline) })
	case "stubborn":
		signal.Ignore(syscall.SIGTERM)
		return announceThen(func() { select {} })
	case "flood-later":
		return announceThen(func() { flood(os.Stdout); flood(os.Stderr); fmt.Fprintln(os.Stderr, "\nthe end") })
	case "flood-first":
		flood(os.Stdout)
		<-ended()
	case "garbage":
		fmt.Println("[GIN-debug] hello")
		<-ended()
	case "half":
		fmt.Println(`{"ready": {"address": ""}}`)
		<-ended()
	case "twice":
		fmt.Println(`{"error": "one", "error": "two"}`)
		<-ended()
	case "silent":
		_, _ = io.Copy(io.Discard, lifeline)
	case "refusing":
		return errors.Join(AnnounceError(os.Stdout, errors.New("port 5000 is in use"), true), errors.New("noise"))
	case "failing":
		return errors.Join(AnnounceError(os.Stdout, errors.New("out of luck"), false), errors.New("noise"))
	case "sleeping":
		slack, err := os.ReadFile("/proc/self/timerslack_ns")
		return errors.Join(err, AnnounceError(os.Stdout, errors.New(strings.TrimSpace(string(slack))), true))
	case "counting":
		cores := fmt.Sprintf("%d cores, on one: %t", runtime.GOMAXPROCS(0), OnOneCore())
		return AnnounceError(os.Stdout, errors.New(cores), true)
	case "dying":
		fmt.Fprintln(os.Stderr, "panic: oh no")
		os.Exit(3)
	case "serving":
		return serving(os.Args[1:])
	case "leaving":
		return leaveChildBehind()
	case "parent":
		return parent()
	default:
		return fmt.Errorf("role %q is unknown", role)
	}
	return nil
}

// node is what a real one does: announce, and end in order when told to or when
// its parent has gone.
func node(lifeline io.Writer) error {
	if !Launched() {
		return errors.New("child does not know that it was launched")
	}
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM)
	defer stop()
	return announceThen(func() {
		if errors.Is(WatchParent(ctx, os.Stdin), ErrParentGone) {
			fmt.Fprint(lifeline, farewell)
		}
	})
}

// endInOrder takes until the test hangs up; a second SIGTERM would cut it short.
func endInOrder(lifeline io.ReadWriter) {
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM)
	fmt.Fprintln(lifeline, "serving")
	<-ctx.Done()
	stop()
	fmt.Fprintln(lifeline, "ending")
	_, _ = io.Copy(io.Discard, lifeline)
}

func announceThen(work func()) error {
	err := AnnounceReady(os.Stdout, launch.Ready{
		ID: types.NodeID{1, 2, 3}, Address: "127.0.0.1:5000", P2P: []string{"/ip4/127.0.0.1/tcp/1"}, PID: os.Getpid(),
	})
	work()
	return err
}

// leaveChildBehind ends before a child of its own that holds its output open.
func leaveChildBehind() error {
	child := exec.Command(os.Args[0])
	child.Env = append(os.Environ(), roleVariable+"=silent")
	child.Stdout, child.Stderr = os.Stdout, os.Stderr
	return errors.Join(child.Start(), AnnounceReady(os.Stdout, launch.Ready{Address: "127.0.0.1:5000"}))
}

// parent launches the role named by its argument, prints that child's process
// id, and lasts until it is killed.
func parent() error {
	child, err := Start(context.Background(), commandOf(os.Args[1]))
	if err != nil {
		return err
	}
	fmt.Println(child.Ready().PID)
	select {}
}

func flood(w io.Writer) {
	const total = 8 << 20
	_, _ = io.WriteString(w, strings.Repeat("x", total))
}

// ended is closed when the parent's end of standard input is.
func ended() <-chan struct{} {
	gone := make(chan struct{})
	go func() { defer close(gone); _, _ = io.Copy(io.Discard, os.Stdin) }()
	return gone
}

func connect() (net.Conn, error) {
	address := os.Getenv(lifelineVariable)
	if address == "" {
		return nil, errors.New("no lifeline")
	}
	return net.Dial("tcp", address)
}

// commandOf runs the test binary as role. A race-detecting binary would else wait
// a second at its end.
func commandOf(role string, extra ...string) Command {
	env := append(os.Environ(), roleVariable+"="+role, "GORACE=atexit_sleep_ms=0")
	return Command{Path: os.Args[0], Env: append(env, extra...)}
}
