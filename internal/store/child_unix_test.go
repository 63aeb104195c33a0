//go:build unix

package store_test

import (
	"bufio"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"

	"networkmngr/internal/chain"
	"networkmngr/internal/store"
)

// The test binary is also the child process that works on a store until it is
// killed, or until no more fits: these name the folder, and the limit in bytes.
const (
	childFolder = "STORE_TEST_CHILD_FOLDER"
	childLimit  = "STORE_TEST_CHILD_LIMIT"
)

func TestMain(m *testing.M) {
	folder := os.Getenv(childFolder)
	if folder == "" {
		os.Exit(m.Run())
	}
	if err := child(folder, os.Getenv(childLimit)); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// child commits in a loop and says which height is durable, a line a commit.
// When a commit fails for want of space it says that, checks that the old
// state is still there, and ends.
func child(folder, limit string) error {
	s, err := store.Open(folder)
	if err != nil {
		return err
	}
	if err := limitFiles(limit); err != nil {
		return err
	}
	w := newLoad(3, 200)
	c, err := read(s)
	if err != nil {
		return err
	}
	w.goOn(c)
	for {
		done := w.height
		err := s.Update(func(to chain.Writer) error { return w.write(to, 1+int(done%3)) })
		if err != nil {
			fmt.Println("failed:", err)
			return stillAt(s, done)
		}
		fmt.Println(w.height)
	}
}

// limitFiles lets no file grow over limit bytes: what a full disk is like.
func limitFiles(limit string) error {
	if limit == "" {
		return nil
	}
	var fileSize syscall.Rlimit
	if _, err := fmt.Sscan(limit, &fileSize.Max); err != nil { // signed on some systems
		return err
	}
	fileSize.Cur = fileSize.Max
	return syscall.Setrlimit(syscall.RLIMIT_FSIZE, &fileSize)
}

func stillAt(s *store.Bolt, height uint64) error {
	c, err := read(s)
	if err != nil {
		return err
	}
	if c.tip.Height != height || len(c.blocks) != int(height) {
		return fmt.Errorf("the tip is %d, and of %d blocks durable there are %d", c.tip.Height, height, len(c.blocks))
	}
	small := s.Update(func(w chain.Writer) error { return w.SetTip(c.tip, c.totals) })
	fmt.Println("then:", small)
	return s.Close()
}

func startChild(t *testing.T, folder, limit string) (*exec.Cmd, *bufio.Reader) {
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), childFolder+"="+folder, childLimit+"="+limit)
	cmd.Stderr = os.Stderr
	out, err := cmd.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, cmd.Start())
	t.Cleanup(func() { _ = cmd.Process.Kill() }) // if the test ends early
	return cmd, bufio.NewReader(out)
}

func nextHeight(t *testing.T, lines *bufio.Reader) uint64 {
	line, err := lines.ReadString('\n')
	require.NoError(t, err)
	height, err := strconv.ParseUint(strings.TrimSpace(line), 10, 64)
	require.NoError(t, err)
	return height
}

// lastHeight is the last that was said before the process died.
func lastHeight(t *testing.T, lines *bufio.Reader, height uint64) uint64 {
	rest, err := io.ReadAll(lines)
	require.NoError(t, err)
	whole := strings.Split(string(rest), "\n")
	for _, line := range whole[:len(whole)-1] { // the last may be half a line
		height, err = strconv.ParseUint(line, 10, 64)
		require.NoError(t, err)
	}
	return height
}

// Killed at any moment, the store has all that it acknowledged, and at most
// the one commit more that it was about to acknowledge; and nothing by halves.
func TestKilledProcessLosesNothing(t *testing.T) {
	rng := newRand(t)
	folder := t.TempDir()
	for range 6 {
		cmd, lines := startChild(t, folder, "")
		var height uint64
		for range 1 + rng.IntN(12) {
			height = nextHeight(t, lines)
		}
		_, err := store.Open(folder)
		require.ErrorIs(t, err, store.ErrLocked)
		require.ErrorContains(t, err, folder)
		for range rng.IntN(12) {
			height = nextHeight(t, lines)
		}
		require.NoError(t, cmd.Process.Kill())
		height = lastHeight(t, lines, height)
		require.Error(t, cmd.Wait(), "it was killed")

		s := open(t, folder)
		c, err := read(s)
		require.NoError(t, err)
		c.requireWhole(t)
		require.GreaterOrEqual(t, c.tip.Height, height)
		require.LessOrEqual(t, c.tip.Height, height+1+height%3)
		require.NoError(t, s.Close())
	}
}

func TestFullDiskLeavesTheOldState(t *testing.T) {
	folder := t.TempDir()
	cmd, lines := startChild(t, folder, strconv.Itoa(300<<10))
	out, err := io.ReadAll(lines)
	require.NoError(t, err)
	require.NoError(t, cmd.Wait(), "%s", out)
	said := strings.Split(strings.TrimSpace(string(out)), "\n")
	failed := said[len(said)-2]
	require.Contains(t, failed, "failed: write "+folder)
	require.Contains(t, failed, "file too large")
	require.Equal(t, "then: <nil>", said[len(said)-1], "what fits is still written")

	s := open(t, folder)
	c, err := read(s)
	require.NoError(t, err)
	c.requireWhole(t)
	require.Equal(t, said[len(said)-3], strconv.FormatUint(c.tip.Height, 10))
	require.NoError(t, s.Close())
}
